"""Products, transposition and indexing of slices on PyTorch."""

import math

import torch

from . import checks
from .arrays import DEVICE


class LinearAlgebra:

    def dot(self, x, y):
        if x.ndim == y.ndim == 2:
            return torch.mm(x, y)
        axis = max(y.ndim - 2, 0)
        if x.shape[-1] != y.shape[axis]:  # PyTorch would broadcast a size of 1
            raise ValueError("the sizes %d and %d of the axes to sum over differ" % (x.shape[-1], y.shape[axis]))
        return torch.tensordot(x, y, ([x.ndim - 1], [axis]))

    def batch_dot(self, x, y, axes):
        if x.shape[0] != y.shape[0]:  # one sample would broadcast
            raise ValueError("x and y differ in samples")
        x, y = torch.movedim(x, axes[0], -1), torch.movedim(y, axes[1], 1)
        rows, columns = x.shape[1:-1], y.shape[2:]
        product = torch.bmm(x.reshape(len(x), math.prod(rows), x.shape[-1]),
                            y.reshape(len(y), y.shape[1], math.prod(columns)))
        return product.reshape(x.shape[:1] + rows + columns)

    def gather(self, reference, indices):
        if DEVICE.type != "cpu":
            indices = checks.clipped(indices, len(reference))
        if reference.ndim == 2 and reference.is_floating_point():  # the gradient of embedding is faster
            return torch.nn.functional.embedding(indices, reference)
        taken = torch.index_select(reference, 0, indices.reshape(-1))
        return taken.reshape(indices.shape + reference.shape[1:])

    def segment_sum(self, x, segments, count):
        return x.new_zeros((int(count),) + x.shape[1:]).index_add(0, segments, x)

    def scatter(self, values, rows, columns, sizes):
        whole = values.new_zeros(tuple(sizes.tolist()))
        return whole.index_put((rows.long(), columns.long()), values, accumulate=True)

    def permute(self, x, pattern):
        return x.permute(pattern)
