"""JAX's environment."""

from .. import processors
from .environment import Environment
from .surroundings import one_of


class JAX(Environment):

    name = "jax"
    title = "JAX"
    module = "jax"
    engine = "pyshim.engines.jax:Engine"
    pythons = ("3.11", "3.12", "3.13")

    passed = {"TF_CPP_MIN_LOG_LEVEL": one_of("0", "1", "2", "3"), "PJRT_NPROC": processors.count_in}

    def settings(self):
        # XLA's log is for its developers. Errors are raised as exceptions.
        return {**super().settings(), "TF_CPP_MIN_LOG_LEVEL": "3"}

    def thread_environment(self, threads):
        return {**super().thread_environment(threads), "PJRT_NPROC": str(threads)}

    def device_environment(self, device):
        # Without this, JAX logs at length that it finds no GPU.
        return {**super().device_environment(device), **({"JAX_PLATFORMS": "cpu"} if device == "cpu" else {})}

    check = """
import jax
assert jax.numpy.eye(2).tolist() == [[1, 0], [0, 1]], "a matrix is wrong"
"""
