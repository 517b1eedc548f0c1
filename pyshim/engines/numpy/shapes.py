"""Changing and joining shapes on NumPy."""

import numpy as np

from ...graph.positions import with_positions


class Shapes:

    def reshape(self, x, shape):
        return np.reshape(x, shape)

    def reshape_to(self, x, sizes):
        if (sizes < -1).any():  # NumPy treats any negative size like -1
            raise ValueError("a size of the shape %s is negative" % (tuple(sizes.tolist()),))
        return np.reshape(x, sizes)

    def broadcast_to(self, x, sizes):
        return np.broadcast_to(x, sizes)

    def batch_flatten(self, x):
        return np.reshape(x, (x.shape[0], int(np.prod(x.shape[1:], dtype="int64"))))

    def repeat_elements(self, x, rep, axis):
        return np.repeat(x, rep, axis)

    def tile(self, x, n):
        return np.tile(x, n)

    def pad(self, x, padding):
        return np.pad(x, padding, "constant")

    def resize_linear(self, x, factor, axis):
        before = (slice(None),) * axis
        following = np.concatenate([x[before + (slice(1, None),)], x[before + (slice(-1, None),)]], axis)
        steps = [x] + [x * (1 - j / factor) + following * (j / factor) for j in range(1, factor)]
        sizes = list(x.shape)
        sizes[axis] *= factor
        return np.reshape(np.stack(steps, axis + 1), sizes)

    def concatenate(self, *tensors, axis):
        return np.concatenate(tensors, axis)

    def expand_dims(self, x, axis):
        return np.expand_dims(x, axis)

    def squeeze(self, x, axis):
        return np.squeeze(x, axis)

    def get_item(self, x, key):
        return x[key]

    def get_item_at(self, x, positions, key):
        return x[with_positions(key, positions.tolist())]
