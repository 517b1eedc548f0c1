"""The contract: every backend function once, with its signature, its meaning and its documentation.

An engine derives from ``Contract`` and gives it kernels: methods ``_name`` that compute with native
tensors. What a kernel gets has passed the contract's checks; what it returns has the dtype and the shape
that the contract worked out. ``kernels.py`` lists them.
"""

from .configuration import Configuration
from .control_flow import ControlFlow
from .convolution import Convolution
from .core import Core
from .ctc import CTC
from .elementwise import Elementwise
from .graph import Graph
from .kernels import Kernels
from .linear_algebra import LinearAlgebra
from .nn import NN
from .random import Random
from .reductions import Reductions
from .shapes import Shapes
from .sparse import Sparse
from .variables import Variables


class Contract(Configuration, Graph, Variables, LinearAlgebra, Reductions, Elementwise, Shapes, NN,
               Convolution, Random, ControlFlow, CTC, Sparse, Core, Kernels):
    """What every engine offers to its host."""
