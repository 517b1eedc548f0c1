"""Arithmetic on large arrays of one size, block by block.

The intermediate results of a block stay in the processor's cache, and take little memory.
"""

import collections

import numpy as np

from . import integers

BLOCK = 1 << 16  # elements


class Blocks:
    """Computes descriptions and assigns those that are new values of variables.

    Arguments:
        size: the number of elements of each description; inputs may have 1.
        descriptions: what to compute, inputs first.
        updates: the descriptions of all new values, by variable.
    """

    def __init__(self, size, descriptions, updates):
        self.size = size
        self.descriptions = descriptions
        own = set(descriptions)
        self.given = {x for description in descriptions for x in description.inputs if x not in own}
        self.changing = [(variable, description) for variable, description in updates.items() if description in own]
        last_use = {x: i for i, description in enumerate(descriptions) for x in description.inputs}
        self.in_place = self._in_place(last_use)
        self.memory = self._memory(last_use)

    def _in_place(self, last_use):
        """Returns: by description, the variable whose array it is written to: nothing reads the old value later."""
        order = {description: i for i, description in enumerate(self.descriptions)}
        found = {}
        for variable, description in self.changing:
            if last_use.get(variable, -1) <= order[description]:
                found.setdefault(description, variable)
        return found

    def _memory(self, last_use):
        """Returns: by description, the memory for the results of the others. It is used again after the last use of a
        result."""
        last_use = {**last_use, **{description: len(self.descriptions) for _, description in self.changing}}
        memory, free = {}, collections.defaultdict(list)
        for i, description in enumerate(self.descriptions):
            if description not in self.in_place:
                same = free[description.dtype]
                memory[description] = same.pop() if same else np.empty(BLOCK, description.dtype)
            # Only now, for the next results: NumPy's square root is slow if it overwrites its input.
            for x in set(description.inputs):
                if x in memory and last_use[x] == i:
                    free[x.dtype].append(memory[x])
        return memory

    def run(self, arrays):
        """Compute the descriptions and assign the new values. Arguments: arrays, the values of ``given``."""
        flat = {x: arrays[x].reshape(-1) for x in self.given}
        values = {variable: variable.array.reshape(-1) for variable, _ in self.changing}
        for start in range(0, self.size, BLOCK):
            block = slice(start, min(start + BLOCK, self.size))
            parts = {x: array if array.size == 1 else array[block] for x, array in flat.items()}
            for description in self.descriptions:
                if description in self.in_place:
                    place = values[self.in_place[description]][block]
                else:
                    place = self.memory[description][:block.stop - start]
                inputs = [parts[x] for x in description.inputs]
                parts[description] = integers.compute_into(place, description, inputs)
            for variable, description in self.changing:
                if self.in_place.get(description) is not variable:
                    values[variable][block] = parts[description]
        for variable, _ in self.changing:
            variable.changed()
