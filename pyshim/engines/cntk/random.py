"""Random tensors, drawn by NumPy, so that all stages of an evaluation, and gradients, use the same draws.

Each tensor has its own generator, initialized with the seed.
"""

import numpy as np

from ..numpy_random import normal, truncated_normal, uniform
from .description import Kernel


def random_kernel(name, draw):
    described = Kernel(name, None, by_numpy=lambda shape, dtype, generator: draw(tuple(shape), dtype, generator))

    def method(self, shape, dtype, seed):
        return described(shape, dtype=dtype, generator=np.random.default_rng(seed))
    return method


class Random:

    random_uniform = random_kernel("random_uniform", uniform)
    random_normal = random_kernel("random_normal", normal)
    truncated_normal = random_kernel("truncated_normal", truncated_normal)
