"""Run a compiled function on many batches of arrays, within the engine's process."""

import numpy as np

BLOCK = 16  # how many batches JAX compiles as one loop; chunks of many batches are a multiple of it


def run_batches(run, arrays, whole, rows, sizes):
    """Run a compiled program on batches of rows.

    Arguments: run, a callable that takes the list of its inputs' arrays and returns a list of arrays; arrays, the first
    inputs: each batch gets its rows along the first axis, and scalars unchanged; whole, the other inputs, passed
    unchanged to each batch; rows, an integer vector of the rows of all batches, one batch after the other; sizes, the
    number of rows of each batch.
    Returns: for each output the batches' values: stacked if their shapes are equal, else a list.

    If an engine runs several batches faster together than one by one, ``run`` has a function ``several`` of arrays,
    whole, and a matrix with the rows of each of the first batches, as far as these are equally large. It runs as many
    of them as it chooses, and returns a list of their lists of arrays.
    """
    several = getattr(run, "several", None)
    count = next((i for i, size in enumerate(sizes) if size != sizes[0]), len(sizes))
    results = several(arrays, whole, rows[:sum(sizes[:count])].reshape(count, -1)) if several and count else []
    end = sum(sizes[:len(results)])
    for size in sizes[len(results):]:
        start, end = end, end + size
        results.append([np.asarray(result) for result in run([_taken(array, rows[start:end]) for array in arrays]
                                                             + whole)])
    return [_joined(values) for values in zip(*results)]


def _taken(array, rows):
    """Returns: these rows of an array, or a scalar unchanged."""
    if not array.ndim:
        return array
    if len(rows) and rows[-1] - rows[0] == len(rows) - 1 and (np.diff(rows) == 1).all():
        return array[rows[0]:rows[-1] + 1]  # without a copy
    return np.take(array, rows, axis=0)


def _joined(values):
    """Returns: the values of an output as one array, or as a list if their shapes differ."""
    if any(value.shape != values[0].shape for value in values):
        return list(values)
    return np.stack(values)
