"""New names for layers that Keras has named like another layer of their model.

Keras counts the layers of each class and backend, as in "dense_1". So the name may be taken if the layer was made while
another backend was current, or if the model was copied from another backend or loaded from a file.
"""

import weakref

_used = weakref.WeakKeyDictionary()  # the names of the layers that have been applied to tensors, by graph


def is_changeable(layer):
    """Whether Keras has chosen the layer's name, and the layer has not been applied to a tensor yet."""
    return getattr(layer, "_named_by_keras", False) and not layer._inbound_nodes


def rename(layer, taken, get_uid):
    """Give a layer the next name that is not taken."""
    stem = layer.name.rpartition("_")[0]
    while layer.name in taken:
        layer.name = "%s_%d" % (stem, get_uid(type(layer).__name__))


def rename_before(layer, tensors, get_uid):
    """Rename a layer that is to be applied to tensors, if one of the layers that they come from has its name."""
    names = _used.setdefault(tensors[0].graph, set())
    if layer.name in names and is_changeable(layer):
        rename(layer, _before(tensors), get_uid)
    names.add(layer.name)


def _before(tensors):
    """Returns: the names of all layers that tensors come from."""
    names, seen, left = set(), set(), list(tensors)
    while left:
        layer, number, _ = getattr(left.pop(), "_keras_history", (None, None, None))
        if layer is not None and (layer, number) not in seen:
            seen.add((layer, number))
            names.add(layer.name)
            left.extend(layer._inbound_nodes[number].input_tensors)
    return names
