"""Running programs on Theano: its variables are made of nodes, and interpreted or compiled."""

import weakref

import theano
import theano.tensor as T

from ...graph.node import EFFECTS
from ..natives import Natives
from .broadcasting import note_sizes
from .control_flow import loop
from .graph import compiled, deep, interpreted
from .random import counting
from .variables import ones


class TheanoNatives(Natives):
    """Theano's variables, which stay with their nodes."""

    times = ()  # the numbers of the steps of the loops around

    def __init__(self, kernels):
        super().__init__(kernels, weakref.WeakKeyDictionary())

    def source(self, node):
        if node.kind == "variable":
            native = node.native
        elif node.kind == "placeholder":
            native = T.TensorType(node.dtype, ones(node.shape))(node.name)
        else:
            native = T.TensorConstant(T.TensorType(node.dtype, ones(node.shape)), node.value)
        return note_sizes(native, node.shape)

    def apply(self, operation, inputs):
        if operation.kernel == "loop":
            return loop(operation, inputs, self)
        if operation.kernel == "gradient":
            return deep(theano.grad, T.sum(inputs[0], dtype=inputs[0].dtype), inputs[1:], disconnected_inputs="ignore")
        kernel = getattr(self.kernels, operation.kernel)
        if operation.kernel in EFFECTS:
            return kernel(*inputs, times=self.times, **operation.attributes)
        return kernel(*inputs, **operation.attributes)

    def fitted(self, node, native):
        # Theano widens many dtypes and infers ranks alone; the contract knows better.
        return note_sizes(native if native.dtype == node.dtype else T.cast(native, node.dtype), node.shape)


def run(natives, program, once):
    """A callable that runs a program."""
    updates = [(variable.native, _new_value(natives, value, variable)) for variable, value in program.updates.items()]
    inputs, outputs, controls = [[natives[node] for node in nodes]
                                 for nodes in (program.inputs, program.outputs, program.controls)]
    call = (interpreted if once else compiled)(inputs, outputs, controls, updates)
    return counting(call, outputs + controls + [value for _, value in updates])


def _new_value(natives, value, variable):
    """The native new value of a variable, with a check of its shape where it is not known yet."""
    native = natives[value]
    if None in value.shape:
        native = T.specify_shape(native, variable.shape)
    return T.patternbroadcast(native, variable.native.broadcastable)
