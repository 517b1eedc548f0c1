"""The kernels: what an engine computes with native tensors. A module for each family.

The arguments of a kernel have passed the contract's checks: dtypes agree, axes are counted from the front, shapes fit.
Its result has the dtype of its first argument and the shape of the contract's function unless said otherwise here.
Static shapes may have unknown sizes; a kernel must work with them. Keyword arguments are plain Python values.

A kernel that is not abstract has a default composition of others, right in values and gradients wherever those are. An
engine overrides it where its native way is faster or more exact.
"""

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

FAMILIES = (Graph, Variables, LinearAlgebra, Elementwise, Reductions, Shapes, NN, Convolution, Random, ControlFlow, CTC)


class Kernels(Graph, Variables, LinearAlgebra, Elementwise, Reductions, Shapes, NN, Convolution, Random, ControlFlow,
              CTC):
    """All of them."""


def kernel_names():
    """The names of the kernels, by family. Returns: a list."""
    return [name for family in FAMILIES for name in vars(family) if not name.startswith("_")]


def default_compositions():
    """The kernels that need not be written. Returns: a dict of functions by name."""
    return {name: function for family in FAMILIES for name, function in vars(family).items()
            if not name.startswith("_") and callable(function) and name not in Kernels.__abstractmethods__}
