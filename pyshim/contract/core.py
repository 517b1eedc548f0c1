"""The base of all families of the contract: making nodes, reading arguments, calling kernels.

A public method of the contract checks its arguments, works out the result's dtype and shape, and records a node with
the kernel that computes it. A function that is a composition of others calls those, and needs no kernel.
"""

import contextlib
import threading
import warnings

import numpy as np

from .. import config
from ..engines import numpy_cast
from ..errors import ArgumentError, BackendMismatchError, DtypeError, KerasError, ShapeError, StaleTensorError
from ..graph.node import Node, Operation, ancestors
from ..messages import Argument, Axis, Shape, Type
from ..sparse_array import is_sparse_value
from ..tensors import Tensor
from ..unsuitable import KINDS, describe
from . import guards, known, rules


class GraphOf:
    """The graph of a contract, from one ``clear_session()`` to the next: each of its tensors refers to it."""

    def __init__(self, contract):
        self.contract = contract
        self.host = contract.host


class _Scopes(threading.local):
    """State of a thread while it builds a part of the graph."""

    def __init__(self):
        self.names = []     # name scopes
        self.controls = []  # control dependencies, a list of nodes each
        self.bodies = []    # bodies of the loops whose steps are being traced, the innermost last
        self.phase = None   # the learning phase, 0 or 1, of a copy of a model; None: the one that is set
        self.way = None     # the branch of a switch whose function is being called: a ``guards.Way``


class Core:
    """The recorded graph, and the conversions between users' values and nodes."""

    def __init__(self, host):
        self.host = host
        self.begin_graph()

    def begin_graph(self):
        """Start an empty graph."""
        self.graph = GraphOf(self)
        self.scopes = _Scopes()
        self.uids = {}
        self.phase = None  # the learning phase: the number that was set, or the placeholder
        self.fed_phase = None  # the placeholder, also after a number was set
        self.initialize_variables = True
        self.assertions = {}  # message -> error, for checks at run time

    # -- making nodes -------------------------------------------------------------------------

    def apply(self, kernel, inputs, result_dtype, result_shape, kind="tensor", **attributes):
        """A node whose value the kernel computes from its inputs."""
        node = self.new_node(kind, result_dtype, result_shape, operation=self._operation(kernel, inputs, attributes))
        if not node.controls:  # controls have to be evaluated with it
            node.known = known.of_result(kernel, node.inputs, attributes, result_dtype, result_shape)
        return node

    def apply_several(self, kernel, inputs, results, kind="tensor", **attributes):
        """The nodes of a kernel with several results; ``results`` are pairs of dtype and shape."""
        operation = self._operation(kernel, inputs, attributes)
        return [self.new_node(kind, dtype, shape, operation=operation, output=i)
                for i, (dtype, shape) in enumerate(results)]

    def _asserted(self, x, condition, error):
        """x, with a run-time check: an EngineError if the condition is false. The library is given only the message."""
        self.assertions[error.message] = error
        return self.apply("asserted", [x, condition], x.dtype, x.shape, message=error.message)

    def asserted_error(self, error):
        """The contract's error behind an engine's failed assertion; None if the engine's error is of another kind."""
        text = "%s\n%s" % (error, error.native or error.__cause__)
        told = next((told for message, told in self.assertions.items() if message in text), None)
        return None if told is None else KerasError.from_data(told.to_data())

    def _operation(self, kernel, inputs, attributes):
        bodies = self.scopes.bodies
        inputs = guards.guarded(self, kernel, inputs, attributes)
        return Operation(kernel, inputs, attributes, bodies[-1] if bodies else None)

    def new_node(self, kind, dtype, shape, **more):
        """A node in the current name scope and under the current control dependencies.

        Variables and placeholders are not computed, so control dependencies do not apply to them.
        """
        if more.get("name") is not None:
            more["name"] = self.scoped(more["name"])
        computed = kind not in ("variable", "placeholder")
        controls = [node for scope in self.scopes.controls for node in scope] if computed else []
        return Tensor(self.graph, kind, dtype, shape, controls=controls, **more)

    def scoped(self, name):
        """The name in the current name scope."""
        return "/".join(self.scopes.names + [rules.text(name, "name")])

    @contextlib.contextmanager
    def outside_scopes(self):
        """A context for making nodes that belong to no scope, such as constants shared by the whole graph."""
        scopes = self.scopes
        before = scopes.names, scopes.controls, scopes.way
        scopes.names, scopes.controls, scopes.way = [], [], None
        try:
            yield
        finally:
            scopes.names, scopes.controls, scopes.way = before

    # -- arguments ----------------------------------------------------------------------------

    def node(self, value, argument, dtype=None, sparse=False):
        """The argument as a node: a tensor unchanged, a number or array as a constant.

        A value that is not a tensor takes the given dtype, else floatx if it is a float, else its own dtype. A list
        that contains tensors is stacked; numbers in it take the tensors' dtype.
        With ``sparse``, sparse tensors are accepted, too.
        """
        if isinstance(value, Node):
            self.need_own(value)
            if value.parts is not None and not sparse:
                raise ArgumentError("{argument} is sparse", remedy="convert it with {to_dense()}", argument=argument)
            return self.updated(value)
        if holds_tensor(value):
            return self.stacked(value, argument)
        return self.constant_node(self.array(value, argument, dtype))

    def need_own(self, tensor):
        """Raise an error unless a tensor, or function, belongs to the graph of this contract."""
        if tensor.graph is self.graph:
            return
        what = "tensor" if isinstance(tensor, Node) else "function"
        if tensor.host is self.host:
            raise StaleTensorError("the %s belongs to a graph that {clear_session()} has dropped" % what,
                                   remedy="make it again")
        remedy = "give its value, {eval()}, in its place"
        if what == "function" or any(node.kind == "placeholder" and node.value is None for node in ancestors([tensor])):
            remedy = "make both on the same backend; {to_backend()} copies a model to another one"
        raise BackendMismatchError("a {what} of backend {backend} was given to backend {other}", remedy=remedy,
                                   what=what, backend=str(tensor.host), other=str(self.host))

    def constant_node(self, array, name=None):
        """A constant from an array, which nobody else may modify."""
        node = self.new_node("constant", array.dtype.name, array.shape, name=name, value=array.copy())
        node.known = known.of_array(array)
        return node

    def array(self, value, argument, dtype=None):
        """The argument as a NumPy array of a dtype that tensors can have; a tensor is evaluated."""
        if type(value) is np.ndarray and value.dtype.name == dtype and value.dtype.isnative:
            return value  # the usual case for the inputs of a compiled function
        if isinstance(value, Node):
            self.need_own(value)
            value = self.evaluate(value)
        array = numeric_array(value, argument)
        if dtype is None:
            dtype = config.floatx() if array.dtype.kind == "f" else array.dtype
        dtype = rules.dtype_name(dtype)
        if array.dtype.kind == "f" and dtype not in rules.FLOATS and not _whole(array).all():
            raise DtypeError("{argument} holds {number}, which dtype {dtype} cannot hold", argument=argument,
                             number=float(array[~_whole(array)].flat[0]), dtype=dtype)
        if dtype in rules.INTEGERS and array.dtype != dtype and array.size:
            limits = np.iinfo(dtype)
            for number in (array.min(), array.max()):
                if not limits.min <= int(number) <= limits.max:
                    raise DtypeError("{argument} holds {number}, which dtype {dtype} cannot hold", argument=argument,
                                     number=int(number), dtype=dtype)
        with numpy_cast.quiet():
            return array.astype(dtype, copy=False)  # keeps its memory layout: the engine reorders it if needed

    def floats(self, value, argument):
        """The argument as a node of a floating dtype; numbers become floatx."""
        if not isinstance(value, Node) and not holds_tensor(value):
            array = self.array(value, argument)
            value = array if array.dtype.kind == "f" else self.array(array, argument, config.floatx())
        node = self.node(value, argument, dtype=getattr(value, "dtype", None))
        rules.need_dtype(node, argument, rules.FLOATS, "a floating dtype is needed,")
        return node

    def numbers(self, value, argument):
        """The argument as a node of any dtype but bool."""
        node = self.node(value, argument)
        rules.need_dtype(node, argument, rules.FLOATS + rules.INTEGERS, "numbers are needed,")
        return node

    def operands(self, x, y, names=("x", "y")):
        """Two arguments as nodes of one dtype.

        A number or array takes the dtype of the other operand if that is a tensor. Two tensors of different dtypes are
        refused, as in TensorFlow: the caller must say which dtype is meant.
        """
        x, y = [self.stacked(value, name) if holds_tensor(value) else value for value, name in zip((x, y), names)]
        if isinstance(x, Node):
            x = self.node(x, names[0])
            y = self._beside(y, names[1], x.dtype)
        elif isinstance(y, Node):
            y = self.node(y, names[1])
            x = self._beside(x, names[0], y.dtype)
        else:
            x, y = self.array(x, names[0]), self.array(y, names[1])
            dtype = np.result_type(x, y)
            if dtype.kind == "f":
                dtype = config.floatx()
            x, y = self.node(x, names[0], dtype=dtype), self.node(y, names[1], dtype=dtype)
        if x.dtype != y.dtype:
            raise different_dtypes(names[0], x, names[1], y)
        return x, y

    def _beside(self, value, argument, dtype):
        """An argument as a node, where the other operand is a tensor of that dtype."""
        if not isinstance(value, Node) and not holds_tensor(value):
            value = numeric_array(value, argument)
            if dtype == "bool" and value.dtype.kind != "b" and not np.isin(value, (0, 1)).all():
                raise DtypeError("{argument} holds other numbers than 0 and 1, which dtype bool cannot hold",
                                 argument=argument)
            if dtype in rules.FLOATS:
                _need_in_range(value, argument, dtype)
        return self.node(value, argument, dtype=dtype)

    def _in_dtype_of(self, x, value, argument):
        """An argument as a node; floats that are not tensors take the dtype of a floating tensor x."""
        if isinstance(value, Node) or holds_tensor(value) or x.dtype not in rules.FLOATS:
            return self.node(value, argument)
        array = numeric_array(value, argument)
        _need_in_range(array, argument, x.dtype)
        return self.node(array, argument, dtype=x.dtype if array.dtype.kind == "f" else None)

    def pair(self, x, y, names=("x", "y")):
        """Two arguments as nodes of one dtype, and the shape they broadcast to."""
        x, y = self.operands(x, y, names)
        return x, y, rules.broadcast(x.shape, y.shape, names)

    def nodes(self, values, argument, beside=None):
        """A list of nodes; a single tensor counts as a list of one. Floats that are not tensors take the dtype of a
        floating tensor ``beside``."""
        if isinstance(values, Node) or not isinstance(values, (list, tuple)):
            values = [values]
        names = [rules.part(argument, i) for i in range(len(values))]
        if beside is None:
            return [self.node(value, name) for value, name in zip(values, names)]
        return [self._in_dtype_of(beside, value, name) for value, name in zip(values, names)]

    def nodes_alike(self, values, argument):
        """A list as tensors of one dtype: its numbers and arrays take the dtype of the tensors in it."""
        if isinstance(values, Node) or not isinstance(values, (list, tuple)):
            values = [values]
        names = [rules.part(argument, i) for i in range(len(values))]
        first = first_tensor(values)
        if first is not None:
            dtype = first.dtype
        else:
            values = [self.array(value, name) for value, name in zip(values, names)]
            dtype = np.result_type(*values) if values else None
            if dtype is not None and dtype.kind == "f":
                dtype = config.floatx()
        nodes = [self._beside(value, name, dtype) for value, name in zip(values, names)]
        for node, name in zip(nodes, names):
            if node.dtype != nodes[0].dtype:
                raise different_dtypes(name, node, names[0], nodes[0], ",")
        return nodes

    def stacked(self, values, argument, axis=0):
        """Tensors, and numbers or arrays among them, joined along a new axis."""
        tensors = self.nodes_alike(values, argument)
        if not tensors:
            raise ArgumentError("{argument} must hold at least one tensor", argument=argument)
        for i, tensor in enumerate(tensors):
            if not rules.compatible(tensor.shape, tensors[0].shape):
                raise ShapeError("{argument} has shape {shape}, {first} has shape {first_shape}; they must be equal",
                                 argument=rules.part(argument, i), shape=tensor.shape, first=rules.part(argument, 0),
                                 first_shape=tensors[0].shape)
        axis = rules.one_axis(axis, tensors[0].ndim + 1)
        return self.concatenate([self.expand_dims(tensor, axis) for tensor in tensors], axis)

    def variable_node(self, value, argument):
        """The argument, which must be a variable."""
        if not isinstance(value, Node) or value.kind != "variable":
            raise DtypeError("{argument} must be a variable, not {value}", argument=argument, value=Type(value))
        if value.parts is not None:
            raise ArgumentError("{argument} is a sparse variable, which keeps its value", remedy="make a new one",
                                argument=argument)
        return value

    def updated(self, node):
        """The node, or if a control dependency updates this variable, its new value."""
        if node.kind == "variable":
            for scope in reversed(self.scopes.controls):
                for control in reversed(scope):
                    if control.variable is node:
                        return control
        return node

    def fitting_array(self, value, argument, dtype, shape):
        """A value as an array of that dtype. Raises ShapeError if the static shape does not allow it."""
        array = self.array(value, argument, dtype)
        if not rules.compatible(array.shape, shape):
            raise ShapeError("{argument} has shape {shape}; expected: {expected}", argument=argument,
                             shape=Shape(array.shape), expected=Shape(shape))
        return array


def different_dtypes(x_name, x, y_name, y, joint=" and"):
    """The error that two arguments are tensors of different dtypes."""
    x_name, y_name = [name if isinstance(name, Argument) else Argument(name) for name in (x_name, y_name)]
    return DtypeError("{x} has dtype {x_dtype}%s {y} has dtype {y_dtype}" % joint, remedy="convert one with {cast()}",
                      x=x_name, x_dtype=x.dtype, y=y_name, y_dtype=y.dtype)


def need_joinable(x, i, argument, first):
    """Raise DtypeError unless the tensor at that position of an argument has the dtype of the first one."""
    if x.dtype != first.dtype:
        raise different_dtypes(Argument(argument, i), x, Argument(argument, 0), first, ",")


def not_joined(i, x, first, axis):
    """The error that one of the tensors cannot be joined to the first one along an axis."""
    return ShapeError("{argument} of shape {shape} cannot be joined to {first} of shape {first_shape} "
                      "along axis {axis}", argument=Argument("tensors", i), shape=x.shape, first=Argument("tensors", 0),
                      first_shape=first.shape, axis=Axis(axis))


def numeric_array(value, argument):
    """A number or array of numbers as a NumPy array. Raises DtypeError for anything else."""
    if is_sparse_value(value):
        raise ArgumentError("{argument} is sparse; a dense array is needed", argument=argument)
    what = describe(value)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # before NumPy 1.24, lists of different lengths only warn
            array = np.asarray(value)
    except ValueError:
        array = np.asarray(None)
    if what is None and isinstance(value, int) and array.dtype.kind == "O":
        what = "%d, which needs more than 64 bits" % value
    if what is not None or array.dtype.kind not in KINDS:
        raise DtypeError("{argument} must be a tensor, a number or an array of numbers, not {value}",
                         argument=argument, value=what or Type(value))
    return array


def first_tensor(values):
    """The first tensor in nested lists, or None."""
    if isinstance(values, Node):
        return values
    if isinstance(values, (list, tuple)):
        for value in values:
            found = first_tensor(value)
            if found is not None:
                return found
    return None


def holds_tensor(value):
    """Whether a value is a list that contains tensors."""
    return isinstance(value, (list, tuple)) and first_tensor(value) is not None


def _need_in_range(array, argument, dtype):
    """Raise DtypeError if a finite number would overflow to infinity in a floating dtype."""
    with numpy_cast.quiet():
        beyond = np.isinf(array.astype(dtype, copy=False)) & np.isfinite(array)
    if beyond.any():
        raise DtypeError("{argument} holds {number}, which dtype {dtype} cannot hold",
                         remedy="its largest number is {largest}", argument=argument, number=array[beyond].flat[0],
                         dtype=dtype, largest=np.finfo(dtype).max)


def _whole(array):
    """Whether each element is a whole number."""
    return np.isfinite(array) & (array == np.trunc(array))
