"""Reductions on TensorFlow."""

import tensorflow as tf


class Reductions:

    _max = staticmethod(tf.reduce_max)
    _min = staticmethod(tf.reduce_min)
    _sum = staticmethod(tf.reduce_sum)
    _prod = staticmethod(tf.reduce_prod)
    _mean = staticmethod(tf.reduce_mean)
    _any = staticmethod(tf.reduce_any)
    _all = staticmethod(tf.reduce_all)
    _argmax = staticmethod(tf.argmax)
    _argmin = staticmethod(tf.argmin)
    _cumsum = staticmethod(tf.cumsum)
    _cumprod = staticmethod(tf.math.cumprod)
