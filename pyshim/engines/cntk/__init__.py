"""The CNTK engine: kernels return descriptions; CNTK functions are built when a program's concrete shapes are known."""

from ..engine import Engine as AnyEngine
from ..kernels import Kernels as AllKernels
from .control_flow import loop
from .convolution import Convolution
from .ctc import CTC
from .description import Kernel, Variable
from .elementwise import Elementwise
from .graph import Descriptions, Graph, run
from .linear_algebra import LinearAlgebra
from .native import C
from .nn import NN
from .random import Random
from .reductions import Reductions
from .shapes import Shapes
from .variables import Variables


class Kernels(Graph, Variables, LinearAlgebra, Reductions, Elementwise, Shapes, NN, Convolution, Random, CTC,
              AllKernels):
    """CNTK's kernels, on descriptions."""


class Engine(AnyEngine):

    name = "cntk"
    title = "CNTK"
    version = C.__version__
    second_derivatives = False
    fused = ("logsumexp",)
    kernels = Kernels()
    loop = staticmethod(loop)
    variable_class = Variable

    def is_own(self, thing, kernel):
        return isinstance(thing, Kernel) and (thing.build is None or getattr(thing.build, "in_numpy", False))

    def start_graph(self):
        self.descriptions = Descriptions(self.kernels)

    def compile(self, program, once):
        return run(self.descriptions, program)
