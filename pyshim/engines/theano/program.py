"""Running programs on Theano: nodes become Theano variables, which are interpreted or compiled."""

import errno
import os
import weakref

import theano
import theano.tensor as T

from ...graph.node import EFFECTS
from .. import report
from ..natives import Natives
from .broadcasting import note_sizes
from .control_flow import loop
from .graph import compiled, deep, interpreted
from .random import counting
from .variables import ones

# What errors say of files that cannot be written: the system's, and a compiler's that a signal has ended.
NOT_WRITTEN = [os.strerror(code) for code in (errno.EFBIG, errno.ENOSPC, errno.EDQUOT, errno.EROFS)]
NOT_WRITTEN.append("File size limit exceeded")


class TheanoNatives(Natives):
    """The Theano variables of nodes, each kept as long as its node lives."""

    times = ()  # the indices of the current time steps of the enclosing loops

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
        # Theano widens many dtypes and infers only ranks. The contract knows the dtype and the shape.
        return note_sizes(native if native.dtype == node.dtype else T.cast(native, node.dtype), node.shape)


def run(natives, program, once):
    """Returns: a callable that runs a program."""
    updates = [(variable.native, _new_value(natives, value, variable)) for variable, value in program.updates.items()]
    inputs, outputs, controls = [[natives[node] for node in nodes]
                                 for nodes in (program.inputs, program.outputs, program.controls)]
    try:
        call = (interpreted if once else compiled)(inputs, outputs, controls, updates)
    except Exception as error:  # the system's, or that of a compiler whose output says the same
        if once or not any(reason in str(error) for reason in NOT_WRITTEN):
            raise
        report.once("Theano cannot write the files that it compiles, so functions are interpreted, which is slower",
                    str(error).strip().splitlines()[-1])
        call = interpreted(inputs, outputs, controls, updates)
    return counting(call, outputs + controls + [value for _, value in updates])


def _new_value(natives, value, variable):
    """Returns: the native new value of a variable. If its static shape is not fully known, it is checked at run time.
    """
    native = natives[value]
    if None in value.shape:
        native = T.specify_shape(native, variable.shape)
    return T.patternbroadcast(native, variable.native.broadcastable)
