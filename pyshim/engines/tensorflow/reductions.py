"""Reductions on TensorFlow."""

import tensorflow as tf

from .gradients import cumprod


class Reductions:

    max = staticmethod(tf.reduce_max)
    min = staticmethod(tf.reduce_min)
    sum = staticmethod(tf.reduce_sum)
    prod = staticmethod(tf.reduce_prod)
    any = staticmethod(tf.reduce_any)
    all = staticmethod(tf.reduce_all)

    def argmax(self, x, axis):
        return _first_nan(x, axis, tf.argmax(x, axis))

    def argmin(self, x, axis):
        return _first_nan(x, axis, tf.argmin(x, axis))

    def mean(self, x, axis, keepdims):
        if x.dtype == tf.float16:  # their sum may overflow
            return tf.cast(tf.reduce_mean(tf.cast(x, tf.float32), axis, keepdims), tf.float16)
        return tf.reduce_mean(x, axis, keepdims)

    def cumsum(self, x, axis):
        if x.dtype == tf.float16:  # it would lose precision after a few elements
            return tf.cast(tf.cumsum(tf.cast(x, tf.float32), axis), tf.float16)
        return tf.cumsum(x, axis)

    def cumprod(self, x, axis):
        return cumprod(tf.convert_to_tensor(x), axis)


def _first_nan(x, axis, index):
    """Returns: the index of the first nan if there is one, else ``index``. TensorFlow's kernels ignore nan."""
    if not x.dtype.is_floating:
        return index
    nan = tf.math.is_nan(x)
    return tf.where(tf.reduce_any(nan, axis), tf.argmax(tf.cast(nan, tf.int32), axis), index)
