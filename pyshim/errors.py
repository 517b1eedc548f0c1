"""The errors of the package, by what went wrong.

Each class also derives from the built-in exception a Python user would catch. The R package turns
``ShapeError`` into a condition of class ``keras_error_shape``, and so on by the same rule.
"""

import builtins
import contextlib


class KerasError(Exception):
    """Base class of every error that this package raises.

    ``function`` is the name of the backend function that was called, and stands before the message.
    ``native`` is the native library's own traceback, where it was the one that refused.
    """

    function = None
    native = None

    def __str__(self):
        message = super().__str__()
        return "%s(): %s" % (self.function, message) if self.function else message

    @property
    def message(self):
        """The message without the function's name."""
        return super().__str__()


@contextlib.contextmanager
def naming(function):
    """Errors that are raised inside name the backend function that the user called."""
    try:
        yield
    except KerasError as error:
        error.function = error.function or function
        raise


class PythonError(KerasError, ImportError):
    """The session's own Python lacks NumPy."""


class UnknownBackendError(KerasError, ValueError):
    """The name is not that of a registered backend."""


class NotInstalledError(KerasError, RuntimeError):
    """The environment of the backend is not installed."""


class InterpreterError(KerasError, RuntimeError):
    """No Python interpreter that fits the engine was found."""


class InstallError(KerasError, RuntimeError):
    """An environment could not be made."""


class ConfigError(KerasError, ValueError):
    """A setting has a value that is not accepted, or keras.json cannot be written."""


class FileError(KerasError, OSError):
    """A file of variables cannot be read or written, or is none."""


class ArgumentError(KerasError, ValueError):
    """An argument has a value that is not accepted."""


class ShapeError(KerasError, ValueError):
    """Shapes, ranks or axes do not fit."""


class DtypeError(KerasError, TypeError):
    """A dtype is unknown, or does not fit."""


class BackendMismatchError(KerasError, ValueError):
    """A tensor of one backend was given to another."""


class StaleTensorError(KerasError, RuntimeError):
    """The tensor is gone: its graph was cleared, or its worker ended."""


class PlaceholderError(KerasError, ValueError):
    """A value was asked for that depends on a placeholder without one."""


class GradientError(KerasError, ValueError):
    """The gradient asked for does not exist."""


class EagerError(KerasError, RuntimeError):
    """The function needs the graph, and was called inside ``eager``."""


class EngineError(KerasError, RuntimeError):
    """The native library refused a call; its own message is kept."""


class WorkerError(KerasError, RuntimeError):
    """The worker process ended, or could not start."""


class TimeoutError(KerasError, builtins.TimeoutError):
    """A worker did not answer within the timeout, and was ended."""


class WireError(KerasError, ValueError):
    """A message between session and worker is malformed, or a value cannot be sent."""


class OutOfMemoryError(EngineError, WireError, MemoryError):
    """There is no memory for a message or its arrays, in the session or in the worker. Both live on."""
