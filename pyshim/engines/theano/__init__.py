"""The Theano engine: symbolic expressions, interpreted if they run once, otherwise compiled to C."""

import functools
import logging

from ..engine import Engine as AnyEngine
from ..kernels import Kernels as AllKernels
from .native import theano

compilelock = theano.gof.compilelock

# Otherwise Theano would record a traceback for each tensor, which takes a third of the time to create one. It would
# always point here.
theano.config.traceback.limit = 0

# Theano warns about a BLAS whose name it does not know, such as NumPy's, which the environment links it to. It also
# logs when it waits for the compile lock of another process.
for subject in ("tensor.blas", "gof.compilelock"):
    logging.getLogger("theano." + subject).setLevel(logging.ERROR)

# Only one process at a time may compile. Another one would look for its turn only every one or two seconds, and hardly
# ever find it; 1, the environment's setting, is the least that Theano accepts.
if theano.config.compile.wait == 1:
    compilelock.lock = functools.partial(compilelock.lock, min_wait=0.01, max_wait=0.03)  # seconds

from . import layout  # noqa: F401
from .broadcasting import Gather, Spread
from .control_flow import loop
from .convolution import Convolution
from .ctc import CTC
from .elementwise import Elementwise
from .graph import Graph
from .linear_algebra import LinearAlgebra
from .nn import NN
from .program import TheanoNatives, run
from .random import Random
from .reductions import Reductions
from .shapes import Crop, Pad, Shapes
from .variables import Variables, ones

OPS = theano.Op, theano.scalar.ScalarOp
# Our ops that only prepare inputs for Theano's ops, by kernel. They don't count as own kernels.
PREPARING = {"pad": (Spread, Gather), None: (Spread, Gather, Pad, Crop)}


class Kernels(Graph, Variables, LinearAlgebra, Reductions, Elementwise, Shapes, NN, Convolution, Random, CTC,
              AllKernels):
    """Theano's kernels, on its symbolic variables."""


class Engine(AnyEngine):

    name = "theano"
    title = "Theano"
    version = theano.__version__
    kernels = Kernels()
    loop = staticmethod(loop)

    def is_own(self, thing, kernel):
        op = getattr(thing, "scalar_op", thing)
        kind = op if isinstance(op, type) else type(op)
        preparing = PREPARING.get(kernel, PREPARING[None])
        return issubclass(kind, OPS) and kind.__module__.startswith(__name__) and kind not in preparing

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
