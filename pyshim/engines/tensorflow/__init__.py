"""The engine on TensorFlow: one ``tf.Graph`` and its session."""

from ..contract import Contract
from ..quiet import leaving_out

with leaving_out("oneDNN custom operations are on", "All log messages before absl::InitializeLog"):
    import tensorflow as tf

from .configuration import Configuration
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


class Engine(Configuration, Graph, Variables, LinearAlgebra, Reductions, Elementwise, Shapes, NN, Convolution,
             Random, ControlFlow, CTC, Contract):

    name = "tensorflow"
    version = tf.__version__
    own_kernels = frozenset(["print_tensor"])
