"""Products, transposition, and slices by index."""

from abc import ABC, abstractmethod

from .native import Native


class LinearAlgebra(Native, ABC):

    @abstractmethod
    def dot(self, x, y):
        """The sum over the last axis of x and the last but one (or only) axis of y, as numpy.dot."""

    @abstractmethod
    def permute(self, x, pattern):
        """x with its axes in the order of the pattern, as numpy.transpose."""

    @abstractmethod
    def batch_dot(self, x, y, axes):
        """For each index of the first axes, the sum over axis axes[0] of x and axes[1] of y of the products:
        x's other axes, then y's."""

    @abstractmethod
    def gather(self, reference, indices):
        """The slices of reference's first axis at the indices, int32 or int64; an error where one is out of range.
        Gradients of a slice that is taken several times add up."""

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
