"""Descriptions of a program's nodes, and running them."""

import weakref

from ...errors import EngineError
from ..natives import Natives
from .control_flow import loop
from .description import Constant, Gradient, Group, Kernel, Placeholder, kernel
from .native import C
from .program import Program


def asserted(x, condition, message, cells=()):
    """x. The condition is cast to an integer whose value is part of a stage's key, so it is checked for each value."""
    if not (cells[0].array if cells else condition):
        raise EngineError(message)
    return x


ASSERTED = Kernel("asserted", asserted, by_numpy=asserted, indexed=True, sized_by=(1,))


def printed(x, condition, message):
    """x. The program prints its value when everything has been computed, if the condition is true."""
    return x


printed.in_numpy = True


class Descriptions(Natives):
    """The descriptions of nodes, each kept as long as its node lives."""

    def __init__(self, kernels):
        super().__init__(kernels, weakref.WeakKeyDictionary())

    def source(self, node):
        if node.kind == "variable":
            return node.native
        return Placeholder(node.dtype) if node.kind == "placeholder" else Constant(node.value)

    def apply(self, operation, inputs):
        if operation.kernel == "loop":
            return loop(operation, inputs, self)
        if operation.kernel == "gradient":
            group = Group(inputs[0], inputs[1:])
            return [Gradient(group, x) for x in group.by]
        return getattr(self.kernels, operation.kernel)(*inputs, **operation.attributes)


def run(descriptions, program):
    """Returns: a callable that runs a program."""
    inputs, outputs, controls = [[descriptions[node] for node in nodes]
                                 for nodes in (program.inputs, program.outputs, program.controls)]
    updates = {variable.native: descriptions[value] for variable, value in program.updates.items()}
    return Program(inputs, outputs, controls, updates)


class Graph:

    def asserted(self, x, condition, message):
        return ASSERTED(x, self.cast(condition, dtype="int32"), message=message)

    stop_gradient = kernel("stop_gradient", C.stop_gradient, differentiable=False)
    print_tensor = kernel("print_tensor", printed)
