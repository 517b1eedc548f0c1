"""Positions that are tensors, in the key of the kernel ``get_item_at``."""

import collections

At = collections.namedtuple("At", "index")  # stands in a key for the element of the positions at that index


def with_positions(key, positions):
    """The key with an element of ``positions`` for each ``At``."""
    def found(value):
        return positions[value.index] if isinstance(value, At) else value

    return tuple(slice(found(part.start), found(part.stop), found(part.step)) if isinstance(part, slice)
                 else found(part) for part in key)
