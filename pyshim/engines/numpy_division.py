"""NumPy's ``x // y`` and ``x % y``, the same in every release of NumPy that an engine runs on.

Before 1.20, NumPy returned nan for a float divided by 0, and the smallest integer divided by -1 crashed the process.
"""

import numpy as np


def floor_divide(x, y):
    """Returns: x // y. It raises ZeroDivisionError if an integer is divided by 0."""
    if x.dtype.kind == "f":
        return np.where(y == 0, np.divide(x, y), np.floor_divide(x, y))
    minus = _is_minus_one(y)
    return np.where(minus, np.negative(x), np.floor_divide(x, np.where(minus, y.dtype.type(1), y)))


def remainder(x, y):
    """Returns: x % y. It raises ZeroDivisionError if an integer is divided by 0."""
    if x.dtype.kind == "f":
        return np.remainder(x, y)
    return np.remainder(x, np.where(_is_minus_one(y), y.dtype.type(1), y))


def _is_minus_one(y):
    if not y.all():
        raise ZeroDivisionError("an integer is divided by 0")
    return y == -1 if y.dtype.kind == "i" else np.zeros(y.shape, bool)
