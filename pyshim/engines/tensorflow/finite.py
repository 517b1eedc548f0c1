"""Convolutions with relu, and max pooling of them, for finite numbers.

TensorFlow fuses a convolution, its bias and relu into one op, but that op turns nan into 0. TensorFlow's gradient of
relu is fast, but multiplies 0 by infinity; and its max pooling ignores nan. So a program first runs with TensorFlow's
own ops and checks that they are right: the convolutions must be bounded, and no gradient may be nan. If a check fails,
no variable changes, and the program runs again with kernels that handle all numbers.
"""

import tensorflow as tf

from ...graph.node import ancestors
from ..repeating import can_repeat

DTYPES = frozenset(["float32", "float64"])  # the sum of squares soon overflows in float16


def relus(nodes, images):
    """Returns: a dict from relu operations to the inputs of the convolution and bias before them; it is empty if the
    program must not be repeated. ``images``: the convolutions that need no guard for empty batches."""
    found = {}
    for node in nodes:
        if node.operation is not None and node.operation.kernel == "relu" and node.dtype in DTYPES:
            inputs = _convolved(node.operation.inputs[0].operation, images)
            if inputs:
                found[node.operation] = inputs
    return found if found and can_repeat(nodes) else {}


def _convolved(operation, images):
    """Returns: the inputs of a convolution, and its bias if there is one; None for other operations."""
    if operation is None:
        return None
    if operation.kernel == "bias_add":
        inputs = _convolved(operation.inputs[0].operation, images)
        return inputs and inputs + operation.inputs[1:]
    return operation.inputs if operation.kernel == "convolution" and operation in images else None


def is_after(relus, operation):
    """Whether an operation's only input is one of the relus."""
    return len(operation.inputs) == 1 and operation.inputs[0].operation in relus


def examined(relus):
    """Returns: the nodes whose gradients show whether those of the relus are nan: all that the relus depend on."""
    return set(ancestors([relu.inputs[0] for relu in relus], controls=False))


def are_bounded(x, kernel, *biases):
    """Whether no sum of a convolution can overflow or be nan. By the Cauchy-Schwarz inequality, each sum is at most the
    product of the norms; here even its square is finite."""
    bound = tf.nn.l2_loss(x) * tf.nn.l2_loss(kernel)
    return tf.math.is_finite(tf.add_n([bound] + [tf.nn.l2_loss(bias) for bias in biases]))


def has_no_nan(gradient):
    """Whether no element is nan. It may be wrong about infinite elements of both signs."""
    return tf.logical_not(tf.math.is_nan(tf.reduce_sum(gradient)))
