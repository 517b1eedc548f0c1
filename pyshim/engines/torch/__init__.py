"""The PyTorch engine: programs run kernel by kernel on its tensors, and its autograd computes gradients."""

import torch

from .. import numpy_ctc, numpy_division
from ..engine import Engine as Contracted
from ..kernels import Kernels as AllKernels
from . import plan
from .arrays import DEVICE
from .convolution import Convolution
from .ctc import CTC
from .elementwise import Elementwise
from .graph import Graph
from .linear_algebra import LinearAlgebra
from .nn import NN
from .plan import Loop, compiled
from .random import Random
from .reductions import Reductions
from .shapes import Shapes
from .variables import Variable, Variables


class Kernels(Graph, Variables, LinearAlgebra, Reductions, Elementwise, Shapes, NN, Convolution, Random, CTC,
              AllKernels):
    """PyTorch's kernels, on its tensors. No kernel changes a tensor in place."""


class Engine(Contracted):

    name = "torch"
    title = "PyTorch"
    version = torch.__version__
    kernels = Kernels()
    fused = ("logsumexp",)
    loop = Loop
    variable_class = Variable
    # The modules that compute with NumPy or Python.
    own_modules = {module.__name__ for module in (plan, numpy_ctc, numpy_division)}

    @property
    def device(self):
        return "cpu" if DEVICE.type == "cpu" else "gpu"

    def compile(self, program, once):
        return compiled(self.kernels, program)
