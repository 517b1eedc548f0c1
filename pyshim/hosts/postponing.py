"""Postponing interrupts and other signals to the end of a short call, so that the engine survives.

An exception of a signal handler during a call ends the worker, and its variables lose their values. Training calls the
engine for a fraction of a second at a time, so a signal can wait that long.
"""

import contextlib
import signal
import threading
import time

from ..wire import waiting

GRACE = 0.8  # the most seconds that a signal waits
# Those whose handlers end a training or limit its time. Windows does not have all of them.
SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGALRM", "SIGUSR1", "SIGUSR2")
           if hasattr(signal, name)]


class _Thread(threading.local):

    postpones = False


_thread = _Thread()


@contextlib.contextmanager
def postponing():
    """A context in which signals during a call of an engine wait for its end, but at most for ``GRACE`` seconds."""
    outer, _thread.postpones = _thread.postpones, True
    try:
        yield
    finally:
        _thread.postpones = outer


@contextlib.contextmanager
def call():
    """A context for a call of an engine. Within ``postponing``, the handlers of signals that come during the call run
    at its end."""
    handlers = {}
    if _thread.postpones and threading.current_thread() is threading.main_thread():
        handlers = {number: handler for number, handler in zip(SIGNALS, map(signal.getsignal, SIGNALS))
                    if callable(handler)}
    if not handlers:
        yield
        return
    came = {}  # by signal: the time when it first came, and a function that delivers it
    outer = waiting.interrupted

    def note(number, frame):
        came.setdefault(number, (time.monotonic(), lambda: handlers[number](number, frame)))

    def look():
        """Called while a thread waits for an engine. Delivers signals that have waited too long."""
        if threading.current_thread() is not threading.main_thread():
            return outer is not None and outer()
        if outer is not None and outer():
            came.setdefault(signal.SIGINT, (time.monotonic(), _interrupt))
        late = [number for number, (moment, _) in came.items() if time.monotonic() - moment > GRACE]
        _deliver({number: came.pop(number) for number in late})
        return False

    try:
        for number in handlers:
            signal.signal(number, note)
        waiting.interrupted = look
        yield
    finally:
        waiting.interrupted = outer
        _restore(dict(handlers))
        _deliver(came)


def _restore(handlers):
    """Set the handlers of signals, even if one of them runs in between and raises."""
    try:
        while handlers:
            number = next(iter(handlers))
            signal.signal(number, handlers[number])
            del handlers[number]
    finally:
        if handlers:
            _restore(handlers)


def _deliver(came):
    """Run the handlers of signals that have come, even if one of them raises."""
    try:
        while came:
            came.pop(next(iter(came)))[1]()
    finally:
        if came:
            _deliver(came)


def _interrupt():
    raise KeyboardInterrupt
