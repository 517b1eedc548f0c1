"""Ctrl-C in an R session: whether R or Python handles it.

R must not jump out of Python frames, so it ignores interrupts while Python runs (``suspendInterrupts``), and
Python has to handle them itself. The system has one action on SIGINT, which sets flags:

- While R runs, it is reticulate's. It sets R's flag and Python's.
- While Python runs in a call from R, it is Python's, which sets Python's flag.

Python calls its handler at the next opportunity after its flag was set. By then the action may have changed. So
there is one handler for both, ``_handle``, which decides by ``_State``; each change of the action is enclosed by
``_deliver``, which calls the handler for a flag that is set; and the state never says that R runs while the action
is Python's, since R would not learn of the interrupt.
"""

import contextlib
import ctypes
import signal
import threading

# The functions of the module ``signal`` convert to and from enumerations, which takes a third of the time of a call.
from _signal import getsignal
from _signal import signal as set_handler

_libc = ctypes.CDLL(None)
_Action = ctypes.c_char * 256  # a ``struct sigaction``; it is smaller than this on every platform
_deliver = ctypes.pythonapi.PyErr_CheckSignals
_deliver.restype = ctypes.c_int


def _flag_of_r(name):
    try:
        return ctypes.c_int.in_dll(_libc, name)
    except ValueError:  # an R that does not export its symbols
        return ctypes.c_int(0)


_r_pending = _flag_of_r("R_interrupts_pending")
_r_suspended = _flag_of_r("R_interrupts_suspended")


class _State:
    in_python = False       # Python runs, called from R
    armed = False           # an interrupt is raised in Python; it never is unless ``in_python``
    missed = False          # an interrupt came in Python, but has not ended the call yet
    rs_action = None        # what the system does on SIGINT while R runs
    pythons_action = None   # and while Python runs
    reticulates = None      # the handler in Python that reticulate installed


def _handle(number, frame):
    if not _State.in_python:
        # R's flag is set too. If R has suspended interrupts, it is between two calls of its own, and whoever runs
        # next takes the flag. If not, a script calls Python without this package.
        if not _r_suspended.value and callable(_State.reticulates):
            _State.reticulates(number, frame)
        return
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


def _act(action):
    """Make ``action`` the system's on SIGINT. Returns the one before."""
    before = _Action()
    _libc.sigaction(signal.SIGINT, action, before)
    return before


def _take_over():
    """Make ``_handle`` Python's handler. The system's action stays as it is. Returns the handler before."""
    handler = getsignal(signal.SIGINT)
    if handler is not _handle:
        _replace(_handle)
    return handler


def _give_back(handler):
    """Undo ``_take_over``, given its result."""
    if handler is not _handle:
        _replace(handler)


def _replace(handler):
    action = _act(None)
    set_handler(signal.SIGINT, handler)
    _State.pythons_action = _act(action)


def _leave_to_r():
    """Tell R of an interrupt that came in Python, but ended nothing there."""
    if _State.missed:
        _State.missed = False
        _r_pending.value = 1


@contextlib.contextmanager
def in_r():
    """A context in which R runs, called from Python, and handles interrupts."""
    if not _State.in_python:  # a script called Python without this package
        yield
        return
    armed, _State.armed = _State.armed, False
    _act(_State.rs_action)
    _deliver()
    handler = _take_over()
    _leave_to_r()
    _State.in_python = False
    try:
        yield
    finally:
        try:
            _deliver()
        finally:
            _State.in_python = True
            _act(_State.pythons_action)
            _deliver()
            _give_back(handler)
        _State.armed = armed
        if armed and (pending() or _State.missed):  # R had no time to handle it
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
        in_python, armed, rs_action = _State.in_python, _State.armed, _State.rs_action
        handler, action, interrupted = _handle, None, False
        try:
            try:
                handler = _take_over()
                if rs_action is None and handler is not _handle:  # the outermost call keeps it
                    _State.reticulates, handler = handler, _handle
                _deliver()
                _State.in_python, _State.armed = True, False
                action = _State.rs_action = _act(_State.pythons_action)
                _State.armed = True
                if pending() or _State.missed:
                    raise KeyboardInterrupt
                return succeed(target(*args, **kwargs))
            finally:
                _State.armed = False
        except (Exception, KeyboardInterrupt) as error:
            interrupted = isinstance(error, KeyboardInterrupt)
            return fail(error)
        finally:
            _State.armed = False
            if action is not None:
                _act(action)
                _deliver()
            _State.in_python, _State.armed, _State.rs_action = in_python, armed, rs_action
            _give_back(handler)
            if interrupted:
                _State.missed = False
            _leave_to_r()
    return call
