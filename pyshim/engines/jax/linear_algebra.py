"""Products, transposition and indexing of slices on JAX."""

import jax
import jax.numpy as jnp
import numpy as np

from . import checks
from .sizes import known

HIGHEST = jax.lax.Precision.HIGHEST


class LinearAlgebra:

    def dot(self, x, y):
        return jnp.dot(x, y, precision=HIGHEST)

    def batch_dot(self, x, y, axes):
        if x.shape[0] != y.shape[0]:
            raise ValueError("x and y differ in samples")
        numbers = (((axes[0],), (axes[1],)), ((0,), (0,)))
        return jax.lax.dot_general(jnp.asarray(x), jnp.asarray(y), numbers, precision=HIGHEST)

    def gather(self, reference, indices):
        count = reference.shape[0]
        if not count and indices.size:
            raise ValueError("an index is out of range: there are no slices")
        if not count:
            return jnp.zeros(indices.shape + reference.shape[1:], reference.dtype)
        checks.need(jnp.all((indices >= 0) & (indices < count)), "an index is out of range")
        return jnp.asarray(reference)[jnp.clip(indices, 0, count - 1)]

    def segment_sum(self, x, segments, count):
        return jnp.zeros((int(known(count)),) + x.shape[1:], x.dtype).at[segments].add(x)

    def scatter(self, values, rows, columns, sizes):
        return jnp.zeros(tuple(known(sizes).tolist()), values.dtype).at[rows, columns].add(values)

    def permute(self, x, pattern):
        return jnp.transpose(x, pattern)


def product_of(sizes):
    return int(np.prod(sizes, dtype="int64"))
