"""Batches: a compiled function is run on many batches of arrays, in the engine's process."""

import numpy as np


def run_batches(run, arrays, whole, rows, sizes):
    """Run a compiled program on batches of rows.

    Arguments: run, a callable of the list of its inputs' arrays that returns a list of arrays; arrays, its first
    inputs, of which each batch gets its rows of the first axis, or the whole of a scalar; whole, its other inputs,
    which each batch gets; rows, the rows of all batches, one batch after the other, a vector of integers; sizes, the
    number of rows of each batch.
    Returns: for each output the batches' values: stacked where their shapes are equal, else a list.

    Where an engine runs several batches faster than one by one, ``run.several``, of the same arguments, runs as many
    of the first ones as it likes, and returns a list of their lists of arrays.
    """
    several = getattr(run, "several", None)
    results = several(arrays, whole, rows, sizes) if several and sizes else []
    end = sum(sizes[:len(results)])
    for size in sizes[len(results):]:
        start, end = end, end + size
        results.append([np.asarray(result) for result in run([_taken(array, rows[start:end]) for array in arrays]
                                                             + whole)])
    return [_joined(values) for values in zip(*results)]


def _taken(array, rows):
    """These rows of an array."""
    if not array.ndim:
        return array
    if len(rows) and rows[-1] - rows[0] == len(rows) - 1 and (np.diff(rows) == 1).all():
        return array[rows[0]:rows[-1] + 1]  # without a copy
    return np.take(array, rows, axis=0)


def _joined(values):
    """The values of an output as one array, as a list where their shapes differ."""
    if any(value.shape != values[0].shape for value in values):
        return list(values)
    return np.stack(values)
