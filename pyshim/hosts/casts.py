"""Casts that a worker's calls make on the way: an array is sent in the dtype that its tensor has."""

import numpy as np

from .. import config
from ..tensors import Tensor
from . import wire


def of_values(values, inputs):
    """The values of a compiled function's inputs."""
    if len(values) != len(inputs):
        return values  # the engine says what is wrong
    return [cast(value, dtype) for value, (_, dtype, _) in zip(values, inputs)]


def of_arguments(name, args, kwargs):
    """The positional arguments of a backend function."""
    if name in ("variable", "constant") and args:
        dtype = kwargs.get("dtype", args[1] if len(args) > 1 else None)
        return (cast(args[0], config.floatx() if dtype is None else dtype),) + args[1:]
    if name == "hold_arrays":
        return args[0], of_values(args[1], args[0].inputs)
    if name == "set_value" and len(args) == 2 and isinstance(args[0], Tensor):
        return args[0], cast(args[1], args[0].dtype)
    if name == "batch_set_value" and len(args) == 1 and isinstance(args[0], list):
        return ([(pair[0], cast(pair[1], pair[0].dtype)) if _is_assignment(pair) else pair for pair in args[0]],)
    return args


def _is_assignment(pair):
    return isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], Tensor)


def cast(value, dtype):
    """A floating array, with the dtype that it is to arrive in where this makes it smaller.

    Other casts are the contract's, which refuses those that would lose something.
    """
    smaller = (isinstance(value, np.ndarray) and value.dtype.kind == "f" and isinstance(dtype, str)
               and not isinstance(value, np.ma.MaskedArray)
               and dtype in config.FLOATS and np.dtype(dtype).itemsize < value.dtype.itemsize)
    return wire.Cast(value, dtype) if smaller else value
