"""The engine on CNTK: descriptions, built for the concrete shapes of the values that a program is run with."""

from ..contract import Contract
from .control_flow import ControlFlow
from .convolution import Convolution
from .ctc import CTC
from .elementwise import Elementwise
from .graph import Graph
from .linear_algebra import LinearAlgebra
from .native import C
from .nn import NN
from .random import Random
from .reductions import Reductions
from .shapes import Shapes
from .variables import Variables


class Engine(Graph, Variables, LinearAlgebra, Reductions, Elementwise, Shapes, NN, Convolution, Random, ControlFlow,
             CTC, Contract):

    name = "cntk"
    version = C.__version__
    own_kernels = frozenset("""argmax argmin ctc_batch_cost ctc_decode ctc_sparse cumprod cumsum divide floor_divide
        log logsumexp max maximum min minimum pow print_tensor prod random_normal random_uniform relu remainder round
        scatter segment_sum sign truncated_normal""".split())

