"""Reordering: from column-major order, which is R's, to row-major and back, block after block."""

import numpy as np

WIDTH = 128      # elements of a block along the axis that is written: what is read for them stays in the cache
LEAST = 1 << 14  # elements of a block: the others would cost more than they win


def reorder(target, source):
    """Copy the values into an array with elements that is contiguous in one of the orders, cast to its dtype."""
    if target.flags.f_contiguous:
        target, source = target.T, source.T
    length = target.shape[-1]
    width = max(WIDTH, LEAST * length // target.size)
    for start in range(0, length, width):
        np.copyto(target[..., start:start + width], source[..., start:start + width])


def row_major(array):
    """A new array with the values, in row-major order."""
    if array.flags.c_contiguous:
        return array.copy()
    target = np.empty(array.shape, array.dtype)
    reorder(target, array)
    return target
