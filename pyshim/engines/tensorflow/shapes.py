"""Changing and joining shapes on TensorFlow."""

import tensorflow as tf

from ...graph.positions import with_positions


class Shapes:

    def reshape(self, x, shape):
        return tf.reshape(x, shape)

    def reshape_to(self, x, sizes):
        return tf.reshape(x, sizes)

    def broadcast_to(self, x, sizes):
        return _as_signed(lambda x: tf.broadcast_to(x, sizes), x)

    def batch_flatten(self, x):
        sizes = tf.shape(x)
        return tf.reshape(x, tf.stack([sizes[0], tf.reduce_prod(sizes[1:])]))

    def repeat_elements(self, x, rep, axis):
        return _as_signed(lambda x: tf.repeat(x, rep, axis), x)

    def tile(self, x, n):
        return _as_signed(lambda x: tf.tile(x, n), x)

    def pad(self, x, padding):
        return tf.pad(x, padding)

    def resize_linear(self, x, factor, axis):
        before = (slice(None),) * axis
        following = tf.concat([x[before + (slice(1, None),)], x[before + (slice(-1, None),)]], axis)
        steps = [x] + [x * (1 - j / factor) + following * (j / factor) for j in range(1, factor)]
        sizes = tf.unstack(tf.shape(x))
        sizes[axis] *= factor
        return tf.reshape(tf.stack(steps, axis + 1), sizes)

    def concatenate(self, *tensors, axis):
        return tf.concat(tensors, axis)

    def expand_dims(self, x, axis):
        return tf.expand_dims(x, axis)

    def squeeze(self, x, axis):
        return tf.squeeze(x, axis)

    def get_item(self, x, key):
        x = tf.convert_to_tensor(x)
        part = _part(key, x.shape)
        return x[key] if part is None else tf.slice(x, *part)

    def get_item_at(self, x, positions, key):
        return tf.convert_to_tensor(x)[with_positions(key, positions)]


def _part(key, sizes):
    """Returns: the start and the sizes (-1 for the rest of an axis) of a contiguous slice, or None if the key is not
    one.

    The gradient of ``tf.slice`` is a padding, which is several times as fast as the gradient of ``x[key]``.
    """
    begin, part = [], []
    if len(key) != len(sizes):
        return None
    for each, size in zip(key, sizes):
        if each == slice(None):
            begin.append(0)
            part.append(-1)
        elif isinstance(each, slice) and each.step in (None, 1) and size is not None:
            start, stop, _ = each.indices(size)
            begin.append(start)
            part.append(max(stop - start, 0))
        else:
            return None
    return begin, part


def _as_signed(function, x):
    """Apply a function that only moves elements. Unsigned integers are reinterpreted as signed ones, because TensorFlow
    lacks such kernels for them."""
    signed = {tf.uint16: tf.int16, tf.uint32: tf.int32, tf.uint64: tf.int64}.get(x.dtype)
    return function(x) if signed is None else tf.bitcast(function(tf.bitcast(x, signed)), x.dtype)
