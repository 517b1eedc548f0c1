"""Products in gradients, where 0 times infinity is 0 instead of nan.

Where the derivative is 0, the result does not depend on the element, so its gradient is 0 even if the upstream
gradient is infinite. And an upstream gradient of 0 stays 0 even if the derivative is infinite, like that of sqrt at 0.
"""

import numpy as np


def product(gradient, derivative):
    """The product; 0 where the derivative is 0."""
    return np.where(derivative == 0, 0, gradient * derivative)


def product_of_any(gradient, derivative):
    """The product; 0 where either factor is 0."""
    return np.where((gradient == 0) | (derivative == 0), 0, gradient * derivative)


def quotient(gradient, divisor):
    """The quotient; 0 where the gradient is 0."""
    return np.where(gradient == 0, 0, gradient / divisor)
