"""Stopped gradients, assertions and printing on NumPy."""

from .. import report


class Graph:

    def stop_gradient(self, x):
        return x

    def asserted(self, x, condition, message):
        if not condition:
            raise ValueError(message)
        return x

    def print_tensor(self, x, condition, message):
        if condition:
            report.show(message, x)
        return x
