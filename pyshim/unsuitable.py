"""Values that NumPy accepts as arrays, but that cannot be the value of a tensor."""

import numpy as np

KINDS = "fiub"  # accepted kinds of dtypes: floats, integers and bools


def describe(value):
    """A string that says what is unsuitable in a value, which may be a list; None if nothing is."""
    if isinstance(value, (list, tuple)):
        arrays = (list, tuple, np.ndarray, np.generic)
        return next(filter(None, (describe(part) for part in value if isinstance(part, arrays))), None)
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        return "a masked array, whose mask would be lost; fill it first, as with x.filled(0)"
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind not in KINDS:
        return "an array of dtype %s" % value.dtype
    return None
