"""Random tensors on NumPy. Each has its own generator, initialized with the seed."""

import numpy as np

from .. import numpy_random
from ..random_state import RandomState

generators = RandomState(np.random.default_rng)


class Random:

    def random_uniform(self, shape, dtype, seed, generator):
        return np.asarray(numpy_random.uniform(tuple(shape), dtype, generator), dtype)

    def random_normal(self, shape, dtype, seed, generator):
        return np.asarray(numpy_random.normal(tuple(shape), dtype, generator), dtype)

    def truncated_normal(self, shape, dtype, seed, generator):
        return np.asarray(numpy_random.truncated_normal(tuple(shape), dtype, generator), dtype)
