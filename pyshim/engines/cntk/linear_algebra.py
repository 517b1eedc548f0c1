"""Products and transposition on CNTK."""

from .description import kernel
from .native import C


def dot(x, y):
    """The product as one of matrices: x's last axis and y's last but one are brought together."""
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


def permute(x, pattern):
    return C.transpose(x, pattern) if len(pattern) > 1 else x


class LinearAlgebra:

    _dot = kernel("dot", dot)
    _permute = kernel("permute", permute)
