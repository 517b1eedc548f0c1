"""The contract: every backend function once, with its signature, its meaning and its documentation.

It runs in the session. ``Contract(host)`` records computations as a graph of tensors, whose operations name kernels
(``engines/kernels/``), and passes programs to the host that runs the engine.
"""

from .configuration import Configuration
from .control_flow import ControlFlow
from .convolution import Convolution
from .core import Core
from .ctc import CTC
from .elementwise import Elementwise
from .graph import Graph
from .linear_algebra import LinearAlgebra
from .nn import NN
from .random import Random
from .reductions import Reductions
from .shapes import Shapes
from .sizes import Sizes
from .sparse import Sparse
from .variables import Variables
from .windows import Windows


class Contract(Configuration, Graph, Variables, LinearAlgebra, Reductions, Elementwise, Shapes, NN,
               Convolution, Random, ControlFlow, CTC, Sparse, Windows, Sizes, Core):
    """The backend functions of one backend."""
