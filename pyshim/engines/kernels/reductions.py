"""Reductions. ``axis`` is a tuple of at least one axis; with ``keepdims`` these axes are kept with size 1."""

from abc import ABC, abstractmethod

import numpy as np

from .native import Native


class Reductions(Native, ABC):

    @abstractmethod
    def max(self, x, axis, keepdims):
        """The largest element; -inf if there are no elements."""

    def min(self, x, axis, keepdims):
        """The smallest element; inf if there are no elements."""
        return self._reversed(self.max(self._reversed(x), axis, keepdims))

    @abstractmethod
    def sum(self, x, axis, keepdims):
        """The sum."""

    def prod(self, x, axis, keepdims):
        """The product. Its gradient must also be correct where elements are 0."""
        kept = [i for i in range(self._ndim(x)) if i not in axis]
        last, sizes = len(kept), self._sizes(x)
        moved = self.permute(x, tuple(kept) + tuple(axis))
        moved = self.reshape_to(moved, self._joined(*[self.get_item(sizes, (i,)) for i in kept], self._size(x, axis)))
        one = self._like(self.sum(moved, (last,), True), 1)  # the product of no elements
        running = self.cumprod(self.concatenate(one, moved, axis=last), last)
        product = self.get_item(running, (slice(None),) * last + (-1,))
        for i in sorted(axis) if keepdims else ():
            product = self.expand_dims(product, i)
        return product

    def mean(self, x, axis, keepdims):
        """The mean of floats. For float16, it must be correct even if the sum would overflow."""
        dtype = self._dtype(x)
        wide = self.cast(x, "float32") if dtype == "float16" else x
        count = self.cast(self._size(x, axis), self._dtype(wide))
        mean = self.divide(self.sum(wide, axis, keepdims), count)
        return self.cast(mean, dtype) if dtype == "float16" else mean

    def any(self, x, axis, keepdims):
        """Whether any bool is true."""
        largest = self.max(self.cast(x, "int32"), axis, keepdims)
        return self.greater(largest, self._like(largest, 0))

    def all(self, x, axis, keepdims):
        """Whether all bools are true."""
        return self.logical_not(self.any(self.logical_not(x), axis, keepdims))

    @abstractmethod
    def argmax(self, x, axis):
        """The index of the largest element along an axis, or of the first nan; the first index in case of ties: int64.
        """

    def argmin(self, x, axis):
        """The index of the smallest element along an axis, or of the first nan; the first index in case of ties: int64.
        """
        return self.argmax(self._reversed(x), axis)

    @abstractmethod
    def cumsum(self, x, axis):
        """The cumulative sum along an axis."""

    @abstractmethod
    def cumprod(self, x, axis):
        """The cumulative product along an axis. Its gradient must also be correct where elements are 0."""

    logsumexp = None  # (x, axis, keepdims) if the engine computes it as one kernel; else the contract composes it

    def _reversed(self, x):
        """Returns: x with its order reversed, without overflow: the smallest integer becomes the largest. Applying it
        twice returns x."""
        dtype = self._dtype(x)
        if "int" not in dtype:
            return self.negative(x)
        return self.subtract(self._like(x, np.iinfo(dtype).max if dtype.startswith("uint") else -1), x)
