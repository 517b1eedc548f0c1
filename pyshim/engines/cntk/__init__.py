"""The engine on CNTK: descriptions, built for the concrete shapes of the values that a program is run with."""

from ..contract import Contract
from .elementwise import Elementwise
from .graph import Graph
from .linear_algebra import LinearAlgebra
from .native import C
from .nn import NN
from .reductions import Reductions
from .shapes import Shapes
from .variables import Variables


class Engine(Graph, Variables, LinearAlgebra, Reductions, Elementwise, Shapes, NN, Contract):

    name = "cntk"
    version = C.__version__
