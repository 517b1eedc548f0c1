"""Products, transposition, and indexing of slices."""

from abc import ABC, abstractmethod

from .native import Native


class LinearAlgebra(Native, ABC):

    @abstractmethod
    def dot(self, x, y):
        """The sum of products over the last axis of x and the last but one (or only) axis of y, like numpy.dot."""

    @abstractmethod
    def permute(self, x, pattern):
        """x with its axes in the order of the pattern, like numpy.transpose."""

    @abstractmethod
    def batch_dot(self, x, y, axes):
        """For each sample (index of the first axis), the sum of products over axis axes[0] of x and axes[1] of y. The
        result has x's other axes, then y's."""

    @abstractmethod
    def gather(self, reference, indices):
        """The slices of reference's first axis at the indices, which are int32 or int64; an error if one is out of
        bounds. The gradients of a slice that is taken several times add up."""

    @abstractmethod
    def segment_sum(self, x, segments, count):
        """A tensor whose slice i is the sum of the slices x[j] with segments[j] == i; ``count`` is the number
        of slices, an int32 scalar. ``segments`` are int32."""

    def scatter(self, values, rows, columns, sizes):
        """A matrix of zeros of the shape ``sizes`` (int32), with values[j] added at (rows[j], columns[j])."""
        height, width = self.get_item(sizes, (0,)), self.get_item(sizes, (1,))
        places = self.add(self.multiply(rows, width), columns)
        flat = self.segment_sum(values, places, self.multiply(height, width))
        return self.reshape_to(flat, self.cast(sizes, "int64"))
