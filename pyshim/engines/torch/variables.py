"""Variables on PyTorch, and kernels for shapes and casts."""

import numpy as np
import torch

from ..numpy_shape import int32_shape
from .arrays import DEVICE, DTYPES, array_of, tensor_of


class Variable:
    """A variable. An update replaces the tensor ``value``, except a step of an optimizer, which changes it in place."""

    def __init__(self, array):
        self.set(array)

    @property
    def value(self):
        return self._value

    @value.setter
    def value(self, tensor):
        self._value = tensor
        self._is_owned = False  # an update may give the same tensor to several variables

    def read(self):
        return self._value

    def owned(self):
        """Returns: the variable's tensor, which nothing else refers to, so that it can be changed in place."""
        if not self._is_owned:
            self._value, self._is_owned = self._value.clone(), True
        return self._value

    def get(self):
        return np.array(array_of(self._value))

    def set(self, array):
        self._value, self._is_owned = tensor_of(np.array(array)), True


class Variables:

    def identity(self, x):
        return x

    def fill_like(self, x, number, dtype):
        return torch.full(x.shape, number, dtype=DTYPES[dtype], device=x.device)

    def arange(self, count):
        return torch.arange(int(count), device=DEVICE)

    def shape(self, x):
        return tensor_of(int32_shape(x.shape))

    def cast(self, x, dtype):
        dtype = DTYPES[dtype]
        return _whole(x, dtype) if x.is_floating_point() and not dtype.is_floating_point else x.to(dtype)


def _whole(x, dtype):
    """Convert floats to integers. PyTorch's result for nan and numbers out of range depends on the processor."""
    limits = torch.iinfo(dtype)
    x = x.double()
    below, above = x <= float(limits.min), x >= float(limits.max)  # as a float, the largest number may be rounded up
    inside = torch.where(below | above | torch.isnan(x), 0, x).to(dtype)
    return inside.masked_fill_(below, limits.min).masked_fill_(above, limits.max)
