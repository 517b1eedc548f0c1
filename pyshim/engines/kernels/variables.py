"""Values of variables, constants, shapes, and casts."""

from abc import ABC, abstractmethod

from .native import Native


class Variables(Native, ABC):

    def identity(self, x):
        """x; for a variable, its value at evaluation. It must be a new native tensor if the engine changes native
        tensors in place."""
        return x

    @abstractmethod
    def fill_like(self, x, number, dtype):
        """A tensor with the shape of x and the given dtype, filled with the number."""

    @abstractmethod
    def arange(self, count):
        """The int64 numbers from 0 up to, but not including, count, a non-negative int64 scalar."""

    @abstractmethod
    def shape(self, x):
        """The shape of x at evaluation, a one-dimensional int32 tensor."""

    @abstractmethod
    def cast(self, x, dtype):
        """x converted to another dtype, which is not bool. Floats are truncated towards 0 to integers; bools become 0
        and 1."""
