"""Broadcasting along axes whose sizes are unknown until the values are fed.

Theano broadcasts only dimensions whose size is 1 in the type. Where an unknown size meets a size that may differ from
1, ``spread`` inserts an op that repeats the tensor at run time if necessary. If both sizes have the same origin, such
as the batch size, an optimization removes the op again.
"""

import numpy as np
import theano
import theano.tensor as T
from theano.tensor.opt import register_canonicalize


def note_sizes(x, shape):
    """Returns: the tensor, with the shape known to the contract recorded in its type and its tag."""
    ones = [axis for axis, size in enumerate(shape) if size == 1 and not x.broadcastable[axis]]
    if ones:
        x = T.addbroadcast(x, *ones)
    x.tag.sizes = tuple(shape)
    return x


def sizes(x):
    """Returns: the static shape of a tensor."""
    noted = getattr(x.tag, "sizes", (None,) * x.ndim)
    return tuple(1 if one else size for one, size in zip(x.broadcastable, noted))


def spread(*tensors):
    """Returns: the tensors, repeated where necessary, so that sizes agree wherever the types don't say 1."""
    ndim = max(x.ndim for x in tensors)
    known = [(1,) * (ndim - x.ndim) + sizes(x) for x in tensors]
    result = []
    for i, x in enumerate(tensors):
        open_axes = [axis for axis in range(-ndim, 0) if known[i][axis] is None]
        partners = [j for j in range(len(tensors)) if j != i and any(known[j][axis] != 1 for axis in open_axes)]
        axes = tuple(axis for axis in open_axes if any(known[j][axis] != 1 for j in partners))
        result.append(Spread(axes)(x, *[tensors[j] for j in partners]) if axes else x)
    return result


class Spread(theano.Op):
    """Repeats the first tensor along the axes where it has size 1 and another tensor does not.

    The axes are negative, because the ranks may differ. Only the shapes of the other tensors matter.
    """

    __props__ = ("axes",)
    view_map = {0: [0]}

    def __init__(self, axes):
        self.axes = axes

    def make_node(self, x, *others):
        return theano.Apply(self, [x] + list(others), [x.type()])

    def perform(self, node, inputs, outputs):
        x = inputs[0]
        outputs[0][0] = x
        if 1 not in x.shape:  # the common case, made fast because it runs at each step of a loop
            return
        shape = list(x.shape)
        for axis in self.axes:
            for other in inputs[1:]:
                if shape[axis] == 1 and -axis <= other.ndim:
                    shape[axis] = other.shape[axis]
        if tuple(shape) != x.shape:
            outputs[0][0] = np.broadcast_to(x, shape).copy()

    def infer_shape(self, node, shapes):
        shape = list(shapes[0])
        for axis in self.axes:
            for other in shapes[1:]:
                if -axis <= len(other) and not _same(shape[axis], other[axis]):
                    shape[axis] = T.switch(T.eq(shape[axis], 1), other[axis], shape[axis])
        return [tuple(shape)]

    def connection_pattern(self, node):
        return [[i == 0] for i in range(len(node.inputs))]

    def grad(self, inputs, gradients):
        return [Gather(self.axes)(gradients[0], inputs[0])] + [theano.gradient.disconnected_type()
                                                               for _ in inputs[1:]]


class Gather(theano.Op):
    """Sums a tensor over the axes along which the second one has size 1: the gradient of Spread."""

    __props__ = ("axes",)
    view_map = {0: [0]}

    def __init__(self, axes):
        self.axes = axes

    def make_node(self, x, before):
        return theano.Apply(self, [x, before], [before.type.clone(dtype=x.dtype)()])

    def perform(self, node, inputs, outputs):
        x, before = inputs
        outputs[0][0] = x
        if before.shape != x.shape:
            axes = tuple(axis for axis in self.axes if before.shape[axis] == 1 != x.shape[axis])
            outputs[0][0] = x.sum(axis=axes, keepdims=True, dtype=x.dtype)

    def infer_shape(self, node, shapes):
        return [shapes[1]]

    def connection_pattern(self, node):
        return [[True], [False]]

    def grad(self, inputs, gradients):
        return [Spread(self.axes)(gradients[0], inputs[0]), theano.gradient.disconnected_type()]


@register_canonicalize
@theano.gof.local_optimizer([Spread, Gather])
def local_spread_of_one_origin(node):
    """Remove a Spread or Gather if the sizes are known to be equal."""
    if isinstance(node.op, (Spread, Gather)) and hasattr(node.fgraph, "shape_feature"):
        shapes = [node.fgraph.shape_feature.shape_of[x] for x in node.inputs]
        if all(_same(shapes[0][axis], other[axis]) for axis in node.op.axes for other in shapes[1:]
               if -axis <= len(other)):
            return [node.inputs[0]]


def _same(size, other):
    """Whether two symbolic sizes are known to be equal."""
    constants = isinstance(size, T.Constant) and isinstance(other, T.Constant)
    return size is other or constants and size.data == other.data
