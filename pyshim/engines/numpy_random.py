"""Random draws by NumPy's generators, for engines that can't use their library's own."""

import numpy as np


def uniform(shape, dtype, generator):
    """Draw from [0, 1)."""
    if dtype == "float16":  # rounding to float16 could return 1
        return generator.integers(0, 1 << 11, shape) / np.float32(1 << 11)
    return generator.random(shape, dtype)


def normal(shape, dtype, generator):
    """Draw from the normal distribution with mean 0 and standard deviation 1."""
    return generator.standard_normal(shape, "float64" if dtype == "float64" else "float32")


def truncated_normal(shape, dtype, generator):
    """Like ``normal``, but draws beyond -2 and 2 are drawn again."""
    draws = np.asarray(normal(shape, dtype, generator))
    while True:
        beyond = np.abs(draws) > 2
        count = np.count_nonzero(beyond)
        if not count:
            return draws
        draws[beyond] = normal((count,), dtype, generator)
