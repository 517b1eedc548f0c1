"""Properties of tensors, read from the tensor itself without a call of the contract."""

import numpy as np

from .contract.core import numeric_array
from .errors import ArgumentError, ShapeError, naming
from .messages import Type
from .tensors import Tensor


def is_tensor(x):
    """Whether x is a tensor of any backend. Arguments: x, any object. Returns: a bool."""
    return isinstance(x, Tensor)


def is_variable(x):
    """Whether x is a variable. Arguments: x, any object. Returns: a bool."""
    return isinstance(x, Tensor) and x.kind == "variable"


def is_placeholder(x):
    """Whether x is a placeholder. Arguments: x, any object. Returns: a bool."""
    return isinstance(x, Tensor) and x.kind == "placeholder"


def is_keras_tensor(x):
    """Whether a tensor was made by a Keras layer.

    Arguments: x, a tensor. Returns: a bool. Raises ArgumentError if x is not a tensor.
    """
    if not isinstance(x, Tensor):
        with naming("is_keras_tensor"):
            raise ArgumentError("{argument} must be a tensor, not {value}", argument="x", value=Type(x))
    return hasattr(x, "_keras_history")


def dtype(x):
    """The name of a tensor's dtype. Arguments: x, a tensor or array. Returns: a string."""
    return x.dtype if isinstance(x, Tensor) else _array("dtype", x).dtype.name


def int_shape(x):
    """The static shape. Arguments: x, a tensor or array. Returns: a tuple of sizes, None for an unknown one."""
    return _shape("int_shape", x)


def ndim(x):
    """The number of dimensions. Arguments: x, a tensor or array. Returns: an integer."""
    return len(_shape("ndim", x))


def get_variable_shape(x):
    """The shape of a variable. Arguments: x, a variable. Returns: a tuple of integers."""
    return _shape("get_variable_shape", x)


def count_params(x):
    """The number of elements. Arguments: x, a tensor of known shape. Returns: an integer.

    Raises ShapeError if a size is unknown.
    """
    shape = _shape("count_params", x)
    if None in shape:
        with naming("count_params"):
            raise ShapeError("{argument} has unknown sizes: its shape is {shape}", argument="x", shape=shape)
    return int(np.prod(shape, dtype=np.int64))


def _shape(function, x):
    if hasattr(x, "_keras_shape"):  # a layer may know more sizes than the tensor
        return tuple(None if size is None else int(size) for size in x._keras_shape)
    return x.shape if isinstance(x, Tensor) else _array(function, x).shape


def _array(function, x):
    with naming(function):
        return numeric_array(x, "x")
