"""Engine: what a library has to offer: kernels, compiling a program of them, and variables."""

from abc import ABC, abstractmethod
from typing import Any, Callable, Dict, List, Optional, Sequence

import numpy as np

from ..graph.program import Program
from .kernels import Kernels

Run = Callable[[List[np.ndarray]], List[np.ndarray]]


class Engine(ABC):
    """The adapter of one library. ``kernels`` is its object of ``Kernels``."""

    name: str                           # the backend's name
    title: str                          # as it is written
    version: str                        # the library's
    kernels: Kernels
    loop: Callable                      # the function that makes loops
    second_derivatives: bool = True     # whether gradients flow through gradients
    has_session: bool = False           # whether the library has a session for users to work with
    fused: Sequence[str] = ()           # kernels that the contract composes on other engines

    @property
    def device(self) -> str:
        """What it computes on by itself: "cpu" or "gpu"."""
        return "cpu"

    def traits(self) -> Dict[str, Any]:
        """What the session has to know of the engine: a dict."""
        return {"title": self.title, "version": str(self.version), "device": self.device,
                "second_derivatives": self.second_derivatives, "has_session": self.has_session,
                "fused": list(self.fused)}

    @abstractmethod
    def is_own(self, thing: Any, kernel: str) -> bool:
        """Whether something that the kernel of that name refers to makes an op of this package, not of the library."""

    @abstractmethod
    def start_graph(self) -> None:
        """Begin with an empty graph: what was made of the one before is not needed any more."""

    @abstractmethod
    def compile(self, program: Program, once: bool) -> Run:
        """A callable of the list of the arrays of the program's inputs, that returns the list of those of its outputs.

        Arguments: program, a ``Program``; once, whether it is likely to be called once, so that compiling should be
        cheap. The callable must not refer to the program's nodes, which keep it.
        """

    @abstractmethod
    def variable(self, array: np.ndarray, name: Optional[str], initialize: bool = True) -> Any:
        """A native variable of the array's dtype and shape. With ``initialize`` it holds the array's value; else that
        is the user's to give, where the library has variables without a value."""

    @abstractmethod
    def get_value(self, variable: Any) -> np.ndarray:
        """The value of a native variable, an array that later changes of the variable leave alone."""

    @abstractmethod
    def set_value(self, variable: Any, array: np.ndarray) -> None:
        """Change the value of a native variable; dtype and shape are its own."""

    def get_session(self) -> Any:
        """The library's own session, where it has one."""
        raise NotImplementedError

    def set_session(self, session: Any) -> None:
        """Use another session of the library."""
        raise NotImplementedError
