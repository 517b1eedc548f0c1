"""Elementwise mathematics on NumPy."""

import numpy as np

from .. import numpy_division


class Elementwise:

    sqrt = staticmethod(np.sqrt)
    exp = staticmethod(np.exp)
    log = staticmethod(np.log)
    sin = staticmethod(np.sin)
    cos = staticmethod(np.cos)
    tanh = staticmethod(np.tanh)
    round = staticmethod(np.rint)
    divide = staticmethod(np.true_divide)

    def sigmoid(self, x):
        small, one = np.exp(-np.abs(x)), x.dtype.type(1)  # exp(-x) could be infinite
        return np.where(x < 0, small, one) / (one + small)

    abs = staticmethod(np.abs)
    square = staticmethod(np.square)
    sign = staticmethod(np.sign)
    negative = staticmethod(np.negative)
    add = staticmethod(np.add)
    subtract = staticmethod(np.subtract)
    multiply = staticmethod(np.multiply)
    floor_divide = staticmethod(numpy_division.floor_divide)
    remainder = staticmethod(numpy_division.remainder)
    pow = staticmethod(np.power)
    maximum = staticmethod(np.maximum)
    minimum = staticmethod(np.minimum)

    equal = staticmethod(np.equal)
    not_equal = staticmethod(np.not_equal)
    greater = staticmethod(np.greater)
    greater_equal = staticmethod(np.greater_equal)
    less = staticmethod(np.less)
    less_equal = staticmethod(np.less_equal)
    logical_and = staticmethod(np.logical_and)
    logical_or = staticmethod(np.logical_or)
    logical_not = staticmethod(np.logical_not)
    select = staticmethod(np.where)
