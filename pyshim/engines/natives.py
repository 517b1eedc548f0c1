"""Native tensors: an engine creates them for the nodes of a program."""

import copy
from typing import FrozenSet

from ..graph.node import Node


class Natives:
    """The native tensors of nodes. Each is created when it is first needed, after those of its inputs, and cached.

    An engine implements ``source`` and ``apply``. ``made`` is the cache. In the body of a loop, ``outside`` has the
    native tensors of the nodes that are not ``inside`` the body.
    """

    outside = None
    inside: FrozenSet[Node] = frozenset()

    def __init__(self, kernels, made):
        self.kernels = kernels
        self.made = made  # by node; also a list by operation, if the operation has several results

    def source(self, node):
        """Returns: the native tensor of a node that is not computed from others."""
        raise NotImplementedError

    def apply(self, operation, inputs):
        """Apply an operation to the native tensors of its inputs. Returns: the result, or a list of several results."""
        raise NotImplementedError

    def fitted(self, node, native):
        """Returns: the native tensor computed for a node, with the node's dtype and shape."""
        return native

    def needed(self, node):
        """Returns: the nodes whose native tensors the node's operation is applied to."""
        return node.inputs

    def within(self, body, given):
        """Returns: the ``Natives`` for the body of a loop; ``given`` has the native tensors of its loop inputs."""
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
