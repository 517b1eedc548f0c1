"""Choices. Loops are no kernels: see ``Engine.loop``."""

from abc import ABC

from .native import Native


class ControlFlow(Native, ABC):

    def switch(self, condition, x, y):
        """x where the bool scalar holds, else y, broadcast. As ``select`` otherwise."""
        return self.select(condition, x, y)
