"""Updates: the new values of a program's variables.

What an optimizer computes from gradients and from its variables is elementwise arithmetic. NumPy takes a third of
CNTK's time for it. Large arrays are computed block by block: the intermediate results of a block stay in the
processor's cache, and take little memory.
"""

import collections

import numpy as np

from ...dtypes import FLOATS
from ...errors import EngineError
from . import integers
from .description import Variable

BLOCK = 1 << 16  # elements


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
        for size, descriptions in self.by_size.items():
            self._assign_in_blocks(size, descriptions, arrays)
        for variable, array in assigned.items():
            variable.set(array)

    def _assign_in_blocks(self, size, descriptions, arrays):
        """Compute descriptions of the same shape, and assign those that are new values of variables. Within a block,
        all is computed before anything is assigned."""
        own = set(descriptions)
        flat = {x: arrays[x].reshape(-1) for description in descriptions for x in description.inputs if x not in own}
        changing = [(variable, variable.array.reshape(-1), description)
                    for variable, description in self.updates.items() if description in own]
        for start in range(0, size, BLOCK):
            block = slice(start, start + BLOCK)
            parts = {x: array if array.size == 1 else array[block] for x, array in flat.items()}
            for description in descriptions:
                parts[description] = integers.compute(description, [parts[x] for x in description.inputs])
            for _, array, description in changing:
                array[block] = parts[description]
        for variable, _, _ in changing:
            variable.changed()

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
        self.by_size = collections.OrderedDict()
        for description in self.arithmetic:
            if description in self.wide:
                self.by_size.setdefault(np.prod(shapes[description], dtype=int), []).append(description)
        self.planned = given
