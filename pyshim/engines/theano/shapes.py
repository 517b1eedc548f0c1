"""Changing and joining shapes on Theano."""

import theano.tensor as T


class Shapes:

    def _reshape(self, x, shape):
        return T.reshape(x, shape, ndim=len(shape))

    def _concatenate(self, *tensors, axis):
        return T.join(axis, *tensors)

    def _expand_dims(self, x, axis):
        order = list(range(x.ndim))
        return x.dimshuffle(order[:axis] + ["x"] + order[axis:])

    def _squeeze(self, x, axis):
        x = T.addbroadcast(x, *axis)
        return x.dimshuffle([i for i in range(x.ndim) if i not in axis])

    def _get_item(self, x, key):
        return x[key]
