"""Kernels of integers, by NumPy.

CNTK computes in floats only, and a float64 holds no whole number beyond 2**53 for sure. So what consists of
integers, or of bools made of them, is computed here, exactly, wrapping as NumPy does. Tensors without
elements, which CNTK refuses, are computed here too.
"""

import numpy as np


def _mean(x, axis, keepdims):
    """The mean of no elements, nan, of which ``numpy.mean`` warns."""
    return np.full_like(x.sum(axis, keepdims=keepdims), np.nan)


KERNELS = {
    "identity": np.array,
    "stop_gradient": np.array,
    "print_tensor": lambda x, message: x,
    "fill_like": lambda x, number, dtype: np.full(x.shape, number, dtype),
    "shape": lambda x: np.array(x.shape, "int32"),
    "cast": lambda x, dtype: x.astype(dtype),

    "dot": np.dot,
    "permute": lambda x, pattern: x.transpose(pattern),

    "abs": np.abs,
    "square": np.square,
    "sign": np.sign,
    "negative": np.negative,
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "floor_divide": np.floor_divide,
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

    "max": lambda x, axis, keepdims: x.max(axis, keepdims=keepdims),
    "min": lambda x, axis, keepdims: x.min(axis, keepdims=keepdims),
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
    "concatenate": lambda *arrays, axis: np.concatenate(arrays, axis),
    "expand_dims": np.expand_dims,
    "squeeze": np.squeeze,
    "get_item": lambda x, key: x[key],
}


def compute(description, arrays):
    """The value of a description from those of its inputs, of its dtype."""
    function = KERNELS.get(description.kernel.name, _without_elements)
    return np.asarray(function(*arrays, **description.attributes)).astype(description.dtype, copy=False)


def _without_elements(*arrays, **attributes):
    """The result of a float function that keeps or broadcasts the shape of inputs without elements."""
    return np.empty(np.broadcast(*arrays).shape)
