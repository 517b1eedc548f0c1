"""Engine: the interface of an adapter to a native library: kernels, compiled programs, and variables."""

from abc import ABC, abstractmethod
from typing import AbstractSet, Any, Callable, Dict, List, Optional, Sequence

import numpy as np

from ..graph.program import Program
from .kernels import Kernels

Run = Callable[[List[np.ndarray]], List[np.ndarray]]


class Engine(ABC):
    """The adapter to one library. ``kernels`` is an instance of a subclass of ``Kernels``."""

    name: str                           # the backend's name
    title: str                          # the library's name, for people
    version: str                        # the library's version
    kernels: Kernels
    loop: Callable                      # the function that creates loops
    second_derivatives: bool = True     # whether gradients flow through gradients
    has_session: bool = False           # whether the library has a session for users to work with
    fused: Sequence[str] = ()           # kernels that the contract composes on other engines
    own_modules: AbstractSet[str] = frozenset()  # modules of this package whose functions compute for the library
    variable_class: Any                 # called with an array; its instances have get() and set(array)

    @property
    def device(self) -> str:
        """The device that it uses by default: "cpu" or "gpu"."""
        return "cpu"

    def traits(self) -> Dict[str, Any]:
        """Returns: a dict of what the session needs to know about the engine."""
        return {"title": self.title, "version": str(self.version), "device": self.device,
                "second_derivatives": self.second_derivatives, "has_session": self.has_session,
                "fused": list(self.fused)}

    def is_own(self, thing: Any, kernel: str) -> bool:
        """Whether an object that the kernel of that name refers to is an op of this package, not of the library."""
        return getattr(thing, "__module__", None) in self.own_modules

    def warm_up(self) -> None:  # noqa: B027 -- engines whose first computation takes long override it
        """Compute something, so that the user's first computation need not start the library's devices and threads.

        A worker calls it as soon as it is ready, while the session goes on.
        """

    def start_graph(self) -> None:  # noqa: B027 -- engines with something to forget override it
        """Start with an empty graph. What was created for the previous graph is no longer needed.

        A no-op for engines that keep what they compile in their callables.
        """

    @abstractmethod
    def compile(self, program: Program, once: bool) -> Run:
        """Compile a program.

        Arguments: program, a ``Program``; once, whether it is likely to be called only once, so that compilation should
        be cheap.
        Returns: a callable that takes the list of the inputs' arrays and returns the list of the outputs' arrays. It
        must not refer to the program's nodes, because they keep it alive.
        """

    def variable(self, array: np.ndarray, name: Optional[str], initialize: bool = True) -> Any:
        """Returns: a native variable with the array's dtype and shape. With ``initialize`` it has the array's value.
        Without, the user initializes it, if the library has variables without a value."""
        return self.variable_class(array)

    def get_value(self, variable: Any) -> np.ndarray:
        """Returns: the value of a native variable, an array that does not change when the variable does."""
        return variable.get()

    def set_value(self, variable: Any, array: np.ndarray) -> None:
        """Change the value of a native variable. The array has the variable's dtype and shape."""
        variable.set(array)

    def get_session(self) -> Any:
        """Returns: the library's own session, if it has one."""
        raise NotImplementedError

    def set_session(self, session: Any) -> None:
        """Use another session of the library."""
        raise NotImplementedError
