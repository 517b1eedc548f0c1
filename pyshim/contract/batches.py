"""Running a compiled function on many batches: data are sent to the engine once, and results come back together."""

import numpy as np

from ..errors import ArgumentError, BackendMismatchError, DtypeError, ShapeError
from ..messages import Argument, Shape, Type, Value
from ..sparse_array import is_sparse_value
from ..tensors import Tensor
from ..unsuitable import describe
from . import rules


class HeldArrays:
    """Arrays that an engine holds for the inputs of a function, until this object is garbage-collected.

    ``shapes`` are the arrays' shapes.
    """

    def __init__(self, function, arrays):
        self.host = function.host
        self.shapes = [array.shape for array in arrays]
        self.held = self.host.hold(arrays)


def hold(function, arrays):
    """The implementation of ``Function.hold``."""
    _need_dense_inputs(function)
    if not isinstance(arrays, (list, tuple)):
        raise ArgumentError("{argument} must be the list of the inputs' arrays, not {value}", argument="arrays",
                            value=Type(arrays))
    arrays = function.with_phase(arrays)
    if len(arrays) != len(function.inputs):
        raise ArgumentError("{given} array%s given, one for each of the {needed} inputs needed"
                            % ("s" * (len(arrays) != 1)), given=len(arrays), needed=len(function.inputs))
    return HeldArrays(function, [_array(function, i, array) for i, array in enumerate(arrays)])


def _need_dense_inputs(function):
    if function.takes_sparse:
        raise ArgumentError("the function has a sparse input, of which no batches can be taken",
                            remedy="call it with the values of each batch")


def _array(function, i, value):
    """The value of an input as an array of the input's dtype."""
    argument = Argument("arrays", i)
    if isinstance(value, Tensor) or is_sparse_value(value):
        raise ArgumentError("{argument} must be an array, not {value}", argument=argument, value=Type(value))
    array = np.asarray(value)
    unsuitable = describe(value) or describe(array)
    if unsuitable:
        raise DtypeError("{argument} must be an array of numbers, not {value}", argument=argument, value=unsuitable)
    return function.graph.contract.array(array, argument, function.inputs[i][1])


def run_batches(function, arrays, indices):
    """The implementation of ``Function.run_batches``."""
    _need_dense_inputs(function)
    held = arrays if isinstance(arrays, HeldArrays) else hold(function, arrays)
    if held.host is not function.host:
        raise BackendMismatchError("{argument} is held by backend {backend}, the function by backend {other}",
                                   argument="arrays", backend=str(held.host), other=str(function.host))
    if len(held.shapes) != len(function.inputs):
        raise ArgumentError("{argument} holds {given} arrays, one for each of the {needed} inputs needed",
                            argument="arrays", given=len(held.shapes), needed=len(function.inputs))
    if not isinstance(indices, (list, tuple, np.ndarray)):
        raise ArgumentError("{argument} must be a list with the row numbers of each batch, not {value}",
                            argument="indices", value=Type(indices))
    shortest = min((shape[0] for shape in held.shapes if shape), default=None)
    batches = [_rows(i, rows, shortest) for i, rows in enumerate(indices)]
    if not batches:
        return []
    return run(function, held, np.concatenate(batches), [len(rows) for rows in batches])


def _rows(i, rows, shortest):
    """The row numbers of a batch as a vector, checked against ``shortest``, the smallest number of rows of an array."""
    argument = Argument("indices", i)
    vector = np.asarray(rows)
    if vector.ndim != 1:
        raise ShapeError("{argument} must be a vector of integers, not {value}", argument=argument, value=Value(rows))
    if vector.size and vector.dtype.kind not in "iu":
        raise DtypeError("{argument} must be a vector of integers, not of dtype {dtype}", argument=argument,
                         dtype=str(vector.dtype))
    if vector.size and shortest is not None and not 0 <= vector.min() <= vector.max() < shortest:
        raise ArgumentError("{argument} is out of bounds: the arrays have {count} rows", argument=argument,
                            count=shortest, value=Value(rows))
    return vector.astype(np.int64)


def run(function, held, rows, sizes):
    """Run the batches. Returns: a list with the function's result for each batch.

    Arguments: rows, the rows of all batches, one batch after the other; sizes, how many rows each of them has.
    """
    for size in set(sizes):
        for i, (shape, (name, _, expected)) in enumerate(zip(held.shapes, function.inputs)):
            shape = (size,) + shape[1:] if shape else ()
            if not rules.compatible(shape, expected):
                raise ShapeError("{argument} has shape {shape}; expected: {expected}", shape=Shape(shape),
                                 argument=Argument("inputs", i, *([name] if name else [])), expected=Shape(expected))
    columns = function.run_compiled_batches(held.held, rows, sizes)
    results = [[column[i, ...] if isinstance(column, np.ndarray) else column[i] for column in columns]
               for i in range(len(sizes))]
    return [result for result, in results] if function.single else results
