"""The peer: Keras 2.3.1, on the engine that KERAS_BACKEND names."""

import keras
import numpy as np
from keras import backend as K

from .backend import Backend
from .first import First


def program(data):
    return Keras(K, data)


class Keras(Backend, First):
    """The program, with the adjustments that Keras's layers make and its bare functions need."""

    keras = keras
    unroll = K.backend() == "cntk"  # there, an LSTM layer computes something else if its loop is not unrolled

    def variants(self, workload):
        if K.backend() == "tensorflow":  # operators use its graph only inside this context
            return K.symbolic(super().variants)(workload)
        return super().variants(workload)

    def weights(self, workload):
        weights = super().weights(workload)
        if workload == "cnn" and K.backend() == "theano":
            for name in ("first", "second"):
                K.set_value(weights[name], self.kernel(K.get_value(weights[name])))
        return weights

    def kernel(self, value):
        """The weights of a convolution in the engine's layout."""
        if K.backend() == "theano":  # its convolution flips the kernel, as in mathematics
            return np.array(value[::-1, ::-1])
        return value

    def shaped(self, x, shape):
        if K.backend() == "theano":
            x._keras_shape = shape
        return x
