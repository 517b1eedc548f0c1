"""The peer: Keras 2.3.1, on the engine that KERAS_BACKEND names."""

import keras
import numpy as np
from keras import backend as K

from .backend import Backend


def program(data):
    return Keras(K, data)


class Keras(Backend):
    """The program with what Keras' layers do, and its bare functions need."""

    keras = keras

    def variants(self, workload):
        if K.backend() == "tensorflow":  # operators work on its graph inside of this alone
            return K.symbolic(super().variants)(workload)
        return super().variants(workload)

    def weights(self, workload):
        weights = super().weights(workload)
        if workload == "cnn" and K.backend() == "theano":
            for name in ("first", "second"):
                K.set_value(weights[name], self.kernel(K.get_value(weights[name])))
        return weights

    def kernel(self, value):
        """The weights of a convolution, as the engine takes them."""
        if K.backend() == "theano":  # whose convolution is that of mathematics
            return np.array(value[::-1, ::-1])
        return value

    def shaped(self, x, shape):
        if K.backend() == "theano":
            x._keras_shape = shape
        return x
