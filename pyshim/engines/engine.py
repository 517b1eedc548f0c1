"""Engine: what a library has to offer: kernels, compiling a program of them, and variables."""

from abc import ABC, abstractmethod


class Engine(ABC):
    """The adapter of one library. ``kernels`` is its object of ``Kernels``."""

    name = None     # the backend's name
    title = None    # as it is written
    version = None  # the library's
    kernels = None
    loop = None     # the function that makes loops
    gradients_by = None        # the backends to go to for gradients, where the engine computes none
    second_derivatives = True  # whether gradients flow through gradients
    has_session = False        # whether the library has a session for users to work with
    fused = ()                 # kernels that the contract composes on other engines

    def traits(self):
        """What the session has to know of the engine: a dict."""
        return {"title": self.title, "version": str(self.version), "gradients_by": self.gradients_by,
                "second_derivatives": self.second_derivatives, "has_session": self.has_session,
                "fused": list(self.fused)}

    @abstractmethod
    def is_own(self, thing, kernel):
        """Whether something that the kernel of that name refers to makes an op of this package, not of the library."""

    @abstractmethod
    def start_graph(self):
        """Begin with an empty graph: what was made of the one before is not needed any more."""

    @abstractmethod
    def compile(self, program, once):
        """A callable of the list of the arrays of the program's inputs, that returns the list of those of its outputs.

        Arguments: program, a ``Program``; once, whether it is likely to be called once, so that compiling should be
        cheap. The callable must not refer to the program's nodes, which keep it.
        """

    @abstractmethod
    def variable(self, array, name, initialize=True):
        """A native variable of the array's dtype and shape. With ``initialize`` it holds the array's value; else that
        is the user's to give, where the library has variables without a value."""

    @abstractmethod
    def get_value(self, variable):
        """The value of a native variable, an array that later changes of the variable leave alone."""

    @abstractmethod
    def set_value(self, variable, array):
        """Change the value of a native variable; dtype and shape are its own."""

    def get_session(self):
        """The library's own session, where it has one."""
        raise NotImplementedError

    def set_session(self, session):
        """Use another session of the library."""
        raise NotImplementedError
