"""What can only be checked when a program runs: conditions are results of its function, looked at after each run."""

import contextlib

import numpy as np

_stack = []  # of lists that note the conditions; None where they are noted already


@contextlib.contextmanager
def noting():
    """A context in which conditions are noted; gives the list of pairs of a condition and a message."""
    noted = []
    _stack.append(noted)
    try:
        yield noted
    finally:
        _stack.pop()


@contextlib.contextmanager
def noted_already():
    """A context of what is computed a second time, for a gradient."""
    _stack.append(None)
    try:
        yield
    finally:
        _stack.pop()


def are_noted_already():
    return None in _stack


def need(condition, message):
    """ValueError with the message, at the latest after the run, where the condition does not hold."""
    if isinstance(condition, (bool, np.bool_, np.ndarray)):
        if not condition:
            raise ValueError(message)
    elif _stack[-1] is not None:
        _stack[-1].append((condition, message))


def raise_first(conditions, messages):
    """ValueError with the first message whose condition does not hold."""
    for condition, message in zip(conditions, messages):
        if not condition:
            raise ValueError(message)
