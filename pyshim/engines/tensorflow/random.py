"""Random tensors on TensorFlow. Each has its own generator, whose state is a variable initialized with the seed."""

import weakref

import tensorflow as tf

_generators = weakref.WeakKeyDictionary()  # by operation


def generator_of(operation):
    """Returns: the generator of a random operation, the same in all programs."""
    generator = _generators.get(operation)
    if generator is None:
        seed = operation.attributes["seed"]
        with tf.init_scope():
            generator = (tf.random.Generator.from_non_deterministic_state() if seed is None
                         else tf.random.Generator.from_seed(seed, alg="philox"))
        _generators[operation] = generator
    return generator


class Random:

    def random_uniform(self, shape, dtype, seed, generator):
        return generator.uniform(shape, dtype=dtype)

    def random_normal(self, shape, dtype, seed, generator):
        return generator.normal(shape, dtype=dtype)

    def truncated_normal(self, shape, dtype, seed, generator):
        return generator.truncated_normal(shape, dtype=dtype)
