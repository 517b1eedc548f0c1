"""Functions of neural networks on CNTK.

CNTK's own relu of float32 returns nan for -infinity, and its gradient at nan is 0; that of float64 returns 0 for nan. A
selection by comparison in CNTK takes ten times as long where signs are mixed.
"""

import numpy as np

from .checks import without_nan
from .description import kernel
from .gradients import product
from .images import elementwise
from .native import C
from .operation import operation, where


def positive(x):
    result = np.maximum(x, 0)
    result += 0  # turns -0 into 0
    return result


def shares(x, axis):
    powers = np.exp(x - x.max(axis, keepdims=True))
    return powers / powers.sum(axis, keepdims=True)


def shares_derivative(gradient, result, x, axis):
    return product(gradient - product(gradient, result).sum(axis, keepdims=True), result)


relu = operation(positive, lambda gradient, result, x: where(result != 0, gradient), by_result=True)


def fast_relu(x):
    return without_nan(C.relu(x)) if x.dtype == np.float32 else relu(x)


class NN:

    relu = kernel("relu", elementwise(relu), fast=elementwise(fast_relu))

    softmax = kernel("softmax", C.softmax, exact=operation(shares, shares_derivative))
    softplus = kernel("softplus", elementwise(C.softplus), exact=elementwise(operation(
        lambda x: np.logaddexp(x, 0),
        lambda gradient, result, x: product(gradient, np.exp(-np.logaddexp(0, -x))))))
