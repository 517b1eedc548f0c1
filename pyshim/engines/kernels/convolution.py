"""Convolutions and pooling.

x has the samples first, the channels last, and one to three spatial axes between them. The static shape of the kernel
and the number of channels are known. ``strides`` and ``dilation`` have a number for each spatial axis. ``padding`` has
a pair of numbers for each: how many elements are added before and after x. They are zeros in a convolution, and are
ignored in pooling.

A window spans ``span = (width - 1) * dilation + 1`` elements, and has
``max((size + before + after - span) // stride + 1, 0)`` positions along an axis. This number is 0 only if x has size 0
along the axis; if that size is not static, only with padding or with a span of 1.
"""

import functools
import itertools
import math
from abc import ABC, abstractmethod

from .native import Native


class Convolution(Native, ABC):

    @abstractmethod
    def convolution(self, x, kernel, strides, padding, dilation):
        """Cross-correlation with a kernel of shape spatial + (channels, filters)."""

    @abstractmethod
    def convolution_transpose(self, x, kernel, *given, sizes, strides, padding, dilation):
        """The gradient of ``convolution`` with respect to its x, where x is the upstream gradient; ``sizes`` are the
        spatial sizes of the result. The kernel has the shape spatial + (channels of the result, channels of x). If
        sizes has a None, ``given`` is an int64 tensor of all sizes."""

    def depthwise_convolution(self, x, kernel, strides, padding, dilation):
        """Convolution of each channel with its own filters. The kernel has the shape spatial + (channels, multiplier),
        with one or two spatial axes. Channel c * multiplier + m of the result is channel c of x, convolved with
        kernel[..., c, m]."""
        spatial = (slice(None),) * len(strides)
        whole = slice(None)
        results = []
        fits = self.equal(self._size(x, (len(strides) + 1,)), self._number(x, int(kernel.shape[-2])))
        x = self.asserted(x, fits, "x has other channels than the kernel")
        for channel in range(int(kernel.shape[-2])) or [0]:  # without channels, one empty convolution
            one = slice(channel, channel + 1)
            results.append(self.convolution(self.get_item(x, (whole,) + spatial + (one,)),
                                            self.get_item(kernel, spatial + (one, whole)), strides, padding, dilation))
        result = results[0] if len(results) == 1 else self.concatenate(*results, axis=len(strides) + 1)
        return result if kernel.shape[-2] else self.get_item(result, (whole,) + spatial + (slice(0, 0),))

    def pool(self, x, size, strides, padding, mode):
        """The maximum ("max") or the mean ("avg") of each window; padding is ignored. The result is nan if the window
        has a nan. If several elements are the maximum, the first gets the gradient."""
        if mode == "max":
            return functools.reduce(self.maximum, self._places(x, size, strides, padding, -math.inf))
        dtype = self._dtype(x)
        wide = self.cast(x, "float32") if dtype == "float16" else x
        one = self._like(self.get_item(wide, (slice(0, 1),) + (slice(None),) * len(size) + (slice(0, 1),)), 1)
        total, count = [functools.reduce(self.add, self._places(each, size, strides, padding, 0))
                        for each in (wide, one)]
        mean = self.divide(total, count)
        return self.cast(mean, dtype) if dtype == "float16" else mean

    def _places(self, x, size, strides, padding, outside):
        """Yield, for each position within a window, the elements of all windows at that position."""
        for axis, pair in enumerate(padding, 1):
            x = self._surrounded(x, axis, pair, outside)
        for place in itertools.product(*map(range, size)):
            key = [slice(first, first - wide + 1 or None, stride) for first, wide, stride in zip(place, size, strides)]
            yield self.get_item(x, (slice(None), *key, slice(None)))
