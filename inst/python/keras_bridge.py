"""The Python side of the R package's bridge to pyshim.

R calls the functions that ``function`` and ``method`` return. They never raise: an error comes back as a
``Failure``, which R turns into a condition. So R does not depend on how reticulate reports exceptions, which
differs between its releases.
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
from keras_functions import RFunction  # noqa: F401 -- R makes objects of it
from keras_generators import as_generator, fit_batches, with_batches  # noqa: F401 -- R calls them by name
from keras_setup import backend_info, settings  # noqa: F401 -- R calls them by name

import pyshim
from pyshim import environments, errors, session
from pyshim.hosts import output, timeout
from pyshim.models.install import Packages
from pyshim.wire import waiting
from pyshim.wire.reordering import reorder

FIRST_TIMEOUT = os.environ.get(timeout.VARIABLE)


# -- calls from R -----------------------------------------------------------------------------------------

def function(name):
    """A function of pyshim, its environments, this module or ``keras_models``, wrapped for calls from R."""
    found = (getattr(pyshim, name, None) or getattr(environments, name, None) or globals().get(name)
             or getattr(models, name))
    return _guarded(found)


def method(name):
    """The contract's function of that name, wrapped for R; pyshim may offer it only as an operator."""
    return _guarded(lambda *args: session.call(name, args, {}))


def _guarded(target):
    return interrupts.guarded(target, _for_r, Failure)


def _for_r(value):
    """The value, its arrays cast to types that R has. Lists become tuples, which reticulate never simplifies."""
    if isinstance(value, (list, tuple)):
        return tuple(_for_r(part) for part in value)
    if isinstance(value, (np.ndarray, np.generic)):
        if value.dtype.kind == "f" or value.dtype in ("int64", "uint32", "uint64"):
            if value.size >= LARGE:
                return LargeArray(value)
            value = value.astype("float64")
        elif value.dtype.kind in "iu":
            value = value.astype("float64" if _holds_na(value) else "int32")
        return value if value.ndim else value.item()
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        return float(value)  # reticulate would keep the lower 32 bits
    return value


def _holds_na(value):
    """Whether R would take one of these integers for NA: its NA is the smallest int32."""
    return value.dtype == "int32" and value.size and value.min() == np.iinfo("int32").min


LARGEST_INTEGER = 2 ** 31 - 1  # of R
LARGE = 1 << 16  # elements


class LargeArray:
    """A large array that R copies into its own memory, since reticulate's conversion makes at least three passes."""

    def __init__(self, value):
        self.value = value

    def dim(self):
        """Its sizes."""
        return list(self.value.shape)

    def fetch(self, target):
        """Write the values into a new R array, whose memory reticulate exposes to Python as read-only.

        Returns: whether that memory has the expected layout; if not, nothing is written.
        """
        fits = (target.dtype == np.float64 and target.shape == self.value.shape
                and target.flags.f_contiguous and not target.flags.owndata)
        if fits:
            memory = (ctypes.c_double * target.size).from_address(target.ctypes.data)
            reorder(np.frombuffer(memory).reshape(target.shape, order="F"), self.value)
        return bool(fits)


# -- what R needs and pyshim has no function for ------------------------------------------------------------

def describe(x):
    """Backend, kind, name, dtype and shape of a tensor, and whether it is sparse."""
    return x.backend, x.kind, x.name, x.dtype, x.shape, x.sparse


def describe_function(x):
    """Backend, inputs and outputs of a compiled function."""
    return x.backend, x.inputs, x.outputs


def fetch(large, target):
    """Write a large array into an R array. Returns: whether that was possible."""
    return large.fetch(target)


def save_named(path, names, variables):
    """Save variables under these names."""
    pyshim.save_variables(path, dict(zip(names, variables)))


def load_named(path, names, variables):
    """Set variables to the values that were saved under these names."""
    pyshim.load_variables(path, dict(zip(names, variables)))


def load_all(path):
    """Load all variables of a file. Returns: their names, and the variables."""
    loaded = pyshim.load_variables(path)
    return list(loaded), list(loaded.values())


def call_function(compiled, values):
    """Call a compiled function."""
    return compiled(values)


def call_beside(x, name, *args):
    """Call a function on a tensor's own backend, whichever backend is current."""
    return session.call_on(x.host, name, args, {})


def get_item(x, parts):
    """Elements by position; each part is a position or (start, stop, step), both counted from 0."""
    key = tuple(slice(*part) if isinstance(part, (list, tuple)) else part for part in parts)
    return session.call_on(x.host, "get_item", (x, key), {})


def switch_backend(name, in_process, save, threads, device, scoped):
    """Use a backend. A scoped (temporary) switch is announced only if it starts the engine."""
    with errors.naming("use_backend"):
        return session.select(name, in_process, save, threads, [] if scoped else [None], device)


def enter(scope):
    """Enter a context manager of pyshim."""
    scope.__enter__()


def leave(scope):
    """Leave a context manager of pyshim."""
    scope.__exit__(None, None, None)


def mode(eager):
    """A context in which calls are eager, or symbolic."""
    return session._Mode(eager)


def seed_session(seed, disable_gpu, one_thread):
    """Seed Python and NumPy, and start an empty session of the current backend, single-threaded on request."""
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
    """Set the timeout of calls, in seconds; None restores the one that the session started with."""
    text = FIRST_TIMEOUT if seconds is None else repr(float(seconds))
    os.environ.pop(timeout.VARIABLE, None)
    if text is not None:
        os.environ[timeout.VARIABLE] = text


def set_library_path(path):
    """Set the LD_LIBRARY_PATH for other interpreters that are started."""
    os.environ.pop("LD_LIBRARY_PATH", None)
    if path:
        os.environ["LD_LIBRARY_PATH"] = path


# -- printed output ----------------------------------------------------------------------------------------

class Stream:
    """A replacement for sys.stdout or sys.stderr that sends output to R, which decides where it is shown."""

    def __init__(self, original, write, console_width):
        self._original = original
        self._write = write
        self.console_width = console_width

    def write(self, text):
        # Only R's own thread may call R.
        if threading.current_thread() is threading.main_thread():
            self._write(text)
        else:
            output.write(self._original, text)
        return len(text)

    def isatty(self):
        """Whether a line can be overwritten."""
        if threading.current_thread() is threading.main_thread():
            return self.console_width() > 0
        return False

    def flush(self):
        output.write(self._original, "")

    def __getattr__(self, name):
        return getattr(self._original, name)


def connect(show_output, show_error, show_warning, announce, console_width):
    """Route Python's output, its warnings and announcements of backends to R functions.

    ``console_width`` returns the width of R's console, or 0 where output goes elsewhere.
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
            # Keras warns about things that scripts do on purpose, such as freezing half of a GAN. Show a message.
            show_error("Keras: %s\n" % message)
        else:
            show(message, category, filename, *more)
    warnings.showwarning = showwarning
