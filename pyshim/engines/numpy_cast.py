"""Casts of floats in NumPy: to narrower floats without warnings, and to integers by our own rules."""

import numpy as np


def quiet():
    """A context for casts to narrower floats, which overrides the user's ``np.seterr``: too large a number becomes
    infinity, too small a number becomes 0, and R's NA, a signaling nan, becomes nan."""
    return np.errstate(all="ignore")


def whole(x, dtype):
    """Returns: floats truncated to an integer dtype. nan becomes 0, and numbers out of range become the dtype's limits.

    NumPy's own result for these numbers depends on the processor.
    """
    limits = np.iinfo(dtype)
    x = np.asarray(x).astype("float64")
    below, above = x <= limits.min, x >= limits.max  # as a float, the largest number may be rounded up
    result = np.where(below | above | np.isnan(x), 0, x).astype(dtype)
    result[below], result[above] = limits.min, limits.max
    return result
