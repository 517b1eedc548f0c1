"""Values of variables, constants, and what is made of shapes."""

from abc import ABC, abstractmethod

from .native import Native


class Variables(Native, ABC):

    def identity(self, x):
        """The same value; of a variable, that at evaluation. A new native tensor where the engine changes natives."""
        return x

    @abstractmethod
    def fill_like(self, x, number, dtype):
        """The number, in the shape of x and the given dtype."""

    @abstractmethod
    def arange(self, count):
        """The numbers from 0 up to, but not including, count, an int64 scalar that is not negative: int64."""

    @abstractmethod
    def shape(self, x):
        """The shape of x at evaluation: int32, one dimension."""

    @abstractmethod
    def cast(self, x, dtype):
        """x converted to another dtype (not bool): towards 0 from float to integer, bools to 0 and 1."""
