"""Tensor: the object that users hold, a node of the session's graph."""

import numpy as np

from .dtypes import FLOATS
from .errors import ArgumentError, KerasError
from .graph.node import Node

# Members that the tensors of some engines have, with the function that does the same on every engine.
INSTEAD = {"get_shape": "int_shape(x)", "eval": "eval(x)", "numpy": "eval(x)", "get_value": "get_value(x)",
           "set_value": "set_value(x, value)", "assign": "update(x, value)", "assign_add": "update_add(x, increment)",
           "assign_sub": "update_sub(x, decrement)"}


class OfGraph:
    """Base class of objects that belong to a graph of the session: tensors and functions. Subclasses set ``graph``."""

    __slots__ = ()

    @property
    def host(self):
        """The host that runs its backend."""
        return self.graph.host

    @property
    def backend(self):
        """The name of its backend."""
        return self.graph.host.backend

    def __reduce_ex__(self, protocol):
        raise ArgumentError("a %s belongs to a running backend and cannot be saved" % type(self).__name__,
                            remedy="save its value, get_value(x), and make it again with variable(value)")


class Tensor(OfGraph, Node):
    """A tensor of a backend: a variable, a placeholder, a constant or a result.

    ``dtype`` is its dtype's name, ``shape`` its static shape with None for unknown sizes, ``kind`` one of
    "variable", "placeholder", "constant", "update", "gradient" and "tensor". Its value stays with the backend:
    ``eval(x)`` or ``numpy.asarray(x)`` fetches it. Operators compute on the tensor's own backend, whichever is
    current. ``==`` and ``!=`` make tensors, too; the truth value of such a tensor, made from two tensors, says whether
    both are the same object, so that ``x in tensors`` finds it.
    """

    __slots__ = ("graph", "constraint", "compared", "__dict__")  # Keras adds attributes of its own

    __array_ufunc__ = None  # so that array + tensor calls the tensor's operator

    def __init__(self, graph, kind, dtype, shape, **more):
        super().__init__(kind, dtype, shape, **more)
        self.graph = graph
        self.constraint = None
        self.compared = None  # its truth value, if it was made by "==" or "!=" of two tensors
        if kind in ("placeholder", "variable"):
            self._keras_shape, self._uses_learning_phase = self.shape, False
        if kind == "variable":
            self.trainable = dtype in FLOATS  # as an attribute of a layer, it is trained, as a tf.Variable is

    def __getattr__(self, name):  # for names that the tensor does not have
        instead = "; use %s" % INSTEAD[name] if name in INSTEAD else ""
        raise AttributeError("a tensor has no attribute '%s'%s" % (name, instead))

    def recomputed(self, operation, controls):
        node = Tensor(self.graph, self.kind, self.dtype, self.shape, name=self.name, operation=operation,
                      output=self.output, controls=controls)
        node.variable, node.parts = self.variable, self.parts
        return node

    @property
    def sparse(self):
        """Whether it is sparse."""
        return self.parts is not None

    def __repr__(self):
        name = " %r" % self.name if self.name else ""
        kind = "sparse " + self.kind if self.sparse else self.kind
        return "<%s %s%s: dtype %s, shape %s>" % (self.backend, kind, name, self.dtype, self.shape)

    __str__ = __repr__

    def describe(self):
        """The computation of the tensor as text: one line for each node of its graph, inputs first."""
        return self._call("describe_graph", self)

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self._call("eval", self), dtype)

    def __bool__(self):
        if self.kind in ("constant", "variable"):
            return bool(self.__array__())
        if self.compared is not None:
            return self.compared
        raise ArgumentError("{tensor} has no truth value while the graph is built", remedy="use {switch()}",
                            tensor=repr(self))

    def __float__(self):
        return float(self.__array__())

    def __int__(self):
        return int(self.__array__())

    def __len__(self):
        if not self.shape or self.shape[0] is None:
            raise ArgumentError("{tensor} has no known length", tensor=repr(self))
        return self.shape[0]

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __getitem__(self, key):
        if isinstance(key, Tensor) and key.dtype == "bool":
            return self._call("boolean_mask", self, key)
        return self._call("get_item", self, key)

    def _call(self, name, *args):
        from . import session  # session must import without NumPy, and this module needs it
        return session.call_on(self.graph.host, name, args, {})

    # Comparisons make tensors, so a tensor is hashed by identity.
    __hash__ = object.__hash__


def of_graphs(value):
    """The tensors and functions in nested lists, tuples, dicts and slices: a list."""
    found = []
    try:
        _find(value, found)
    except RecursionError:
        raise ArgumentError("a value is nested too deeply") from None
    return found


def _find(value, found):
    if isinstance(value, OfGraph):
        found.append(value)
    elif isinstance(value, (list, tuple)):
        for part in value:
            _find(part, found)
    elif isinstance(value, dict):
        for part in value.values():
            _find(part, found)
    elif isinstance(value, slice):
        _find((value.start, value.stop, value.step), found)


def _operator(name, swapped=False):
    def method(self, other):
        if other is None or isinstance(other, (str, dict)):
            return NotImplemented
        return self._call(name, *((other, self) if swapped else (self, other)))
    return method


def _product(swapped):
    """``@``: a product of matrices. With three dimensions each, one for each sample, as in NumPy."""
    def method(self, other):
        if other is None or isinstance(other, (str, dict)):
            return NotImplemented
        x, y = (other, self) if swapped else (self, other)
        counts = [each.ndim if isinstance(each, Tensor) else np.ndim(each) for each in (x, y)]
        if max(counts) > 3 and counts[1] > 2:
            raise ArgumentError("`@` of tensors with {count} and {other} dimensions is not defined here",
                                remedy="use {dot()} or {batch_dot()}", count=counts[0], other=counts[1])
        return self._call("batch_dot" if counts == [3, 3] else "dot", x, y)
    return method


def _comparison(name, same):
    """``==`` or ``!=``; ``same`` is its result for a tensor and itself. Two tensors that cannot be compared element by
    element count as different."""
    def method(self, other):
        if other is None or isinstance(other, (str, dict)):
            return NotImplemented
        if not isinstance(other, Tensor):
            return self._call(name, self, other)
        try:
            result = self._call(name, self, other)
        except KerasError:
            return NotImplemented
        result.compared = same == (self is other)
        return result
    return method


for _name, _function in {"add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide",
                         "floordiv": "floor_divide", "mod": "remainder", "pow": "pow",
                         "and": "logical_and", "or": "logical_or"}.items():
    setattr(Tensor, "__%s__" % _name, _operator(_function))
    setattr(Tensor, "__r%s__" % _name, _operator(_function, swapped=True))
for _name, _swapped in (("matmul", False), ("rmatmul", True)):
    setattr(Tensor, "__%s__" % _name, _product(_swapped))
for _name, _function in {"lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal"}.items():
    setattr(Tensor, "__%s__" % _name, _operator(_function))
for _name, _function, _same in (("eq", "equal", True), ("ne", "not_equal", False)):
    setattr(Tensor, "__%s__" % _name, _comparison(_function, _same))
for _name, _function in {"neg": "negative", "pos": "identity", "abs": "abs", "invert": "logical_not"}.items():
    setattr(Tensor, "__%s__" % _name, lambda self, _function=_function: self._call(_function, self))
