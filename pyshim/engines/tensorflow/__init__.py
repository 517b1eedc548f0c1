"""The TensorFlow engine: each program becomes one TensorFlow function, and variables are TensorFlow's own."""

import contextlib
import os

import numpy as np

from .. import importing
from ..engine import Engine as AnyEngine
from ..kernels import Kernels as AllKernels
from ..quiet import leaving_out

# TensorFlow imports its own Keras. That must not read the user's keras.json or a KERAS_BACKEND that it does not know,
# such as "cntk".
OF_KERAS = {**{name: None for name in os.environ if name.startswith("KERAS_")},
            "KERAS_BACKEND": "tensorflow", "KERAS_HOME": os.devnull}

with importing.variables(PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION=None, **OF_KERAS), \
        leaving_out("oneDNN custom operations are on", "All log messages before absl::InitializeLog"):
    import tensorflow as tf

# On a GPU, TensorFlow would round float32 to the 10 bits of TF32, and reserve all of the memory, also that of other
# engines, unless the user's TF_FORCE_GPU_ALLOW_GROWTH says otherwise.
tf.config.experimental.enable_tensor_float_32_execution(False)
with contextlib.suppress(RuntimeError):  # the session has used the GPUs already
    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)

from .control_flow import loop
from .convolution import Convolution
from .ctc import CTC
from .devices import on_gpu
from .elementwise import Elementwise
from .graph import Graph
from .linear_algebra import LinearAlgebra
from .nn import NN
from .program import Compiled, Interpreted
from .random import Random
from .reductions import Reductions
from .session import NativeSession
from .shapes import Shapes
from .variables import Variable, Variables


class Kernels(Graph, Variables, LinearAlgebra, Reductions, Elementwise, Shapes, NN, Convolution, Random, CTC,
              AllKernels):
    """TensorFlow's kernels, for eager tensors and for graph tensors."""


class Engine(AnyEngine):

    name = "tensorflow"
    title = "TensorFlow"
    has_session = True
    version = tf.__version__
    kernels = Kernels()
    loop = staticmethod(loop)

    @property
    def device(self):
        return "gpu" if on_gpu() else "cpu"

    def is_own(self, thing, kernel):
        return thing is tf.numpy_function

    def warm_up(self):
        x = Variable(np.ones((2, 2), "float32"), initialize=True)
        tf.reduce_sum(tf.abs(x.read()) * 2.0).numpy()

    def start_graph(self):
        self.session = NativeSession()

    def compile(self, program, once):
        # A single evaluation runs kernel by kernel: tracing and optimizing a function takes a hundred times as long.
        simple = once and program.kernels().isdisjoint(("loop", "gradient"))
        if simple:
            return self._around(Interpreted(self.kernels, program), program)
        compiled = Compiled(self.kernels, program)
        run = self._around(compiled, program)
        run.several = self._around(compiled.several, program)
        return run

    def _around(self, run, program):
        """A callable of a program, called between reading and writing its variables: see ``NativeSession.around``."""
        variables = [node.native for node in program.nodes if node.kind == "variable"]
        return lambda *arguments: self.session.around(lambda: run(*arguments), variables)

    def variable(self, array, name, initialize=True):
        variable = Variable(array, initialize)
        self.session.add(variable)
        return variable

    def get_value(self, variable):
        return self.session.around(lambda: variable.read().numpy(), [variable])

    def set_value(self, variable, array):
        self.session.around(lambda: variable.value.assign(array), [variable])

    def get_session(self):
        return self.session.get()

    def set_session(self, session):
        self.session.set(session)
