"""Reductions on Theano."""

import numpy as np
import theano
import theano.tensor as T

from .gradients import product_of_tensors as product


class Reductions:

    def max(self, x, axis, keepdims):
        return _shaped(Max(axis)(x), axis, keepdims)

    def min(self, x, axis, keepdims):
        return _shaped(Min(axis)(x), axis, keepdims)

    def sum(self, x, axis, keepdims):
        return T.sum(x, axis=axis, dtype=x.dtype, keepdims=keepdims)

    def prod(self, x, axis, keepdims):
        for one in axis:
            x = Product((one,))(x)
        return _shaped(x, axis, keepdims)

    def mean(self, x, axis, keepdims):
        return T.mean(x, axis=axis, keepdims=keepdims)

    def any(self, x, axis, keepdims):
        return T.any(x, axis=axis, keepdims=keepdims)

    def all(self, x, axis, keepdims):
        return T.all(x, axis=axis, keepdims=keepdims)

    def argmax(self, x, axis):
        return ArgMax(axis)(x)

    def argmin(self, x, axis):
        return ArgMin(axis)(x)

    def cumsum(self, x, axis):
        if x.dtype == "float16":  # it would lose precision after a few elements
            return T.cast(T.cumsum(T.cast(x, "float32"), axis), "float16")
        return T.cumsum(_wide(x), axis)

    def cumprod(self, x, axis):
        return CumProd(axis)(_wide(x))


def _shaped(x, axis, keepdims):
    """Drop the reduced axes, which have size 1, unless ``keepdims``."""
    return x if keepdims else x.dimshuffle([i for i in range(x.ndim) if i not in axis])


def _wide(x):
    """Widen small integers, as NumPy does for a cumulative sum."""
    if x.dtype.startswith("int"):
        return T.cast(x, "int64")
    return T.cast(x, "uint64") if x.dtype.startswith("uint") else x


class Reduction(theano.Op):
    """A reduction over axes, which are kept with size 1."""

    __props__ = ("axis",)

    def __init__(self, axis):
        self.axis = axis

    def make_node(self, x):
        pattern = [one or i in self.axis for i, one in enumerate(x.broadcastable)]
        return theano.Apply(self, [x], [T.TensorType(x.dtype, pattern)()])

    def infer_shape(self, node, shapes):
        return [tuple(1 if i in self.axis else size for i, size in enumerate(shapes[0]))]


class Extreme(Reduction):
    """A maximum or minimum whose gradient is divided among ties. Theano's own gives each of them the whole gradient."""

    def L_op(self, inputs, outputs, gradients):
        x, = inputs
        chosen = T.cast(T.eq(x, outputs[0]), x.dtype)
        return [product(gradients[0], chosen / T.sum(chosen, axis=self.axis, keepdims=True, dtype=x.dtype))]


class Max(Extreme):

    def perform(self, node, inputs, outputs):
        x, = inputs
        least = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
        outputs[0][0] = np.max(x, axis=self.axis, keepdims=True, initial=least)


class Min(Extreme):

    def perform(self, node, inputs, outputs):
        x, = inputs
        largest = np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).max
        outputs[0][0] = np.min(x, axis=self.axis, keepdims=True, initial=largest)


class Product(Reduction):
    """The product along one axis. Theano's own has no second derivative."""

    def perform(self, node, inputs, outputs):
        outputs[0][0] = np.prod(inputs[0], axis=self.axis, keepdims=True, dtype=inputs[0].dtype)

    def L_op(self, inputs, outputs, gradients):
        x, (axis,) = inputs[0], self.axis
        back = _along(axis, x.ndim, slice(None, None, -1))
        before = _shifted(CumProd(axis)(x), axis, 1)
        after = _shifted(CumProd(axis)(x[back]), axis, 1)[back]
        return [product(gradients[0], product(before, after))]


class Index(theano.Op):
    """The index of an element along an axis. Theano's argmin is the argmax of -x: wrong for unsigned x."""

    __props__ = ("axis",)

    def __init__(self, axis):
        self.axis = axis

    def make_node(self, x):
        pattern = x.broadcastable[:self.axis] + x.broadcastable[self.axis + 1:]
        return theano.Apply(self, [x], [T.TensorType("int64", pattern)()])

    def perform(self, node, inputs, outputs):
        outputs[0][0] = np.asarray(self.find(inputs[0], axis=self.axis))

    def infer_shape(self, node, shapes):
        return [shapes[0][:self.axis] + shapes[0][self.axis + 1:]]

    def connection_pattern(self, node):
        return [[False]]

    def grad(self, inputs, gradients):
        return [theano.gradient.disconnected_type()]


class ArgMax(Index):

    find = staticmethod(np.argmax)


class ArgMin(Index):

    find = staticmethod(np.argmin)


class CumProd(theano.Op):
    """The cumulative product along an axis. The gradient of Theano's own is wrong where elements are 0."""

    __props__ = ("axis",)

    def __init__(self, axis):
        self.axis = axis

    def make_node(self, x):
        return theano.Apply(self, [x], [x.type()])

    def perform(self, node, inputs, outputs):
        outputs[0][0] = np.cumprod(inputs[0], axis=self.axis)

    def infer_shape(self, node, shapes):
        return shapes

    def L_op(self, inputs, outputs, gradients):
        # The element x[i] is a factor of each product from y[i] on, and y[i] = y[i - 1] * x[i]. So its
        # gradient is y[i - 1] * s[i], with s[i] = g[i] + x[i + 1] * s[i + 1].
        x, y, g = inputs[0], outputs[0], gradients[0]
        back = _along(self.axis, x.ndim, slice(None, None, -1))
        factors = _shifted(x[back], self.axis, 0)
        return [product(Recurrence(self.axis)(factors, g[back])[back], _shifted(y, self.axis, 1))]


class Recurrence(theano.Op):
    """The recurrence s[i] = a[i] * s[i - 1] + b[i] along an axis."""

    __props__ = ("axis",)

    def __init__(self, axis):
        self.axis = axis

    def make_node(self, a, b):
        return theano.Apply(self, [a, b], [b.type()])

    def perform(self, node, inputs, outputs):
        a, b = (np.moveaxis(array, self.axis, 0) for array in inputs)
        s = np.array(b)
        for i in range(1, len(s)):
            s[i] += np.where(a[i] == 0, 0, a[i] * s[i - 1])  # s may be infinite
        outputs[0][0] = np.ascontiguousarray(np.moveaxis(s, 0, self.axis))

    def infer_shape(self, node, shapes):
        return [shapes[1]]

    def L_op(self, inputs, outputs, gradients):
        back = _along(self.axis, inputs[0].ndim, slice(None, None, -1))
        of_b = Recurrence(self.axis)(_shifted(inputs[0][back], self.axis, 0), gradients[0][back])[back]
        return [product(of_b, _shifted(outputs[0], self.axis, 0)), of_b]


def _shifted(x, axis, first):
    """x shifted by one position along an axis, with a number in the first position."""
    start, rest = x[_along(axis, x.ndim, slice(None, 1))], x[_along(axis, x.ndim, slice(None, -1))]
    start = T.fill(start, T.constant(first, dtype=x.dtype))
    return T.patternbroadcast(T.join(axis, start, rest), x.broadcastable)


def _along(axis, ndim, part):
    """Returns: the index that applies a slice along one axis."""
    return tuple(part if i == axis else slice(None) for i in range(ndim))
