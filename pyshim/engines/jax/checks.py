"""What can only be checked when a program runs: conditions are results of its function, looked at after each run."""

import contextlib
import threading

import numpy as np


class _Thread(threading.local):

    def __init__(self):
        self.stack = []  # of lists that note the conditions; None where they are noted already


_thread = _Thread()  # a function may be traced beside another one


@contextlib.contextmanager
def noting():
    """A context in which conditions are noted; gives the list of pairs of a condition and a message."""
    noted = []
    _thread.stack.append(noted)
    try:
        yield noted
    finally:
        _thread.stack.pop()


@contextlib.contextmanager
def noted_already():
    """A context of what is computed a second time, for a gradient."""
    _thread.stack.append(None)
    try:
        yield
    finally:
        _thread.stack.pop()


def are_noted_already():
    return None in _thread.stack


def need(condition, message):
    """ValueError with the message, at the latest after the run, where the condition does not hold."""
    if isinstance(condition, (bool, np.bool_, np.ndarray)):
        if not condition:
            raise ValueError(message)
    elif _thread.stack[-1] is not None:
        _thread.stack[-1].append((condition, message))


def raise_first(conditions, messages):
    """ValueError with the first message whose condition does not hold."""
    for condition, message in zip(conditions, messages):
        if not condition:
            raise ValueError(message)
