"""Temporary environment variables for the import of a native library."""

import contextlib
import os


@contextlib.contextmanager
def variables(**values):
    """A context that sets environment variables, or removes those whose value is None, and restores them at its end."""
    before = {name: os.environ.get(name) for name in values}
    _put(values)
    try:
        yield
    finally:
        _put(before)


def _put(values):
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
