"""HDF5 files in the form that Keras 2.3.1 expects from h5py 2, and whether code in them is trusted."""

import contextlib
import functools
import threading

_trust = threading.local()


class Text(str):
    """Text from h5py 3, with a method ``decode`` like the bytes that h5py 2 returned."""

    def decode(self, encoding="utf-8", errors="strict"):
        return str(self)


def decodable(value):
    """The value, with its strings replaced by ``Text``."""
    if isinstance(value, str):
        return Text(value)
    if getattr(getattr(value, "dtype", None), "kind", "") == "O" or isinstance(value, list):
        return [decodable(part) for part in value]
    return value


class _Attributes:
    """The attributes of a group, with strings as ``Text``."""

    def __init__(self, attributes):
        self._attributes = attributes

    def __getitem__(self, name):
        return decodable(self._attributes[name])

    def __contains__(self, name):
        return name in self._attributes


class _Group:
    """A group of a file; strings in its attributes, and in those of groups below it, are ``Text``."""

    def __init__(self, group):
        self._group = group
        self.attrs = _Attributes(group.attrs)

    def __getitem__(self, name):
        found = self._group[name]
        return _Group(found) if hasattr(found, "keys") else found

    def __getattr__(self, name):
        return getattr(self._group, name)


def with_decodable_group(function):
    """The function, whose first argument is a group, wrapped to get a ``_Group``."""
    @functools.wraps(function)
    def call(group, *args, **kwargs):
        return function(group if isinstance(group, _Group) or not hasattr(group, "attrs") else _Group(group),
                        *args, **kwargs)
    return call


@contextlib.contextmanager
def trusting_files():
    """A context in which models may run code that their files hold.

    A file of a model with a Lambda layer contains the bytecode of its function. Bytecode can do whatever its author
    wants, and works only with one version of Python: load only your own files this way.

    Returns: a context manager.

    Example:
        >>> with K.trusting_files():
        ...     pass  # model = keras.models.load_model("own.h5")
    """
    before = trusted()
    _trust.value = True
    try:
        yield
    finally:
        _trust.value = before


def trusted():
    """Whether code in files may be run. Returns: a bool."""
    return getattr(_trust, "value", False)
