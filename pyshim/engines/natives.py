"""Native tensors: what an engine makes of nodes."""

import copy
from typing import FrozenSet

from ..graph.node import Node


class Natives:
    """The native tensors of nodes: each is made when it is first needed, those of its inputs before it.

    An engine says how by ``source`` and ``apply``. ``made`` is where they are kept. In the body of a loop, ``outside``
    has the natives of nodes that are not ``inside`` it.
    """

    outside = None
    inside: FrozenSet[Node] = frozenset()

    def __init__(self, kernels, made):
        self.kernels = kernels
        self.made = made  # by node, and where an operation has several results a list by operation

    def source(self, node):
        """The native of a node that is not computed from others."""
        raise NotImplementedError

    def apply(self, operation, inputs):
        """The natives that an operation makes of those of its inputs: one, or the list of several results."""
        raise NotImplementedError

    def fitted(self, node, native):
        """What is computed for a node, with the node's dtype and shape."""
        return native

    def needed(self, node):
        """The nodes whose natives its operation is applied to."""
        return node.inputs

    def within(self, body, given):
        """The natives of the body of a loop; ``given`` are those of its loop inputs."""
        inner = copy.copy(self)
        inner.made, inner.outside, inner.inside = dict(given), self, frozenset(body.nodes)
        return inner

    def __getitem__(self, node):
        if node in self.made:
            return self.made[node]
        stack = [node]  # iterative, since a graph may be deeper than Python's recursion limit
        while stack:
            current = stack[-1]
            if current in self.made:
                stack.pop()
            elif self.outside is not None and current not in self.inside:
                self.made[current] = self.outside[current]
            elif current.operation is None:
                self.made[current] = self.source(current)
            else:
                missing = [x for x in self.needed(current) if x not in self.made]
                if missing:
                    stack.extend(missing)
                else:
                    self.made[current] = self.fitted(current, self._result(current))
        return self.made[node]

    def _result(self, node):
        operation = node.operation
        inputs = [self.made[x] for x in self.needed(node)]
        if node.output is None:
            return self.apply(operation, inputs)
        if operation not in self.made:
            self.made[operation] = self.apply(operation, inputs)
        return self.made[operation][node.output]
