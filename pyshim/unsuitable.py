"""Values that NumPy would take for arrays, or that it has, but that cannot be the value of a tensor."""

import numpy as np

KINDS = "fiub"  # of dtypes: floats, integers and bools


class Unsuitable:
    """Goes over the wire in place of such a value, so that the function it was given to refuses it by the
    argument's name."""

    def __init__(self, what):
        self.what = what

    def __repr__(self):
        return self.what


def describe(value):
    """What is unsuitable in a value, which may be a list: a string; None where nothing is."""
    if isinstance(value, Unsuitable):
        return value.what
    if isinstance(value, (list, tuple)):
        arrays = (list, tuple, np.ndarray, np.generic, Unsuitable)
        return next(filter(None, (describe(part) for part in value if isinstance(part, arrays))), None)
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        return "a masked array, whose mask would be lost; fill it first, as with x.filled(0)"
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind not in KINDS:
        return "an array of dtype %s" % value.dtype
    return None
