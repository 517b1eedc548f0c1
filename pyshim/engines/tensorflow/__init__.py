"""The engine on TensorFlow: one ``tf.Graph`` and its session."""

import tensorflow as tf

from ..contract import Contract
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
