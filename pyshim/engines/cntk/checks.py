"""Checks that let kernels use functions of CNTK that are fast, but wrong if there is nan.

A kernel's ``fast`` builder says by ``without_nan`` which values must be free of nan. A stage looks at them after each
run. Once it has found nan, it is built and run again without the fast builders.
"""

import numpy as np

from . import native
from .collecting import Collection

CHECKED = Collection()  # the CNTK variables that the kernel that is being built wants to be checked


def without_nan(x):
    """Returns: the CNTK variable. The stage that is being built checks its value in each run."""
    x = native.output(x)
    CHECKED.add(x)
    return x


def has_nan(value):
    """Whether a CNTK value has nan, or infinities of both signs."""
    return bool(np.isnan(native.borrowed(value).sum()))  # faster than testing each element
