"""Turn: one thread at a time talks to an engine.

A thread may take its turn several times, since a function that the engine calls may call the engine. A thread
that would wait for ever gets an error: where threads wait for each other in a circle at once, and where another
thread stays in a function that the engine has called after the timeout.
"""

import os
import threading
import time
import weakref

from ..errors import TimeoutError, WorkerError
from . import timeout

SLICE = 0.1  # seconds between two looks at who waits for whom


class Turn:

    def __init__(self, backend):
        self.backend = backend
        self.in_callback = False  # whether its holder is in a function that the engine has called
        self._renew()
        _turns.add(self)

    def __enter__(self):
        self.take()
        return self

    def __exit__(self, *error):
        self.leave()

    def take(self, wait=True):
        """Take the turn. Returns: whether it was taken, which it is not where it is another thread's and wait is False.

        Raises WorkerError and TimeoutError where it would wait for ever.
        """
        if not self._lock.acquire(False):
            if not wait:
                return False
            self._wait()
        self._depth += 1
        self._holder = threading.get_ident()
        return True

    def leave(self):
        self._depth -= 1
        if not self._depth:
            self._holder = None
        self._lock.release()

    @property
    def taken_again(self):
        """Whether the thread that holds it has taken it more than once."""
        return self._depth > 1

    def _renew(self):
        self._lock = threading.RLock()
        self._holder = None
        self._depth = 0

    def _wait(self):
        limit, waited, me = timeout.seconds(), 0, threading.get_ident()
        try:
            while True:
                with _Waiting.lock:
                    _Waiting.turns[me] = self
                    if self._closes_circle(me):
                        raise WorkerError("backend %s is in a call of another thread, which waits for this one; both "
                                          "would wait for ever" % self.backend)
                began = time.monotonic()
                if self._lock.acquire(timeout=SLICE):
                    return
                if self.in_callback:  # what the engine computes has a timeout of its own
                    waited += time.monotonic() - began
                if limit is not None and waited > limit:
                    raise TimeoutError("backend %s was not free within the timeout of %g seconds: another thread is "
                                       "in a function that the engine has called" % (self.backend, limit))
        finally:
            _Waiting.turns.pop(me, None)

    def _closes_circle(self, me):
        seen, turn = set(), self
        while turn is not None and turn not in seen:
            if turn._holder == me:
                return True
            seen.add(turn)
            turn = _Waiting.turns.get(turn._holder)
        return False


class _Waiting:
    """Which threads wait for which turn, in this process."""

    turns = {}
    lock = threading.RLock()


_turns = weakref.WeakSet()


def _after_fork():
    """The threads that were waiting, or had their turn, are not in the new process, but for this one."""
    _Waiting.turns, _Waiting.lock = {}, threading.RLock()
    for turn in list(_turns):
        if turn._holder != threading.get_ident():
            turn._renew()


os.register_at_fork(after_in_child=_after_fork)
