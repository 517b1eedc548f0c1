"""Stopped gradients, assertions and printing on TensorFlow."""

import tensorflow as tf

from .. import report


def asserted(x, condition, message):
    """Returns: x. When it runs, it raises an error with the message if the condition is false."""
    with tf.control_dependencies([tf.debugging.Assert(condition, [message])]):
        return tf.identity(x)


class Graph:

    stop_gradient = staticmethod(tf.stop_gradient)
    asserted = staticmethod(asserted)

    def print_tensor(self, x, condition, message):
        def show(array, wanted):
            if wanted:
                report.show(message, array)
        shown = tf.numpy_function(show, [x, condition], [])
        with tf.control_dependencies([shown]):
            return tf.identity(x)
