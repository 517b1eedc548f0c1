"""The state of random operations: each has its own, the same in all programs, and repeats from a seed."""

import weakref

from ..graph.node import RANDOM


class RandomState:
    """The states of an engine's random operations. ``make`` creates one from a seed, which may be None."""

    def __init__(self, make):
        self.make = make
        self.states = weakref.WeakKeyDictionary()  # by operation

    def of(self, operation):
        """Returns: the state of a random operation."""
        state = self.states.get(operation)
        if state is None:
            state = self.states[operation] = self.make(operation.attributes["seed"])
        return state

    def attributes(self, operation):
        """Returns: a dict of a kernel's keyword arguments; those of a random kernel include its ``generator``."""
        if operation.kernel in RANDOM:
            return dict(operation.attributes, generator=self.of(operation))
        return operation.attributes
