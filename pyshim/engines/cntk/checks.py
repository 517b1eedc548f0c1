"""Checks that let kernels use functions of CNTK that are fast, but wrong for some values.

A kernel's ``fast`` builder says by ``checked`` for which values of a CNTK variable they are wrong. A stage looks at
these variables after each run. Once it has found such a value, it is built and run again without the fast builder of
that kernel.
"""

import numpy as np

from . import native
from .collecting import Collection
from .native import C

CHECKED = Collection()  # pairs of a CNTK variable and a function, for the kernel that is being built

# CNTK's functions are faster than ours in NumPy up to so many elements. With more, NumPy's faster loops count.
SMALL = 1 << 13


def checked(x, is_wrong):
    """Returns: the CNTK variable. The stage that is being built calls ``is_wrong`` with its array after each run."""
    x = native.output(x)
    if not x.is_output:  # a stage can look only at what it computes
        x = native.output(C.reshape(x, x.shape))
    CHECKED.add((x, is_wrong))
    return x


def without_nan(x):
    """Returns: the CNTK variable, checked for nan unless it is a constant without nan."""
    x = native.output(x)
    constant = x.is_constant and not hasattr(x, "changes")
    return x if constant and not has_nan(x.value) else checked(x, has_nan)


def is_small(*variables):
    """Whether the variables have few elements, so that CNTK's own function is faster than one of ours."""
    return all(np.prod(x.shape, dtype=int) <= SMALL for x in variables)


def has_nan(array):
    """Whether an array has nan, or infinities of both signs."""
    return bool(np.isnan(array.sum()))  # faster than testing each element


def has_zero(array):
    return not array.all()
