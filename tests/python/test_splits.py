"""Slices that together cover a whole tensor."""

import pytest

from pyshim.engines.splits import parts
from pyshim.graph.node import Node, Operation


def found(*keys, shape=(None, 6)):
    """The sizes of each key's parts and the part's number, or None if the keys do not split the tensor."""
    whole = Node("placeholder", "float32", shape)
    nodes = [Node("tensor", "float32", (), operation=Operation("get_item", [whole], {"key": key})) for key in keys]
    known = parts([whole] + nodes)
    found = [known.get(node.operation) for node in nodes]
    return [part and (part.axis, part.sizes, part.number) for part in found]


ALL = slice(None)


def test_parts_in_any_order_and_twice():
    assert found((ALL, slice(4, None)), (ALL, slice(0, 1)), (ALL, slice(1, 4)), (ALL, slice(1, 4, 1))) == [
        (1, [1, 3, 2], 2), (1, [1, 3, 2], 0), (1, [1, 3, 2], 1), (1, [1, 3, 2], 1)]


@pytest.mark.parametrize("keys", [
    [(ALL, slice(0, 3))],                                        # only a part
    [(ALL, slice(0, 3)), (ALL, slice(4, 6))],                    # a gap
    [(ALL, slice(0, 4)), (ALL, slice(3, 6))],                    # an overlap
    [(ALL, slice(0, 3, 2)), (ALL, slice(3, 6))],                 # a step
    [(ALL, slice(2, None, -1)), (ALL, slice(3, 6))],
    [(slice(0, 1), ALL), (slice(1, None), ALL)],                 # an unknown size
    [(slice(0, 1), slice(0, 3)), (slice(0, 1), slice(3, 6))],    # along two axes
    [(ALL, 0), (ALL, slice(1, 6))], [(None, ALL, slice(0, 3)), (None, ALL, slice(3, 6))]])
def test_what_is_no_split(keys):
    assert found(*keys) == [None] * len(keys)


def test_keys_of_fewer_axes():
    assert found((slice(0, 2),), (slice(2, 5),), shape=(5, 3)) == [(0, [2, 3], 0), (0, [2, 3], 1)]
