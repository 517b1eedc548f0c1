"""Random draws by NumPy's generators, for the engines whose own do not serve."""

import numpy as np


def uniform(shape, dtype, generator):
    """From [0, 1)."""
    if dtype == "float16":  # rounding to it could give 1
        return generator.integers(0, 1 << 11, shape) / np.float32(1 << 11)
    return generator.random(shape, dtype)


def normal(shape, dtype, generator):
    """From the normal distribution of mean 0 and standard deviation 1."""
    return generator.standard_normal(shape, "float64" if dtype == "float64" else "float32")


def truncated_normal(shape, dtype, generator):
    """As ``normal``, with draws beyond -2 and 2 drawn again."""
    draws = np.asarray(normal(shape, dtype, generator))
    while True:
        beyond = np.abs(draws) > 2
        count = np.count_nonzero(beyond)
        if not count:
            return draws
        draws[beyond] = normal((count,), dtype, generator)
