"""Functions of neural networks on CNTK.

Its own relu makes nan of -infinity. Choosing by a comparison, it takes ten times as long where signs are mixed.
"""

import numpy as np

from ..contract import rules
from ..contract.node import Node
from .description import kernel
from .images import elementwise
from .native import C
from .operation import operation, where


def positive(x):
    result = np.maximum(x, 0)
    result += 0  # which makes 0 of -0
    return result


class NN:

    _relu = kernel("relu", elementwise(operation(positive, lambda gradient, result, x: where(result != 0, gradient))))

    def relu(self, x, alpha=0.0, max_value=None, threshold=0.0):
        plain = alpha == 0 and max_value is None and threshold == 0
        if not (plain and isinstance(x, Node) and x.dtype in rules.FLOATS):
            return super().relu(x, alpha, max_value, threshold)
        x = self.node(x, "x")
        return self.apply("relu", [x], x.dtype, x.shape)

    _softmax = kernel("softmax", C.softmax)
    _softplus = kernel("softplus", elementwise(C.softplus))
