"""Random tensors on TensorFlow: the state of each is its own, and begins with the seed."""

import tensorflow as tf


class Random:

    def _random_uniform(self, shape, dtype, seed):
        return tf.random.uniform(shape, dtype=dtype, seed=seed)

    def _random_normal(self, shape, dtype, seed):
        return tf.random.normal(shape, dtype=dtype, seed=seed)

    def _truncated_normal(self, shape, dtype, seed):
        return tf.random.truncated_normal(shape, dtype=dtype, seed=seed)
