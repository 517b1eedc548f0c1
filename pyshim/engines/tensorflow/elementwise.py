"""Elementwise mathematics on TensorFlow."""

import tensorflow as tf

from . import devices
from .graph import asserted


class Elementwise:

    sqrt = staticmethod(tf.sqrt)
    exp = staticmethod(tf.exp)
    log = staticmethod(tf.math.log)
    sin = staticmethod(tf.sin)
    cos = staticmethod(tf.cos)
    sigmoid = staticmethod(tf.sigmoid)
    tanh = staticmethod(tf.tanh)
    round = staticmethod(lambda x: _flat(tf.round, x))
    divide = staticmethod(tf.truediv)

    square = staticmethod(tf.square)
    add = staticmethod(tf.add)
    subtract = staticmethod(tf.subtract)
    multiply = staticmethod(tf.multiply)
    maximum = staticmethod(tf.maximum)
    minimum = staticmethod(tf.minimum)

    equal = staticmethod(tf.equal)
    not_equal = staticmethod(tf.not_equal)
    greater = staticmethod(tf.greater)
    greater_equal = staticmethod(tf.greater_equal)
    less = staticmethod(tf.less)
    less_equal = staticmethod(tf.less_equal)
    logical_and = staticmethod(tf.logical_and)
    logical_or = staticmethod(tf.logical_or)
    logical_not = staticmethod(tf.logical_not)
    select = staticmethod(tf.where)

    def floor_divide(self, x, y):
        if x.dtype.is_floating:
            return _flat(lambda x, y: _divided(x, y)[0], x, y)
        y = _not_zero(y)
        # The smallest integer divided by -1 crashes the process.
        return tf.where(_is_minus_one(y), self.negative(x), tf.math.floordiv(x, _without_minus_one(y)))

    def remainder(self, x, y):
        if x.dtype.is_floating:
            return _remainder(x, y)
        return tf.math.floormod(x, _without_minus_one(_not_zero(y)))

    # TensorFlow does not have the following kernels for unsigned integers.

    def abs(self, x):
        return tf.identity(x) if x.dtype.is_unsigned else tf.abs(x)

    def negative(self, x):
        return tf.zeros_like(x) - x if x.dtype.is_unsigned else tf.negative(x)

    def sign(self, x):
        return tf.minimum(x, tf.ones_like(x)) if x.dtype.is_unsigned else tf.sign(x)

    def pow(self, x, y):
        if x.dtype.is_unsigned:
            return tf.cast(tf.pow(tf.cast(x, tf.int64), tf.cast(y, tf.int64)), x.dtype)
        return tf.pow(x, y)


def _divided(x, y):
    """Returns: x // y and x % y of floats, computed from the remainder of truncated division, which is exact. The
    quotient x / y is not: it may round up to the next integer."""
    dtype = x.dtype
    if dtype == tf.float16:
        x, y = tf.cast(x, tf.float32), tf.cast(y, tf.float32)
    left = tf.truncatemod(x, y)
    other_sign = tf.not_equal(left, 0) & tf.not_equal(left < 0, y < 0)
    quotient = (x - left) / y
    quotient = tf.where(other_sign, quotient - 1, quotient)
    whole = tf.floor(quotient)
    whole = tf.where(quotient - whole > 0.5, whole + 1, whole)
    whole = tf.where(tf.equal(whole, 0), 0 * (x / y), whole)  # 0 with the quotient's sign
    whole = tf.where(tf.equal(y, 0), x / y, whole)
    zero = tf.where(y < 0, -tf.zeros_like(left), tf.zeros_like(left))  # 0 with the divisor's sign
    left = tf.where(other_sign, left + y, tf.where(tf.equal(left, 0), zero, left))
    return tf.cast(whole, dtype), tf.cast(left, dtype)


def _remainder(x, y):
    shape = tf.broadcast_dynamic_shape(tf.shape(x), tf.shape(y))

    @tf.custom_gradient
    def computed(x, y):
        whole, left = _divided(x, y)
        whole = tf.stop_gradient(whole)
        return left, lambda gradient: (gradient, tf.where(tf.equal(whole, 0), tf.zeros_like(whole), -whole * gradient))
    return computed(tf.broadcast_to(x, shape), tf.broadcast_to(y, shape))


def _not_zero(y):
    if not devices.on_gpu():  # on a processor, TensorFlow raises an error itself
        return y
    return asserted(y, tf.reduce_all(tf.not_equal(y, tf.zeros_like(y))), "an integer is divided by 0")


def _is_minus_one(y):
    return tf.zeros_like(y, tf.bool) if y.dtype.is_unsigned else tf.equal(y, tf.constant(-1, y.dtype))


def _without_minus_one(y):
    return y if y.dtype.is_unsigned else tf.where(_is_minus_one(y), tf.ones_like(y), y)


def _flat(function, *tensors):
    """Compute a step function with a gradient of 0. TensorFlow's own step functions have no gradient."""
    @tf.custom_gradient
    def computed(*tensors):
        return function(*tensors), lambda gradient: [tf.zeros_like(x) for x in tensors]
    return computed(*tensors)
