"""Functions of neural networks."""

from abc import ABC

from .native import Native


class NN(Native, ABC):

    def relu(self, x):
        """x where it is positive, else 0, never -0; nan for nan. The gradient at 0 is 0."""
        zero = self._like(x, 0)
        return self.select(self.less_equal(x, zero), zero, x)

    def softplus(self, x):
        """log(1 + exp(x)), without overflow."""
        zero, one = self._like(x, 0), self._like(x, 1)
        small = self._shrunk(x)
        # Kahan's log1p, because log(1 + small) loses the digits that the sum rounds off.
        total = self.add(one, small)
        is_one = self.equal(total, one)
        scale = self.divide(small, self.select(is_one, one, self.subtract(total, one)))
        logarithm = self.select(is_one, small, self.multiply(self.log(total), scale))
        return self.add(logarithm, self.select(self.less_equal(x, zero), zero, x))

    def softmax(self, x, axis):
        """exp(x), scaled so that the sum along an axis is 1, without overflow."""
        top = self.stop_gradient(self.max(x, (axis,), True))
        shares = self.exp(self.subtract(x, top))
        return self.divide(shares, self.sum(shares, (axis,), True))

    def bias_add(self, x, bias):
        """x + bias. The axes of bias are the last axes of x."""
        return self.add(x, bias)
