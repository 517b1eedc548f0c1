"""Elementwise mathematics, for floats, for all numbers, and for bools."""

from abc import ABC, abstractmethod

from .native import Native


class Elementwise(Native, ABC):

    # -- floats -------------------------------------------------------------------------------------

    @abstractmethod
    def sqrt(self, x):
        """Square root of x >= 0."""

    @abstractmethod
    def exp(self, x):
        """Exponential."""

    @abstractmethod
    def log(self, x):
        """Natural logarithm; -inf for 0, nan for negative x."""

    @abstractmethod
    def sin(self, x):
        """Sine."""

    @abstractmethod
    def cos(self, x):
        """Cosine."""

    def sigmoid(self, x):
        """1 / (1 + exp(-x)), without overflow."""
        small, one = self._shrunk(x), self._like(x, 1)
        return self.divide(self.select(self.greater(x, self._like(x, 0)), one, small), self.add(one, small))

    def tanh(self, x):
        """Hyperbolic tangent."""
        # Near 0, the quotient of exponentials loses digits, so use Lambert's continued fraction.
        near = self.less(self.square(x), self._like(x, 0.25))
        inside = self.select(near, x, self._like(x, 0))
        square, fraction = self.square(inside), self._like(x, 13)
        for odd in (11, 9, 7, 5, 3, 1):
            fraction = self.add(self._like(x, odd), self.divide(square, fraction))
        small, one = self._shrunk(self.add(x, x)), self._like(x, 1)
        size = self.divide(self.subtract(one, small), self.add(one, small))
        far = self.select(self.greater(x, self._like(x, 0)), size, self.negative(size))
        return self.select(near, self.divide(inside, fraction), far)

    def _shrunk(self, x):
        """exp(-abs(x)), with the gradient of exp(x) at 0."""
        return self.exp(self.select(self.greater(x, self._like(x, 0)), self.negative(x), x))

    @abstractmethod
    def round(self, x):
        """Nearest integer; halves are rounded to the even one. The gradient is 0."""

    @abstractmethod
    def divide(self, x, y):
        """x / y, broadcast: inf or nan where y is 0."""

    # -- numbers ------------------------------------------------------------------------------------

    def abs(self, x):
        """Absolute value, with a gradient of 0 at 0."""
        zero = self._like(x, 0)
        return self.select(self.less(x, zero), self.negative(x), self.select(self.equal(x, zero), zero, x))

    def square(self, x):
        """x * x."""
        return self.multiply(x, x)

    def sign(self, x):
        """-1, 0 or 1; nan for nan. The gradient is 0."""
        zero, one = self._like(x, 0), self._like(x, 1)
        zero_or_nan = self.select(self.equal(x, zero), zero, self.stop_gradient(x))
        return self.select(self.greater(x, zero), one, self.select(self.less(x, zero), self.negative(one), zero_or_nan))

    def negative(self, x):
        """-x; for unsigned integers modulo 2 to the power of their number of bits."""
        if self._dtype(x).startswith("uint"):
            return self.subtract(self._like(x, 0), x)
        return self.multiply(x, self._like(x, -1))  # -0 for 0

    @abstractmethod
    def add(self, x, y):
        """x + y, broadcast."""

    @abstractmethod
    def subtract(self, x, y):
        """x - y, broadcast."""

    @abstractmethod
    def multiply(self, x, y):
        """x * y, broadcast."""

    @abstractmethod
    def floor_divide(self, x, y):
        """NumPy's x // y, broadcast; an error for an integer divided by 0. The gradient is 0."""

    @abstractmethod
    def remainder(self, x, y):
        """NumPy's x % y, broadcast; an error for an integer divided by 0. The gradients are 1 and -(x // y)."""

    @abstractmethod
    def pow(self, x, y):
        """x to the power of y, broadcast; x may be negative if y is a whole number."""

    def maximum(self, x, y):
        """The larger one, broadcast; nan if either is nan. If they are equal, x gets the gradient."""
        return self.select(self.logical_or(self.greater_equal(x, y), self.not_equal(x, x)), x, y)

    def minimum(self, x, y):
        """The smaller one, broadcast; nan if either is nan. If they are equal, x gets the gradient."""
        return self.select(self.logical_or(self.less_equal(x, y), self.not_equal(x, x)), x, y)

    # -- bools --------------------------------------------------------------------------------------

    @abstractmethod
    def equal(self, x, y):
        """x == y, broadcast: bool. Also for bools."""

    def not_equal(self, x, y):
        """x != y, broadcast: bool. Also for bools."""
        return self.logical_not(self.equal(x, y))

    def greater(self, x, y):
        """x > y, broadcast: bool."""
        return self.less(y, x)

    def greater_equal(self, x, y):
        """x >= y, broadcast: bool."""
        return self.less_equal(y, x)

    @abstractmethod
    def less(self, x, y):
        """x < y, broadcast: bool."""

    def less_equal(self, x, y):
        """x <= y, broadcast: bool."""
        return self.logical_or(self.less(x, y), self.equal(x, y))

    @abstractmethod
    def logical_and(self, x, y):
        """Logical and of bools, broadcast."""

    def logical_or(self, x, y):
        """Logical or of bools, broadcast."""
        return self.logical_not(self.logical_and(self.logical_not(x), self.logical_not(y)))

    @abstractmethod
    def logical_not(self, x):
        """Logical not of bools."""

    @abstractmethod
    def select(self, condition, x, y):
        """x where the bool is true, else y, all broadcast. The result has x's dtype. An element that is not chosen
        affects neither the value nor the gradient, not even if it is nan."""
