"""Casts of floats in NumPy: quietly to narrower floats, and to integers by rules of our own."""

import numpy as np


def quiet():
    """A context for casts to narrower floats: too large a number is infinity, too small a one is 0, and R's NA, at
    which processors complain, is nan. What the user has told ``np.seterr`` does not count."""
    return np.errstate(all="ignore")


def whole(x, dtype):
    """Floats without their fractions, in an integer dtype: 0 for nan, and the limits of the dtype beyond them.

    NumPy's own cast gives for these numbers what the processor happens to give.
    """
    limits = np.iinfo(dtype)
    x = np.asarray(x).astype("float64")
    below, above = x <= limits.min, x >= limits.max  # as floats, which may round the largest number up
    result = np.where(below | above | np.isnan(x), 0, x).astype(dtype)
    result[below], result[above] = limits.min, limits.max
    return result
