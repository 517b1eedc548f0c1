"""Postponing interrupts to the end of a short call, so that the engine survives.

An interrupt during a call ends the worker, and its variables lose their values. Training calls the engine for a
fraction of a second at a time, so an interrupt can wait that long.
"""

import contextlib
import signal
import threading
import time

from ..wire import waiting

GRACE = 0.8  # the most seconds that an interrupt waits


class _Thread(threading.local):

    postpones = False


_thread = _Thread()


@contextlib.contextmanager
def postponing():
    """A context in which interrupts during a call of an engine wait for its end, but at most for ``GRACE`` seconds."""
    outer, _thread.postpones = _thread.postpones, True
    try:
        yield
    finally:
        _thread.postpones = outer


@contextlib.contextmanager
def call():
    """A context for a call of an engine. Within ``postponing``, interrupts during the call are delivered at its end."""
    handler = signal.getsignal(signal.SIGINT) if _thread.postpones else None
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield
        return
    came = []  # pairs: the time of an interrupt, and a function that delivers it
    outer = waiting.interrupted

    def note(number, frame):
        came.append((time.monotonic(), lambda: handler(number, frame)))

    def look():
        """Called while a thread waits for an engine. Delivers an interrupt that has waited too long."""
        if threading.current_thread() is not threading.main_thread():
            return outer is not None and outer()
        if outer is not None and outer():
            came.append((time.monotonic(), _interrupt))
        if came and time.monotonic() - came[0][0] > GRACE:
            came.pop(0)[1]()
        return False

    signal.signal(signal.SIGINT, note)
    waiting.interrupted = look
    try:
        yield
    finally:
        waiting.interrupted = outer
        signal.signal(signal.SIGINT, handler)
    if came:
        came[0][1]()


def _interrupt():
    raise KeyboardInterrupt
