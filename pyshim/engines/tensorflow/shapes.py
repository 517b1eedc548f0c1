"""Changing and joining shapes on TensorFlow."""

import tensorflow as tf


class Shapes:

    def _reshape(self, x, shape):
        return tf.reshape(x, shape)

    def _concatenate(self, *tensors, axis):
        return tf.concat(tensors, axis)

    def _expand_dims(self, x, axis):
        return tf.expand_dims(x, axis)

    def _squeeze(self, x, axis):
        return tf.squeeze(x, axis)

    def _get_item(self, x, key):
        return tf.convert_to_tensor(x)[key]
