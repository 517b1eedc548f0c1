"""Reordering: from column-major order, which is R's, to row-major and back, block after block."""

import itertools

import numpy as np

WIDTH = 128      # elements of a block for each index of the first axis: what is read for them stays in the cache
LEAST = 1 << 14  # elements of a block: the others would cost more than they win


def reorder(target, source):
    """Copy the values into an array with elements that is contiguous in one of the orders, cast to its dtype."""
    if target.flags.f_contiguous:
        target, source = target.T, source.T
    for block in _blocks(target.shape):
        np.copyto(target[block], source[block])


def _blocks(shape):
    """Keys of blocks that have the whole first axis, and a part of the others that is contiguous in row-major order."""
    width = max(WIDTH, LEAST // shape[0])
    axis, inner = len(shape) - 1, 1  # the axis that is cut, and the elements behind it
    while axis > 0 and inner * shape[axis] <= width:
        inner *= shape[axis]
        axis -= 1
    if axis <= 0:
        return [...]
    step = max(1, width // inner)
    cuts = [slice(start, start + step) for start in range(0, shape[axis], step)]
    return itertools.product([slice(None)], *map(range, shape[1:axis]), cuts)


def row_major(array):
    """A new array with the values, in row-major order."""
    if array.flags.c_contiguous:
        return array.copy()
    target = np.empty(array.shape, array.dtype)
    reorder(target, array)
    return target
