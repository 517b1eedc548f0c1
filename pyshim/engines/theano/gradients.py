"""Gradients of ops for which Theano's own multiply 0 by infinity, and so return nan instead of 0.

Where the derivative is 0, the result does not depend on the element, so its gradient is 0 even if the upstream
gradient is infinite. And an upstream gradient of 0 stays 0 even if the derivative is infinite, like that of sqrt at 0.
The gradients are patched into Theano's own classes, because its optimizations recognize ops by their class.
"""

import theano.tensor as T
from theano import scalar
from theano.tensor.nnet.nnet import Softmax

# The gradient of a selection is that of the selected tensor. So 0 is selected only where the product is nan: elsewhere,
# a product with 0 must keep its own gradient.

def product(gradient, derivative):
    """The product of two scalars; 0 where the derivative is 0."""
    return _unless_nan(gradient * derivative, derivative)


def product_of_any(gradient, derivative):
    """The product of two scalars; 0 where either is 0, even if the other is infinite."""
    return _unless_nan(gradient * derivative, derivative, gradient)


def _unless_nan(made, *zeros):
    """``made``, but 0 where it is nan and one of ``zeros`` is 0."""
    kept = made
    for x in zeros:
        kept = scalar.switch(scalar.eq(x, _zero(x)), _zero(made), kept)
    return scalar.switch(scalar.isnan(made), kept, made)


def product_of_tensors(gradient, derivative):
    """The product of two tensors; 0 where the derivative is 0."""
    made = gradient * derivative
    zero = T.constant(0, dtype=gradient.dtype)
    return T.switch(T.isnan(made), T.switch(T.eq(derivative, 0), zero, made), made)


def _zero(x):
    return scalar.constant(0, dtype=x.dtype)


def _one(x):
    return scalar.constant(1, dtype=x.dtype)


def _quotient(gradient, divisor):
    return _unless_nan(gradient / divisor, gradient)


def _of_power(x, y, power, gradient):
    by_x = _unless_nan(y * scalar.pow(x, y - _one(y)), y)  # 0 where y is 0, even if x is 0
    positive = scalar.gt(x, _zero(x))
    by_y = scalar.switch(positive, power * scalar.log(scalar.switch(positive, x, _one(x))), _zero(x))
    return [product_of_any(gradient, by_x), product_of_any(gradient, by_y)]


def _of_factors(gradient, factors):
    if len(factors) == 1:
        return [gradient]
    others = [factors[:i] + factors[i + 1:] for i in range(len(factors))]
    # In an interpreted graph, a product of a single factor would be computed element by element in Python.
    return [product(gradient, scalar.mul(*rest) if len(rest) > 1 else rest[0]) for rest in others]


# For each class, a function that returns the gradients of the inputs. It gets the inputs, the result and the upstream
# gradient, all floating-point scalars.
OF = {
    scalar.Mul: lambda inputs, result, gradient: _of_factors(gradient, list(inputs)),
    scalar.TrueDiv: lambda inputs, result, gradient: [
        _quotient(gradient, inputs[1]), product_of_any(gradient, -(inputs[0] / inputs[1]) / inputs[1])],
    scalar.Pow: lambda inputs, result, gradient: _of_power(inputs[0], inputs[1], result, gradient),
    scalar.Sqr: lambda inputs, result, gradient: [product(gradient, inputs[0] + inputs[0])],
    scalar.Abs: lambda inputs, result, gradient: [product(gradient, scalar.sgn(inputs[0]))],
    scalar.Sqrt: lambda inputs, result, gradient: [_quotient(gradient, result + result + _zero(result))],  # no -0
    scalar.Log: lambda inputs, result, gradient: [_quotient(gradient, inputs[0])],
    scalar.Exp: lambda inputs, result, gradient: [product_of_any(gradient, result)],
    scalar.Cos: lambda inputs, result, gradient: [product(gradient, -scalar.sin(inputs[0]))],
}


def _replaced(own, new):
    """Returns: an ``L_op`` method that uses our gradients for floats, and Theano's otherwise."""
    def L_op(self, inputs, outputs, gradients):
        floats = all(x.dtype in T.float_dtypes for x in list(inputs) + list(outputs) + list(gradients))
        if not floats or len({x.dtype for x in list(inputs) + list(outputs)}) > 1:
            return own(self, inputs, outputs, gradients)
        return new(inputs, outputs[0], gradients[0])
    return L_op


for _kind, _new in OF.items():
    _kind.L_op = _replaced(_kind.L_op, _new)


def _of_softmax(self, inputs, outputs, gradients):
    (shares,), (gradient,) = outputs, gradients
    total = T.sum(product_of_tensors(gradient, shares), axis=-1, keepdims=True)
    return [product_of_tensors(gradient - total, shares)]


Softmax.L_op = _of_softmax
