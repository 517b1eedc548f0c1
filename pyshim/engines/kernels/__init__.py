"""The kernels: the computations of an engine on native tensors. There is a module for each family.

The arguments of a kernel have passed the contract's checks: dtypes agree, axes are not negative, shapes are compatible.
Unless documented otherwise here, the result has the dtype of the first argument and the shape of the contract's
function. Static shapes may have unknown sizes, and a kernel must support that. Keyword arguments are plain Python
values.

A kernel that is not abstract has a default composition of other kernels. Its values and gradients are correct if
theirs are. An engine overrides it if the library's own function is faster or more accurate.
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
    """The kernels of all families."""


def kernel_names():
    """Returns: a list of the names of the kernels, family by family."""
    return [name for family in FAMILIES for name in vars(family) if not name.startswith("_")]


def default_compositions():
    """Returns: the kernels that an engine need not write: a dict from names to functions."""
    return {name: function for family in FAMILIES for name, function in vars(family).items()
            if not name.startswith("_") and callable(function) and name not in Kernels.__abstractmethods__}
