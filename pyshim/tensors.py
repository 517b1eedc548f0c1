"""Tensor and Function: the session's handles of what an engine holds."""

import numpy as np

from .errors import ArgumentError, naming
from .messages import Type


class _Handle:
    """A handle of an engine's object; when it goes, the engine lets go of the object."""

    __slots__ = ("host", "number", "__weakref__")

    def __init__(self, host, number):
        self.host = host
        self.number = number

    def __del__(self):
        try:
            self.host.release(self.number)
        except AttributeError:  # never got as far as having a host
            pass

    @property
    def backend(self):
        """The name of the backend that it belongs to."""
        return self.host.backend

    def __reduce__(self):
        raise ArgumentError("a %s belongs to a running backend and cannot be saved" % type(self).__name__,
                            remedy="save its value, get_value(x), and make it again with variable(value)")


class Tensor(_Handle):
    """A tensor of a backend: a variable, a placeholder, a constant or a result.

    ``dtype`` is its dtype's name, ``shape`` its static shape with None for unknown sizes, ``kind`` one of
    "variable", "placeholder", "constant", "update" and "tensor". The data stays with the backend:
    ``eval(x)`` or ``numpy.asarray(x)`` gets it. Operators compute on the tensor's own backend, whichever
    is the current one.
    """

    __slots__ = ("dtype", "shape", "kind", "name", "sparse", "constraint", "__dict__")  # Keras adds its own attributes

    __array_ufunc__ = None  # so that array + tensor is the tensor's to compute

    def __init__(self, host, description):
        super().__init__(host, description["tensor"])
        self.dtype = description["dtype"]
        self.shape = tuple(description["shape"])
        self.kind = description["kind"]
        self.name = description["name"]
        self.sparse = description["sparse"]
        self.constraint = None
        if self.kind in ("placeholder", "variable"):
            self._keras_shape, self._uses_learning_phase = self.shape, False

    @property
    def ndim(self):
        return len(self.shape)

    def __repr__(self):
        name = " %r" % self.name if self.name else ""
        kind = "sparse " + self.kind if self.sparse else self.kind
        return "<%s %s%s: dtype %s, shape %s>" % (self.backend, kind, name, self.dtype, self.shape)

    def describe(self):
        """What it is computed from, as text: a line for each node of the graph, inputs before their users."""
        return self._call("describe_graph", self)

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self._call("eval", self), dtype)

    def __bool__(self):
        if self.kind not in ("constant", "variable"):
            raise ArgumentError("{tensor} has no truth value while the graph is built", remedy="use {switch()}",
                                tensor=repr(self))
        return bool(self.__array__())

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
        from . import session  # which imports this module
        return session.call_on(self.host, name, args, {})

    # Comparisons build tensors, so a tensor is hashed by what it is.
    __hash__ = object.__hash__


def hosts_of(value):
    """The hosts of the tensors and functions in nested lists, tuples and dicts. Returns: a list without duplicates."""
    hosts = []

    def look(part):
        if isinstance(part, _Handle):
            if part.host not in hosts:
                hosts.append(part.host)
        elif isinstance(part, (list, tuple)):
            for each in part:
                look(each)
        elif isinstance(part, dict):
            for each in part.values():
                look(each)
    try:
        look(value)
    except RecursionError:  # refused where it is sent
        pass
    return hosts


def _operator(name, swapped=False):
    def method(self, other):
        if other is None or isinstance(other, (str, dict)):
            return NotImplemented
        return self._call(name, *((other, self) if swapped else (self, other)))
    return method


for _name, _function in {"add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide",
                         "floordiv": "floor_divide", "mod": "remainder", "pow": "pow", "matmul": "dot",
                         "and": "logical_and", "or": "logical_or"}.items():
    setattr(Tensor, "__%s__" % _name, _operator(_function))
    setattr(Tensor, "__r%s__" % _name, _operator(_function, swapped=True))
for _name, _function in {"eq": "equal", "ne": "not_equal", "lt": "less", "le": "less_equal",
                         "gt": "greater", "ge": "greater_equal"}.items():
    setattr(Tensor, "__%s__" % _name, _operator(_function))
for _name, _function in {"neg": "negative", "pos": "identity", "abs": "abs", "invert": "logical_not"}.items():
    setattr(Tensor, "__%s__" % _name, lambda self, _function=_function: self._call(_function, self))


class Function(_Handle):
    """What ``function`` gives: call it with the list of the inputs' values.

    ``inputs`` and ``outputs`` tell their (name,) dtype and static shape.
    """

    __slots__ = ("inputs", "outputs")

    def __init__(self, host, description):
        super().__init__(host, description["function"])
        self.inputs = [(name, dtype, tuple(shape)) for name, dtype, shape in description["inputs"]]
        self.outputs = [(dtype, tuple(shape)) for dtype, shape in description["outputs"]]

    def __call__(self, inputs=()):
        with naming("function"):
            if isinstance(inputs, Tensor) or not isinstance(inputs, (list, tuple)):
                raise ArgumentError("a function takes the list of its inputs' values, not {value}", argument="inputs",
                                    value=Type(inputs))
            return self.host.call_function(self, list(inputs))

    def run_batches(self, arrays, indices):
        """Call the function on many batches: the data go to the engine once, which gathers and runs the batches.

        Arguments:
            arrays: list of arrays, one for each input: a batch gets its rows of the first axis. A scalar, such as the
                learning phase, is given to each batch. Or what ``hold`` returned for such a list.
            indices: list with a vector of row numbers, integers from 0, for each batch.
        Returns: a list with what the function returns for each batch, in order. Updates are carried out batch by batch.

        Raises ArgumentError, ShapeError or DtypeError for what is none of these, and what the function itself raises
        for a batch of a wrong shape or dtype; the batches before that one have been run.

        Example:
            >>> x = K.placeholder((None, 2)); double = K.function([x], [x * 2])
            >>> double.run_batches([[[1., 2.], [3., 4.], [5., 6.]]], [[0, 2], [1]])
            [[array([[ 2.,  4.],
                   [10., 12.]], dtype=float32)], [array([[6., 8.]], dtype=float32)]]
        """
        from . import batches  # which imports this module
        with naming("run_batches"):
            return batches.run_batches(self, arrays, indices)

    def hold(self, arrays):
        """Send arrays to the engine for several calls of ``run_batches``.

        Arguments: arrays, a list as that of ``run_batches``. Returns: an object to give in its place; the engine keeps
        the arrays until it is garbage. Later changes of the arrays do not reach the engine.
        """
        from . import batches  # which imports this module
        with naming("hold"):
            return batches.hold(self, arrays)

    def __repr__(self):
        return "<%s function of %d inputs and %d outputs>" % (self.backend, len(self.inputs),
                                                             len(self.outputs))
