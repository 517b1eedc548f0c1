"""Turn: one thread at a time talks to an engine."""

import os
import threading
import weakref


class Turn:
    """``with turn.lock:`` waits for a turn. Who has it may take it again, such as in a finalizer that runs in the midst
    of a call. In a fork of the session it is free unless the forking thread has it: other threads are not there.

    The lock itself is what is taken: an interrupt cannot come between its taking and the ``with`` that lets go of it,
    as it could in a method written in Python.
    """

    def __init__(self):
        self.lock = threading.RLock()
        _turns.add(self)

    @property
    def is_mine(self):
        """Whether this thread has it."""
        return self.lock._is_owned()


_turns: "weakref.WeakSet[Turn]" = weakref.WeakSet()


def _after_fork():
    for turn in list(_turns):
        if not turn.is_mine:
            turn.lock = threading.RLock()


os.register_at_fork(after_in_child=_after_fork)
