"""Functions of neural networks on NumPy."""

import numpy as np

from .reductions import least


class NN:

    def relu(self, x):
        return np.where(x <= 0, x.dtype.type(0), x)

    def softplus(self, x):
        return np.logaddexp(x.dtype.type(0), x)

    def softmax(self, x, axis):
        shares = np.exp(x - np.max(x, axis=axis, keepdims=True, initial=least(x.dtype)))
        return shares / self.sum(shares, axis, True)
