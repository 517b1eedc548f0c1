"""Patches that make some of Theano's optimizations take seconds instead of minutes on large graphs."""

import theano
from theano.tensor import blas
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
