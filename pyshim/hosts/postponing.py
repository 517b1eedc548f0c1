"""Interrupts that wait for the end of a short call, so that the engine stays alive.

An interrupt in a call ends the worker, and its variables are gone. Training calls the engine for a fraction of a second
at a time, so an interrupt can wait for that.
"""

import contextlib
import signal
import threading
import time

from ..wire import waiting

GRACE = 0.8  # seconds that an interrupt waits at most


class _Thread(threading.local):

    postpones = False


_thread = _Thread()


@contextlib.contextmanager
def postponing():
    """A context: interrupts that come in a call of an engine wait until it has ended, for ``GRACE`` seconds at most."""
    outer, _thread.postpones = _thread.postpones, True
    try:
        yield
    finally:
        _thread.postpones = outer


@contextlib.contextmanager
def call():
    """A call of an engine, at whose end interrupts arrive that came meanwhile, within ``postponing``."""
    handler = signal.getsignal(signal.SIGINT) if _thread.postpones else None
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield
        return
    came = []  # when interrupts came, and what delivers them
    outer = waiting.interrupted

    def note(number, frame):
        came.append((time.monotonic(), lambda: handler(number, frame)))

    def look():
        """Called while a thread waits for an engine: deliver what has waited for too long."""
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
