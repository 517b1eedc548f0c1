"""PyTorch's environment."""

from .environment import Environment


class PyTorch(Environment):

    name = "torch"
    title = "PyTorch"
    module = "torch"
    engine = "pyshim.engines.torch:Engine"
    pythons = ("3.11", "3.12", "3.13", "3.10")

    def gpu_requirements(self):
        return self.requirements()  # PyPI's build for Linux includes CUDA

    def process_environment(self, folder):
        found = super().process_environment(folder)
        if not self.is_for_gpu():
            found["CUDA_VISIBLE_DEVICES"] = "-1"
        return found

    def settings(self):
        # How often a thread spins before it sleeps, here a tenth of a millisecond: until the next operation of a step
        # comes. With 1000, steps take twice as long, as threads fall asleep between operations. With OpenMP's default
        # of milliseconds they take ten times as long when other processes need the cores.
        return {**super().settings(), "GOMP_SPINCOUNT": "30000"}

    check = """
import torch
assert torch.eye(2).tolist() == [[1, 0], [0, 1]], "a matrix is wrong"
"""
