"""Functions of neural networks that TensorFlow has natively."""

import tensorflow as tf

from ..contract import rules


class NN:

    _relu = staticmethod(tf.nn.relu)

    def _biased(self, x, bias):
        # Its gradient is one op, which is faster than that of a sum whose shapes are found out as it runs.
        if x.dtype not in rules.FLOATS or bias.shape != x.shape[-1:] or bias.shape[0] is None:
            return super()._biased(x, bias)
        return self.apply("bias_add", [x, bias], x.dtype, x.shape)

    _bias_add = staticmethod(tf.nn.bias_add)

    _softplus = staticmethod(tf.math.softplus)

    def _softmax(self, x, axis):
        # TensorFlow's float32 kernel gives 0 beside a nan, where nan is due.
        result = tf.nn.softmax(x, axis)
        return result + 0 * tf.stop_gradient(tf.reduce_sum(result, axis, keepdims=True))
