"""HDF5 files as Keras 2.3.1 expects them from h5py 2, and whether their code is trusted."""

import contextlib
import functools
import threading

_trust = threading.local()


class Text(str):
    """Text of h5py 3 that can be decoded as h5py 2's bytes can."""

    def decode(self, encoding="utf-8", errors="strict"):
        return str(self)


def decodable(value):
    """The value, with text in it that can be decoded."""
    if isinstance(value, str):
        return Text(value)
    if getattr(getattr(value, "dtype", None), "kind", "") == "O" or isinstance(value, list):
        return [decodable(part) for part in value]
    return value


class _Attributes:
    """The attributes of a group, with text that can be decoded."""

    def __init__(self, attributes):
        self._attributes = attributes

    def __getitem__(self, name):
        return decodable(self._attributes[name])

    def __contains__(self, name):
        return name in self._attributes


class _Group:
    """A group of a file whose attributes can be decoded, and those of the groups in it."""

    def __init__(self, group):
        self._group = group
        self.attrs = _Attributes(group.attrs)

    def __getitem__(self, name):
        found = self._group[name]
        return _Group(found) if hasattr(found, "keys") else found

    def __getattr__(self, name):
        return getattr(self._group, name)


def with_decodable_group(function):
    """The function, whose first argument is a group, with one that can be decoded."""
    @functools.wraps(function)
    def call(group, *args, **kwargs):
        return function(group if isinstance(group, _Group) or not hasattr(group, "attrs") else _Group(group),
                        *args, **kwargs)
    return call


@contextlib.contextmanager
def trusting_files():
    """A context in which models may run code that their files hold.

    A file of a model with a Lambda layer holds the bytecode of its function. Bytecode can do whatever its writer
    wants, and it fits one version of Python only: load files of your own this way, and no others.

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
