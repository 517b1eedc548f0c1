"""Ctrl-C in a session of R: who sees it, R or Python.

R must not jump out of frames of Python, so it leaves interrupts alone while Python runs (``suspendInterrupts``).
Then Python has to see them itself. So a call from R sets Python's own signal handler, a call back into R sets
R's again, and each puts back what it found when it ends.

reticulate's handler stays out of this. It notes an interrupt for R and for Python, and with R's suspended
neither of the two would act on it.
"""

import contextlib
import ctypes
import signal
import threading

# That of ``signal`` makes enumerations of what it takes and returns: a third of what a call costs here.
from _signal import signal as set_handler

_libc = ctypes.CDLL(None)
_Action = ctypes.c_char * 256  # a ``struct sigaction``, which is smaller than this on every platform

try:
    _r_pending = ctypes.c_int.in_dll(_libc, "R_interrupts_pending")
except ValueError:  # an R that does not show its symbols
    _r_pending = ctypes.c_int(0)


class _State:
    armed = False     # Python runs, and an interrupt is raised there
    in_r = False      # R runs, called from Python
    missed = False    # an interrupt came that the call has not been ended by
    rs_action = None  # what the system does on SIGINT while R runs


def _handler(number, frame):
    if _State.in_r:
        return  # reticulate's handler has told R as well
    _State.missed = True  # until it has arrived: Python drops what is raised in a finalizer
    if _State.armed:
        _State.armed = False  # cleaning up after the first interrupt must not be cut off by a second one
        raise KeyboardInterrupt


def pending():
    """Whether R has an interrupt to handle, RStudio's Esc for example, which is no signal. It is taken from R."""
    if not _r_pending.value:
        return False
    _r_pending.value = 0
    return True


def _action():
    """What the system does on SIGINT."""
    buffer = _Action()
    _libc.sigaction(signal.SIGINT, None, buffer)
    return buffer


@contextlib.contextmanager
def in_r():
    """R runs inside, called from Python, and handles interrupts."""
    armed, _State.armed, _State.in_r = _State.armed, False, True
    _libc.sigaction(signal.SIGINT, _State.rs_action, None)
    try:
        yield
    finally:
        set_handler(signal.SIGINT, _handler)  # which first delivers to the handler what came until now
        _State.armed, _State.in_r = armed, False
        if armed and pending():  # R had no time to handle it
            _State.armed = False
            raise KeyboardInterrupt


def guarded(target, succeed, fail):
    """A function that R calls: ``succeed(target(...))``, or ``fail(error)`` of what was raised.

    An interrupt becomes a KeyboardInterrupt inside, and never leaves the function. Where R does not run in Python's
    first thread, which alone handles signals, interrupts wait for the end of the call.
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
