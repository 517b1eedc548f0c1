"""Changing and joining shapes on PyTorch."""

import math

import torch

from ...graph.positions import with_positions


class Shapes:

    def reshape(self, x, shape):
        return x.reshape(shape)

    def reshape_to(self, x, sizes):
        return x.reshape(sizes.tolist())

    def broadcast_to(self, x, sizes):
        sizes = sizes.tolist()
        if min(sizes, default=0) < 0:  # PyTorch treats -1 as the size of x
            raise ValueError("a size of the shape %s is negative" % (tuple(sizes),))
        return x.expand(sizes)

    def batch_flatten(self, x):
        return x.reshape(x.shape[0], math.prod(x.shape[1:]))

    def repeat_elements(self, x, rep, axis):
        return torch.repeat_interleave(x, rep, axis)

    def tile(self, x, n):
        return x.repeat(n)

    def pad(self, x, padding):
        return torch.nn.functional.pad(x, [count for pair in reversed(padding) for count in pair])

    def resize_linear(self, x, factor, axis):
        before = (slice(None),) * axis
        following = torch.cat([x[before + (slice(1, None),)], x[before + (slice(-1, None),)]], axis)
        steps = [x] + [x * (1 - j / factor) + following * (j / factor) for j in range(1, factor)]
        sizes = list(x.shape)
        sizes[axis] *= factor
        return torch.stack(steps, axis + 1).reshape(sizes)

    def concatenate(self, *tensors, axis):
        return torch.cat(tensors, axis)

    def expand_dims(self, x, axis):
        return x.unsqueeze(axis)

    def squeeze(self, x, axis):
        if any(x.shape[i] != 1 for i in axis):  # PyTorch would not drop them, without an error
            raise ValueError("an axis of %s to be dropped has a size other than 1" % (tuple(x.shape),))
        return x.squeeze(axis)

    def get_item(self, x, key):
        return _part(x, key)

    def get_item_at(self, x, positions, key):
        return _part(x, with_positions(key, positions.tolist()))


def _part(x, key):
    """x[key]. PyTorch does not support slices with a negative step; x[()] is x itself."""
    forwards, flipped, axis, result_axis = [], [], 0, 0
    for part in key:
        if isinstance(part, slice) and part.step is not None and part.step < 0:
            taken = range(*part.indices(x.shape[axis]))
            part = slice(taken[-1], taken[0] + 1, -part.step) if taken else slice(0, 0)
            flipped.append(result_axis)
        forwards.append(part)
        axis += part is not None
        result_axis += part is None or isinstance(part, slice)
    found = x[tuple(forwards)]
    return found.flip(flipped) if flipped else found
