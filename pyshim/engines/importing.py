"""Importing a native library, whatever the environment variables of the process say."""

import contextlib
import os


@contextlib.contextmanager
def variables(**values):
    """Set environment variables for a block, or remove those whose value is None. Afterwards they are as before."""
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
