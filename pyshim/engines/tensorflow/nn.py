"""Functions of neural networks that TensorFlow has natively."""

import tensorflow as tf


class NN:

    _softplus = staticmethod(tf.math.softplus)

    def _softmax(self, x, axis):
        # TensorFlow's float32 kernel gives 0 beside a nan, where nan is due.
        result = tf.nn.softmax(x, axis)
        return result + 0 * tf.stop_gradient(tf.reduce_sum(result, axis, keepdims=True))
