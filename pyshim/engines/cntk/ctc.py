"""Connectionist temporal classification (CTC), computed by NumPy, since CNTK has no equivalent."""

import numpy as np

from .. import numpy_ctc
from .description import Kernel, kernel
from .operation import operation


def sparse(labels, lengths):
    rows, columns = np.nonzero(np.arange(labels.shape[1]) < lengths[:, np.newaxis])
    return rows, columns, labels[rows, columns]


def cost_derivative(gradient, result, logs, labels, input_length, label_length, gradients):
    return gradient[:, np.newaxis, np.newaxis] * gradients


def first_of_cost(*arrays):
    return numpy_ctc.cost(*arrays)[0]


SPARSE = Kernel("ctc_sparse", None, by_numpy=sparse, several=True)
DECODE = Kernel("ctc_decode", None, by_numpy=numpy_ctc.decode, several=True)
PART = Kernel("part", None, by_numpy=lambda values, i, dtype: values[i])


class CTC:

    ctc_batch_cost = kernel("ctc_batch_cost", operation(numpy_ctc.cost, cost_derivative), indexed=True,
                             by_numpy=first_of_cost)

    def ctc_sparse(self, labels, lengths):
        parts = SPARSE(labels, lengths)
        return [PART(parts, i=i, dtype=dtype) for i, dtype in enumerate(("int32", "int32", labels.dtype))]

    def ctc_decode(self, logs, input_length, beam_width, paths, merge_repeated):
        parts = DECODE(logs, input_length, beam_width=beam_width, paths=paths, merge_repeated=merge_repeated)
        return [PART(parts, i=i, dtype=dtype) for i, dtype in enumerate(["int64"] * paths + [logs.dtype])]
