"""TensorFlow's variables, constants and placeholders."""

import numpy as np
import tensorflow as tf
from tensorflow.python.ops.resource_variable_ops import UninitializedVariable

from .graph import asserted


class Variable:
    """A variable of the engine. It exists independently of programs."""

    mirror = start = there = None  # see session.py

    def __init__(self, array, initialize):
        self.first = None if initialize else array  # the value that the session's initializer assigns
        self.value = (tf.Variable(array, trainable=False) if initialize else
                      UninitializedVariable(dtype=array.dtype, shape=array.shape, trainable=False))

    def read(self):
        value = self.value.read_value()
        if self.first is None:
            return value
        # If there is no value, TensorFlow reads an array without elements.
        return asserted(value, self.value.is_initialized(), "a variable has not been initialized")


class Variables:

    def identity(self, x):
        return tf.identity(x)

    def fill_like(self, x, number, dtype):
        return tf.fill(tf.shape(x, tf.int64), tf.constant(np.array(number, dtype)))

    def arange(self, count):
        return tf.range(count)

    def shape(self, x):
        return tf.shape(x)

    def cast(self, x, dtype):
        dtype = tf.as_dtype(dtype)
        return _whole(x, dtype) if x.dtype.is_floating and dtype.is_integer else tf.cast(x, dtype)


def _whole(x, dtype):
    """Convert floats to integers. TensorFlow's result for nan and numbers out of range depends on the processor."""
    x = tf.cast(x, tf.float64)
    below, above = x <= float(dtype.min), x >= float(dtype.max)  # as a float, the largest number may be rounded up
    inside = tf.where(below | above | tf.math.is_nan(x), tf.zeros_like(x), x)
    beyond = tf.where(below, tf.constant(dtype.min, dtype), tf.constant(dtype.max, dtype))
    return tf.where(below | above, beyond, tf.cast(inside, dtype))
