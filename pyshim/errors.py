"""The package's error classes.

Each class also derives from the built-in exception a Python user would catch. The R package turns
``ShapeError`` into a condition of class ``keras_error_shape``, and so on by the same rule.
"""

import builtins
import contextlib
import inspect

from .messages import Argument, Choices, Shape, Value, filled, from_data, suggestion, to_data


class KerasError(Exception):
    """Base class of every error that this package raises.

    Arguments:
        template: what is wrong, in one line; names in braces are fields (see ``messages.py``).
        detail: a template with the evidence, such as the sizes that differ.
        remedy: a template that says what to do, or what is accepted.
        fields: the template's fields. ``argument``, ``value``, ``axis`` and ``shape`` are the usual names.

    ``function`` is the name of the backend function that was called; it precedes the message. ``native`` is the native
    library's own traceback, if the error came from there.
    """

    function = None
    native = None

    def __init__(self, template="", detail=None, remedy=None, **fields):
        self.template, self.detail, self.remedy = str(template), detail, remedy
        if isinstance(fields.get("argument"), str):
            fields["argument"] = Argument(fields["argument"])
        self.fields = {name: Shape(field) if isinstance(field, tuple) else field for name, field in fields.items()}
        super().__init__(self.message)

    def __str__(self):
        return "%s(): %s" % (self.function, self.message) if self.function else self.message

    @property
    def message(self):
        """The message without the function's name, as Python writes it."""
        text = filled(self.template, self.fields)
        if self.detail:
            text += ": " + filled(self.detail, self.fields)
        return text + "; " + filled(self.remedy, self.fields) if self.remedy else text

    def to_data(self):
        """The error as plain data for another process or language."""
        return {"raise": type(self).__name__, "template": self.template, "detail": self.detail, "remedy": self.remedy,
                "fields": to_data(self.fields), "function": self.function, "native": self.native}

    @staticmethod
    def from_data(data):
        """The error that ``to_data`` has written; a KerasError if its class is unknown here."""
        kind = globals().get(data["raise"])
        if not (isinstance(kind, type) and issubclass(kind, KerasError)):
            kind = KerasError
        error = kind(data["template"], data["detail"], data["remedy"], **from_data(data["fields"]))
        error.function, error.native = data["function"], data["native"]
        return error


@contextlib.contextmanager
def naming(function):
    """A context in which errors name the backend function that the user called."""
    try:
        yield
    except KerasError as error:
        error.function = error.function or function
        raise


@contextlib.contextmanager
def fitting(function, args, kwargs):
    """A context that turns a TypeError into an ArgumentError if the arguments do not fit the function's signature."""
    try:
        yield
    except TypeError:
        try:
            inspect.signature(function).bind(*args, **kwargs)
        except TypeError as mismatch:
            raise ArgumentError(str(mismatch)) from None
        raise


class PythonError(KerasError, ImportError):
    """The session's own Python lacks NumPy."""


def unknown(kind, argument, value, accepted):
    """The error for a value that is not one of the accepted names; it suggests the one that may have been meant."""
    return kind("unknown {argument} {value}", argument=argument, value=Value(value), **accepted_names(value, accepted))


def accepted_names(value, accepted):
    """The remedy for such a value and its fields, as keyword arguments of an error."""
    remedy, fields = "accepted: {accepted}", {"accepted": Choices(accepted)}
    meant = suggestion(value, accepted)
    if meant is not None:
        remedy += ". Did you mean {meant}?"
        fields["meant"] = Value(meant)
    return dict(fields, remedy=remedy)


class UnknownBackendError(KerasError, ValueError):
    """No backend is registered under the name."""


class NotInstalledError(KerasError, RuntimeError):
    """The environment of the backend is not installed."""


class InterpreterError(KerasError, RuntimeError):
    """No Python interpreter that fits the engine was found."""


class InstallError(KerasError, RuntimeError):
    """An environment could not be made."""


class ConfigError(KerasError, ValueError):
    """A setting has a value that is not accepted, or keras.json cannot be written."""


class FileError(KerasError, OSError):
    """A file cannot be read or written, or has another format than it should."""


class ArgumentError(KerasError, ValueError):
    """An argument has a value that is not accepted."""


class ShapeError(KerasError, ValueError):
    """Shapes, ranks or axes are not compatible."""


class DtypeError(KerasError, TypeError):
    """A dtype is unknown or not accepted."""


class BackendMismatchError(KerasError, ValueError):
    """A tensor of one backend was given to another."""


class StaleTensorError(KerasError, RuntimeError):
    """The tensor's graph was cleared, or a variable has lost its value with its worker."""


class PlaceholderError(KerasError, ValueError):
    """A requested value depends on a placeholder that has no value."""


class GradientError(KerasError, ValueError):
    """The requested gradient does not exist."""


class EagerError(KerasError, RuntimeError):
    """The function needs the graph, and was called inside ``eager``."""


class EngineError(KerasError, RuntimeError):
    """The native library refused a call; its own message is kept."""


class DeviceError(KerasError, RuntimeError):
    """The engine cannot compute on the requested device."""


class WorkerError(KerasError, RuntimeError):
    """The worker process ended, or could not start."""


class TrainingError(WorkerError):
    """The worker process exited while a model was trained; ``initial_epoch`` is the epoch to resume from."""

    @property
    def initial_epoch(self):
        return int(self.fields["initial_epoch"])

    def to_data(self):
        return dict(super().to_data(), initial_epoch=self.initial_epoch)


class TimeoutError(KerasError, builtins.TimeoutError):
    """A worker did not answer within the timeout and was terminated."""


class TrainingTimeoutError(TrainingError, TimeoutError):
    """The same while a model was trained; ``initial_epoch`` is the epoch to resume from."""


class WireError(KerasError, ValueError):
    """A message between session and worker is malformed, or a value cannot be sent."""


class OutOfMemoryError(EngineError, WireError, MemoryError):
    """Not enough memory for a message or its arrays, in the session or in the worker. Both keep running."""
