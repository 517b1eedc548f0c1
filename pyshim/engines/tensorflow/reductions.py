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
    cumsum = staticmethod(tf.cumsum)

    def argmax(self, x, axis):
        return _first_nan(x, axis, tf.argmax(x, axis))

    def argmin(self, x, axis):
        return _first_nan(x, axis, tf.argmin(x, axis))

    def mean(self, x, axis, keepdims):
        if x.dtype == tf.float16:  # whose sum may be too large for it
            return tf.cast(tf.reduce_mean(tf.cast(x, tf.float32), axis, keepdims), tf.float16)
        return tf.reduce_mean(x, axis, keepdims)

    def cumprod(self, x, axis):
        return cumprod(tf.convert_to_tensor(x), axis)


def _first_nan(x, axis, index):
    """The index of the first nan where there is one, else the other index: TensorFlow's kernels skip nan."""
    if not x.dtype.is_floating:
        return index
    nan = tf.math.is_nan(x)
    return tf.where(tf.reduce_any(nan, axis), tf.argmax(tf.cast(nan, tf.int32), axis), index)
