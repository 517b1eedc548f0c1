"""Elementwise mathematics on PyTorch."""

import math

import numpy as np
import torch

from .. import numpy_division
from .arrays import DEVICE, array_of, tensor_of
from .gradients import product, product_of_any, quotient, with_gradients


def _of_power_by_x(g, x, y, power):
    return product_of_any(g, torch.where(y == 0, 0, y * torch.pow(x, y - 1)))  # even if x is 0


def _of_power_by_y(g, x, y, power):
    positive = x > 0
    return product_of_any(g, torch.where(positive, power * torch.log(torch.where(positive, x, 1)), 0))


def _of_quotient_by_y(g, x, y, quotient):
    def divided(x, y):  # by the kernel, so that this gradient's gradient follows the rules of gradients.py
        return Elementwise.divide(None, x, y)
    return product_of_any(g, -divided(divided(x, y), y))


def _sign(x):
    found = torch.sign(x)  # 0 for nan
    return found.masked_fill_(torch.isnan(x), math.nan) if x.is_floating_point() else found


def _floor_divided(x, y):
    wide = _wide(x.dtype)
    return torch.div(x.to(wide), y.to(wide), rounding_mode="floor").to(x.dtype)


def _left(x, y):
    wide = _wide(x.dtype)
    left = torch.remainder(x.to(wide), y.to(wide))
    if DEVICE.type == "cpu" and torch.isnan(left).any():  # on a processor, PyTorch's is nan if x / y overflows
        with np.errstate(all="ignore"):
            left = tensor_of(np.remainder(array_of(x.to(wide)), array_of(y.to(wide))))
    return torch.where(left == 0, torch.copysign(left, y), left).to(x.dtype)  # 0 with the divisor's sign


def _wide(dtype):
    return torch.float32 if dtype == torch.float16 else dtype


class Elementwise:

    sqrt = with_gradients(lambda g, x, y: quotient(g / 2, torch.abs(y)))(torch.sqrt)  # at -0 as at 0
    exp = with_gradients(lambda g, x, y: product_of_any(g, y), alike=True)(torch.exp)
    log = with_gradients(lambda g, x, y: quotient(g, x), alike=True)(torch.log)
    sin = with_gradients(lambda g, x, y: product(g, torch.cos(x)), alike=True)(torch.sin)
    cos = with_gradients(lambda g, x, y: product(g, -torch.sin(x)), alike=True)(torch.cos)
    sigmoid = with_gradients(lambda g, x, y: product(g, y * (1 - y)), alike=True)(torch.sigmoid)
    tanh = with_gradients(lambda g, x, y: product(g, 1 - y * y), alike=True)(torch.tanh)
    round = staticmethod(torch.round)
    divide = with_gradients(lambda g, x, y, z: quotient(g, y.expand(g.shape)), _of_quotient_by_y,
                            alike=True)(torch.true_divide)

    abs = with_gradients(lambda g, x, y: product(g, torch.sign(x)), alike=True)(torch.abs)
    square = with_gradients(lambda g, x, y: product(g, x + x), alike=True)(torch.square)
    sign = with_gradients(lambda g, x, y: torch.zeros_like(g))(_sign)
    negative = staticmethod(torch.neg)
    add = staticmethod(torch.add)
    subtract = staticmethod(torch.sub)
    multiply = with_gradients(lambda g, x, y, z: product(g, y.expand(g.shape)),
                              lambda g, x, y, z: product(g, x.expand(g.shape)), alike=True)(torch.mul)
    maximum = with_gradients(lambda g, x, y, z: torch.where(x >= y, g, 0),
                             lambda g, x, y, z: torch.where(x >= y, 0, g))(torch.maximum)
    minimum = with_gradients(lambda g, x, y, z: torch.where(x <= y, g, 0),
                             lambda g, x, y, z: torch.where(x <= y, 0, g))(torch.minimum)

    equal = staticmethod(torch.eq)
    not_equal = staticmethod(torch.ne)
    greater = staticmethod(torch.gt)
    greater_equal = staticmethod(torch.ge)
    less = staticmethod(torch.lt)
    less_equal = staticmethod(torch.le)
    logical_and = staticmethod(torch.logical_and)
    logical_or = staticmethod(torch.logical_or)
    logical_not = staticmethod(torch.logical_not)
    select = staticmethod(torch.where)

    _pow = with_gradients(_of_power_by_x, _of_power_by_y)(torch.pow)
    _remainder = with_gradients(lambda g, x, y, z: g, lambda g, x, y, z: product(g, -_floor_divided(x, y)))(_left)

    # NumPy computes these for integers: PyTorch crashes the process when the smallest integer is divided by -1.

    def pow(self, x, y):
        if x.is_floating_point():
            return self._pow(x, y)
        return tensor_of(array_of(x) ** array_of(y))

    def floor_divide(self, x, y):
        if x.is_floating_point():
            return _floor_divided(x, y)
        return tensor_of(numpy_division.floor_divide(array_of(x), array_of(y)))

    def remainder(self, x, y):
        if x.is_floating_point():
            return self._remainder(x, y)
        return tensor_of(numpy_division.remainder(array_of(x), array_of(y)))
