"""Functions of neural networks that TensorFlow has natively."""

import tensorflow as tf


class NN:

    _softmax = staticmethod(tf.nn.softmax)
    _softplus = staticmethod(tf.math.softplus)
