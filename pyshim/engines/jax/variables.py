"""Variables on JAX, and kernels for shapes and casts."""

import jax.numpy as jnp
import numpy as np

from ..numpy_shape import int32_shape
from .sizes import known


class Variable:
    """A variable of the engine. Each update replaces its array."""

    def __init__(self, array):
        self.set(array)

    def set(self, array):
        self.value = jnp.array(array).block_until_ready()  # so that an out-of-memory error is raised here

    def get(self):
        return np.array(self.value)


class Variables:

    def identity(self, x):
        return x

    def fill_like(self, x, number, dtype):
        return jnp.full(x.shape, number, dtype)

    def arange(self, count):
        return jnp.arange(int(known(count)), dtype="int64")

    def shape(self, x):
        return int32_shape(x.shape)

    def cast(self, x, dtype):
        if jnp.issubdtype(x.dtype, jnp.floating) and np.dtype(dtype).kind in "iu":
            return _whole(x, dtype)
        return x.astype(dtype)


def _whole(x, dtype):
    limits = np.iinfo(dtype)
    x = x.astype("float64")
    below, above = x <= float(limits.min), x >= float(limits.max)
    inside = jnp.where(below | above | jnp.isnan(x), 0, x).astype(dtype)
    return jnp.where(below, np.array(limits.min, dtype), jnp.where(above, np.array(limits.max, dtype), inside))
