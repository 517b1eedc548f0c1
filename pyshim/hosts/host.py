"""Host: what the session sees of the place where an engine runs."""

import collections

from ..errors import BackendMismatchError, StaleTensorError
from ..tensors import Function, Tensor


class Host:
    """Carries calls to an engine, and turns the engine's descriptions into handles.

    Subclasses give ``call(name, args, kwargs, eager)``, ``call_function(function, values)`` and ``stop()``.
    """

    where = None  # as it is told to users
    ended = None  # the reason, once the engine is gone
    threads = None  # that it was told to use; None leaves it to the engine

    def __init__(self, environment):
        self.environment = environment
        self.backend = environment.name
        self.released = collections.deque()

    @property
    def key(self):
        """By what the session knows the host."""
        return self.backend, self.where == "in process"

    def __str__(self):
        return "%s (%s)" % (self.backend, self.where)

    def memory(self):
        """Resident bytes of the engine's own process, None where it has none."""
        return None

    def handle(self, description):
        """The handle of an engine's object."""
        if "function" in description:
            return Function(self, description)
        return Tensor(self, description)

    def number(self, handle):
        """The number by which the engine knows the object of a handle; an error if it is not this one's."""
        what = "function" if isinstance(handle, Function) else "tensor"
        if handle.host.ended:
            raise StaleTensorError("the %s is gone: {reason}. Make it again" % what, reason=handle.host.ended)
        if handle.host is not self:
            raise BackendMismatchError("a {what} of backend {backend} was given to backend {other}",
                                       remedy="give its value, {eval()}, in its place", what=what,
                                       backend=str(handle.host), other=str(self))
        return handle.number

    def release(self, number):
        """Note that a handle is gone. Safe in a finalizer: the engine is told with the next call."""
        self.released.append(number)

    def take_released(self):
        """The numbers to tell the engine of now."""
        numbers = []
        while self.released:
            numbers.append(self.released.popleft())
        return numbers
