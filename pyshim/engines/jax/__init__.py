"""The JAX engine: a program is one traced function, compiled for each combination of input shapes."""

import os

import jax
import numpy as np

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_cpu_enable_async_dispatch", False)  # we wait for each run, and another thread costs time

from .. import importing, numpy_ctc
from ..engine import Engine as Contracted
from ..kernels import Kernels as AllKernels
from . import ctc, graph
from .control_flow import loop
from .convolution import Convolution
from .ctc import CTC
from .elementwise import Elementwise
from .graph import Graph
from .linear_algebra import LinearAlgebra
from .nn import NN
from .program import Function
from .random import Random
from .reductions import Reductions
from .shapes import Shapes
from .variables import Variable, Variables

# Leave memory of a GPU to other engines. JAX reads this variable when it starts its devices.
with importing.variables(XLA_PYTHON_CLIENT_PREALLOCATE=os.environ.get("XLA_PYTHON_CLIENT_PREALLOCATE", "false")):
    jax.devices()


class Kernels(Graph, Variables, LinearAlgebra, Reductions, Elementwise, Shapes, NN, Convolution, Random, CTC,
              AllKernels):
    """JAX's kernels, on its arrays, and on tracers while a function is traced."""


class Engine(Contracted):

    name = "jax"
    title = "JAX"
    version = jax.__version__
    kernels = Kernels()
    loop = staticmethod(loop)
    variable_class = Variable
    # The modules that compute with NumPy, or print, in a callback from the compiled function.
    own_modules = {module.__name__ for module in (ctc, graph, numpy_ctc)}

    @property
    def device(self):
        return "cpu" if jax.default_backend() == "cpu" else "gpu"

    def warm_up(self):
        jax.jit(jax.numpy.sum)(np.ones((2, 2), "float32")).block_until_ready()

    def compile(self, program, once):
        return Function(self.kernels, program, once)
