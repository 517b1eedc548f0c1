"""Connectionist temporal classification (CTC) on JAX, computed by NumPy."""

import jax
import jax.numpy as jnp
import numpy as np

from ...errors import GradientError
from .. import numpy_ctc
from .sizes import known


class CTC:

    def ctc_sparse(self, labels, lengths):
        rows, columns = np.nonzero(np.arange(labels.shape[1]) < known(lengths)[:, None])
        return rows.astype("int32"), columns.astype("int32"), jnp.asarray(labels)[rows, columns]

    def ctc_batch_cost(self, logs, labels, input_length, label_length):
        return _cost(logs, labels, input_length, label_length)

    def ctc_decode(self, logs, input_length, beam_width, paths, merge_repeated):
        return numpy_ctc.decode(known(logs), known(input_length), beam_width, paths, merge_repeated)


@jax.custom_jvp
def _called(logs, *others):
    kinds = jax.ShapeDtypeStruct(logs.shape[:1], logs.dtype), jax.ShapeDtypeStruct(logs.shape, logs.dtype)
    return jax.pure_callback(lambda *arrays: numpy_ctc.cost(*map(np.asarray, arrays)), kinds, logs, *others)


@_called.defjvp
def _with_tangents(inputs, tangents):
    """The tangents depend on those of the inputs, but a gradient that flows back through them is an error."""
    results = _called(*inputs)
    zeros = [jnp.zeros_like(each) for each in results]
    return results, tuple(jax.custom_derivatives.linear_call(lambda _, tangent: zeros, _refuse, (), tangents[0]))


def _refuse(*_):
    raise GradientError("{engine} has no second derivatives of {kernel}", engine="JAX", kernel="ctc_batch_cost")


@jax.custom_vjp
def _cost(logs, labels, input_length, label_length):
    return _called(logs, labels, input_length, label_length)[0]


def _forward(logs, *others):
    return _called(logs, *others)


def _backward(gradient, upstream):
    return gradient * upstream[:, None, None], None, None, None


_cost.defvjp(_forward, _backward)
