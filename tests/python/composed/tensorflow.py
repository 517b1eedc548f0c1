"""The TensorFlow engine with default compositions."""

from pyshim.engines import tensorflow

from . import composed


class Engine(tensorflow.Engine):

    kernels = composed(tensorflow.Kernels)()
