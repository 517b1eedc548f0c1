"""Functions of neural networks that CNTK has natively."""

from .description import kernel
from .images import elementwise
from .native import C


class NN:

    _softmax = kernel("softmax", C.softmax)
    _softplus = kernel("softplus", elementwise(C.softplus))
