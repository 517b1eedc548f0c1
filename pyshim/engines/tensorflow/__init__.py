"""The engine on TensorFlow: one ``tf.Graph`` and its session."""

import tensorflow as tf

from ..contract import Contract
from .configuration import Configuration
from .elementwise import Elementwise
from .graph import Graph
from .linear_algebra import LinearAlgebra
from .nn import NN
from .reductions import Reductions
from .shapes import Shapes
from .variables import Variables


class Engine(Configuration, Graph, Variables, LinearAlgebra, Reductions, Elementwise, Shapes, NN, Contract):

    name = "tensorflow"
    version = tf.__version__
