"""A lock: one installation of a backend at a time, including its child processes."""

import contextlib
import fcntl
import os
from typing import List

from ..errors import InstallError

_held: List[int] = []


@contextlib.contextmanager
def locked(environment, wait):
    """A context that holds a backend's installation lock; ``wait`` is called before waiting for another process."""
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
    """The descriptors that a child process inherits (``pass_fds``), so that it holds the lock too.

    If this process is killed while a step of its installation keeps running, the next installation waits for that step.
    """
    return tuple(_held)
