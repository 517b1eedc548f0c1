"""Sizes: JAX has to know them while it traces a function. What is computed of shapes is known: NumPy's array."""

import jax
import numpy as np

# What a function cannot be traced for: sizes that depend on what is fed.
UNTRACEABLE = (jax.errors.ConcretizationTypeError, jax.errors.TracerArrayConversionError,
               jax.errors.TracerIntegerConversionError, jax.errors.NonConcreteBooleanIndexError)

LONGEST = 64  # arrays of integers with more elements are data, not sizes


def known(x):
    """The value of sizes; an error of JAX where a function is traced and they depend on values that are fed."""
    return np.asarray(x)


def is_known(x):
    return isinstance(x, (np.ndarray, np.generic))
