"""Elementwise mathematics on CNTK.

Some kernels are our own operations, because CNTK's are wrong: its log and its division avoid 0 (no inf, no nan), its
maximum and minimum ignore nan, its pow loses signs and infinities, its round rounds halves away from 0, and it has no
sign function. Its log, division, maximum and minimum are used for small tensors if checks show that they are right.
"""

import numpy as np

from .. import numpy_division
from .checks import checked, has_zero, is_small, without_nan
from .description import kernel
from .gradients import product, product_of_any, quotient
from .images import elementwise
from .native import C
from .operation import constant_derivative, operation, where


def number(x, constant):
    """Returns: a scalar CNTK constant of the dtype of x."""
    return C.constant(constant, shape=(), dtype=x.dtype)


def sqrt(x):
    """The square root. CNTK's own returns 0 for nan."""
    return C.element_select(C.not_equal(x, x), x, C.sqrt(x))


def is_near_limit(logarithms):
    """Whether some logarithms may be those of numbers below 1e-37: CNTK returns -85.1 for them."""
    return not logarithms.min() > -85


def chosen(function):
    """Returns: the fast builder of a maximum or minimum. If both arguments are equal, CNTK's gradient flows to the
    second, and ours to the first."""
    return lambda x, y: function(without_nan(y), without_nan(x))


def if_small(fast, build):
    """Returns: a builder that uses CNTK's function, ``fast``, for small tensors."""
    return lambda *inputs: (fast if is_small(*inputs) else build)(*inputs)


def pow_by_base(gradient, result, x, y):
    # 0 where y is 0, even if x is also 0, so that x to the power of -1 is infinite.
    return product_of_any(gradient, np.where(y == 0, 0, y * np.power(x, y - 1)))


def pow_by_exponent(gradient, result, x, y):
    return product_of_any(gradient, np.where(x > 0, result * np.log(x), 0))


def remainder_by_divisor(gradient, result, x, y):
    return product(gradient, -numpy_division.floor_divide(x, y))


def chosen_by(first):
    """Returns: the derivatives of a function that returns one of its arguments; ``first(x, y)`` says where it is x."""
    return (lambda gradient, result, x, y: where(first(x, y), gradient),
            lambda gradient, result, x, y: where(~first(x, y), gradient))


def logical_and(x, y):
    return C.element_times(x, y)


def logical_or(x, y):
    return C.element_max(x, y)


def logical_not(x):
    return C.minus(number(x, 1), x)


log = operation(np.log, lambda gradient, result, x: quotient(gradient, x))
divide = operation(np.divide, lambda gradient, result, x, y: quotient(gradient, y),
                   lambda gradient, result, x, y: product_of_any(gradient, -result / y))
maximum = operation(np.maximum, *chosen_by(np.greater_equal))
minimum = operation(np.minimum, *chosen_by(np.less_equal))


class Elementwise:

    sqrt = kernel("sqrt", elementwise(sqrt), exact=elementwise(operation(
        np.sqrt, lambda gradient, result, x: quotient(gradient, 2 * result))))
    exp = kernel("exp", elementwise(C.exp), exact=elementwise(operation(
        np.exp, lambda gradient, result, x: product_of_any(gradient, result))))
    log = kernel("log", log, fast=if_small(lambda x: checked(C.log(x), is_near_limit), log))
    sin = kernel("sin", elementwise(C.sin))
    cos = kernel("cos", elementwise(C.cos), exact=elementwise(operation(
        np.cos, lambda gradient, result, x: product(gradient, -np.sin(x)))))
    sigmoid = kernel("sigmoid", elementwise(C.sigmoid), exact=elementwise(operation(
        lambda x: np.exp(-np.logaddexp(0, -x)),
        lambda gradient, result, x: product(gradient, result * (1 - result)))))
    tanh = kernel("tanh", elementwise(C.tanh), exact=elementwise(operation(
        np.tanh, lambda gradient, result, x: product(gradient, 1 - result * result))))
    round = kernel("round", operation(np.rint, constant_derivative))
    divide = kernel("divide", divide, fast=if_small(lambda x, y: C.element_divide(x, checked(y, has_zero)), divide))

    abs = kernel("abs", elementwise(C.abs), exact=elementwise(operation(
        np.abs, lambda gradient, result, x: product(gradient, np.sign(x)))))
    square = kernel("square", elementwise(C.square), exact=elementwise(operation(
        np.square, lambda gradient, result, x: product(gradient, 2 * x))))
    sign = kernel("sign", operation(np.sign, constant_derivative))
    negative = kernel("negative", elementwise(C.negate))
    add = kernel("add", elementwise(C.plus))
    subtract = kernel("subtract", elementwise(C.minus))
    multiply = kernel("multiply", elementwise(C.element_times), exact=elementwise(operation(
        np.multiply, lambda gradient, result, x, y: product(gradient, y),
        lambda gradient, result, x, y: product(gradient, x))))
    floor_divide = kernel("floor_divide", operation(numpy_division.floor_divide, constant_derivative))
    remainder = kernel("remainder", operation(numpy_division.remainder, lambda gradient, result, x, y: gradient,
                                               remainder_by_divisor))
    pow = kernel("pow", operation(np.power, pow_by_base, pow_by_exponent))
    maximum = kernel("maximum", maximum, fast=if_small(chosen(C.element_max), maximum))
    minimum = kernel("minimum", minimum, fast=if_small(chosen(C.element_min), minimum))

    equal = kernel("equal", elementwise(C.equal), dtype="bool")
    not_equal = kernel("not_equal", elementwise(C.not_equal), dtype="bool")
    greater = kernel("greater", elementwise(C.greater), dtype="bool")
    greater_equal = kernel("greater_equal", elementwise(C.greater_equal), dtype="bool")
    less = kernel("less", elementwise(C.less), dtype="bool")
    less_equal = kernel("less_equal", elementwise(C.less_equal), dtype="bool")
    logical_and = kernel("logical_and", logical_and)
    logical_or = kernel("logical_or", logical_or)
    logical_not = kernel("logical_not", logical_not)
    select = kernel("select", elementwise(C.element_select), like=1)
