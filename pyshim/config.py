"""Settings that apply to all backends: keras.json, environment variables, floatx, epsilon, data format.

``keras.json`` is in the Keras home: ``$KERAS_HOME``, else ``~/.keras``. It is read when a setting is first
used. A worker never reads it: settings matter only while the graph is built, which happens in the session.
"""

import contextlib
import fcntl
import json
import numbers
import os
import stat
import sys
import warnings

from .dtypes import FLOATS
from .errors import ArgumentError, ConfigError, unknown
from .files import make_folder, replace_json
from .messages import Value

DATA_FORMATS = ("channels_last", "channels_first")
DEFAULTS = {"floatx": "float32", "epsilon": 1e-07, "backend": "tensorflow",
            "image_data_format": "channels_last"}

# Raised on reading a file that is missing, not accessible or not JSON. Deep nesting exhausts the parser.
UNREADABLE = (OSError, ValueError, RecursionError)

LARGEST = 1 << 20  # bytes of keras.json

_state = {"settings": None}


# -- where it is kept -----------------------------------------------------------------------------------

def home():
    """The Keras home, where keras.json and the engines' environments are. Returns: a path, a string."""
    folder = os.path.expanduser(os.environ.get("KERAS_HOME") or os.path.join("~", ".keras"))
    if folder.split(os.sep)[0] == "~":  # neither HOME nor the user database has a home directory: use /
        folder = os.sep + folder[2:]
    try:
        return os.path.abspath(folder)  # absolute, since engines run in another working directory
    except FileNotFoundError:  # the working directory has been deleted
        return folder


def path():
    """The path of keras.json. Returns: a string."""
    return os.path.join(home(), "keras.json")


# -- the settings ---------------------------------------------------------------------------------------

def backend():
    """The default backend: ``$KERAS_BACKEND``, else that of keras.json. Returns: a string.

    ``pyshim``, in either place, tells Keras 2.3.1 to run on this package, and does not select a backend.
    """
    if source_of_backend() == "KERAS_BACKEND":
        return os.environ["KERAS_BACKEND"]
    name = _settings()["backend"]
    return DEFAULTS["backend"] if name == "pyshim" else name


def source_of_backend():
    """What sets the default backend: the name of the environment variable, or the path of keras.json."""
    return "KERAS_BACKEND" if os.environ.get("KERAS_BACKEND", "pyshim") not in ("", "pyshim") else path()


def floatx():
    """The default dtype of floats. Returns: "float16", "float32" or "float64".

    Example:
        >>> K.floatx()
        'float32'
    """
    return _settings()["floatx"]


def set_floatx(floatx):
    """Change the default dtype of floats, on all backends, for everything built from now on.

    Arguments: floatx, "float16", "float32" or "float64". Raises ConfigError for any other value.
    """
    _set("floatx", floatx)


def epsilon():
    """The small number used to keep logarithms and quotients finite. Returns: a float."""
    return _settings()["epsilon"]


def set_epsilon(e):
    """Change ``epsilon``, on all backends, for everything built from now on.

    Arguments: e, a positive number. Raises ConfigError for any other value.
    """
    _set("epsilon", e)


def image_data_format():
    """The default order of an image's axes. Returns: "channels_last" or "channels_first"."""
    return _settings()["image_data_format"]


def set_image_data_format(data_format):
    """Change the default order of an image's axes, on all backends.

    Arguments: data_format, "channels_last" or "channels_first". Raises ConfigError for any other value.
    """
    _set("image_data_format", data_format)


def normalize_data_format(value):
    """A data format in its standard spelling.

    Arguments: value, "channels_last" or "channels_first" in any case, or None for the default.
    Returns: a string. Raises ArgumentError for any other value.
    """
    return standard_data_format(value, "value")


def standard_data_format(value, argument="data format"):
    """The same for a value that the user gave under another argument name."""
    if value is None:
        return image_data_format()
    name = value.lower() if isinstance(value, str) else value
    if not isinstance(name, str) or name not in DATA_FORMATS:
        raise unknown(ArgumentError, argument, value, DATA_FORMATS)
    return name


# -- reading and writing --------------------------------------------------------------------------------

def save_backend(name):
    """Make a backend the default of later sessions: the key "backend" of keras.json.

    The file is replaced atomically, and its other keys are kept. Raises ConfigError if it cannot be read or written;
    it is then left as it is.
    """
    try:
        with _locked_home():
            saved = _read() if os.path.exists(path()) else dict(DEFAULTS)
            saved["backend"] = name
            replace_json(path(), saved)
    except UNREADABLE as error:
        raise ConfigError("{path} cannot be changed: {reason}. It was left as it is",
                          remedy="repair or remove it, then try again", path=path(), reason=error) from error
    _settings()["backend"] = name


def _settings():
    if _state["settings"] is None:
        _state["settings"] = _load()
    return _state["settings"]


def _set(key, value):
    problem = _problem(key, value)
    if problem:
        raise problem
    _settings()[key] = float(value) if key == "epsilon" else value


def _load():
    """The settings of keras.json. Creates the file if it is missing; problems are reported in one warning."""
    settings, problems, saved = dict(DEFAULTS), [], {}
    try:
        saved = _read()
    except (FileNotFoundError, NotADirectoryError):
        try:
            saved = _created()
        except UNREADABLE as error:
            problems.append("it cannot be created: %s" % error)
    except UNREADABLE as error:
        problems.append("it cannot be read: %s" % error)
    for key in set(DEFAULTS).intersection(saved):
        problem = _problem(key, saved[key])
        if problem:
            problems.append(str(problem))
        else:
            settings[key] = float(saved[key]) if key == "epsilon" else saved[key]
    if problems:
        warnings.warn("%s: %s. The defaults are used instead; the file is left as it is."
                      % (path(), "; ".join(sorted(problems))), RuntimeWarning, stacklevel=2)
    return settings


def _created():
    """Create keras.json. Returns: its content, as written by this process or by a faster one."""
    with _locked_home():
        if os.path.exists(path()):
            return _read()
        replace_json(path(), DEFAULTS)
        return DEFAULTS


def _problem(key, value):
    """The error in a setting's value, or None if it is valid."""
    choices = {"floatx": FLOATS, "image_data_format": DATA_FORMATS}
    if key in choices and not (isinstance(value, str) and value in choices[key]):
        return unknown(ConfigError, key, value, choices[key])
    if key == "epsilon" and not (isinstance(value, numbers.Real) and not isinstance(value, bool)
                                 and 0 < value <= sys.float_info.max):
        return ConfigError("epsilon must be a positive number, not {value}", argument="e", value=Value(value))
    if key == "backend" and not isinstance(value, str):
        return ConfigError("{argument} must be a name, not {value}", argument="backend", value=Value(value))
    return None


def _read():
    # Opening a named pipe would block until its other end is opened.
    descriptor = os.open(path(), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError("it is a folder, a pipe or a device, not a file")
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(LARGEST + 1)
    finally:
        os.close(descriptor)
    if len(data) > LARGEST:
        raise ValueError("it is larger than %d bytes" % LARGEST)
    saved = json.loads(data.decode("utf-8"))
    if not isinstance(saved, dict):
        raise ValueError("it holds no JSON object")
    return saved


@contextlib.contextmanager
def _locked_home():
    """A lock on the Keras home, which is created if it is missing."""
    make_folder(home())
    descriptor = os.open(home(), os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
