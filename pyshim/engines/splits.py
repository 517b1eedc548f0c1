"""Splits: slices that together are the whole of a tensor, as an LSTM takes the parts of its gates.

Taken one by one, each slice has a gradient of the tensor's size, zeros but for its part, and these are added up. Taken
together, the tensor is split, and the gradient is joined.
"""

from collections import defaultdict


class Part:
    """One of the parts that a tensor is split into: the node ``whole`` along ``axis`` into parts of ``sizes``."""

    def __init__(self, whole, axis, sizes, number):
        self.whole, self.axis, self.sizes, self.number = whole, axis, sizes, number

    def split(self):
        """What all parts of one split have in common."""
        return self.whole, self.axis


def parts(nodes):
    """The parts among the nodes, by their operations."""
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
    """The axis along which a key takes a slice, and its bounds; None where it takes something else."""
    if len(key) > len(shape) or not all(isinstance(part, slice) and part.step in (None, 1) for part in key):
        return None
    cut = [axis for axis, part in enumerate(key) if (part.start, part.stop) not in ((None, None), (0, None))]
    if len(cut) != 1 or shape[cut[0]] is None:
        return None
    start, end, _ = key[cut[0]].indices(shape[cut[0]])
    return cut[0], (start, max(start, end))
