"""What a graph needs besides computing."""

from abc import ABC, abstractmethod

from .native import Native


class Graph(Native, ABC):

    @abstractmethod
    def stop_gradient(self, x):
        """x, with a gradient of 0."""

    @abstractmethod
    def asserted(self, x, condition, message):
        """x; an error with the message, when it is evaluated, where the bool scalar does not hold."""

    @abstractmethod
    def print_tensor(self, x, message):
        """x; ``report.show(message, array)`` is called with its value at each evaluation."""
