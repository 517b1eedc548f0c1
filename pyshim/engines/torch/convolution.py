"""Convolutions and pooling on PyTorch.

PyTorch's functions take the channels first. They get a view with the channels first of memory that has them last, a
layout that PyTorch's kernels for two and three axes support (channels_last).

With a single channel, the memory is the same in both layouts, and only a tensor's strides say which one it has. In
channels_last, PyTorch 2.14 leaves some results unwritten then, where an image of height 3 and width 1 is convolved with
strides (1, 2), for example, and refuses some gradients ("grad_weight needs to be contiguous").
"""

import math

import torch
from torch.nn import functional

CONVOLUTION = functional.conv1d, functional.conv2d, functional.conv3d
TRANSPOSED = functional.conv_transpose1d, functional.conv_transpose2d, functional.conv_transpose3d
LARGEST = functional.max_pool1d, functional.max_pool2d, functional.max_pool3d
MEAN = functional.avg_pool1d, functional.avg_pool2d, functional.avg_pool3d


class Convolution:

    def convolution(self, x, kernel, strides, padding, dilation):
        return convolved(x, kernel, strides, padding, dilation, 1)

    def convolution_transpose(self, x, kernel, *given, sizes, strides, padding, dilation):
        sizes, width = given[0].tolist() if given else sizes, kernel.shape[:-2]
        shape = (x.shape[0], *sizes, kernel.shape[-2])
        if 0 in shape or not x.numel():
            return x.new_zeros(shape)
        wide = _wide(x)
        image = _channels_first(x.to(wide))
        if kernel.shape[-2] == 1:  # for the gradient, which is a convolution of a single channel
            image = image.contiguous()
        whole = TRANSPOSED[len(width) - 1](image, _filters_first(kernel.to(wide)), stride=strides, dilation=dilation)
        # The result without padding is cropped at the start, and positions that no window covers are 0.
        missing = [(-before, before + size - there)
                   for (before, _), size, there in zip(padding, sizes, whole.shape[2:])]
        return _channels_last(_padded(whole, missing, 0)).to(x.dtype)

    def depthwise_convolution(self, x, kernel, strides, padding, dilation):
        channels, multiplier = kernel.shape[-2:]
        kernel = kernel.reshape(kernel.shape[:-2] + (1, channels * multiplier))
        return convolved(x, kernel, strides, padding, dilation, channels)

    def pool(self, x, size, strides, padding, mode):
        counts = _counts(x.shape[1:-1], padding, size, strides, (1,) * len(size))
        if not (x.numel() and all(counts)):
            return x.new_zeros((x.shape[0], *counts, x.shape[-1]))
        image = _channels_first(x.to(_wide(x)))
        pooled = (_largest if mode == "max" else _mean)(image, size, strides, padding)
        return _channels_last(pooled).to(x.dtype)


def _wide(x):
    """Returns: the dtype to compute in. PyTorch lacks kernels for float16, and a window's sum may overflow it."""
    return torch.float32 if x.dtype == torch.float16 else x.dtype


def _channels_first(x):
    return x.reshape((len(x), 1) + x.shape[1:-1]) if x.shape[-1] == 1 else x.movedim(-1, 1)


def _channels_last(x):
    return x.reshape((len(x),) + x.shape[2:] + (1,)) if x.shape[1] == 1 else x.movedim(1, -1)


def _filters_first(kernel):
    """Transpose a kernel to PyTorch's order: filters, channels, spatial axes."""
    return kernel.permute([kernel.ndim - 1, kernel.ndim - 2, *range(kernel.ndim - 2)])


def _counts(sizes, around, width, strides, dilation):
    """Returns: the number of windows along each spatial axis."""
    return [max((size + sum(pair) - (wide - 1) * step - 1) // stride + 1, 0)
            for size, pair, wide, stride, step in zip(sizes, around, width, strides, dilation)]


def _padded(x, around, number):
    """Pad x, which has the channels first, with a number. Negative counts crop it."""
    if not any(map(any, around)):
        return x
    return functional.pad(x, [count for pair in reversed(around) for count in pair], value=number)


def _evenly(x, around, number):
    """Returns: x, padded or cropped at the ends by the differences between after and before, and the counts that remain
    to pad symmetrically."""
    return _padded(x, [(0, after - before) for before, after in around], number), [before for before, _ in around]


def convolved(x, kernel, strides, padding, dilation, groups, bias=None):
    """Returns: the convolution of x, which has its channels last, with a kernel; plus the bias, if there is one."""
    counts = _counts(x.shape[1:-1], padding, kernel.shape[:-2], strides, dilation)
    if not (x.numel() and kernel.numel() and all(counts)):
        zeros = x.new_zeros((x.shape[0], *counts, kernel.shape[-1]))
        return zeros if bias is None else zeros + bias
    image, places = _evenly(_channels_first(x.to(_wide(x))), padding, 0)
    result = CONVOLUTION[len(strides) - 1](image, _filters_first(kernel.to(image.dtype)), bias, stride=strides,
                                           padding=places, dilation=dilation, groups=groups)
    return _channels_last(result).to(x.dtype)


def _largest(image, size, strides, around):
    image, places = _evenly(image, around, -math.inf)
    return LARGEST[len(size) - 1](image, size, strides, places)


def _mean(image, size, strides, around):
    if all(before == after for before, after in around):
        return MEAN[len(size) - 1](image, size, strides, [before for before, _ in around], count_include_pad=False)
    # PyTorch would count the padding that makes the counts even.
    there = image.new_ones((1, 1) + image.shape[2:])
    total, count = [MEAN[len(size) - 1](_padded(each, around, 0), size, strides) for each in (image, there)]
    return total / count
