"""Updates: the new values of a program's variables.

What an optimizer computes from gradients and from its variables is elementwise arithmetic. NumPy takes a third of
CNTK's time for it. Large arrays are computed block by block.
"""

import collections

import numpy as np

from ...dtypes import FLOATS
from ...errors import EngineError
from . import integers
from .blocks import BLOCK, Blocks
from .description import Variable


def is_arithmetic(description):
    """Whether NumPy can compute a description as a part of an update."""
    return description.kernel.name in integers.OF_UPDATES and description.dtype != "float16"


class Updates:
    """Assigns the new values once everything else has been computed.

    Arguments:
        updates: the descriptions of the new values, by variable.
        arithmetic: the descriptions that only updates need, and that are computed here; inputs first.
    """

    def __init__(self, updates, arithmetic):
        self.updates = updates
        self.arithmetic = arithmetic
        own = set(arithmetic)
        self.given = list(dict.fromkeys(x for description in arithmetic + list(updates.values())
                                        for x in (description.inputs if description in own else [description])
                                        if x not in own))
        self.planned = None  # the shapes of the given arrays that the plan is for

    def run(self, arrays):
        """Compute the new values and assign them.

        Arguments: arrays, the values of the descriptions in ``given``.
        """
        arrays = dict(zip(self.given, arrays))
        self._plan([array.shape for array in arrays.values()])
        for description in self.whole:
            arrays[description] = integers.compute(description, [arrays[x] for x in description.inputs])
        assigned = {variable: arrays[description] for variable, description in self.updates.items()
                    if description not in self.wide}
        # Another variable's value is copied, because that may be assigned before.
        assigned = {variable: array.copy() if isinstance(self.updates[variable], Variable) else array
                    for variable, array in assigned.items()}
        for blocks in self.blocks:
            blocks.run(arrays)
        for variable, array in assigned.items():
            variable.set(array)

    def _plan(self, given):
        """Decide what to compute in blocks, if the given arrays have other shapes than before.

        Raises EngineError if a new value does not have its variable's shape.
        """
        if given == self.planned:
            return
        shapes = dict(zip(self.given, given))
        for description in self.arithmetic:
            inputs = (np.broadcast_to(0, shapes[x]) for x in description.inputs)
            shapes[description] = np.broadcast(*inputs).shape
        for variable, description in self.updates.items():
            if shapes[description] != variable.array.shape:
                raise EngineError("a variable of shape {shape} cannot have a value of shape {value}",
                                  shape=variable.array.shape, value=shapes[description])
        self.wide = set()  # what is computed in blocks: nothing else needs it
        others = set()
        for description in reversed(self.arithmetic):
            shape = shapes[description]
            fits = description.dtype in FLOATS and all(shapes[x] in (shape, ()) for x in description.inputs)
            if fits and description not in others and np.prod(shape, dtype=int) > BLOCK:
                self.wide.add(description)
            else:
                others.update(description.inputs)
        self.whole = [description for description in self.arithmetic if description not in self.wide]
        by_size = collections.OrderedDict()
        for description in self.arithmetic:
            if description in self.wide:
                by_size.setdefault(np.prod(shapes[description], dtype=int), []).append(description)
        self.blocks = [Blocks(size, descriptions, self.updates) for size, descriptions in by_size.items()]
        self.planned = given
