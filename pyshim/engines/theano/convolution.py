"""Convolutions and pooling on Theano, whose convolutions need the channels first.

Theano's ops that compute by matrix products (CorrMM) are used directly, so nothing depends on an optimization. They
support neither asymmetric padding in three dimensions nor padding of unknown size; in these cases x is padded
beforehand.
"""

import functools

import theano.tensor as T
from theano.tensor.nnet.corr import CorrMM, CorrMM_gradInputs
from theano.tensor.nnet.corr3d import Corr3dMM, Corr3dMM_gradInputs

from .broadcasting import note_sizes, sizes
from .pooling import max_pool
from .shapes import padded


def _shape_of_inputs(self, node, shapes):
    return [(shapes[1][0], shapes[0][1] * self.num_groups) + tuple(node.inputs[2:])]


# Theano's own methods ignore the dilation.
CorrMM_gradInputs.infer_shape = Corr3dMM_gradInputs.infer_shape = _shape_of_inputs


class Convolution:

    def convolution(self, x, kernel, strides, padding, dilation):
        if len(strides) == 1:
            return _flat(self.convolution, x, kernel, strides, padding, dilation)
        spans = _spans(_sizes(kernel)[:-2], dilation)
        whole, border = _bordered(x, spans, padding)
        convolve = (CorrMM if len(strides) == 2 else Corr3dMM)(border, strides, dilation)
        product = convolve(_channels_first(whole), _filters_first(kernel))
        return _there(_channels_last(product), x, spans, strides, padding)

    def convolution_transpose(self, x, kernel, *given, sizes, strides, padding, dilation):
        static, sizes = sizes, [given[0][i] if size is None else size for i, size in enumerate(sizes)]
        # An empty spatial axis is padded to one position, and its result is made large enough for a window. The
        # slice at the end crops it.
        none = [0 if size else _largest(1 - places, 0) for size, places in zip(static, _sizes(x)[1:-1])]
        x = padded(x, [(0, 0)] + [(0, each) for each in none] + [(0, 0)])
        spread = (CorrMM_gradInputs if len(strides) == 2 else Corr3dMM_gradInputs)("valid", strides, dilation)
        # The channels of x are the filters of the convolution.
        whole = spread(_filters_first(kernel), _channels_first(x),
                       [_largest(size + before + after, span) for size, (before, after), span
                        in zip(sizes, padding, _spans(_sizes(kernel)[:-2], dilation))])
        inside = tuple(slice(before, before + size) for size, (before, _) in zip(sizes, padding))
        return _channels_last(whole[(slice(None), slice(None)) + inside])

    def depthwise_convolution(self, x, kernel, strides, padding, dilation):
        if len(strides) == 1:
            return _flat(self.depthwise_convolution, x, kernel, strides, padding, dilation)
        rows, columns, channels, multiplier = _sizes(kernel)
        spans = _spans((rows, columns), dilation)
        whole, border = _bordered(x, spans, padding)
        filters = _wide(kernel).dimshuffle(2, 3, 0, 1).reshape((channels * multiplier, 1, rows, columns))
        product = CorrMM(border, strides, dilation, channels)(_channels_first(whole), filters)
        return _there(_channels_last(product), x, spans, strides, padding)

    def pool(self, x, size, strides, padding, mode):
        """Pool; average pooling takes the means along one axis after the other."""
        if mode == "max":
            return _channels_last(max_pool(_channels_first(x), size, strides, padding))
        whole = _wide(x)
        for axis, width, stride, pair in zip(range(1, x.ndim), size, strides, _fitting(x, size, padding)):
            whole = _means(whole, axis, width, stride, pair)
        return _there(whole, x, size, strides, padding)


def _means(x, axis, width, stride, pair):
    """Returns: the means of windows along one axis."""
    filled = padded(x, [pair if i == axis else (0, 0) for i in range(x.ndim)])
    count = (filled.shape[axis] - width) // stride + 1
    parts = [filled[(slice(None),) * axis + (slice(i, i + (count - 1) * stride + 1, stride),)] for i in range(width)]
    first = T.arange(count) * stride - pair[0]
    there = T.minimum(first + width, x.shape[axis]) - T.maximum(first, 0)
    there = T.cast(there, x.dtype).dimshuffle(["x"] * axis + [0] + ["x"] * (x.ndim - axis - 1))
    return functools.reduce(T.add, parts) / there


def _flat(kernel_of_two, x, kernel, *attributes):
    """Compute a kernel with one spatial axis by the kernel for two."""
    strides, padding, dilation = attributes
    x = note_sizes(x.dimshuffle(0, "x", 1, 2), sizes(x)[:1] + (1,) + sizes(x)[1:])
    kernel = note_sizes(kernel.dimshuffle("x", 0, 1, 2), (1,) + sizes(kernel))
    return kernel_of_two(x, kernel, (1,) + strides, ((0, 0),) + padding, (1,) + dilation)[:, 0]


def _sizes(x):
    """Returns: the size of each axis, a number if it is known and symbolic otherwise."""
    return tuple(x.shape[i] if size is None else size for i, size in enumerate(sizes(x)))


def _spans(width, dilation):
    """Returns: how many elements a window spans along each axis."""
    return [(wide - 1) * step + 1 for wide, step in zip(width, dilation)]


def _fitting(x, spans, padding):
    """Returns: the padding along each axis, extended at the end if the window would not fit, for example because x is
    empty. The result then has one position, which ``_there`` removes."""
    more = [_largest(span - size - sum(pair), 0) if _may_be_missing(size, span, pair) else 0
            for size, span, pair in zip(_sizes(x)[1:-1], spans, padding)]
    return [(before, after + each) for (before, after), each in zip(padding, more)]


def _may_be_missing(size, span, pair):
    """Whether there may be no window position along an axis. Without padding, the contract has checked that windows
    wider than 1 fit."""
    return span == 1 or any(pair) if isinstance(size, T.Variable) else not size


def _largest(size, least):
    return T.maximum(size, least) if isinstance(size, T.Variable) else max(size, least)


def _there(result, x, spans, strides, padding):
    """Crop a result that has at least one position along each axis to the positions that exist."""
    counts = []
    for size, span, stride, pair in zip(_sizes(x)[1:-1], spans, strides, padding):
        missing = _may_be_missing(size, span, pair)
        counts.append(slice(_largest((size + sum(pair) - span) // stride + 1, 0) if missing else None))
    return result if counts == [slice(None)] * len(counts) else result[tuple([slice(None)] + counts)]


def _bordered(x, spans, padding):
    """Returns: x, padded if necessary, and the border for the convolution to add."""
    pairs = _fitting(x, spans, padding)
    if not any(isinstance(each, T.Variable) or each for pair in pairs for each in pair):
        return x, "valid"
    if len(spans) == 2 and all(sizes(x)[1:-1]):
        return x, tuple(pairs)
    return padded(x, [(0, 0)] + pairs + [(0, 0)]), "valid"


def _wide(x):
    """Returns: x with a type without broadcastable axes, which some ops don't expect, and float16 cast to float32."""
    x = T.unbroadcast(x, *range(x.ndim))
    return T.cast(x, "float32") if x.dtype == "float16" else x


def _channels_first(x):
    return _wide(x).dimshuffle([0, x.ndim - 1] + list(range(1, x.ndim - 1)))


def _channels_last(x):
    return x.dimshuffle([0] + list(range(2, x.ndim)) + [1])


def _filters_first(kernel):
    """Transpose a kernel: the filters, then the channels, then the spatial axes."""
    last = kernel.ndim - 1
    return _wide(kernel).dimshuffle([last, last - 1] + list(range(last - 1)))
