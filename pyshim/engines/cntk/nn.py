"""Functions of neural networks on CNTK.

Its own relu makes nan of -infinity. Choosing by a comparison, it takes ten times as long where signs are mixed.
"""

import numpy as np

from .description import kernel
from .images import elementwise
from .native import C
from .operation import operation, where


def positive(x):
    result = np.maximum(x, 0)
    result += 0  # which makes 0 of -0
    return result


class NN:

    relu = kernel("relu", elementwise(operation(positive, lambda gradient, result, x: where(result != 0, gradient),
                                                 by_result=True)))

    softmax = kernel("softmax", C.softmax)
    softplus = kernel("softplus", elementwise(C.softplus))
