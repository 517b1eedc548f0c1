"""Integer kernels, computed by NumPy.

CNTK computes with floats only, and float64 represents integers exactly only up to 2**53. So integers, and bools
computed from them, are computed here, exactly, and overflow wraps around as in NumPy. Tensors without elements, which
CNTK rejects, are computed here too.
"""

import numpy as np

from ...errors import EngineError
from ...graph.positions import with_positions
from .. import numpy_division
from ..numpy_cast import whole
from ..numpy_shape import int32_shape


def _cast(x, dtype):
    return whole(x, dtype) if x.dtype.kind == "f" and np.dtype(dtype).kind in "iu" else x.astype(dtype)


def _mean(x, axis, keepdims):
    """The mean of no elements: nan, without the warning of ``numpy.mean``."""
    return np.full_like(x.sum(axis, keepdims=keepdims), np.nan)


def _batch_dot(x, y, axes):
    if len(x) != len(y):
        raise ValueError("%d samples and %d differ" % (len(x), len(y)))
    x, y = np.moveaxis(x, axes[0], -1), np.moveaxis(y, axes[1], 1)
    shape = x.shape[:-1] + y.shape[2:]
    rows, columns = np.prod(x.shape[1:-1], dtype=int), np.prod(y.shape[2:], dtype=int)
    return np.matmul(x.reshape(len(x), rows, x.shape[-1]), y.reshape(len(y), y.shape[1], columns)).reshape(shape)


def gather(reference, indices):
    check_indices(indices, len(reference))
    return reference[indices.astype("int64")]


def check_indices(indices, count):
    if indices.size and not 0 <= indices.min() <= indices.max() < count:
        wrong = indices[(indices < 0) | (indices >= count)].flat[0]
        raise EngineError("gather: index {index}, from 0, is out of range for the {count} slices of `reference`",
                          remedy="accepted: 0 to {last}", index=wrong, count=count, last=count - 1)


def segment_sum(x, segments, count):
    total = np.zeros((int(count),) + x.shape[1:], x.dtype)
    if segments.size:
        # Sorting makes the rows of a segment adjacent, so reduceat can add them: much faster than numpy.add.at.
        order = segments.argsort(kind="stable")
        found, first = np.unique(segments[order], return_index=True)
        total[found] = np.add.reduceat(x[order], first, axis=0)
    return total


def scatter(values, rows, columns, sizes):
    height, width = map(int, sizes)
    return segment_sum(values, rows.astype("int64") * width + columns, height * width).reshape(height, width)


def _limits(dtype):
    """Returns: the smallest and the largest number of the dtype: the max and the min of no elements."""
    if dtype.kind == "f":
        return -np.inf, np.inf
    return np.iinfo(dtype).min, np.iinfo(dtype).max


KERNELS = {
    "identity": np.array,
    "stop_gradient": np.array,
    "print_tensor": lambda x, condition, message: x,
    "fill_like": lambda x, number, dtype: np.full(x.shape, number, dtype),
    "shape": lambda x: int32_shape(x.shape),
    "cast": _cast,

    "dot": np.dot,
    "batch_dot": _batch_dot,
    "gather": gather,
    "segment_sum": segment_sum,
    "scatter": scatter,
    "permute": lambda x, pattern: x.transpose(pattern),

    "abs": np.abs,
    "square": np.square,
    "sqrt": np.sqrt,
    "sign": np.sign,
    "negative": np.negative,
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "floor_divide": numpy_division.floor_divide,
    "remainder": numpy_division.remainder,
    "pow": np.power,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "equal": np.equal,
    "not_equal": np.not_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "less": np.less,
    "less_equal": np.less_equal,
    "logical_and": np.logical_and,
    "logical_or": np.logical_or,
    "logical_not": np.logical_not,
    "select": np.where,

    "max": lambda x, axis, keepdims: x.max(axis, keepdims=keepdims, initial=_limits(x.dtype)[0]),
    "min": lambda x, axis, keepdims: x.min(axis, keepdims=keepdims, initial=_limits(x.dtype)[1]),
    "sum": lambda x, axis, keepdims: x.sum(axis, dtype=x.dtype, keepdims=keepdims),
    "prod": lambda x, axis, keepdims: x.prod(axis, dtype=x.dtype, keepdims=keepdims),
    "mean": _mean,
    "any": lambda x, axis, keepdims: x.any(axis, keepdims=keepdims),
    "all": lambda x, axis, keepdims: x.all(axis, keepdims=keepdims),
    "argmax": lambda x, axis: x.argmax(axis),
    "argmin": lambda x, axis: x.argmin(axis),
    "cumsum": lambda x, axis: x.cumsum(axis, dtype=x.dtype),
    "cumprod": lambda x, axis: x.cumprod(axis, dtype=x.dtype),

    "reshape": lambda x, shape: x.reshape(shape),
    "reshape_to": lambda x, sizes: x.reshape(tuple(sizes)),
    "broadcast_to": lambda x, sizes: np.array(np.broadcast_to(x, tuple(sizes))),
    "batch_flatten": lambda x: x.reshape(len(x), np.prod(x.shape[1:], dtype=int)),
    "repeat_elements": lambda x, rep, axis: x.repeat(rep, axis),
    "tile": lambda x, n: np.tile(x, n),
    "pad": lambda x, padding: np.pad(x, padding, "constant"),
    "resize_linear": lambda x, factor, axis: x.repeat(factor, axis),  # only called without elements
    "concatenate": lambda *arrays, axis: np.concatenate(arrays, axis),
    "expand_dims": np.expand_dims,
    "squeeze": np.squeeze,
    "get_item": lambda x, key: x[key],
    "get_item_at": lambda x, positions, key: x[with_positions(key, positions.tolist())],
}


# The kernels that NumPy also computes for floats in an optimizer's updates, all by ufuncs: see ``program.py``.
OF_UPDATES = frozenset("abs square sqrt sign negative add subtract multiply divide pow maximum minimum".split())


def compute(description, arrays):
    """Returns: the value of a description, computed from those of its inputs and cast to its dtype."""
    kernel = description.kernel
    function = kernel.by_numpy or KERNELS.get(kernel.name, _without_elements)
    if kernel.several:
        return function(*arrays, **description.attributes)
    return np.asarray(function(*arrays, **description.attributes)).astype(description.dtype, copy=False)


def compute_into(place, description, arrays):
    """Compute the value of a description, a kernel of ``OF_UPDATES``, and write it to an array. Returns: the array."""
    return KERNELS[description.kernel.name](*arrays, out=place)


def _without_elements(*arrays, **attributes):
    """Returns: the result for inputs without elements of a float function that keeps or broadcasts their shape."""
    return np.empty(np.broadcast(*arrays).shape)
