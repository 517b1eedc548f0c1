"""Theano's variables, constants and placeholders."""

import theano
import theano.tensor as T


class Variables:

    def _variable(self, array, name):
        return theano.shared(array, name, broadcastable=_ones(array.shape))

    def _get_value(self, variable):
        return variable.get_value()

    def _set_value(self, variable, array):
        variable.set_value(array)

    def _constant(self, array):
        return T.TensorConstant(T.TensorType(array.dtype, _ones(array.shape)), array.copy())

    def _placeholder(self, shape, dtype, name):
        return T.TensorType(dtype, _ones(shape))(name)

    def _identity(self, x):
        return T.tensor_copy(x)

    def _fill_like(self, x, number, dtype):
        return T.alloc(T.constant(number, dtype=dtype), *x.shape)

    def _shape(self, x):
        return T.shape(x)

    def _cast(self, x, dtype):
        return T.cast(x, dtype)


def _ones(shape):
    """What Theano knows of a shape: which sizes are 1, and may be broadcast."""
    return tuple(size == 1 for size in shape)
