"""Floats as integers in NumPy, whose own cast gives for some numbers what the processor happens to give."""

import numpy as np


def whole(x, dtype):
    """Floats without their fractions, in an integer dtype: 0 for nan, and the limits of the dtype beyond them."""
    limits = np.iinfo(dtype)
    x = np.asarray(x).astype("float64")
    below, above = x <= limits.min, x >= limits.max  # as floats, which may round the largest number up
    result = np.where(below | above | np.isnan(x), 0, x).astype(dtype)
    result[below], result[above] = limits.min, limits.max
    return result
