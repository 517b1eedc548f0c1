"""Convolutions and pooling on CNTK, whose kernels require the samples on the batch axis and the channels first.

CNTK's own padding is symmetric, so other padding is done beforehand. CNTK has no dilation on CPUs, so the positions
that a dilated window covers together are moved to separate samples.
"""

import functools

import numpy as np

from .checks import without_nan
from .description import kernel
from .images import by_sample, channels_first, channels_last, images, samples_first
from .native import C
from .shapes import get_item, pad
from .windows import places


def _need_channels(x, kernel):
    """Raise an error unless a kernel takes the channels of x. CNTK would broadcast, or convolve parts of x."""
    if x.shape[-1] != kernel.shape[-2]:
        raise ValueError("x has %d channels, but the kernel takes %d" % (x.shape[-1], kernel.shape[-2]))


def convolution(x, kernel, strides, padding, dilation):
    _need_channels(x, kernel)
    sizes = places(x.shape[1:-1], kernel.shape[:-2], strides, padding, dilation)
    # CNTK pads with (wide - 1) / 2 zeros on both sides of an axis, and rejects images smaller than the window.
    by_cntk = max(strides + dilation) == 1 and all(
        (before, after) in ((0, 0), ((wide - 1) / 2,) * 2) and wide <= size
        for (before, after), wide, size in zip(padding, kernel.shape, x.shape[1:-1]))
    pads = [False] + [any(pair) and by_cntk for pair in padding]
    kernel = _filters_first(kernel)

    def convolve(x):
        return C.convolution(kernel, x, strides, auto_padding=pads)
    if max(dilation) == 1:
        return images(convolve(by_sample(x) if by_cntk else pad(by_sample(x), ((0, 0),) + padding)), x.shape[0])
    x = pad(channels_first(x), ((0, 0), (0, 0)) + padding)
    return channels_last(_cropped(_dilated(convolve, x, dilation), sizes))


def convolution_transpose(x, kernel, *given, sizes, strides, padding, dilation, cells=()):
    sizes = tuple(cells[0].array.tolist()) if cells else sizes
    before = [pair[0] for pair in padding]
    kernel = _filters_first(kernel)

    def convolve(x):
        return C.convolution_transpose(kernel, x, strides, auto_padding=[False])
    whole = _dilated(convolve, channels_first(x), dilation)
    # Positions that no window reaches are 0.
    missing = [max(first + size - there, 0) for first, size, there in zip(before, sizes, whole.shape[2:])]
    whole = pad(whole, ((0, 0), (0, 0)) + tuple((0, count) for count in missing))
    return channels_last(_cropped(whole, sizes, before))


def depthwise_convolution(x, kernel, strides, padding, dilation):
    """The sum, over the positions in the window, of the elements of x at that position times the kernel's element."""
    _need_channels(x, kernel)
    width, (channels, multiplier) = kernel.shape[:-2], kernel.shape[-2:]
    sizes = places(x.shape[1:-1], width, strides, padding, dilation)
    x = pad(x, ((0, 0),) + padding + ((0, 0),))
    x = C.reshape(x, x.shape + (1,))
    whole = slice(None)
    total = None
    for position in np.ndindex(*width):
        seen = tuple(slice(at * step, at * step + (size - 1) * stride + 1, stride)
                     for at, step, size, stride in zip(position, dilation, sizes, strides))
        product = C.element_times(get_item(x, (whole,) + seen + (whole, whole)),
                                  get_item(kernel, position + (whole, whole)))
        total = product if total is None else C.plus(total, product)
    return C.reshape(total, (x.shape[0],) + sizes + (channels * multiplier,))


def pool(x, size, strides, padding, mode, fast=False):
    """Pooling. ``fast`` says that the stage checks that there is no nan, so that no window needs to be searched for it.
    """
    pairs = ((0, 0),) + padding
    samples, inside = x.shape[0], x.shape[1:-1]
    x = by_sample(x)

    def pooled(x, kind):
        return C.pooling(x, kind, size, strides, [False])
    if mode == "max":
        result = pooled(pad(x, pairs, -np.inf), C.MAX_POOLING)
        if fast:
            without_nan(x)
        else:
            # CNTK's maximum ignores nan, so find the windows with nan. Without stop_gradient, the backward pass would
            # also run through the comparison.
            with_nan = pooled(pad(C.stop_gradient(C.not_equal(x, x)), pairs), C.MAX_POOLING)
            result = C.element_select(with_nan, C.constant(np.nan, (), x.dtype), result)
    else:
        result = pooled(pad(x, pairs), C.AVG_POOLING)
        share = np.ones(())
        for axis, wide, stride, pair, count in zip(inside, size, strides, padding, result.shape[1:]):
            first = np.arange(count) * stride - pair[0]
            there = np.minimum(first + wide, axis) - np.maximum(first, 0)
            share = np.multiply.outer(share, there / wide)
        if (share != 1).any():
            result = C.element_times(result, C.constant((1 / share).astype(x.dtype), dtype=x.dtype))
    return images(result, samples)


def _filters_first(kernel):
    last = len(kernel.shape) - 1
    return C.transpose(kernel, (last, last - 1) + tuple(range(last - 1)))


def _by_sample(function, x):
    """Apply a CNTK function of a single sample to all samples."""
    return samples_first(function(C.to_batch(x)), x.shape[0])


def _cropped(x, sizes, first=None):
    """Crop the spatial axes of x to the given sizes, starting at the positions in ``first`` (0 by default)."""
    first = first or (0,) * len(sizes)
    return get_item(x, (slice(None),) * 2 + tuple(slice(begin, begin + size) for begin, size in zip(first, sizes)))


def _dilated(function, x, dilation):
    """Apply a function of windows with stride 1 to the positions that are ``dilation`` apart. The end of the result
    may come from the padding after x, so crop it."""
    x = pad(x, ((0, 0), (0, 0)) + tuple((0, -size % step) for size, step in zip(x.shape[2:], dilation)))
    for axis, step in enumerate(dilation, 2):
        if step > 1:
            x = _to_samples(x, axis, step)
    result = _by_sample(function, x)
    for axis, step in reversed(list(enumerate(dilation, 2))):
        if step > 1:
            result = _from_samples(result, axis, step)
    return result


def _to_samples(x, axis, step):
    """Move the positions along an axis that are ``step`` apart to separate samples. Those of one sample are adjacent.
    """
    samples, count = x.shape[0], x.shape[axis] // step
    before, after = int(np.prod(x.shape[1:axis])), int(np.prod(x.shape[axis + 1:]))
    shape = (samples * step,) + x.shape[1:axis] + (count,) + x.shape[axis + 1:]
    split = C.reshape(x, (samples, before, count, step, after))
    return C.reshape(C.transpose(split, (0, 3, 1, 2, 4)), shape)


def _from_samples(x, axis, step):
    """The inverse of ``_to_samples``."""
    samples, count = x.shape[0] // step, x.shape[axis]
    before, after = int(np.prod(x.shape[1:axis])), int(np.prod(x.shape[axis + 1:]))
    shape = (samples,) + x.shape[1:axis] + (count * step,) + x.shape[axis + 1:]
    split = C.reshape(x, (samples, step, before, count, after))
    return C.reshape(C.transpose(split, (0, 2, 3, 1, 4)), shape)


# -- for tensors without elements, where only the shapes matter -------------------------------------------

def _no_convolution(x, kernel, strides, padding, dilation):
    return np.zeros(x.shape[:1] + places(x.shape[1:-1], kernel.shape[:-2], strides, padding, dilation)
                    + kernel.shape[-1:])


def _no_transpose(x, kernel, *given, sizes, strides, padding, dilation):
    return np.zeros(x.shape[:1] + tuple(given[0] if given else sizes) + kernel.shape[-2:-1])


def _no_depthwise(x, kernel, strides, padding, dilation):
    return np.zeros(x.shape[:1] + places(x.shape[1:-1], kernel.shape[:-2], strides, padding, dilation)
                    + (kernel.shape[-2] * kernel.shape[-1],))


def _no_pool(x, size, strides, padding, mode):
    return np.zeros(x.shape[:1] + places(x.shape[1:-1], size, strides, padding, (1,) * len(size)) + x.shape[-1:])


class Convolution:

    convolution = kernel("convolution", convolution, by_numpy=_no_convolution, parallel=True)
    convolution_transpose = kernel("convolution_transpose", convolution_transpose, by_numpy=_no_transpose,
                                   parallel=True, indexed=True, sized_by=(2,))
    depthwise_convolution = kernel("depthwise_convolution", depthwise_convolution, by_numpy=_no_depthwise)
    pool = kernel("pool", pool, by_numpy=_no_pool, parallel=True, fast=functools.partial(pool, fast=True))
