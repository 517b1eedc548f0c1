"""Random tensors on JAX. The seed, the number of evaluations and the indices of time steps determine the draws."""

import functools
import math
import random

import jax
import numpy as np

from ..random_state import RandomState

SMALLEST, LARGEST = 4 ** 5, 4 ** 11  # the numbers of elements that a shared generator draws


class Draws:
    """The seed of a random operation, and how often it has been evaluated."""

    def __init__(self, seed):
        self.seed = random.SystemRandom().randrange(2 ** 31) if seed is None else seed
        self.evaluations = 0


states = RandomState(Draws)


def key_of(seed, evaluations, times=()):
    """Returns: the JAX key for a draw."""
    key = jax.random.key(seed)
    for number in (evaluations,) + tuple(times):
        key = jax.random.fold_in(key, number)
    return key


class Random:

    def random_uniform(self, shape, dtype, seed, key):
        return jax.random.uniform(key, shape, dtype)

    def random_normal(self, shape, dtype, seed, key):
        # Without the barrier, XLA would merge a multiplication with the generator's last one: other draws than those of
        # ``drawn``, in the last bit.
        return jax.lax.optimization_barrier(jax.random.normal(key, shape, dtype))

    def truncated_normal(self, shape, dtype, seed, key):
        return jax.random.truncated_normal(key, -2, 2, shape, dtype)


def is_drawn_before(operation):
    """Whether the shape of a random operation is a constant."""
    return operation.inputs[0].kind == "constant"


def drawn(operation, evaluations):
    """Returns: the draws of a random operation whose shape is a constant, as a NumPy array.

    XLA takes half a second to compile a generator, for each number of elements. An element depends only on the key and
    on its position, so a generator serves all smaller numbers, too.
    """
    shape = tuple(operation.inputs[0].value.tolist())
    size = math.prod(shape)
    count = SMALLEST
    while count < size:
        count *= 4
    if count > LARGEST:
        count = size
    draws = _first(operation.kernel, count, operation.attributes["dtype"], states.of(operation).seed, evaluations)
    return np.asarray(draws)[:size].reshape(shape)


@functools.partial(jax.jit, static_argnums=(0, 1, 2))
def _first(kernel, count, dtype, seed, evaluations):
    return getattr(Random(), kernel)((count,), dtype, seed, key_of(seed, evaluations))
