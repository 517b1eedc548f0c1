"""Checks at run time: their conditions are results of the program's function, and are tested after each run."""

import contextlib
import threading

import numpy as np


class _Thread(threading.local):

    def __init__(self):
        self.stack = []  # of lists that collect the conditions, or None where they have been collected already


_thread = _Thread()  # per thread, because functions may be traced concurrently


@contextlib.contextmanager
def noting():
    """A context that collects conditions. Its value is the list of pairs of a condition and a message."""
    noted = []
    _thread.stack.append(noted)
    try:
        yield noted
    finally:
        _thread.stack.pop()


@contextlib.contextmanager
def noted_already():
    """A context for what is computed a second time, for a gradient: conditions are not collected again."""
    _thread.stack.append(None)
    try:
        yield
    finally:
        _thread.stack.pop()


def are_noted_already():
    return None in _thread.stack


def need(condition, message):
    """Raise ValueError with the message if the condition is false: now if it is known, else after the run."""
    if isinstance(condition, (bool, np.bool_, np.ndarray)):
        if not condition:
            raise ValueError(message)
    elif _thread.stack[-1] is not None:
        _thread.stack[-1].append((condition, message))


def raise_first(conditions, messages):
    """Raise ValueError with the message of the first condition that is false."""
    for condition, message in zip(conditions, messages):
        if not condition:
            raise ValueError(message)
