"""Sizes, counts and positions as users give them: numbers, integer tensors, or a mixture of both.

A size that is known while the graph is built becomes a number, so that static shapes are as exact as possible; any
other size becomes an int64 scalar. Functions that compute with such sizes use kernels that take them as a tensor.
"""

import numpy as np

from ..errors import ArgumentError, ShapeError
from ..graph.node import Node
from . import known, rules


class Sizes:

    def size_of(self, value, argument, least=None):
        """A size, count or position: a number, or an int64 scalar if it is not known yet."""
        if not isinstance(value, Node):
            return rules.integer(value, argument, least)
        node = self._integer_tensor(value, argument)
        if node.ndim:
            raise ShapeError("{argument} must be a scalar; it is a tensor of shape {shape}", argument=argument,
                             shape=node.shape)
        return rules.integer(node.known, argument, least) if known.is_number(node.known) else self.cast(node, "int64")

    def sizes_of(self, value, argument, least=None, none=None, each=None):
        """A list of sizes, which are given as a tuple, list or array, as one number, or as an integer tensor.

        ``none`` replaces a size of None, which is kept by default. ``each`` is what messages call one of the sizes.
        """
        if isinstance(value, Node):
            node = self._integer_tensor(value, argument)
            if node.ndim == 0:
                value = [node]
            elif node.ndim == 1 and node.shape[0] is not None:
                elements = node.known or [None] * node.shape[0]
                value = [element if known.is_number(element) else self.get_item(node, i)
                         for i, element in enumerate(elements)]
            else:
                raise ArgumentError("{argument}, as a tensor, must have one dimension of a known length; its shape is "
                                    "{shape}", argument=argument, shape=node.shape)
        return [none if size is None else self.size_of(size, each or "a size in " + argument, least)
                for size in rules.sizes(value, argument)]

    def _integer_tensor(self, value, argument):
        node = self.node(value, argument)
        rules.need_dtype(node, argument, rules.INTEGERS, "integers are needed,")
        return node

    def packed(self, sizes):
        """Sizes as an int64 tensor with one dimension."""
        if all(map(known.is_number, sizes)):
            return self.node(np.array(sizes, "int64"), "sizes", dtype="int64")
        return self.concatenate([self.reshape(size, (1,)) if isinstance(size, Node)
                                 else np.array([size], "int64") for size in sizes], 0)

    def length(self, x, axis):
        """The size of an axis: a number, or an int64 scalar if it is not known yet."""
        size = x.shape[axis]
        return self.cast(self.get_item(self.shape(x), axis), "int64") if size is None else size

    def size_times(self, size, count):
        """The product of two sizes."""
        if known.is_number(size) and known.is_number(count):
            return size * count
        return self.multiply(size, count)

    def filled(self, value, sizes):
        """A one-element tensor broadcast to these sizes."""
        return self.broadcast_to(self.reshape(value, (1,) * len(sizes)), sizes)

    def broadcast_to(self, x, sizes):
        """x broadcast to the sizes, which along axes where x has another size than 1 are x's own."""
        static = static_sizes(sizes)
        return self.apply("broadcast_to", [x, self.packed(sizes)], x.dtype, static)


def static_sizes(sizes):
    """The static shape of these sizes, with None for those that are not known yet."""
    return tuple(size if known.is_number(size) else None for size in sizes)
