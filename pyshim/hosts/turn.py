"""Turn: a lock, so that only one thread at a time uses an engine."""

import os
import threading
import weakref


class Turn:
    """A reentrant lock, taken by ``with turn.lock:``. Its owner may take it again, for example in a finalizer that runs
    during a call. In a fork of the session, it is free unless the forking thread has it: other threads don't exist
    there.

    Users take the lock directly, not through a method written in Python: then an interrupt cannot come between
    acquiring it and entering the ``with`` block that releases it.
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
