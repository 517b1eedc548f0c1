"""Reductions on TensorFlow."""

import tensorflow as tf

from .gradients import product as product_of


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
        # TensorFlow's own gradient is 0 at a 0, where the product of the other elements is due.
        @tf.custom_gradient
        def cumprod(x):
            product = tf.math.cumprod(x, axis)

            def gradient(upstream):
                zero = tf.equal(x, 0)
                zeros = tf.cumsum(tf.cast(zero, tf.int32), axis)
                first = zero & tf.equal(zeros, 1)
                without = tf.math.cumprod(tf.where(first, tf.ones_like(x), x), axis)

                def following(products):
                    return tf.cumsum(product_of(upstream, products), axis, reverse=True)
                before = following(product) / tf.where(zero, tf.ones_like(x), x)
                return tf.where(tf.equal(zeros, 0), before,
                                tf.where(first, following(without), tf.zeros_like(x)))
            return product, gradient
        return cumprod(tf.convert_to_tensor(x))


def _first_nan(x, axis, index):
    """The index of the first nan where there is one, else the other index: TensorFlow's kernels skip nan."""
    if not x.dtype.is_floating:
        return index
    nan = tf.math.is_nan(x)
    return tf.where(tf.reduce_any(nan, axis), tf.argmax(tf.cast(nan, tf.int32), axis), index)
