"""Copies of arrays, also between column-major order, which R uses, and row-major order. Threads share large arrays."""

import itertools
import threading

import numpy as np

from .. import memory, processors

WIDTH = 64       # elements of a block for each index of the first axis, so that what is read stays in the cache
LEAST = 1 << 14  # minimum elements of a block; smaller blocks would cost more than they gain
SHARED = 1 << 20  # minimum elements of an array that several threads share
THREADS = 4      # the most of them: more would wait for the memory


def reorder(target, source):
    """Copy the values of ``source`` to ``target``, cast to its dtype. ``target`` must be contiguous in either order and
    not empty."""
    if target.flags.f_contiguous:
        target, source = target.T, source.T
    _copy(target, source, list(_blocks(target.shape)))


def copy(target, source, casting="same_kind"):
    """Copy the values of ``source`` to ``target``. Both are in the same order, row-major or column-major."""
    if not target.flags.c_contiguous:
        target, source = target.T, source.T
    if target.size < SHARED:
        np.copyto(target, source, casting=casting)
    else:
        step = -(-len(target) // THREADS)
        _copy(target, source, [slice(start, start + step) for start in range(0, len(target), step)], casting)


def _copy(target, source, blocks, casting="same_kind"):
    """Copy the values of these blocks."""
    count = min(THREADS, processors.COUNT, len(blocks)) if target.size >= SHARED else 1
    settings, failures = np.geterr(), []  # each thread has its own settings

    def copy_part(part):
        try:
            with np.errstate(**settings):
                for block in blocks[part::count]:
                    np.copyto(target[block], source[block], casting=casting)
        except Exception as error:
            failures.append(error)
    own, started = [0], []
    try:
        for part in range(1, count):
            thread = threading.Thread(target=copy_part, args=(part,))
            try:
                thread.start()
                started.append(thread)
            except RuntimeError:  # there is no memory for its stack, or no more threads are allowed
                own.append(part)
        for part in own:
            copy_part(part)
    finally:
        for thread in started:  # even if the user interrupts
            thread.join()
    if failures:
        raise failures[0]


def _blocks(shape):
    """Returns: the keys of blocks that span the first axis, and a part of the others that is contiguous in row-major
    order."""
    width = max(WIDTH, LEAST // shape[0])
    axis, inner = len(shape) - 1, 1  # the axis that is cut, and the number of elements after it
    while axis > 0 and inner * shape[axis] <= width:
        inner *= shape[axis]
        axis -= 1
    if axis <= 0:
        return [...]
    step = max(1, width // inner)
    cuts = [slice(start, start + step) for start in range(0, shape[axis], step)]
    return itertools.product([slice(None)], *map(range, shape[1:axis]), cuts)


def row_major(array, dtype=None):
    """Returns: a new array with the same values in row-major order, cast to the dtype if one is given."""
    target = memory.empty(array.shape, np.dtype(dtype or array.dtype), array.size)
    if array.flags.c_contiguous:
        copy(target, array, casting="unsafe")
    else:
        reorder(target, array)
    return target
