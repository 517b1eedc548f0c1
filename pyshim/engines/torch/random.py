"""Random tensors on PyTorch. Each has its own generator, initialized with the seed."""

import math

import torch

from ..random_state import RandomState
from .arrays import DEVICE, DTYPES

BEYOND = math.erfc(math.sqrt(2))  # the probability of a draw beyond -2 or 2


def _generator(seed):
    generator = torch.Generator(DEVICE)
    if seed is None:
        generator.seed()
    else:
        generator.manual_seed(seed)
    return generator


generators = RandomState(_generator)


class Random:

    def random_uniform(self, shape, dtype, seed, generator):
        return torch.rand(shape.tolist(), generator=generator, dtype=DTYPES[dtype], device=DEVICE)

    def random_normal(self, shape, dtype, seed, generator):
        return torch.randn(shape.tolist(), generator=generator, dtype=DTYPES[dtype], device=DEVICE)

    def truncated_normal(self, shape, dtype, seed, generator):
        # The inverse of the distribution function needs no second draw.
        wide = torch.float64 if dtype == "float64" else torch.float32
        draws = torch.rand(shape.tolist(), generator=generator, dtype=wide, device=DEVICE)
        inside = (draws * 2 - 1) * (1 - BEYOND)
        return (torch.erfinv(inside) * math.sqrt(2)).clamp(-2, 2).to(DTYPES[dtype])
