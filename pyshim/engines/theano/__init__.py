"""The engine on Theano: symbolic expressions, interpreted once or compiled to C."""

import logging

import theano

from ..contract import Contract
from . import layout  # noqa: F401
from .broadcasting import note_sizes
from .control_flow import ControlFlow
from .convolution import Convolution
from .ctc import CTC
from .elementwise import Elementwise
from .graph import Graph
from .linear_algebra import LinearAlgebra
from .nn import NN
from .random import Random
from .reductions import Reductions
from .shapes import Shapes
from .variables import Variables

# It would note with each tensor where it was made, which is always here, and costs a third of making it.
theano.config.traceback.limit = 0

# Theano warns of a BLAS whose name it does not know, such as NumPy's, which the environment links it to,
# and tells when it waits for another process that compiles.
for subject in ("tensor.blas", "gof.compilelock"):
    logging.getLogger("theano." + subject).setLevel(logging.ERROR)


class Engine(Graph, Variables, LinearAlgebra, Reductions, Elementwise, Shapes, NN, Convolution, Random, ControlFlow,
             CTC, Contract):

    name = "theano"
    version = theano.__version__
    own_kernels = frozenset("""argmax argmin ctc_batch_cost ctc_decode cumprod floor_divide loop max min pad pool
        print_tensor prod random_normal random_uniform remainder sigmoid softplus tanh truncated_normal""".split())

    def new_node(self, native, dtype, shape, **more):
        if native is not None:
            native = _fitted(native, dtype, shape)
        return super().new_node(native, dtype, shape, **more)

    def deferred(self, make, node):
        dtype, shape = node.dtype, node.shape
        return lambda *natives: _fitted(make(*natives), dtype, shape)


def _fitted(native, dtype, shape):
    """Theano widens many dtypes and infers ranks alone; the contract knows better."""
    return note_sizes(native if native.dtype == dtype else theano.tensor.cast(native, dtype), shape)
