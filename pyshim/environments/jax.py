"""JAX's environment."""

from .environment import Environment


class JAX(Environment):

    name = "jax"
    title = "JAX"
    module = "jax"
    engine = "pyshim.engines.jax:Engine"
    pythons = ("3.11", "3.12", "3.13")

    check = """
import jax
assert jax.numpy.eye(2).tolist() == [[1, 0], [0, 1]], "a matrix is wrong"
"""
