"""Random tensors on NumPy. Each has its own generator, initialized with the seed."""

import weakref

import numpy as np

from .. import numpy_random

_generators = weakref.WeakKeyDictionary()  # by operation


def generator_of(operation):
    """Returns: the generator of a random operation, the same in all programs."""
    generator = _generators.get(operation)
    if generator is None:
        generator = _generators[operation] = np.random.default_rng(operation.attributes["seed"])
    return generator


class Random:

    def random_uniform(self, shape, dtype, seed, generator):
        return np.asarray(numpy_random.uniform(tuple(shape), dtype, generator), dtype)

    def random_normal(self, shape, dtype, seed, generator):
        return np.asarray(numpy_random.normal(tuple(shape), dtype, generator), dtype)

    def truncated_normal(self, shape, dtype, seed, generator):
        return np.asarray(numpy_random.truncated_normal(tuple(shape), dtype, generator), dtype)
