"""Running programs on NumPy, kernel by kernel, and loops within them."""

import numpy as np

from ..plan import Loop as AnyLoop
from ..plan import Plan, replace_values, unseen
from .random import generators


def compiled(kernels, program):
    """Returns: a callable that runs a program."""
    changed = [variable.native for variable in program.updates]
    wanted = program.outputs + program.controls + list(program.updates.values())
    plan = NumPyPlan(kernels, program.nodes, program.inputs, wanted)
    count, first = len(program.outputs), len(wanted) - len(changed)

    def run(arrays):
        with np.errstate(all="ignore"):
            values = plan.run(arrays)
        # Copy the results, because a value may be a view of the user's array, of a variable or of a constant.
        outputs = [np.array(value) for value in values[:count]]
        new = [np.array(value) for value in values[first:]]
        replace_values(changed, new)
        return outputs
    return run


class NumPyPlan(Plan):
    """A plan on NumPy arrays; ``shown`` says whether ``print_tensor`` prints."""

    generators = generators

    def __init__(self, kernels, nodes, given, wanted, shown=True):
        self.kernels = kernels
        self.shown = shown
        super().__init__(nodes, given, wanted)

    def constant(self, node):
        return node.value

    def function(self, operation):
        if operation.kernel == "loop":
            return Loop(operation.attributes["body"], self.shown, kernels=self.kernels)
        if operation.kernel == "print_tensor" and not self.shown:
            return unseen
        return getattr(self.kernels, operation.kernel)

    def fitted(self, result):
        # NumPy's functions return scalars instead of zero-dimensional arrays.
        return np.asarray(result) if isinstance(result, np.generic) else result


class Loop(AnyLoop):

    def plan(self, nodes, given, wanted, kernels, shown):
        return NumPyPlan(kernels, nodes, given, wanted, shown)

    filled = staticmethod(np.full)
    joined = staticmethod(np.stack)

    def slices(self, sequence):
        return map(np.asarray, sequence)
