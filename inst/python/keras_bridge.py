"""The Python side of the R package's bridge to pyshim.

R calls functions that ``function`` and ``method`` give. They never raise: what went wrong comes back as a
``Failure``, from which R makes a condition. So R needs nothing of the way reticulate reports exceptions,
which differs between its releases.
"""

import ctypes
import os
import random
import sys
import threading
import warnings

import keras_interrupts as interrupts
import keras_models as models
import numpy as np
from keras_failure import Failure
from keras_setup import backend_info, settings  # noqa: F401 -- R calls them by name

import pyshim
from pyshim import environments, errors, session
from pyshim.hosts import output, timeout
from pyshim.models.install import Packages
from pyshim.wire import waiting
from pyshim.wire.reordering import reorder

FIRST_TIMEOUT = os.environ.get(timeout.VARIABLE)


class RJumpError(Exception):
    """An R function that Python called has jumped elsewhere. R goes on with the jump when the call is over."""


# -- calls from R -----------------------------------------------------------------------------------------

def function(name):
    """The function of pyshim, of its environments, of this module, or of that of models, as R calls it."""
    found = (getattr(pyshim, name, None) or getattr(environments, name, None) or globals().get(name)
             or getattr(models, name))
    return _guarded(found)


def method(name):
    """The function of that name of the contract, which pyshim may have as an operator only."""
    return _guarded(lambda *args: session.call(name, args, {}))


def _guarded(target):
    return interrupts.guarded(target, _for_r, Failure)


def _for_r(value):
    """The value with arrays of the types that R has. Lists become tuples, which reticulate never simplifies."""
    if isinstance(value, (list, tuple)):
        return tuple(_for_r(part) for part in value)
    if isinstance(value, (np.ndarray, np.generic)):
        if value.dtype.kind == "f" or value.dtype in ("int64", "uint32", "uint64"):
            if value.size >= LARGE:
                return LargeArray(value)
            value = value.astype("float64")
        elif value.dtype.kind in "iu":
            value = value.astype("int32")
        return value if value.ndim else value.item()
    return value


LARGE = 1 << 16  # elements


class LargeArray:
    """An array that R fetches into one of its own, since reticulate's conversion takes three passes and more."""

    def __init__(self, value):
        self.value = value

    def dim(self):
        """Its sizes."""
        return list(self.value.shape)

    def fetch(self, target):
        """Write the values into a new array of R, whose memory reticulate shows to Python, read-only.

        Returns: whether that memory is as it has to be; if not, nothing has been written.
        """
        fits = (target.dtype == np.float64 and target.shape == self.value.shape
                and target.flags.f_contiguous and not target.flags.owndata)
        if fits:
            memory = (ctypes.c_double * target.size).from_address(target.ctypes.data)
            reorder(np.frombuffer(memory).reshape(target.shape, order="F"), self.value)
        return bool(fits)


# -- what R asks that pyshim has no function for ------------------------------------------------------------

def describe(x):
    """Backend, kind, name, dtype and shape of a tensor, and whether it is sparse."""
    return x.backend, x.kind, x.name, x.dtype, x.shape, x.sparse


def describe_function(x):
    """Backend, inputs and outputs of a compiled function."""
    return x.backend, x.inputs, x.outputs


def fetch(large, target):
    """Write a large array into an array of R. Returns: whether that was possible."""
    return large.fetch(target)


def save_named(path, names, variables):
    """Save variables under these names."""
    pyshim.save_variables(path, dict(zip(names, variables)))


def load_named(path, names, variables):
    """Give variables the values that were saved under these names."""
    pyshim.load_variables(path, dict(zip(names, variables)))


def load_all(path):
    """The names of the variables that a file holds, and the variables."""
    loaded = pyshim.load_variables(path)
    return list(loaded), list(loaded.values())


def call_function(compiled, values):
    """Call a compiled function."""
    return compiled(values)


def call_beside(x, name, *args):
    """Call a function on the backend of a tensor, whichever backend is the current one."""
    return session.call_on(x.host, name, args, {})


def get_item(x, parts):
    """Elements by position; each part is a position or (start, stop, step), both counted from 0."""
    key = tuple(slice(*part) if isinstance(part, (list, tuple)) else part for part in parts)
    return session.call_on(x.host, "get_item", (x, key), {})


def switch_backend(name, in_process, save, threads, device, scoped):
    """Use a backend. Where that is for a while, it is announced only if its engine starts."""
    with errors.naming("use_backend"):
        return session.select(name, in_process, save, threads, [] if scoped else [None], device)


def enter(scope):
    """Enter a context manager of pyshim."""
    scope.__enter__()


def leave(scope):
    """Leave a context manager of pyshim."""
    scope.__exit__(None, None, None)


def mode(eager):
    """The context in which calls are eager, or symbolic."""
    return session._Mode(eager)


def seed_session(seed, disable_gpu, one_thread):
    """Seed Python and NumPy, and begin an empty session of the current backend, on one thread if asked for."""
    random.seed(seed)
    np.random.seed(seed)
    if disable_gpu:
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
    name = session.backend()
    host = next((host for host in session.started() if host.backend == name), None)
    if one_thread and getattr(host, "threads", None) != 1 and getattr(host, "where", None) != "in process":
        session.stop_backend(name)
        session.use_backend(name, threads=1)
    pyshim.clear_session()


def set_timeout(seconds):
    """How long calls may take: a number of seconds, None for what the session began with."""
    text = FIRST_TIMEOUT if seconds is None else repr(float(seconds))
    os.environ.pop(timeout.VARIABLE, None)
    if text is not None:
        os.environ[timeout.VARIABLE] = text


def set_library_path(path):
    """The LD_LIBRARY_PATH that other interpreters are started with."""
    os.environ.pop("LD_LIBRARY_PATH", None)
    if path:
        os.environ["LD_LIBRARY_PATH"] = path


# -- R functions, and what is printed -----------------------------------------------------------------------

class RFunction:
    """An R function as a Python function. ``respond`` takes the list of arguments, and returns a list of the
    result, or an empty one where the function has jumped elsewhere."""

    def __init__(self, respond):
        self.respond = respond

    def __call__(self, *args, **kwargs):  # Keras names some arguments of callbacks, which come in their order
        with interrupts.in_r():
            answer = self.respond([*args, *kwargs.values()])
        if not answer:
            raise RJumpError("an R function has jumped elsewhere")
        return answer[0]


class Stream:
    """sys.stdout or sys.stderr, where what is written goes to R, which knows who wants to see it."""

    def __init__(self, original, write, console_width):
        self._original = original
        self._write = write
        self.console_width = console_width

    def write(self, text):
        # R can be called by its own thread only.
        if threading.current_thread() is threading.main_thread():
            self._write(text)
        else:
            output.write(self._original, text)
        return len(text)

    def isatty(self):
        """Whether a line can be written over."""
        if threading.current_thread() is threading.main_thread():
            return self.console_width() > 0
        return False

    def flush(self):
        output.write(self._original, "")

    def __getattr__(self, name):
        return getattr(self._original, name)


def connect(show_output, show_error, show_warning, announce, console_width):
    """Hand what Python prints, its warnings, and the news of a backend in use to functions of R.

    ``console_width`` says how wide R's console is, and 0 where output goes elsewhere.
    """
    sys.stdout = Stream(sys.stdout, show_output, console_width)
    sys.stderr = Stream(sys.stderr, show_error, lambda: 0)  # R shows messages once the call is over
    session.announce = announce
    waiting.interrupted = interrupts.pending
    show = warnings.showwarning

    def showwarning(message, category, filename, *more):
        if filename.startswith(pyshim.__path__[0]):
            show_warning(str(message))
        elif filename.startswith(Packages().folder()):
            # Keras warns of much that scripts do on purpose, such as the frozen half of a GAN: so as a message.
            show_error("Keras: %s\n" % message)
        else:
            show(message, category, filename, *more)
    warnings.showwarning = showwarning
