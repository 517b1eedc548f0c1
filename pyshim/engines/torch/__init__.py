"""The PyTorch engine: programs run kernel by kernel on its tensors, and its autograd computes gradients."""

import torch

from .. import numpy_ctc, numpy_division
from ..engine import Engine as Contracted
from ..kernels import Kernels as AllKernels
from . import plan
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

# The modules that compute with NumPy or Python.
OWN = {module.__name__ for module in (plan, numpy_ctc, numpy_division)}


class Kernels(Graph, Variables, LinearAlgebra, Reductions, Elementwise, Shapes, NN, Convolution, Random, CTC,
              AllKernels):
    """PyTorch's kernels, on its tensors. No kernel changes a tensor in place."""


class Engine(Contracted):

    name = "torch"
    title = "PyTorch"
    version = torch.__version__
    kernels = Kernels()
    loop = Loop

    def is_own(self, thing, kernel):
        return getattr(thing, "__module__", None) in OWN

    def start_graph(self):
        """A no-op: compiled programs are kept by their function or node."""

    def compile(self, program, once):
        return compiled(self.kernels, program)

    def variable(self, array, name, initialize=True):
        return Variable(array)

    def get_value(self, variable):
        return variable.get()

    def set_value(self, variable, array):
        variable.set(array)
