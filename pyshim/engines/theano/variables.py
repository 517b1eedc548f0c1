"""Kernels for the values and dtypes of variables and constants, and for shapes, on Theano."""

import theano
import theano.tensor as T

from ..numpy_cast import whole
from ..numpy_shape import int32_shape


class Variables:

    def identity(self, x):
        return T.tensor_copy(x)

    def fill_like(self, x, number, dtype):
        return T.alloc(T.constant(number, dtype=dtype), *x.shape)

    def arange(self, count):
        return T.arange(count)

    def shape(self, x):
        return Shape32()(T.shape(x))

    def cast(self, x, dtype):
        return Whole(dtype)(x) if x.dtype in T.float_dtypes and dtype in T.integer_dtypes else T.cast(x, dtype)


class Shape32(theano.Op):
    """Converts a shape to int32. A cast would wrap around if a size is too large."""

    __props__ = ()

    def make_node(self, shape):
        return theano.Apply(self, [shape], [T.ivector()])

    def perform(self, node, inputs, outputs):
        outputs[0][0] = int32_shape(inputs[0].tolist())

    def infer_shape(self, node, shapes):
        return shapes

    def connection_pattern(self, node):
        return [[False]]

    def grad(self, inputs, gradients):
        return [theano.gradient.disconnected_type()]


class Whole(theano.Op):
    """Converts floats to integers. Theano's own cast fails for nan or returns whatever the processor does."""

    __props__ = ("dtype",)

    def __init__(self, dtype):
        self.dtype = dtype

    def make_node(self, x):
        return theano.Apply(self, [x], [T.TensorType(self.dtype, x.broadcastable)()])

    def perform(self, node, inputs, outputs):
        outputs[0][0] = whole(inputs[0], self.dtype)

    def infer_shape(self, node, shapes):
        return shapes

    def connection_pattern(self, node):
        return [[False]]

    def grad(self, inputs, gradients):
        return [theano.gradient.disconnected_type()]


def ones(shape):
    """Returns: for each size whether it is 1, so that Theano may broadcast along the axis."""
    return tuple(size == 1 for size in shape)
