"""PyTorch's environment."""

from .environment import Environment


class PyTorch(Environment):

    name = "torch"
    title = "PyTorch"
    module = "torch"
    engine = "pyshim.engines.torch:Engine"
    pythons = ("3.11", "3.12", "3.13", "3.10")

    def settings(self):
        # How often a thread spins before it sleeps. With OpenMP's default it would occupy a core for milliseconds after
        # each operation: when other processes need the cores, steps take ten times as long.
        return {**super().settings(), "GOMP_SPINCOUNT": "1000"}

    check = """
import torch
assert torch.eye(2).tolist() == [[1, 0], [0, 1]], "a matrix is wrong"
"""
