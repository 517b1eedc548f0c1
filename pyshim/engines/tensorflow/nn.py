"""Functions of neural networks that TensorFlow has natively."""

import tensorflow as tf

from . import gradients


class NN:

    def relu(self, x):
        # TensorFlow fuses its own op with a preceding product and bias, by a kernel that turns nan into 0.
        if tf.executing_eagerly():
            return tf.nn.relu(x)
        with gradients.of_relu():
            return tf.maximum(x, tf.zeros((), x.dtype))

    def bias_add(self, x, bias):
        # The gradient of tf.nn.bias_add is one op, which is faster than that of a sum with dynamic shapes.
        if x.dtype.is_floating and bias.shape.rank == 1 and bias.shape[0] and bias.shape == x.shape[-1:]:
            return tf.nn.bias_add(x, bias)
        return tf.add(x, bias)

    softplus = staticmethod(tf.math.softplus)

    def softmax(self, x, axis):
        # If there is a nan, TensorFlow's float32 kernel returns 0 for the other elements, which should be nan.
        result = tf.nn.softmax(x, axis)
        return result + 0 * tf.stop_gradient(tf.reduce_sum(result, axis, keepdims=True))
