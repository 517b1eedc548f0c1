"""Random tensors, drawn by NumPy: what is drawn in an evaluation is there for all stages, and for gradients.

Each tensor has a generator of its own, which begins with the seed.
"""

import numpy as np

from .description import Kernel


def uniform(shape, dtype, generator):
    if dtype == "float16":  # rounding to it could give 1
        return generator.integers(0, 1 << 11, shape) / np.float32(1 << 11)
    return generator.random(shape, dtype)


def normal(shape, dtype, generator):
    return generator.standard_normal(shape, "float64" if dtype == "float64" else "float32")


def truncated_normal(shape, dtype, generator):
    draws = np.asarray(normal(shape, dtype, generator))
    while True:
        beyond = np.abs(draws) > 2
        count = np.count_nonzero(beyond)
        if not count:
            return draws
        draws[beyond] = normal((count,), dtype, generator)


def random_kernel(name, draw):
    described = Kernel(name, None, by_numpy=lambda shape, dtype, generator: draw(tuple(shape), dtype, generator))

    def method(self, shape, dtype, seed):
        return described(shape, dtype=dtype, generator=np.random.default_rng(seed))
    return method


class Random:

    _random_uniform = random_kernel("random_uniform", uniform)
    _random_normal = random_kernel("random_normal", normal)
    _truncated_normal = random_kernel("truncated_normal", truncated_normal)
