"""Convolutions and pooling.

x has the samples first, the channels last, and one to three spatial axes between them. The static shape of the kernel
and its channels is known. ``padding`` is "valid" or "same"; "same" adds
max((ceil(size / stride) - 1) * stride + (width - 1) * dilation + 1 - size, 0) zeros along an axis, the odd one at its
end. ``strides`` and ``dilation`` have a number for each spatial axis.
"""

from abc import ABC, abstractmethod

from .native import Native


class Convolution(Native, ABC):

    @abstractmethod
    def convolution(self, x, kernel, strides, padding, dilation):
        """Cross-correlation with a kernel of shape spatial + (channels, filters)."""

    @abstractmethod
    def convolution_transpose(self, x, kernel, *given, sizes, strides, padding, dilation):
        """What the gradient of convolution is for its x, of spatial sizes ``sizes``, where x is the gradient
        of its result. The kernel has the shape spatial + (channels of the result, channels of x). Where sizes has
        None, ``given`` is an int64 tensor of all sizes."""

    def depthwise_convolution(self, x, kernel, strides, padding, dilation):
        """Each channel by its own filters: kernel spatial + (channels, multiplier), one or two spatial axes;
        channel c * multiplier + m of the result is channel c of x by kernel[..., c, m]."""
        spatial = (slice(None),) * len(strides)
        whole = slice(None)
        results = []
        for channel in range(int(kernel.shape[-2])) or [0]:  # of none, nothing by filters for nothing
            one = slice(channel, channel + 1)
            results.append(self.convolution(self.get_item(x, (whole,) + spatial + (one,)),
                                            self.get_item(kernel, spatial + (one, whole)), strides, padding, dilation))
        result = results[0] if len(results) == 1 else self.concatenate(*results, axis=len(strides) + 1)
        return result if kernel.shape[-2] else self.get_item(result, (whole,) + spatial + (slice(0, 0),))

    @abstractmethod
    def pool(self, x, size, strides, padding, mode):
        """The largest element ("max") or the mean ("avg") of windows; padded places count for nothing. A window
        with nan gives nan; of equal largest elements, the first has the gradient."""
