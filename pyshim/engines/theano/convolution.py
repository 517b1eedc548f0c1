"""Convolutions and pooling on Theano, whose convolutions want the channels first.

Its ops that compute by products of matrices are used as they are, so nothing depends on an optimization. They
know no padding of different sizes at both ends in three dimensions, nor one whose size is not known yet, so
there zeros are put around before.
"""

import functools

import theano.tensor as T
from theano.tensor.nnet.corr import CorrMM, CorrMM_gradInputs
from theano.tensor.nnet.corr3d import Corr3dMM, Corr3dMM_gradInputs
from theano.tensor.opt import Assert

from .broadcasting import note_sizes, sizes
from .pooling import max_pool
from .shapes import padded


def _shape_of_inputs(self, node, shapes):
    return [(shapes[1][0], shapes[0][1] * self.num_groups) + tuple(node.inputs[2:])]


# Theano's own leave out the dilation.
CorrMM_gradInputs.infer_shape = Corr3dMM_gradInputs.infer_shape = _shape_of_inputs


class Convolution:

    def convolution(self, x, kernel, strides, padding, dilation):
        if len(strides) == 1:
            return _flat(self.convolution, x, kernel, strides, padding, dilation)
        whole, border = _bordered(x, _sizes(kernel)[:-2], strides, padding, dilation)
        convolve = (CorrMM if len(strides) == 2 else Corr3dMM)(border, strides, dilation)
        return _there(_channels_last(convolve(_channels_first(whole), _filters_first(kernel))), x, strides, padding)

    def convolution_transpose(self, x, kernel, *given, sizes, strides, padding, dilation):
        sizes = [given[0][i] if size is None else size for i, size in enumerate(sizes)]
        pairs = _zeros_around(sizes, _sizes(kernel)[:-2], strides, padding, dilation)
        none = [T.eq(size, 0) if isinstance(size, T.Variable) else int(not size) for size in sizes]
        x = padded(x, [(0, 0)] + [(0, each) for each in none] + [(0, 0)])
        spread = (CorrMM_gradInputs if len(strides) == 2 else Corr3dMM_gradInputs)("valid", strides, dilation)
        # The channels of x are the filters of the convolution.
        whole = spread(_filters_first(kernel), _channels_first(x),
                       [size + before + after for size, (before, after) in zip(sizes, pairs)])
        inside = tuple(slice(before, before + size) for size, (before, _) in zip(sizes, pairs))
        return _channels_last(whole[(slice(None), slice(None)) + inside])

    def depthwise_convolution(self, x, kernel, strides, padding, dilation):
        if len(strides) == 1:
            return _flat(self.depthwise_convolution, x, kernel, strides, padding, dilation)
        rows, columns, channels, multiplier = _sizes(kernel)
        whole, border = _bordered(x, (rows, columns), strides, padding, dilation)
        filters = _wide(kernel).dimshuffle(2, 3, 0, 1).reshape((channels * multiplier, 1, rows, columns))
        product = CorrMM(border, strides, dilation, channels)(_channels_first(whole), filters)
        return _there(_channels_last(product), x, strides, padding)

    def pool(self, x, size, strides, padding, mode):
        """Means along one axis after the other."""
        if mode == "max":
            return _channels_last(max_pool(_channels_first(x), size, strides, padding))
        pairs = _zeros_around(_sizes(x)[1:-1], size, strides, padding, (1,) * len(size))
        whole = _wide(x)
        for axis, width, stride, pair in zip(range(1, x.ndim), size, strides, pairs):
            whole = _means(whole, axis, width, stride, pair)
        return _there(whole, x, strides, padding)


def _means(x, axis, width, stride, pair):
    """The means of windows along one axis."""
    filled = padded(x, [pair if i == axis else (0, 0) for i in range(x.ndim)])
    count = (filled.shape[axis] - width) // stride + 1
    count = Assert("the window of %d is too large for x" % width)(count, T.ge(count, 1))
    parts = [filled[(slice(None),) * axis + (slice(i, i + (count - 1) * stride + 1, stride),)] for i in range(width)]
    first = T.arange(count) * stride - pair[0]
    there = T.minimum(first + width, x.shape[axis]) - T.maximum(first, 0)
    there = T.cast(there, x.dtype).dimshuffle(["x"] * axis + [0] + ["x"] * (x.ndim - axis - 1))
    return functools.reduce(T.add, parts) / there


def _flat(kernel_of_two, x, kernel, *attributes):
    """What has one spatial axis, by a kernel for two."""
    strides, padding, dilation = attributes
    x = note_sizes(x.dimshuffle(0, "x", 1, 2), sizes(x)[:1] + (1,) + sizes(x)[1:])
    kernel = note_sizes(kernel.dimshuffle("x", 0, 1, 2), (1,) + sizes(kernel))
    return kernel_of_two(x, kernel, (1,) + strides, padding, (1,) + dilation)[:, 0]


def _sizes(x):
    """The size of each axis: a number where it is known."""
    return tuple(x.shape[i] if size is None else size for i, size in enumerate(sizes(x)))


def _zeros_around(spatial, width, strides, padding, dilation):
    """How many zeros the padding puts before and after, along each axis. Where there are no elements, the window
    gets one place, which ``_there`` takes away."""
    pairs = []
    for size, wide, stride, step in zip(spatial, width, strides, dilation):
        some = _largest(size, 1)
        total = (wide - 1) * step
        if stride > 1:
            total = _largest(total + (-(-some // stride) - 1) * stride + 1 - some, 0)
        total += some - size
        pairs.append((total // 2, total - total // 2) if padding == "same" else (0, 0))
    return pairs


def _largest(size, least):
    return T.maximum(size, least) if isinstance(size, T.Variable) else max(size, least)


def _there(result, x, strides, padding):
    """The places that are there of a result with one place at least."""
    if padding == "valid":
        return result
    counts = [slice(None) if isinstance(size, int) and size else slice(-(-size // stride))
              for size, stride in zip(_sizes(x)[1:-1], strides)]
    return result if counts == [slice(None)] * len(counts) else result[tuple([slice(None)] + counts)]


def _bordered(x, width, strides, padding, dilation):
    """x and the border that a convolution is to put around it; an error when it runs where the window does not fit."""
    if padding == "valid":
        for axis, (wide, step) in enumerate(zip(width, dilation), 1):
            if sizes(x)[axis] is None:
                least = (wide - 1) * step + 1
                fits = Assert("the window of %d is too large for axis %d of x" % (least, axis))
                x = fits(x, T.ge(x.shape[axis], least))
        return x, "valid"
    pairs = _zeros_around(_sizes(x)[1:-1], width, strides, padding, dilation)
    if len(width) == 2 and all(sizes(x)[1:-1]):
        return x, tuple(pairs)
    return padded(x, [(0, 0)] + pairs + [(0, 0)]), "valid"


def _wide(x):
    """x in a type without axes of size 1, as ops that do not expect them need it; float16 as float32."""
    x = T.unbroadcast(x, *range(x.ndim))
    return T.cast(x, "float32") if x.dtype == "float16" else x


def _channels_first(x):
    return _wide(x).dimshuffle([0, x.ndim - 1] + list(range(1, x.ndim - 1)))


def _channels_last(x):
    return x.dimshuffle([0] + list(range(2, x.ndim)) + [1])


def _filters_first(kernel):
    """The filters, then the channels, then the spatial axes."""
    last = kernel.ndim - 1
    return _wide(kernel).dimshuffle([last, last - 1] + list(range(last - 1)))
