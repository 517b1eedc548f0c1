"""Stopped gradients, assertions and printing."""

from abc import ABC, abstractmethod

from .native import Native


class Graph(Native, ABC):

    @abstractmethod
    def stop_gradient(self, x):
        """x, with a gradient of 0."""

    @abstractmethod
    def asserted(self, x, condition, message):
        """x; its evaluation raises an error with the message if the bool scalar is false."""

    @abstractmethod
    def print_tensor(self, x, condition, message):
        """x; each evaluation calls ``report.show(message, array)`` with its value, unless the bool scalar is false."""
