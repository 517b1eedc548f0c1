"""Patches that make some of Theano's gradients and optimizations take seconds instead of minutes on large graphs."""

import theano
from theano.configparser import change_flags
from theano.gof.graph import io_toposort
from theano.gradient import DisconnectedType, NullType
from theano.scalar import get_scalar_type
from theano.tensor import blas, constant
from theano.tensor.elemwise import DimShuffle, Elemwise
from theano.tensor.nnet.corr import BaseCorrMM
from theano.tensor.nnet.corr3d import BaseCorr3dMM

from .pooling import Pooling

# These ops have no Python implementation.
ONLY_IN_C = (BaseCorrMM, BaseCorr3dMM, Pooling)


def _folded_in_python(op, node):
    """Whether to fold constants with the Python implementation. Finding or compiling the C code takes far longer."""
    return not isinstance(op, ONLY_IN_C)


theano.gof.Op.python_constant_folding = Elemwise.python_constant_folding = _folded_in_python


def _is_product(x):
    """Whether a tensor is a matrix product, perhaps with an axis dropped."""
    if x.owner is not None and isinstance(x.owner.op, DimShuffle):
        x = x.owner.inputs[0]
    return x.owner is not None and isinstance(x.owner.op, blas.Dot22)


def _gemm_of_products(terms, of_any=blas._gemm_from_factored_list):
    """Turn a sum that contains a matrix product into one BLAS call (GEMM), and skip other sums. Theano would try all
    pairs of terms of each sum in a chain of sums, such as the gradient of a tensor that is used often."""
    return of_any(terms) if any(isinstance(term, tuple) and _is_product(term[1]) for term in terms) else None


blas._gemm_from_factored_list = _gemm_of_products


def _is_missing(gradient):
    return isinstance(gradient.type, (DisconnectedType, NullType))


def _scalars(tensors):
    return [x if _is_missing(x) else get_scalar_type(x.dtype)() for x in tensors]


def _gradients_of_elements(self, inputs, outputs, ograds):
    """The gradients of an elementwise function, as tensors. Theano makes them of those of the scalar function, and
    would make the tensor of a scalar anew wherever that is used, so that each further derivative takes many times as
    long."""
    with change_flags(compute_test_value="off"):
        scalar_inputs, scalar_ograds = _scalars(inputs), _scalars(ograds)
        scalar_outputs = self.scalar_op.make_node(*_scalars(inputs)).outputs
        gradients = self.scalar_op.L_op(scalar_inputs, scalar_outputs, scalar_ograds)
    tensors = dict(zip(scalar_inputs + scalar_outputs + scalar_ograds, inputs + outputs + ograds))
    to_axes = DimShuffle((), ["x"] * inputs[0].ndim)

    def tensor(x):
        if x not in tensors:
            tensors[x] = x if _is_missing(x) else to_axes(constant(x.data, dtype=x.dtype))
        return tensors[x]

    for node in io_toposort(list(tensors), [x for x in gradients if not _is_missing(x)]):
        made = Elemwise(node.op, {})(*map(tensor, node.inputs), return_list=True)
        tensors.update(zip(node.outputs, made))
    return [tensor(x) for x in gradients]


Elemwise._bgrad = _gradients_of_elements
