"""Functions of neural networks."""

from abc import ABC

from .native import Native


class NN(Native, ABC):

    def relu(self, x):
        """x where it is positive, else 0, and no -0. nan stays. The gradient at 0 is 0."""
        zero = self._like(x, 0)
        return self.select(self.less_equal(x, zero), zero, x)

    def softplus(self, x):
        """log(1 + exp(x)), without overflow."""
        zero, one = self._like(x, 0), self._like(x, 1)
        small = self._shrunk(x)
        # What 1 + small rounds off would be lost: Kahan's log1p.
        total = self.add(one, small)
        is_one = self.equal(total, one)
        scale = self.divide(small, self.select(is_one, one, self.subtract(total, one)))
        logarithm = self.select(is_one, small, self.multiply(self.log(total), scale))
        return self.add(logarithm, self.select(self.less_equal(x, zero), zero, x))

    def softmax(self, x, axis):
        """exp(x) scaled to sum 1 along an axis, without overflow."""
        top = self.stop_gradient(self.max(x, (axis,), True))
        shares = self.exp(self.subtract(x, top))
        return self.divide(shares, self.sum(shares, (axis,), True))

    def bias_add(self, x, bias):
        """x + bias, of which the axes are x's last."""
        return self.add(x, bias)
