"""Random tensors on JAX. The seed, the number of evaluations and the indices of time steps determine the draws."""

import random

import jax

from ..random_state import RandomState


class Draws:
    """The seed of a random operation, and how often it has been evaluated."""

    def __init__(self, seed):
        self.seed = random.SystemRandom().randrange(2 ** 31) if seed is None else seed
        self.evaluations = 0


states = RandomState(Draws)


def key_of(draws, evaluations, times):
    """Returns: the JAX key for a draw."""
    key = jax.random.key(draws.seed)
    for number in (evaluations,) + tuple(times):
        key = jax.random.fold_in(key, number)
    return key


class Random:

    def random_uniform(self, shape, dtype, seed, key):
        return jax.random.uniform(key, shape, dtype)

    def random_normal(self, shape, dtype, seed, key):
        return jax.random.normal(key, shape, dtype)

    def truncated_normal(self, shape, dtype, seed, key):
        return jax.random.truncated_normal(key, -2, 2, shape, dtype)
