"""Products and transposition on TensorFlow."""

import tensorflow as tf

MULTIPLIED = (tf.float16, tf.float32, tf.float64, tf.int32, tf.int64)  # by tf.matmul


class LinearAlgebra:

    def _dot(self, x, y):
        dtype = x.dtype
        if dtype not in MULTIPLIED:
            x, y = tf.cast(x, tf.int64), tf.cast(y, tf.int64)
        if x.shape.rank == y.shape.rank == 2:
            product = tf.matmul(x, y)
        else:
            product = tf.tensordot(x, y, [[x.shape.rank - 1], [max(y.shape.rank - 2, 0)]])
        return tf.cast(product, dtype)

    def _permute(self, x, pattern):
        return tf.transpose(x, pattern)
