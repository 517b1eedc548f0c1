"""Sizes: JAX must know them while it traces a function. Those computed from shapes are known, and are NumPy arrays."""

import jax
import numpy as np

# The errors that JAX raises if sizes depend on values that are fed, so that a function can't be traced.
UNTRACEABLE = (jax.errors.ConcretizationTypeError, jax.errors.TracerArrayConversionError,
               jax.errors.TracerIntegerConversionError, jax.errors.NonConcreteBooleanIndexError)

LONGEST = 64  # integer arrays with more elements are data, not sizes


def known(x):
    """Returns: the value of sizes. JAX raises an error if it is tracing and they depend on values that are fed."""
    return np.asarray(x)


def is_known(x):
    return isinstance(x, (np.ndarray, np.generic))
