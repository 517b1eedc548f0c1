"""Random tensors on TensorFlow. Each has its own generator, whose state is a variable initialized with the seed."""

import tensorflow as tf

from ..random_state import RandomState


def _generator(seed):
    with tf.init_scope():
        if seed is None:
            return tf.random.Generator.from_non_deterministic_state()
        return tf.random.Generator.from_seed(seed, alg="philox")


generators = RandomState(_generator)


class Random:

    def random_uniform(self, shape, dtype, seed, generator):
        return generator.uniform(shape, dtype=dtype)

    def random_normal(self, shape, dtype, seed, generator):
        return generator.normal(shape, dtype=dtype)

    def truncated_normal(self, shape, dtype, seed, generator):
        return generator.truncated_normal(shape, dtype=dtype)
