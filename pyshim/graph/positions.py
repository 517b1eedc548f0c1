"""Keys of the kernel ``get_item_at``, in which positions may be tensors."""

import collections

At = collections.namedtuple("At", "index")  # a placeholder in a key for the element of the positions at that index


def with_positions(key, positions):
    """Returns: the key with each ``At`` replaced by an element of ``positions``."""
    def found(value):
        return positions[value.index] if isinstance(value, At) else value

    return tuple(slice(found(part.start), found(part.stop), found(part.step)) if isinstance(part, slice)
                 else found(part) for part in key)
