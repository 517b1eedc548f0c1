"""Connectionist temporal classification (CTC) on Theano, computed by NumPy."""

import theano
import theano.tensor as T

from .. import numpy_ctc


class CTC:

    def ctc_sparse(self, labels, lengths):
        counted = T.lt(T.arange(labels.shape[1]).dimshuffle("x", 0), lengths.dimshuffle(0, "x"))
        rows, columns = counted.nonzero()
        return rows, columns, labels[rows, columns]

    def ctc_batch_cost(self, logs, labels, input_length, label_length):
        return Cost()(logs, labels, input_length, label_length)[0]

    def ctc_decode(self, logs, input_length, beam_width, paths, merge_repeated):
        return Decode(beam_width, paths, merge_repeated)(logs, input_length, return_list=True)


class Cost(theano.Op):
    """The costs, and their gradients with respect to the logarithms."""

    __props__ = ()

    def make_node(self, logs, *others):
        costs = T.TensorType(logs.dtype, (False,))
        return theano.Apply(self, [logs] + list(others), [costs(), T.TensorType(logs.dtype, (False,) * 3)()])

    def perform(self, node, inputs, outputs):
        for output, array in zip(outputs, numpy_ctc.cost(*inputs)):
            output[0] = array

    def infer_shape(self, node, shapes):
        return [shapes[0][:1], shapes[0]]

    def connection_pattern(self, node):
        return [[True, False]] + [[False, False]] * 3

    def L_op(self, inputs, outputs, gradients):
        return [gradients[0].dimshuffle(0, "x", "x") * outputs[1]] + [theano.gradient.disconnected_type()] * 3


class Decode(theano.Op):
    """The labellings and their scores."""

    __props__ = ("beam_width", "paths", "merge_repeated")

    def __init__(self, beam_width, paths, merge_repeated):
        self.beam_width = beam_width
        self.paths = paths
        self.merge_repeated = merge_repeated

    def make_node(self, logs, lengths):
        dtypes = ["int64"] * self.paths + [logs.dtype]
        return theano.Apply(self, [logs, lengths], [T.TensorType(dtype, (False,) * 2)() for dtype in dtypes])

    def perform(self, node, inputs, outputs):
        decoded = numpy_ctc.decode(*inputs, self.beam_width, self.paths, self.merge_repeated)
        for output, array in zip(outputs, decoded):
            output[0] = array

    def connection_pattern(self, node):
        return [[False] * len(node.outputs)] * 2

    def grad(self, inputs, gradients):
        return [theano.gradient.disconnected_type() for _ in inputs]
