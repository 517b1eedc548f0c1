"""The NumPy engine with default compositions."""

from pyshim.engines import numpy

from . import composed


class Engine(numpy.Engine):

    kernels = composed(numpy.Kernels)()
