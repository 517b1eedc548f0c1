"""Concatenation on Theano, by an op that calls NumPy. Theano's own is C code: with many tensors, it takes a second for
each of them to compile."""

import numpy as np
import theano
import theano.tensor as T


class Join(theano.Op):
    """Concatenates tensors along an axis."""

    __props__ = ("axis",)

    def __init__(self, axis):
        self.axis = axis

    def make_node(self, *tensors):
        pattern = [axis != self.axis and any(x.broadcastable[axis] for x in tensors) for axis in range(tensors[0].ndim)]
        return theano.Apply(self, list(tensors), [T.TensorType(tensors[0].dtype, pattern)()])

    def perform(self, node, inputs, outputs):
        outputs[0][0] = np.concatenate(inputs, self.axis)

    def infer_shape(self, node, shapes):
        shape = list(shapes[0])
        shape[self.axis] = sum(each[self.axis] for each in shapes[1:]) + shape[self.axis]
        return [tuple(shape)]

    def grad(self, inputs, gradients):
        return Split(self.axis)(gradients[0], *inputs, return_list=True)


class Split(theano.Op):
    """Splits a concatenated tensor into parts with the shapes of the other inputs: the gradient of Join."""

    __props__ = ("axis",)

    def __init__(self, axis):
        self.axis = axis

    def make_node(self, whole, *parts):
        return theano.Apply(self, [whole] + list(parts), [part.type.clone(dtype=whole.dtype)() for part in parts])

    def perform(self, node, inputs, outputs):
        whole, parts = inputs[0], inputs[1:]
        ends = np.cumsum([part.shape[self.axis] for part in parts])
        for output, part in zip(outputs, np.split(whole, ends[:-1], self.axis)):
            output[0] = np.ascontiguousarray(part).reshape(part.shape)

    def infer_shape(self, node, shapes):
        return list(shapes[1:])

    def connection_pattern(self, node):
        return [[i == 0] * len(node.outputs) for i in range(len(node.inputs))]

    def grad(self, inputs, gradients):
        parts = inputs[1:]
        gradients = [T.zeros_like(part, dtype=inputs[0].dtype)
                     if isinstance(gradient.type, theano.gradient.DisconnectedType) else gradient
                     for part, gradient in zip(parts, gradients)]
        return [Join(self.axis)(*gradients)] + [theano.gradient.disconnected_type() for _ in parts]
