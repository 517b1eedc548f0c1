"""Products, transposition and indexing of slices on CNTK."""

import numpy as np

from . import integers
from .description import kernel
from .integers import scatter, segment_sum
from .native import C
from .operation import operation


def dot(x, y):
    """Compute the product as a single matrix product, contracting x's last axis with y's last but one."""
    inner = max(len(y.shape) - 2, 0)
    rest = y.shape[:inner] + y.shape[inner + 1:]
    if inner:
        y = C.transpose(y, (inner,) + tuple(i for i in range(len(y.shape)) if i != inner))
    if len(x.shape) == len(y.shape) == 2:
        return C.times(x, y)
    size = x.shape[-1]
    if y.shape[0] != size:
        raise ValueError("the sizes %d and %d of the axes to sum over differ" % (size, y.shape[0]))
    product = C.times(C.reshape(x, (_count(x.shape[:-1]), size)), C.reshape(y, (size, _count(rest))))
    return C.reshape(product, x.shape[:-1] + rest)


def _count(sizes):
    count = 1
    for size in sizes:
        count *= size
    return count


def batch_dot(x, y, axes):
    """Compute a matrix product for each sample, with the samples on CNTK's batch axis."""
    samples, columns = x.shape[0], _moved(y.shape, axes[1], 1)[2:]
    rows, size = _moved(x.shape, axes[0], len(x.shape) - 1)[1:-1], x.shape[axes[0]]
    if (y.shape[0], y.shape[axes[1]]) != (samples, size):
        raise ValueError("%d samples and %d, or the sizes %d and %d of the axes to sum over, differ"
                         % (samples, y.shape[0], size, y.shape[axes[1]]))
    x = C.transpose(x, _moved(range(len(x.shape)), axes[0], len(x.shape) - 1))
    y = C.transpose(y, _moved(range(len(y.shape)), axes[1], 1))
    product = C.times(C.to_batch(C.reshape(x, (samples, _count(rows), size))),
                      C.to_batch(C.reshape(y, (samples, size, _count(columns)))))
    return C.reshape(C.unpack_batch(product), (samples,) + rows + columns)


def _moved(items, of, to):
    """Returns: the items as a tuple, with the one at position ``of`` moved to position ``to``."""
    items = list(items)
    items.insert(to, items.pop(of))
    return tuple(items)


def gather_derivative(gradient, result, reference, indices):
    flat = indices.reshape(-1)
    return segment_sum(gradient.reshape(flat.shape + reference.shape[1:]), flat, len(reference))


gather_by_numpy = operation(integers.gather, gather_derivative)


def gather(reference, indices, cells):
    """The slices of the first axis at the indices.

    CNTK's gather reads out of bounds, so the indices are checked. It requires the indices on its batch axis, and
    slices that are not scalars. NumPy is used where not all indices are exact as floats.
    """
    count = reference.shape[0]
    if count > 2 ** np.finfo(reference.dtype).nmant:
        return gather_by_numpy(reference, indices, cells=cells)
    cells[0].checks.append(lambda array: integers.check_indices(array, count))
    rows = C.reshape(reference, (count, 1)) if len(reference.shape) == 1 else reference
    found = C.gather(rows, C.to_batch(C.reshape(indices, (_count(indices.shape), 1))))
    return C.reshape(C.unpack_batch(found), indices.shape + reference.shape[1:])


def segment_sum_derivative(gradient, result, x, segments, count):
    return gradient[segments]


def scatter_derivative(gradient, result, values, rows, columns, sizes):
    return gradient[rows, columns]


def permute(x, pattern):
    return C.transpose(x, pattern) if len(pattern) > 1 else x


class LinearAlgebra:

    dot = kernel("dot", dot)
    batch_dot = kernel("batch_dot", batch_dot)
    gather = kernel("gather", gather, indexed=True)
    segment_sum = kernel("segment_sum", operation(segment_sum, segment_sum_derivative), indexed=True, sized_by=(2,))
    scatter = kernel("scatter", operation(scatter, scatter_derivative), indexed=True, sized_by=(3,))
    permute = kernel("permute", permute)
