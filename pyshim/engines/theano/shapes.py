"""Changing and joining shapes on Theano."""

import numpy as np
import theano
import theano.tensor as T

from ...graph.positions import with_positions
from .broadcasting import sizes as known_sizes
from .joining import Join


class Shapes:

    def reshape(self, x, shape):
        return T.reshape(x, shape, ndim=len(shape))

    def reshape_to(self, x, sizes):
        return T.reshape(x, sizes, ndim=known_sizes(sizes)[0])

    def broadcast_to(self, x, sizes):
        return T.alloc(x, *[sizes[i] for i in range(x.ndim)])

    def batch_flatten(self, x):
        return T.reshape(x, T.stack([x.shape[0], T.prod(x.shape[1:])]), ndim=2)

    def repeat_elements(self, x, rep, axis):
        return _repeated(x, [1] * x.ndim, [rep if i == axis else 1 for i in range(x.ndim)])

    def tile(self, x, n):
        return _repeated(x, n, [1] * x.ndim)

    def pad(self, x, padding):
        return padded(x, padding)

    def resize_linear(self, x, factor, axis):
        before = (slice(None),) * axis
        following = T.join(axis, x[before + (slice(1, None),)], x[before + (slice(-1, None),)])
        steps = [x] + [x * T.constant(1 - j / factor, dtype=x.dtype) + following * T.constant(j / factor, dtype=x.dtype)
                       for j in range(1, factor)]
        sizes = list(x.shape)
        sizes[axis] *= factor
        return T.reshape(T.stack(steps, axis + 1), sizes, ndim=x.ndim)

    def concatenate(self, *tensors, axis):
        return Join(axis)(*tensors)

    def expand_dims(self, x, axis):
        order = list(range(x.ndim))
        return x.dimshuffle(order[:axis] + ["x"] + order[axis:])

    def squeeze(self, x, axis):
        x = T.addbroadcast(x, *axis)
        return x.dimshuffle([i for i in range(x.ndim) if i not in axis])

    def get_item(self, x, key):
        return x[key]

    def get_item_at(self, x, positions, key):
        return x[with_positions(key, positions)]


def _repeated(x, whole, slices):
    """Repeat each slice of x ``slices[axis]`` times along each axis, and the whole of it ``whole[axis]`` times."""
    order, wide, sizes = [], [], []
    for axis, (outer, inner) in enumerate(zip(whole, slices)):
        order += ["x", axis, "x"]
        wide += [outer, x.shape[axis], inner]
        sizes.append(x.shape[axis] * outer * inner)
    return T.reshape(T.alloc(x.dimshuffle(order), *wide), sizes, ndim=x.ndim)


def padded(x, pairs, number=0):
    """Pad x with a number. ``pairs`` has the sizes before and after along each axis, which may be symbolic."""
    counts = [size for pair in pairs for size in pair]
    if not any(isinstance(size, T.Variable) or size for size in counts):
        return x
    grows = [isinstance(size, T.Variable) or bool(size) for size in map(sum, pairs)]
    return Pad(number, tuple(grows))(x, *[T.cast(size, "int64") for size in counts])


class Pad(theano.Op):
    """Pads x with a number along the axes that may grow. The alternative is to assign x to a slice of the result, but
    if sizes are unknown, Theano takes minutes to optimize the gradient of that."""

    __props__ = ("number", "grows")

    def __init__(self, number, grows):
        self.number = number
        self.grows = grows

    def make_node(self, x, *counts):
        pattern = [one and not grows for one, grows in zip(x.broadcastable, self.grows)]
        return theano.Apply(self, [x] + list(counts), [T.TensorType(x.dtype, pattern)()])

    def perform(self, node, inputs, outputs):
        x, before, after = inputs[0], inputs[1::2], inputs[2::2]
        whole = np.full(np.add(x.shape, np.add(before, after)), self.number, x.dtype)
        whole[_inside(before, x.shape)] = x
        outputs[0][0] = whole

    def infer_shape(self, node, shapes):
        counts = node.inputs[1:]
        return [tuple(size + before + after if grows else size for size, before, after, grows
                      in zip(shapes[0], counts[::2], counts[1::2], self.grows))]

    def connection_pattern(self, node):
        return [[i == 0] for i in range(len(node.inputs))]

    def grad(self, inputs, gradients):
        x, counts = inputs[0], inputs[1:]
        return [Crop(self.grows)(gradients[0], x, *counts)] + [theano.gradient.disconnected_type() for _ in counts]


class Crop(theano.Op):
    """Removes the padding, which leaves the shape of the second input: the gradient of Pad."""

    __props__ = ("grows",)

    def __init__(self, grows):
        self.grows = grows

    def make_node(self, whole, before, *counts):
        return theano.Apply(self, [whole, before] + list(counts), [before.type.clone(dtype=whole.dtype)()])

    def perform(self, node, inputs, outputs):
        whole, like = inputs[:2]
        outputs[0][0] = np.ascontiguousarray(whole[_inside(inputs[2::2], like.shape)]).reshape(like.shape)

    def infer_shape(self, node, shapes):
        return [shapes[1]]

    def connection_pattern(self, node):
        return [[i == 0] for i in range(len(node.inputs))]

    def grad(self, inputs, gradients):
        return [Pad(0, self.grows)(gradients[0], *inputs[2:])] + [theano.gradient.disconnected_type()
                                                                  for _ in inputs[1:]]


def _inside(before, shape):
    return tuple(slice(int(first), int(first) + size) for first, size in zip(before, shape))
