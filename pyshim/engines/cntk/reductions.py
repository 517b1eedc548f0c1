"""Reductions on CNTK.

Some kernels are our own operations, because CNTK's are wrong or missing: its maximum and minimum over an axis ignore
nan and do not divide the gradient among ties, its gradient of a product is 0 where an element is 0, and it has no
cumulative sum or product.
"""

import numpy as np

from ..numpy_shape import reduced
from . import native
from .description import kernel
from .gradients import product as product_of
from .gradients import product_of_any
from .images import samples_first
from .native import C
from .operation import operation


def over_axes(reduce):
    """Returns: a builder that uses a reduction of CNTK."""
    def build(x, axis, keepdims):
        # CNTK can only drop all axes or none.
        kept = keeping_axes(reduce, x, axis)
        return kept if keepdims else C.reshape(kept, reduced(x.shape, axis, False))
    return build


def keeping_axes(reduce, x, axis):
    """Returns: the reduction, with all axes kept. Images whose spatial axes are all reduced keep CNTK's layout, so that
    only the result is transposed."""
    channels = len(x.shape) - 1
    if not hasattr(x, "by_sample") or not set(range(1, channels)).issubset(axis):
        return reduce(x, axis=list(axis), keepdims=True)
    places = [0 if i == channels else i for i in axis if i]
    samples = samples_first(native.output(reduce(x.by_sample, axis=places, keepdims=True)), x.shape[0])
    kept = C.reshape(samples, x.shape[:1] + reduced(x.shape, axis, True)[1:])
    return reduce(kept, axis=[0], keepdims=True) if 0 in axis else kept


def any_true(x, axis, keepdims):
    return over_axes(C.reduce_max)(x, axis, keepdims)


def all_true(x, axis, keepdims):
    return over_axes(C.reduce_min)(x, axis, keepdims)


def extremum(reduce):
    """Returns: a builder of a maximum or minimum."""
    def forward(x, axis, keepdims):
        return reduce(x, axis=axis, keepdims=keepdims)

    def derivative(gradient, result, x, axis, keepdims):
        kept = reduced(x.shape, axis, True)
        equal = x == result.reshape(kept)
        return np.where(equal, gradient.reshape(kept) / equal.sum(axis, keepdims=True), 0)
    return operation(forward, derivative)


def log_sum_exp(x, axis, keepdims):
    """The contract's algorithm as one operation, instead of two operations and ten CNTK nodes."""
    top = x.max(axis, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0)
    powers = np.exp(x - top)
    result = np.log(powers.sum(axis, keepdims=True)) + top
    return result.reshape(reduced(x.shape, axis, keepdims)), powers


def log_sum_exp_derivative(gradient, result, x, powers, axis, keepdims):
    return product_of(gradient.reshape(reduced(x.shape, axis, True)) / powers.sum(axis, keepdims=True), powers)


def product(x, axis, keepdims):
    return np.prod(x, axis=axis, keepdims=keepdims)


def product_derivative(gradient, result, x, axis, keepdims):
    """The derivative with respect to an element is the product of the elements before it and of those after it."""
    last = np.moveaxis(x, axis, range(-len(axis), 0))
    rows = last.reshape(last.shape[:x.ndim - len(axis)] + (-1,))
    others = product_of_any(_before(np.cumprod, rows, -1, 1), _after(np.cumprod, rows, -1, 1))
    others = np.moveaxis(others.reshape(last.shape), range(-len(axis), 0), axis)
    return product_of(gradient.reshape(reduced(x.shape, axis, True)), others)


def cumsum_derivative(gradient, result, x, axis):
    return np.flip(np.cumsum(np.flip(gradient, axis), axis), axis)


def cumprod_derivative(gradient, result, x, axis):
    """Element i is a factor of all results from i on. So its gradient is the product of the elements before it, times
    a sum over the later results, which is accumulated from the end."""
    x, gradient = np.moveaxis(x, axis, 0), np.moveaxis(gradient, axis, 0)
    sums = gradient.copy()
    for i in range(len(x) - 2, -1, -1):
        sums[i] += product_of(sums[i + 1], x[i + 1])
    return np.moveaxis(product_of(sums, _before(np.cumprod, x, 0, 1)), 0, axis)


def _before(accumulate, x, axis, start):
    """Returns: for each element, the accumulation of those before it along an axis."""
    x = np.moveaxis(x, axis, 0)
    shifted = np.concatenate([np.full_like(x[:1], start), x[:-1]])
    return np.moveaxis(accumulate(shifted, 0), 0, axis)


def _after(accumulate, x, axis, start):
    """Returns: for each element, the accumulation of those after it along an axis."""
    return np.flip(_before(accumulate, np.flip(x, axis), axis, start), axis)


class Reductions:

    max = kernel("max", extremum(np.max))
    min = kernel("min", extremum(np.min))
    logsumexp = kernel("logsumexp", operation(log_sum_exp, log_sum_exp_derivative, by_result=True),
                        by_numpy=lambda x, axis, keepdims: log_sum_exp(x, axis, keepdims)[0])
    sum = kernel("sum", over_axes(C.reduce_sum))
    prod = kernel("prod", operation(product, product_derivative))
    mean = kernel("mean", over_axes(C.reduce_mean))
    any = kernel("any", any_true)
    all = kernel("all", all_true)
    argmax = kernel("argmax", None, dtype="int64")  # NumPy, even for floats: CNTK's returns floats
    argmin = kernel("argmin", None, dtype="int64")
    cumsum = kernel("cumsum", operation(np.cumsum, cumsum_derivative))
    cumprod = kernel("cumprod", operation(np.cumprod, cumprod_derivative))
