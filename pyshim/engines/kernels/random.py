"""Random tensors.

``shape`` is a one-dimensional int64 tensor. Each evaluation draws new numbers. Tensors with the same seed (None for no
seed) draw the same sequence. An engine may pass more keyword arguments, with the generator's state, to all three
kernels.
"""

import math
from abc import ABC, abstractmethod

from .native import Native

# The inverse of the error function, divided by x, as a polynomial in -log(1 - x ** 2) - 2.5, valid where that is below
# 2.5. The coefficients start with the highest power: Giles, Approximating the erfinv function, 2012.
INVERSE_ERROR_FUNCTION = (2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087,
                          -0.00125372503, -0.00417768164, 0.246640727, 1.50140941)


class Random(Native, ABC):

    @abstractmethod
    def random_uniform(self, shape, dtype, seed):
        """Draws from [0, 1)."""

    def random_normal(self, shape, dtype, seed, **state):
        """Draws from the normal distribution with mean 0 and standard deviation 1."""
        # The Box-Muller method (1958), with a random radius and angle.
        two = self._joined(self._number(shape, 2), shape)
        draws = self.random_uniform(two, self._drawn_in(dtype), seed, **state)
        radius, angle = [self.get_item(draws, (i,) + (slice(None),) * (self._ndim(draws) - 1)) for i in range(2)]
        radius = self.subtract(self._like(radius, 1), radius)  # from (0, 1]
        radius = self.sqrt(self.multiply(self.log(radius), self._like(radius, -2)))
        draws = self.multiply(radius, self.cos(self.multiply(angle, self._like(angle, 2 * math.pi))))
        return self.cast(draws, dtype)

    def truncated_normal(self, shape, dtype, seed, **state):
        """Like random_normal, but draws beyond -2 and 2 are drawn again."""
        # That is equivalent to normal quantiles of uniform draws from a part of [0, 1).
        draws = self.random_uniform(shape, self._drawn_in(dtype), seed, **state)
        inside = math.erf(math.sqrt(2))
        x = self.subtract(self.multiply(draws, self._like(draws, 2 * inside)), self._like(draws, inside))
        log = self.log(self.subtract(self._like(x, 1), self.square(x)))
        power = self.subtract(self._like(x, -2.5), log)
        polynomial = self._like(x, INVERSE_ERROR_FUNCTION[0])
        for coefficient in INVERSE_ERROR_FUNCTION[1:]:
            polynomial = self.add(self.multiply(polynomial, power), self._like(x, coefficient))
        quantiles = self.multiply(self.multiply(polynomial, x), self._like(x, math.sqrt(2)))
        bound = self._like(x, 2)
        return self.cast(self.maximum(self.minimum(quantiles, bound), self.negative(bound)), dtype)

    def _drawn_in(self, dtype):
        """Returns: the dtype of the uniform draws that others are made from: float16 has too few distinct values."""
        return "float32" if dtype == "float16" else dtype
