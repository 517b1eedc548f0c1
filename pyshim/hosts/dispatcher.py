"""Dispatcher: runs a host's calls of the contract. It is the same in process and in a worker."""

import contextlib
import inspect
import re

import numpy as np

from ..engines import batches
from ..engines.contract import Contract
from ..engines.contract.graph import Function
from ..engines.contract.node import Node
from ..errors import ArgumentError, EagerError, EngineError, KerasError, StaleTensorError, WireError
from ..families import FAMILIES
from ..messages import Value
from .values import mapped

# What a session calls besides the backend functions: the operators of tensors, and parts of its own functions.
MORE = """add subtract multiply divide floor_divide remainder negative logical_and logical_or logical_not get_item
    boolean_mask enter_name_scope leave_name_scope enter_control_dependencies leave_control_dependencies sparse_parts
    describe_kernels describe_graph""".split()
ANSWERED = {name for names in list(FAMILIES.values()) + [MORE] for name in names
            if inspect.isfunction(getattr(Contract, name, None))}

NEEDS_GRAPH = ("placeholder", "function", "gradients")

# Lines of TensorFlow's messages that say where in our own code a node was made.
TRACEBACK = ("File \"", "Graph execution error:", "Detected at node", "Original stack trace for")

NOISE = re.compile(r"\{\{function_node [^}]*\}\} ?| ?\[Op:\w+\]( name: ?)?")  # its names of our calls


class Dispatcher:
    """Keeps the engine's objects that the session holds handles of, by number."""

    def __init__(self, contract):
        self.contract = contract
        self.objects = {}
        self.count = 0
        self.depth = 0  # of calls in each other: a function of the session calls while the engine calls it

    # -- objects and their numbers ------------------------------------------------------------------

    def keep(self, thing):
        """Keep a node or function for the session; the description that its handle is made from."""
        self.count += 1
        self.objects[self.count] = thing
        if isinstance(thing, Function):
            return {"function": self.count, "inputs": thing.describe_inputs(), "outputs": thing.outputs}
        return {"tensor": self.count, "dtype": thing.dtype, "shape": thing.shape, "kind": thing.kind,
                "name": thing.name, "sparse": thing.parts is not None}

    def find(self, number):
        """The object of a handle."""
        try:
            return self.objects[number]
        except KeyError:
            raise StaleTensorError("the tensor or function belongs to a graph that {clear_session()} has dropped",
                                   remedy="make it again") from None

    def release(self, numbers):
        """Forget objects whose handles are gone."""
        for number in numbers:
            self.objects.pop(number, None)

    # -- calls ----------------------------------------------------------------------------------------

    def call(self, name, args, kwargs, eager):
        """Call a function of the contract with nodes for tensors.

        A call inside another one builds that one's graph, so only the outermost is eager.
        """
        if name in ("hold_arrays", "run_batches"):
            return getattr(self, name)(*args)
        eager = eager and not self.depth
        if eager and name in NEEDS_GRAPH:
            raise EagerError("it works on the graph", remedy="call it outside {eager()}, or in a function made with "
                             "{symbolic()}")
        if not isinstance(name, str) or name not in ANSWERED:
            raise WireError("there is no backend function {name}", name=Value(name))
        method = getattr(self.contract, name)
        self.depth += 1
        try:
            with self.explaining(method, args, kwargs):
                result = method(*args, **kwargs)
                if eager:
                    result = mapped(result, self.concrete)
        finally:
            self.depth -= 1
        if name == "clear_session":
            self.objects.clear()
        return result

    def call_function(self, function, values):
        """Call what ``function`` has compiled."""
        with self.explaining(function, (values,), {}):
            return function(values)

    def hold_arrays(self, function, arrays):
        """Keep arrays for batches of a function, which the session has cast for it. Returns: their number."""
        self.count += 1
        # In the session's process they are the user's own, who may change them.
        self.objects[self.count] = [np.array(array) for array in arrays] if self.contract.in_process else arrays
        return self.count

    def run_batches(self, function, number, rows, sizes):
        """Call what ``function`` has compiled on batches of the arrays of that number."""
        with self.explaining(function, (None,), {}):
            return batches.run_batches(function, self.find(number), rows, sizes)

    @contextlib.contextmanager
    def explaining(self, method, args, kwargs):
        """Errors of the native library become ours, with its own as the cause."""
        try:
            yield
        except Exception as error:
            ours = isinstance(error, KerasError)
            told = None if ours and not isinstance(error, EngineError) else self.contract.asserted_error(error)
            if told is not None:
                raise told from error
            if ours:
                raise
            if isinstance(error, TypeError):
                try:
                    inspect.signature(method).bind(*args, **kwargs)
                except TypeError as mismatch:
                    raise ArgumentError(str(mismatch)) from None
            raise EngineError("{backend} refused: {words}", backend=self.contract.engine.name,
                              words=_summary(error)) from error

    def concrete(self, value):
        """The result of an eager call: a tensor that is computed already."""
        if not isinstance(value, Node) or value.kind in ("variable", "constant") or value.parts is not None:
            return value
        array = self.contract.evaluate(value)
        with self.contract.outside_scopes():  # it is computed: nothing more has to come along
            return self.contract.constant(array, dtype=value.dtype, name=value.name)


def _summary(error):
    """The native library's own words, of the length that a person reads."""
    lines = [NOISE.sub("", line).strip() for line in str(error).splitlines()]
    lines = [line for line in lines if line and not line.startswith(TRACEBACK)]
    return "%s: %s" % (type(error).__name__, "\n  ".join(lines[:8]) or "no message")
