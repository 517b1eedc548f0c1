"""Shapes as int32, the dtype that ``shape`` returns, and shapes after a reduction."""

import numpy as np

LARGEST = 2 ** 31 - 1


def int32_shape(shape):
    """Returns: the sizes as an int32 array. It raises ValueError if one is too large."""
    if max(shape, default=0) > LARGEST:
        raise ValueError("a size of the shape %s is larger than int32 holds" % (tuple(shape),))
    return np.array(shape, "int32")


def reduced(shape, axes, keepdims):
    """Returns: the shape after a reduction over the axes."""
    if keepdims:
        return tuple(1 if i in axes else size for i, size in enumerate(shape))
    return tuple(size for i, size in enumerate(shape) if i not in axes)
