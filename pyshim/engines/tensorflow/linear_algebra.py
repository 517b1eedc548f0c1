"""Products and transposition on TensorFlow."""

import tensorflow as tf

from . import devices
from .graph import asserted

MULTIPLIED = (tf.float16, tf.float32, tf.float64, tf.int32, tf.int64)  # the dtypes that tf.matmul supports


class LinearAlgebra:

    def dot(self, x, y):
        def product(x, y):
            if x.shape.rank == y.shape.rank == 2:
                return tf.matmul(x, y)
            return tf.tensordot(x, y, [[x.shape.rank - 1], [max(y.shape.rank - 2, 0)]])
        return _multiplied(product, x, y)

    def batch_dot(self, x, y, axes):
        if None in (x.shape[0], y.shape[0]):  # 0 samples and 1 sample would broadcast
            x = asserted(x, tf.equal(tf.shape(x)[0], tf.shape(y)[0]), "x and y differ in samples")
        letters = "abcdefghijklmnop"
        of_x, of_y = list(letters[:x.shape.rank]), list("a" + letters[x.shape.rank:x.shape.rank + y.shape.rank - 1])
        of_y[axes[1]] = of_x[axes[0]]
        result = [letter for letter in of_x + of_y[1:] if letter != of_x[axes[0]]]
        equation = "%s,%s->%s" % tuple(map("".join, (of_x, of_y, result)))
        return _multiplied(lambda x, y: tf.einsum(equation, x, y), x, y)

    def gather(self, reference, indices):
        if devices.on_gpu():
            count = tf.cast(tf.shape(reference)[0], indices.dtype)
            indices = asserted(indices, tf.reduce_all((indices >= 0) & (indices < count)), "an index is out of range")
        return tf.gather(reference, indices)

    def segment_sum(self, x, segments, count):
        return tf.math.unsorted_segment_sum(x, segments, count)

    def scatter(self, values, rows, columns, sizes):
        return tf.scatter_nd(tf.stack([rows, columns], 1), values, sizes)

    def permute(self, x, pattern):
        return tf.transpose(x, pattern)


def _multiplied(product, x, y):
    """Compute a product of tensors of any numeric dtype."""
    if x.dtype in MULTIPLIED:
        return product(x, y)
    return tf.cast(product(tf.cast(x, tf.int64), tf.cast(y, tf.int64)), x.dtype)
