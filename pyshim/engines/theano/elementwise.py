"""Elementwise mathematics on Theano."""

import numpy as np
import theano
import theano.tensor as T
from theano import scalar

from .. import numpy_division
from . import sigmoids
from .broadcasting import spread
from .gradients import product


def _broadcast(function):
    """Returns: a kernel that computes a Theano function with NumPy's broadcasting."""
    return lambda self, *tensors: function(*spread(*tensors))


class Elementwise:

    sqrt = staticmethod(T.sqrt)
    exp = staticmethod(T.exp)
    log = staticmethod(T.log)
    sin = staticmethod(T.sin)
    cos = staticmethod(T.cos)
    sigmoid = staticmethod(sigmoids.sigmoid)
    tanh = staticmethod(sigmoids.tanh)
    round = staticmethod(T.round_half_to_even)
    abs = staticmethod(T.abs_)
    square = staticmethod(T.sqr)
    sign = staticmethod(T.sgn)
    negative = staticmethod(T.neg)
    logical_not = staticmethod(lambda x: T.eq(x, T.constant(False)))  # ~True of Python is -2

    divide = _broadcast(T.true_div)
    add = _broadcast(T.add)
    subtract = _broadcast(T.sub)
    multiply = _broadcast(T.mul)
    maximum = _broadcast(lambda x, y: larger(x, y))
    minimum = _broadcast(lambda x, y: _smaller(x, y))
    equal = _broadcast(T.eq)
    not_equal = _broadcast(T.neq)
    greater = _broadcast(T.gt)
    greater_equal = _broadcast(T.ge)
    less = _broadcast(T.lt)
    less_equal = _broadcast(T.le)
    logical_and = _broadcast(T.and_)
    logical_or = _broadcast(T.or_)
    select = _broadcast(T.switch)

    def floor_divide(self, x, y):
        if x.dtype.startswith("float"):
            # Set the gradient to 0. The quotient's gradient may be infinite, and 0 times infinity is nan.
            x, y = spread(*map(theano.gradient.zero_grad, (x, y)))
            return T.switch(T.eq(y, 0), T.true_div(x, y), _floor_divide(x, y))
        return OfIntegers("floor_divide")(x, y)

    def remainder(self, x, y):
        if x.dtype.startswith("float"):
            return _remainder(*spread(x, y))
        return OfIntegers("remainder")(x, y)

    def pow(self, x, y):
        if not x.dtype.startswith("float"):
            return OfIntegers("power")(x, y)
        return T.pow(*spread(x, y))


class Choosing:
    """A scalar op that returns one of its arguments, the first in case of a tie, and passes the gradient to it alone.

    Theano's maximum and minimum multiply the gradient by 0 for the other argument: nan, if the gradient is infinite.
    """

    def L_op(self, inputs, outputs, gradients):
        x, (g,) = inputs[0], gradients
        # Compare x with the result, so that y need not be kept.
        zero, first = scalar.constant(0, dtype=g.dtype), self.first(x, outputs[0])
        return [scalar.switch(first, g, zero), scalar.switch(first, zero, g)]


class Maximum(Choosing, scalar.Maximum):

    first = staticmethod(scalar.ge)


class Minimum(Choosing, scalar.Minimum):

    first = staticmethod(scalar.le)


OF_INTEGERS = {"floor_divide": numpy_division.floor_divide, "remainder": numpy_division.remainder,
               "power": np.power}


class OfIntegers(theano.Op):
    """A function of two integer tensors, computed by NumPy.

    Theano's C code crashes the process when it divides by 0, and computes powers in floats.
    """

    __props__ = ("name",)

    def __init__(self, name):
        self.name = name

    def make_node(self, x, y):
        ndim = max(x.ndim, y.ndim)
        x, y = [T.shape_padleft(each, ndim - each.ndim) if each.ndim < ndim else each for each in (x, y)]
        return theano.Apply(self, [x, y], [T.add(x, y).type()])

    def perform(self, node, inputs, outputs):
        x, y = inputs
        outputs[0][0] = np.asarray(OF_INTEGERS[self.name](x, y))

    def infer_shape(self, node, shapes):
        return [T.Elemwise(theano.scalar.add).infer_shape(node, shapes)[0]]

    def connection_pattern(self, node):
        return [[False], [False]]

    def grad(self, inputs, gradients):
        return [theano.gradient.disconnected_type() for _ in inputs]


def _power_of_numbers(self, x, y):
    # Fused elementwise ops of float16 get Python floats, whose ** raises errors.
    return np.power(x, y) if isinstance(x, float) else x ** y


scalar.Pow.impl = _power_of_numbers


class Division(scalar.BinaryScalarOp):
    """A float division as in NumPy, computed from fmod, the remainder of truncated division, which is exact."""

    def impl(self, x, y):
        return getattr(np, self.nfunc_spec[0])(x, y)

    def c_code(self, node, name, inputs, outputs, sub):
        (x, y), (z,) = inputs, outputs
        return """{
            %(dtype)s left = fmod(%(x)s, %(y)s), quotient = (%(x)s - left) / %(y)s, whole;
            if (left != 0 && (left < 0) != (%(y)s < 0)) { left += %(y)s; quotient -= 1; }
            else if (left == 0) left = copysign(0, %(y)s);
            whole = floor(quotient);
            if (quotient - whole > 0.5) whole += 1;
            if (whole == 0) whole = copysign(0, %(x)s / %(y)s);
            %(z)s = %(result)s;
        }""" % {"dtype": "npy_" + node.outputs[0].type.dtype, "x": x, "y": y, "z": z, "result": self.result}

    def c_code_cache_version(self):
        return 1,


class FloorDivide(Division):

    nfunc_spec = ("floor_divide", 2, 1)
    result = "whole"

    def L_op(self, inputs, outputs, gradients):
        return [x.zeros_like() for x in inputs]


class Remainder(Division):

    nfunc_spec = ("remainder", 2, 1)
    result = "left"

    def L_op(self, inputs, outputs, gradients):
        (x, y), (g,) = inputs, gradients
        return [g, product(g, -_scalar_floor_divide(x, y))]


_scalar_floor_divide = FloorDivide(scalar.upcast_out, name="floor_divide")
_floor_divide = T.Elemwise(_scalar_floor_divide)
_remainder = T.Elemwise(Remainder(scalar.upcast_out, name="remainder"))
larger = T.Elemwise(Maximum(scalar.upcast_out, name="maximum"))
_smaller = T.Elemwise(Minimum(scalar.upcast_out, name="minimum"))
