"""The engine on Theano: symbolic expressions, interpreted once or compiled to C."""

import logging

from ..contract.engine import Engine as Contracted
from ..contract.kernels import Kernels as AllKernels
from .native import theano

# It would note with each tensor where it was made, which is always here, and costs a third of making it.
theano.config.traceback.limit = 0

# Theano warns of a BLAS whose name it does not know, such as NumPy's, which the environment links it to,
# and tells when it waits for another process that compiles.
for subject in ("tensor.blas", "gof.compilelock"):
    logging.getLogger("theano." + subject).setLevel(logging.ERROR)

from . import layout  # noqa: F401
from .convolution import Convolution
from .ctc import CTC
from .elementwise import Elementwise
from .graph import Graph
from .linear_algebra import LinearAlgebra
from .nn import NN
from .program import TheanoNatives, run
from .random import Random
from .reductions import Reductions
from .shapes import Shapes
from .variables import Variables, ones


class Kernels(Graph, Variables, LinearAlgebra, Reductions, Elementwise, Shapes, NN, Convolution, Random, CTC,
              AllKernels):
    """Theano's kernels, on its symbolic variables."""


class Engine(Contracted):

    name = "theano"
    title = "Theano"
    version = theano.__version__
    own_kernels = frozenset("""argmax argmin ctc_batch_cost ctc_decode cumprod floor_divide loop max min pad pool
        print_tensor prod random_normal random_uniform remainder sigmoid softplus tanh truncated_normal""".split())
    kernels = Kernels()

    def start_graph(self):
        self.natives = TheanoNatives(self.kernels)

    def compile(self, program, once):
        return run(self.natives, program, once)

    def variable(self, array, name, initialize=True):
        return theano.shared(array, name, broadcastable=ones(array.shape))

    def get_value(self, variable):
        return variable.get_value()

    def set_value(self, variable, array):
        variable.set_value(array)
