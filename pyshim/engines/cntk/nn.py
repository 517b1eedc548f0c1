"""Functions of neural networks that CNTK has natively."""

from .description import kernel
from .native import C


class NN:

    _softmax = kernel("softmax", C.softmax)
    _softplus = kernel("softplus", C.softplus)
