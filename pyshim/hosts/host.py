"""Host: what the session sees of the place where an engine runs, and what the contract asks of it."""

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
    """How many calls of the contract a thread is in: a function of the user's that one calls may call another."""

    depth = 0


class Host(ABC):
    """Where the engine of one backend runs, for as long as the session lives. ``contract`` has the backend's graph."""

    where: str                      # as it is told to users
    engine: Any = None              # the engine itself, where it is in this process
    traits: Optional[Dict] = None   # what ``Engine.traits()`` has told, once it was started
    threads: Optional[int] = None   # that the engine was told to use; None leaves it to the engine
    device: Optional[str] = None    # that it was told to compute on, such as "gpu:1"; None leaves it to the engine

    def __init__(self, environment):
        self.environment = environment
        self.backend = environment.name
        self.calls = _Calls()
        self.contract = Contract(self)

    @property
    def key(self):
        """By what the session knows the host."""
        return self.backend, self.where == "in process"

    def __str__(self):
        return "%s (%s)" % (self.backend, self.where)

    @property
    def engine_version(self):
        """The version of the native library."""
        return self.traits["version"]

    @property
    def device_used(self):
        """What the engine computes on."""
        return self.device or self.traits["device"]

    def memory(self) -> Optional[int]:
        """Resident bytes of the engine's own process, None where it has none."""
        return None

    # -- starting and stopping ------------------------------------------------------------------------------

    @property
    @abstractmethod
    def running(self) -> bool:
        """Whether the engine runs."""

    @property
    @abstractmethod
    def holder(self) -> Any:
        """What has the values of variables now: an engine, or the conversation with one; None where none runs."""

    @abstractmethod
    def start(self) -> None:
        """Start the engine, where it does not run."""

    @abstractmethod
    def stop(self) -> None:
        """Stop the engine. Variables lose their values."""

    # -- calls of the contract ------------------------------------------------------------------------------

    def call(self, name, args, kwargs, eager=False, given=None):
        """Call a function of the contract. Where ``eager``, the result is computed, unless it is called inside another
        call: that one's graph is being built. ``given`` are the tensors and functions among the arguments, where the
        caller has looked for them."""
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
        """The result of an eager call: a tensor that is computed already."""
        if not isinstance(value, Node) or value.kind in ("variable", "constant") or value.parts is not None:
            return value
        array = self.contract.evaluate(value)
        with self.contract.outside_scopes():  # it is computed: nothing more has to come along
            return self.contract.constant(array, dtype=value.dtype, name=value.name)

    # -- what the contract asks of it -----------------------------------------------------------------------

    @abstractmethod
    def compile(self, program: Program, once: bool) -> "Compiled":
        """A ``Compiled`` program.

        Arguments: program, a ``Program``; once, whether it is likely to be called once: then compiling should be cheap,
        and is done when it is called.
        """

    @abstractmethod
    def make_variable(self, node: Node, array: np.ndarray, initialize: bool) -> None:
        """Give a new variable its value. Without ``initialize`` that is the user's to do in the native session."""

    @abstractmethod
    def get_values(self, nodes: Sequence[Node]) -> List[np.ndarray]:
        """The values of variables: a list of arrays."""

    @abstractmethod
    def set_values(self, pairs: Sequence[Tuple[Node, np.ndarray]]) -> None:
        """Change the values of variables: pairs of a variable and an array of its dtype and shape."""

    @abstractmethod
    def hold(self, arrays: Sequence[np.ndarray]) -> Any:
        """Keep arrays for batches. Returns: an object that stands for them, as long as it lives."""

    @abstractmethod
    def start_graph(self) -> None:
        """Let go of the engine's graph."""

    @abstractmethod
    def describe_kernels(self) -> Dict[str, List[str]]:
        """Which kernels are ours, not the native library's: for docs/conformance.md."""


class Compiled(ABC):
    """A program as an engine has compiled it: a callable of the list of the arrays of the program's inputs, which
    returns the list of those of its outputs.

    Where the engine has been stopped meanwhile, the next call compiles the program anew. One that is ``once`` keeps no
    program, since the node that keeps it is part of that: then it is ``outdated``.
    """

    holder: Any = None  # what has compiled it: an engine, or the conversation with one
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
        """Run it."""

    @abstractmethod
    def run_batches(self, held: Any, whole: List[np.ndarray], rows: np.ndarray, sizes: List[int]) -> List:
        """Run it on batches of rows of the arrays that ``Host.hold`` holds: see ``engines/batches.py``."""


def need_values(variables: Sequence[Node], holder: Any, reason: Optional[str]) -> None:
    """StaleTensorError for a variable whose value has gone with what held it; ``reason`` says how that ended."""
    for node in variables:
        if node.holder is not holder:
            raise StaleTensorError("the {variable} has lost its value: {reason}", remedy="give it one with "
                                   "{set_value()} or {load_variables()}", variable=Value(node), reason=reason)


def _mapped(value, change):
    """The same nesting of lists and tuples, with every leaf changed."""
    if isinstance(value, (list, tuple)):
        return type(value)([_mapped(part, change) for part in value])
    return change(value)
