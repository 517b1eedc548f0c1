"""TensorFlow's variables, constants and placeholders."""

import numpy as np
import tensorflow as tf


class Variables:

    def _variable(self, array, name):
        with self.graph.as_default():  # also where a loop's step makes it
            return self._new_variable(array)

    def _new_variable(self, array):
        if self.initialize_variables:
            start = tf.compat.v1.placeholder(array.dtype, array.shape)
        else:  # the user's to initialize
            start = tf.compat.v1.placeholder_with_default(array, array.shape)
        variable = tf.compat.v1.Variable(start, use_resource=True)
        # The initializer assigns what is fed to this placeholder, so it sets later values as well.
        variable.start = start
        self.variables.add(variable)
        if self.initialize_variables:
            self._set_value(variable, array)
        return variable

    def _get_value(self, variable):
        return self.session.run(variable)

    def _set_value(self, variable, array):
        self.session.run(variable.initializer, {variable.start: array})

    def _constant(self, array):
        return tf.constant(array)

    def _placeholder(self, shape, dtype, name):
        with self.graph.as_default():
            return tf.compat.v1.placeholder(dtype, shape)

    def _identity(self, x):
        return tf.identity(x)

    def _fill_like(self, x, number, dtype):
        return tf.fill(tf.shape(x), tf.constant(np.array(number, dtype)))

    def _shape(self, x):
        return tf.shape(x)

    def _cast(self, x, dtype):
        dtype = tf.as_dtype(dtype)
        return _whole(x, dtype) if x.dtype.is_floating and dtype.is_integer else tf.cast(x, dtype)


def _whole(x, dtype):
    """Floats as integers. What TensorFlow makes of nan and of what the dtype cannot hold depends on the processor."""
    x = tf.cast(x, tf.float64)
    below, above = x <= float(dtype.min), x >= float(dtype.max)  # as floats, which may round the largest number up
    inside = tf.where(below | above | tf.math.is_nan(x), tf.zeros_like(x), x)
    beyond = tf.where(below, tf.constant(dtype.min, dtype), tf.constant(dtype.max, dtype))
    return tf.where(below | above, beyond, tf.cast(inside, dtype))
