"""The engine on CNTK: descriptions, built for the concrete shapes of the values that a program is run with."""

from ..contract.engine import Engine as Contracted
from ..contract.kernels import Kernels as AllKernels
from .convolution import Convolution
from .ctc import CTC
from .description import Variable
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


class Engine(Contracted):

    name = "cntk"
    title = "CNTK"
    version = C.__version__
    second_derivatives = False
    own_kernels = frozenset("""argmax argmin ctc_batch_cost ctc_decode ctc_sparse cumprod cumsum divide floor_divide
        log logsumexp max maximum min minimum pow print_tensor prod random_normal random_uniform relu remainder round
        scatter segment_sum sign truncated_normal""".split())
    kernels = Kernels()

    def start_graph(self):
        self.descriptions = Descriptions(self.kernels)

    def compile(self, program, once):
        return run(self.descriptions, program)

    def variable(self, array, name, initialize=True):
        return Variable(array)

    def get_value(self, variable):
        return variable.get()

    def set_value(self, variable, array):
        variable.set(array)
