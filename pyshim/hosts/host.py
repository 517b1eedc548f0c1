"""Host: the place where an engine runs, as the session and the contract see it."""

import threading
from abc import ABC, abstractmethod
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np

from ..contract import Contract
from ..errors import EagerError, KerasError, OutOfMemoryError, StaleTensorError, fitting
from ..graph.node import Node
from ..graph.program import Program
from ..messages import Value
from ..tensors import of_graphs

NEEDS_GRAPH = ("placeholder", "function", "gradients")


class _Calls(threading.local):
    """The nesting depth of a thread's calls of the contract: a call may run a user's function that makes another."""

    depth = 0


class Host(ABC):
    """Where the engine of one backend runs, for as long as the session lives. ``contract`` has the backend's graph."""

    where: str                      # shown to users
    engine: Any = None              # the engine itself, if it is in this process
    traits: Optional[Dict] = None   # the result of ``Engine.traits()``, after the engine was started
    threads: Optional[int] = None   # the number of threads chosen for the engine; None leaves it to the engine
    device: Optional[str] = None    # the device chosen for the engine, such as "gpu:1"; None leaves it to the engine

    def __init__(self, environment):
        self.environment = environment
        self.backend = environment.name
        self.calls = _Calls()
        self.contract = Contract(self)

    @property
    def key(self):
        """The key under which the session keeps the host."""
        return self.backend, self.where == "in process"

    def __str__(self):
        return "%s (%s)" % (self.backend, self.where)

    @property
    def engine_version(self):
        """The version of the native library."""
        return self.traits["version"]

    @property
    def device_used(self):
        """The device that the engine computes on."""
        return self.device or self.traits["device"]

    def memory(self) -> Optional[int]:
        """Returns: the resident memory of the engine's own process in bytes, or None if it has no process."""
        return None

    # -- starting and stopping ------------------------------------------------------------------------------

    @property
    @abstractmethod
    def running(self) -> bool:
        """Whether the engine runs."""

    @property
    @abstractmethod
    def holder(self) -> Any:
        """What holds the values of variables now: an engine or the conversation with one, or None if none runs."""

    @abstractmethod
    def start(self) -> None:
        """Start the engine, unless it runs."""

    @abstractmethod
    def stop(self) -> None:
        """Stop the engine. Variables lose their values."""

    # -- calls of the contract ------------------------------------------------------------------------------

    def call(self, name, args, kwargs, eager=False, given=None):
        """Call a function of the contract.

        Arguments: eager, whether to compute the result; this does not apply inside another call, whose graph is being
        built. given, the tensors and functions among the arguments, if the caller has already found them.
        """
        for thing in of_graphs([args, kwargs]) if given is None else given:
            self.contract.need_own(thing)
        eager = eager and not self.calls.depth
        if eager and name in NEEDS_GRAPH:
            raise EagerError("it works on the graph", remedy="call it outside {eager()}, or in a function made with "
                             "{symbolic()}")
        method = getattr(self.contract, name)
        self.calls.depth += 1
        try:
            with fitting(method, args, kwargs):
                result = method(*args, **kwargs)
            return _mapped(result, self._concrete) if eager else result
        except MemoryError as error:
            if isinstance(error, KerasError) or getattr(method, "calls_functions", False):
                raise
            raise OutOfMemoryError("out of memory: {words}",
                                   words=str(error) or "the session has none left") from error
        finally:
            self.calls.depth -= 1

    def _concrete(self, value):
        """Returns: the result of an eager call, a tensor that has already been computed."""
        if not isinstance(value, Node) or value.kind in ("variable", "constant") or value.parts is not None:
            return value
        array = self.contract.evaluate(value)
        with self.contract.outside_scopes():  # it has been computed: no controls are needed
            return self.contract.constant(array, dtype=value.dtype, name=value.name)

    # -- the interface for the contract ---------------------------------------------------------------------

    @abstractmethod
    def compile(self, program: Program, once: bool) -> "Compiled":
        """Compile a program.

        Arguments: program, a ``Program``; once, whether it is likely to be called only once. Then compilation should be
        cheap, and is done at the first call.
        Returns: a ``Compiled`` program.
        """

    @abstractmethod
    def make_variable(self, node: Node, array: np.ndarray, initialize: bool) -> None:
        """Give a new variable its value. Without ``initialize``, the user does that in the native session."""

    @abstractmethod
    def get_values(self, nodes: Sequence[Node]) -> List[np.ndarray]:
        """Returns: the values of variables, a list of arrays."""

    @abstractmethod
    def set_values(self, pairs: Sequence[Tuple[Node, np.ndarray]]) -> None:
        """Change the values of variables. ``pairs`` has pairs of a variable and an array of its dtype and shape."""

    @abstractmethod
    def hold(self, arrays: Sequence[np.ndarray]) -> Any:
        """Keep arrays for batches. Returns: an object that stands for them; they are kept as long as it exists."""

    @abstractmethod
    def start_graph(self) -> None:
        """Discard the engine's graph."""

    @abstractmethod
    def describe_kernels(self) -> Dict[str, List[str]]:
        """Returns: which kernels are our own, not the native library's, for docs/conformance.md."""


class Compiled(ABC):
    """A compiled program: a callable that takes the list of the inputs' arrays and returns the list of the outputs'
    arrays.

    If the engine has been stopped in the meantime, the next call compiles the program again. If ``once``, it does not
    keep the program, because that contains the node that keeps this object; then it becomes ``outdated`` instead.
    """

    holder: Any = None  # what has compiled it: an engine or the conversation with one
    program: Optional[Program]

    def __init__(self, host: Host, program: Program, once: bool):
        self.host = host
        self.program = program
        self.once = once

    @property
    def outdated(self) -> bool:
        """Whether it can neither run nor be compiled again."""
        return self.program is None and self.holder is not self.host.holder

    @abstractmethod
    def __call__(self, arrays: List[np.ndarray]) -> List[np.ndarray]:
        """Run the program."""

    @abstractmethod
    def run_batches(self, held: Any, whole: List[np.ndarray], rows: np.ndarray, sizes: List[int]) -> List:
        """Run the program on batches of rows of arrays held by ``Host.hold``: see ``engines/batches.py``."""


def need_values(variables: Sequence[Node], holder: Any, reason: Optional[str]) -> None:
    """Raise StaleTensorError if a variable has lost its value with its former holder; ``reason`` says how that ended.
    """
    for node in variables:
        if node.holder is not holder:
            raise StaleTensorError("the {variable} has lost its value: {reason}", remedy="give it one with "
                                   "{set_value()} or {load_variables()}", variable=Value(node), reason=reason)


def _mapped(value, change):
    """Returns: the same nesting of lists and tuples, with a function applied to each leaf."""
    if isinstance(value, (list, tuple)):
        return type(value)([_mapped(part, change) for part in value])
    return change(value)
