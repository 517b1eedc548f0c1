"""One installation of a backend at a time, its child processes included."""

import contextlib
import fcntl
import os
from typing import List

from ..errors import InstallError

_held: List[int] = []


@contextlib.contextmanager
def locked(environment, wait):
    """The installation of a backend for this process alone; ``wait`` is called before it waits for another's."""
    folder = os.path.dirname(environment.folder())
    try:
        os.makedirs(folder, exist_ok=True)
        descriptor = os.open(os.path.join(folder, ".%s.lock" % environment.name), os.O_CREAT | os.O_RDWR, 0o644)
    except OSError as error:
        raise InstallError("{folder} cannot be written: {words}. Name another Keras home with KERAS_HOME",
                           folder=folder, words=error) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            wait()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        _held.append(descriptor)
        yield
    finally:
        if descriptor in _held:
            _held.remove(descriptor)
        os.close(descriptor)


def held():
    """What a child process inherits (``pass_fds``): it holds the lock too.

    So where this process is killed and a step of its installation lives on, the next one waits for its end.
    """
    return tuple(_held)
