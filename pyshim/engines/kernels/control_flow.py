"""Conditionals. Loops are not kernels: see ``Engine.loop``."""

from abc import ABC

from .native import Native


class ControlFlow(Native, ABC):

    def switch(self, condition, x, y):
        """x if the bool scalar is true, else y, broadcast. Otherwise like ``select``."""
        return self.select(condition, x, y)
