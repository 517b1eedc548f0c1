"""Changing and joining shapes on JAX."""

import jax.numpy as jnp

from ...graph.positions import with_positions
from .linear_algebra import product_of
from .sizes import known


class Shapes:

    def reshape(self, x, shape):
        return jnp.reshape(x, shape)

    def reshape_to(self, x, sizes):
        sizes = tuple(known(sizes).tolist())
        if min(sizes, default=0) < -1 or -1 in sizes and 0 in sizes:
            raise ValueError("the shape %s is none that %s can have" % (sizes, x.shape))
        return jnp.reshape(x, sizes)

    def broadcast_to(self, x, sizes):
        return jnp.broadcast_to(x, tuple(known(sizes).tolist()))

    def batch_flatten(self, x):
        return jnp.reshape(x, (x.shape[0], product_of(x.shape[1:])))

    def repeat_elements(self, x, rep, axis):
        return jnp.repeat(x, rep, axis)

    def tile(self, x, n):
        return jnp.tile(x, n)

    def pad(self, x, padding):
        return jnp.pad(x, padding)

    def resize_linear(self, x, factor, axis):
        before = (slice(None),) * axis
        following = jnp.concatenate([x[before + (slice(1, None),)], x[before + (slice(-1, None),)]], axis)
        steps = [x] + [x * (1 - j / factor) + following * (j / factor) for j in range(1, factor)]
        sizes = list(x.shape)
        sizes[axis] *= factor
        return jnp.reshape(jnp.stack(steps, axis + 1), sizes)

    def concatenate(self, *tensors, axis):
        return jnp.concatenate(tensors, axis)

    def expand_dims(self, x, axis):
        return jnp.expand_dims(x, axis)

    def squeeze(self, x, axis):
        return jnp.squeeze(x, axis)

    def get_item(self, x, key):
        return _part(x, key)

    def get_item_at(self, x, positions, key):
        return _part(x, with_positions(key, known(positions).tolist()))


def _part(x, key):
    axis = 0
    for part in key:
        if isinstance(part, int) and not -x.shape[axis] <= part < x.shape[axis]:  # JAX would clamp it
            raise IndexError("position %d is out of range for axis %d of size %d" % (part, axis, x.shape[axis]))
        axis += part is not None
    return jnp.asarray(x)[key]
