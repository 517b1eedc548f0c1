"""Splits: slices that together make up a whole tensor, like the parts of an LSTM's gates.

If each slice is taken separately, its gradient has the size of the tensor, mostly zeros, and these gradients are added
up. If the tensor is split instead, the gradients are just concatenated.
"""

from collections import defaultdict


class Part:
    """Part ``number`` of a split of the node ``whole`` along ``axis`` into parts of ``sizes``."""

    def __init__(self, whole, axis, sizes, number):
        self.whole, self.axis, self.sizes, self.number = whole, axis, sizes, number

    def split(self):
        """Returns: a key that is the same for all parts of a split."""
        return self.whole, self.axis


def parts(nodes):
    """Returns: a dict from operations among the nodes to their parts."""
    cuts = defaultdict(lambda: defaultdict(list))
    for node in nodes:
        operation = node.operation
        if operation is not None and operation.kernel == "get_item":
            cut = _cut(operation.attributes["key"], operation.inputs[0].shape)
            if cut is not None:
                axis, bounds = cut
                cuts[operation.inputs[0], axis][bounds].append(operation)
    found = {}
    for (whole, axis), operations in cuts.items():
        bounds = sorted(operations)
        starts, ends = [start for start, _ in bounds], [end for _, end in bounds]
        if len(bounds) > 1 and starts == [0] + ends[:-1] and ends[-1] == whole.shape[axis]:
            sizes = [end - start for start, end in bounds]
            for number, each in enumerate(bounds):
                for operation in operations[each]:
                    found[operation] = Part(whole, axis, sizes, number)
    return found


def _cut(key, shape):
    """Returns: the axis along which a key takes a slice, and its bounds; None if the key takes something else."""
    if len(key) > len(shape) or not all(isinstance(part, slice) and part.step in (None, 1) for part in key):
        return None
    cut = [axis for axis, part in enumerate(key) if (part.start, part.stop) not in ((None, None), (0, None))]
    if len(cut) != 1 or shape[cut[0]] is None:
        return None
    start, end, _ = key[cut[0]].indices(shape[cut[0]])
    return cut[0], (start, max(start, end))
