"""Convolutions and pooling on NumPy: products and reductions over views of an array's windows."""

import itertools

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .reductions import least


class Convolution:

    def convolution(self, x, kernel, strides, padding, dilation):
        windows = _windows(x, kernel.shape[:-2], strides, padding, dilation)
        return np.tensordot(windows, kernel, kernel.ndim - 1)

    def convolution_transpose(self, x, kernel, *given, sizes, strides, padding, dilation):
        sizes, width = given[0].tolist() if given else sizes, kernel.shape[:-2]
        whole = np.zeros(x.shape[:1] + tuple(size + sum(pair) for size, pair in zip(sizes, padding))
                         + kernel.shape[-2:-1], x.dtype)
        for place in itertools.product(*map(range, width)):
            seen = [slice(at * step, at * step + (count - 1) * stride + 1, stride) if count else slice(0)
                    for at, step, count, stride in zip(place, dilation, x.shape[1:-1], strides)]
            whole[(slice(None), *seen)] += np.dot(x, kernel[place].T)
        inside = [slice(before, before + size) for (before, _), size in zip(padding, sizes)]
        return whole[(slice(None), *inside)]

    def depthwise_convolution(self, x, kernel, strides, padding, dilation):
        channels, multiplier = kernel.shape[-2:]
        windows = _windows(x, kernel.shape[:-2], strides, padding, dilation)
        places = windows.shape[:x.ndim - 1]
        elements = int(np.prod(kernel.shape[:-2]))
        rows = np.moveaxis(windows, -1, 0).reshape(channels, int(np.prod(places, dtype="int64")), elements)
        columns = np.moveaxis(kernel, -2, 0).reshape(channels, elements, multiplier)
        return np.moveaxis(np.matmul(rows, columns), 0, 1).reshape(places + (channels * multiplier,))

    def pool(self, x, size, strides, padding, mode):
        once, axes = (1,) * len(size), tuple(range(x.ndim - 1, x.ndim - 1 + len(size)))
        if mode == "max":
            return np.max(_windows(x, size, strides, padding, once, least(x.dtype)), axis=axes, initial=least(x.dtype))
        there = _windows(np.ones((1,) + x.shape[1:-1] + (1,), x.dtype), size, strides, padding, once)
        total = self.sum(_windows(self.cast(x, _averaged_in(x.dtype)), size, strides, padding, once), axes, False)
        return (total / self.sum(there, axes, False)).astype(x.dtype)


def _averaged_in(dtype):
    """Returns: the dtype in which means are computed. The sum of a window may overflow float16."""
    return "float32" if dtype == "float16" else dtype


def _windows(x, width, strides, padding, dilation, number=0):
    """Returns: a view of x, padded with a number. Its shape is (samples, positions of the window, positions in it,
    channels)."""
    x = np.pad(x, [(0, 0), *padding, (0, 0)], "constant", constant_values=number)
    counts = [max((size - (wide - 1) * step - 1) // stride + 1, 0)
              for size, wide, step, stride in zip(x.shape[1:-1], width, dilation, strides)]
    of_places = [bytes_ * stride for bytes_, stride in zip(x.strides[1:-1], strides)]
    inside = [bytes_ * step for bytes_, step in zip(x.strides[1:-1], dilation)]
    return as_strided(x, (x.shape[0], *counts, *width, x.shape[-1]),
                      (x.strides[0], *of_places, *inside, x.strides[-1]), writeable=False)
