"""Products and transposition on TensorFlow."""

import tensorflow as tf


class LinearAlgebra:

    def _dot(self, x, y):
        if x.shape.rank == y.shape.rank == 2:
            return tf.matmul(x, y)
        return tf.tensordot(x, y, [[x.shape.rank - 1], [max(y.shape.rank - 2, 0)]])

    def _permute(self, x, pattern):
        return tf.transpose(x, pattern)
