"""Stopped gradients, assertions and printing on PyTorch."""

from .. import report
from .arrays import array_of


class Graph:

    def stop_gradient(self, x):
        return x.detach()

    def asserted(self, x, condition, message):
        if not condition:
            raise ValueError(message)
        return x

    def print_tensor(self, x, condition, message):
        if condition:
            report.show(message, array_of(x))
        return x
