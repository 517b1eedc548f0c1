"""The NumPy engine, in the session's own Python: programs run kernel by kernel, without gradients.

It is the reference for comparisons with other engines, and is available even if none of them is installed.
"""

import numpy as np

from .. import numpy_ctc, numpy_division
from ..engine import Engine as Contracted
from ..kernels import Kernels as AllKernels
from . import convolution, plan
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
    """NumPy's kernels, on arrays. No kernel changes an array in place."""


class Engine(Contracted):

    name = "numpy"
    title = "NumPy"
    version = np.__version__
    kernels = Kernels()
    loop = Loop
    variable_class = Variable
    # The modules that implement what NumPy has no function for.
    own_modules = {module.__name__ for module in (convolution, plan, numpy_ctc, numpy_division)}

    def compile(self, program, once):
        return compiled(self.kernels, program)
