"""Ctrl-C in an R session: whether R or Python handles it.

R must not jump out of Python frames, so it ignores interrupts while Python runs (``suspendInterrupts``), and
Python has to handle them itself. A call from R therefore installs Python's own signal handler, a call back into R
restores R's, and each restores what it found when it returns.

reticulate's handler is not used. It marks an interrupt as pending for both R and Python, and while R's interrupts
are suspended neither would act on it.
"""

import contextlib
import ctypes
import signal
import threading

# ``signal.signal`` converts to and from enumerations, which takes a third of the time of a call here.
from _signal import signal as set_handler

_libc = ctypes.CDLL(None)
_Action = ctypes.c_char * 256  # a ``struct sigaction``; it is smaller than this on every platform

try:
    _r_pending = ctypes.c_int.in_dll(_libc, "R_interrupts_pending")
except ValueError:  # an R that does not export its symbols
    _r_pending = ctypes.c_int(0)


class _State:
    armed = False     # Python runs, and an interrupt is raised there
    in_r = False      # R runs, called from Python
    missed = False    # an interrupt came, but has not ended the call yet
    rs_action = None  # what the system does on SIGINT while R runs


def _handler(number, frame):
    if _State.in_r:
        return  # reticulate's handler has notified R as well
    _State.missed = True  # until it is handled: Python drops exceptions raised in a finalizer
    if _State.armed:
        _State.armed = False  # a second interrupt must not cut off the cleanup after the first
        raise KeyboardInterrupt


def pending():
    """Take R's pending interrupt, such as RStudio's Esc, which sends no signal. Returns: whether there was one."""
    if not _r_pending.value:
        return False
    _r_pending.value = 0
    return True


def _action():
    """The system's current action on SIGINT."""
    buffer = _Action()
    _libc.sigaction(signal.SIGINT, None, buffer)
    return buffer


@contextlib.contextmanager
def in_r():
    """A context in which R runs, called from Python, and handles interrupts."""
    armed, _State.armed, _State.in_r = _State.armed, False, True
    _libc.sigaction(signal.SIGINT, _State.rs_action, None)
    try:
        yield
    finally:
        set_handler(signal.SIGINT, _handler)  # delivers signals that are already pending first
        _State.armed, _State.in_r = armed, False
        if armed and pending():  # R had no time to handle it
            _State.armed = False
            raise KeyboardInterrupt


def guarded(target, succeed, fail):
    """A function for R to call: it returns ``succeed(target(...))``, or ``fail(error)`` if the target raised.

    An interrupt raises KeyboardInterrupt inside the function, and never leaves it. If R does not run in Python's
    main thread, the only one that handles signals, interrupts wait until the call returns.
    """
    def call(*args, **kwargs):
        if threading.current_thread() is not threading.main_thread():
            try:
                return succeed(target(*args, **kwargs))
            except Exception as error:
                return fail(error)
        outer = _State.armed, _State.in_r, _State.rs_action
        action, before, interrupted = _action(), None, False
        try:
            try:
                before = set_handler(signal.SIGINT, _handler)
                if pending():
                    raise KeyboardInterrupt
                _State.in_r, _State.rs_action, _State.armed = False, action, True
                return succeed(target(*args, **kwargs))
            finally:
                _State.armed = False
        except (Exception, KeyboardInterrupt) as error:
            interrupted = isinstance(error, KeyboardInterrupt)
            return fail(error)
        finally:
            _State.armed = False
            if before is not None:
                set_handler(signal.SIGINT, before)
            _libc.sigaction(signal.SIGINT, action, None)
            missed, _State.missed = _State.missed, False
            if missed and not interrupted:
                _r_pending.value = 1  # R handles it next
            _State.armed, _State.in_r, _State.rs_action = outer
    return call
