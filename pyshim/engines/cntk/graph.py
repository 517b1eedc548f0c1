"""Running descriptions, and their gradients."""

import weakref

from ...errors import EngineError
from ..natives import Natives
from .control_flow import loop
from .description import Constant, Gradient, Group, Kernel, Placeholder, kernel
from .native import C
from .program import Program


def asserted(x, condition, message, cells=()):
    """x. The condition is an integer, whose value a stage is built for."""
    if not (cells[0].array if cells else condition):
        raise EngineError(message)
    return x


ASSERTED = Kernel("asserted", asserted, by_numpy=asserted, indexed=True, sized_by=(1,))


def printed(x, message):
    """x, which the program prints when all is computed."""
    return x


printed.in_numpy = True


class Descriptions(Natives):
    """The descriptions of nodes, which stay with them."""

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
    """A callable that runs a program."""
    inputs, outputs, controls = [[descriptions[node] for node in nodes]
                                 for nodes in (program.inputs, program.outputs, program.controls)]
    updates = {variable.native: descriptions[value] for variable, value in program.updates.items()}
    return Program(inputs, outputs, controls, updates)


class Graph:

    def asserted(self, x, condition, message):
        return ASSERTED(x, self.cast(condition, dtype="int32"), message=message)

    stop_gradient = kernel("stop_gradient", C.stop_gradient, differentiable=False)
    print_tensor = kernel("print_tensor", printed)
