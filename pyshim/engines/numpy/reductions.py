"""Reductions on NumPy."""

import numpy as np


class Reductions:

    def max(self, x, axis, keepdims):
        return np.max(x, axis=axis, keepdims=keepdims, initial=least(x.dtype))

    def min(self, x, axis, keepdims):
        largest = np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).max
        return np.min(x, axis=axis, keepdims=keepdims, initial=largest)

    def sum(self, x, axis, keepdims):
        return np.sum(x, axis=axis, keepdims=keepdims, dtype=_summed_in(x.dtype)).astype(x.dtype)

    def prod(self, x, axis, keepdims):
        return np.prod(x, axis=axis, keepdims=keepdims, dtype=x.dtype)

    def mean(self, x, axis, keepdims):
        total = np.sum(x, axis=axis, keepdims=keepdims, dtype=_summed_in(x.dtype))
        count = np.prod([x.shape[i] for i in axis], dtype="int64")
        return np.true_divide(total, total.dtype.type(count)).astype(x.dtype)

    def any(self, x, axis, keepdims):
        return np.any(x, axis=axis, keepdims=keepdims)

    def all(self, x, axis, keepdims):
        return np.all(x, axis=axis, keepdims=keepdims)

    def argmax(self, x, axis):
        return np.argmax(x, axis=axis)

    def argmin(self, x, axis):
        return np.argmin(x, axis=axis)

    def cumsum(self, x, axis):
        return np.cumsum(x, axis=axis, dtype=_summed_in(x.dtype)).astype(x.dtype)

    def cumprod(self, x, axis):
        return np.cumprod(x, axis=axis, dtype=x.dtype)


def least(dtype):
    """Returns: the smallest number of a dtype, -inf for floats."""
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


def _summed_in(dtype):
    """Returns: the dtype in which sums are computed. float16 would lose precision after a few elements."""
    return "float32" if dtype == "float16" else dtype
