"""Variables on NumPy, and kernels for shapes and casts."""

import numpy as np

from .. import numpy_cast
from ..numpy_shape import int32_shape


class Variable:
    """A variable. The array ``value`` is never changed in place; an update replaces it."""

    def __init__(self, array):
        self.set(array)

    def read(self):
        return self.value

    def get(self):
        return self.value.copy()

    def set(self, array):
        self.value = np.array(array)


class Variables:

    def identity(self, x):
        return x

    def fill_like(self, x, number, dtype):
        return np.full(x.shape, number, dtype)

    def arange(self, count):
        return np.arange(int(count), dtype="int64")

    def shape(self, x):
        return int32_shape(x.shape)

    def cast(self, x, dtype):
        if x.dtype.kind == "f" and np.dtype(dtype).kind in "iu":
            return numpy_cast.whole(x, dtype)
        return x.astype(dtype)
