"""Products in gradients, where 0 times infinity is 0 and not nan.

What an element does not contribute to has no gradient for it: a derivative of 0 gives 0, however large the gradient
that comes in. And a gradient of 0 that comes in stays 0 where the derivative is infinite, as that of sqrt at 0 is.
"""

import numpy as np


def product(gradient, derivative):
    """The product, 0 where the derivative is."""
    return np.where(derivative == 0, 0, gradient * derivative)


def product_of_any(gradient, derivative):
    """The product, 0 where either is."""
    return np.where((gradient == 0) | (derivative == 0), 0, gradient * derivative)


def quotient(gradient, divisor):
    """The quotient, 0 where the gradient is."""
    return np.where(gradient == 0, 0, gradient / divisor)
