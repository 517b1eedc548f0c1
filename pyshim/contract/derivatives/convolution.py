"""Gradients of convolutions and pooling."""

from ...graph.node import Node, ancestors
from ..windows import positions, span
from . import walk
from .parts import reshaped, sizes


def convolution(k, gradient, result, x, kernel, **attributes):
    def of_x():
        return _transposed(k, gradient, x, kernel, attributes)
    return [of_x, lambda: of_kernel(k, gradient, x, kernel, **attributes)]


def convolution_transpose(k, gradient, result, x, kernel, *given, sizes, **attributes):
    def of_x():
        return k.apply("convolution", [gradient, kernel], x.dtype, x.shape, **attributes)
    return [of_x, lambda: of_kernel(k, x, gradient, kernel, **attributes)]


def _transposed(k, gradient, x, kernel, attributes):
    """The gradient of a convolution with respect to x."""
    spatial = sizes(k, x)[1:-1]
    given = [k.packed(spatial)] if any(isinstance(size, Node) for size in spatial) else []
    return k.apply("convolution_transpose", [gradient, kernel] + given, x.dtype, x.shape, sizes=x.shape[1:-1],
                   **attributes)


def of_kernel(k, gradient, x, kernel, strides, padding, dilation):
    """The gradient of a convolution with respect to its kernel: a matrix product for each element of the window."""
    channels, filters = kernel.shape[-2:]
    rows = k.reshape(gradient, (-1, filters))
    parts = [k.dot(k.transpose(k.reshape(block, (-1, channels))), rows)
             for _, block in blocks(k, x, kernel.shape[:-2], strides, padding, dilation)]
    return k.reshape(k.stack(parts), kernel.shape)


def blocks(k, x, width, strides, padding, dilation):
    """Pairs of a position within the window, and the block of x that it sees as the window moves."""
    if any(map(any, padding)):
        pairs = ((0, 0),) + tuple(padding) + ((0, 0),)
        shape = [None if size is None else size + sum(pair) for size, pair in zip(x.shape, pairs)]
        x = k.apply("pad", [x], x.dtype, shape, padding=pairs)
    places = [k.number_of_places(size, span(wide, step), stride, "valid")
              for size, wide, stride, step in zip(sizes(k, x)[1:-1], width, strides, dilation)]
    for position in positions(width):
        key = []
        for at, step, count, stride in zip(position, dilation, places, strides):
            last = (count - 1) * stride if isinstance(count, int) else k.multiply(k.subtract(count, 1), stride)
            stop = at * step + 1
            key.append(slice(at * step, last + stop if isinstance(last, int) else k.add(last, stop), stride))
        yield position, k.get_item(x, (slice(None),) + tuple(key))


def depthwise_convolution(k, x, kernel, strides, padding, dilation):
    total = None
    for position, block in blocks(k, x, kernel.shape[:-2], strides, padding, dilation):
        product = k.multiply(k.expand_dims(block), k.get_item(kernel, position))
        total = product if total is None else k.add(total, product)
    channels, multiplier = kernel.shape[-2:]
    return reshaped(k, total, sizes(k, total)[:-2] + [channels * multiplier])


def pool(k, x, size, strides, padding, mode):
    windows = (size, strides, padding, (1,) * len(size))
    seen = [block for _, block in blocks(k, x, *windows)]
    inside = [block for _, block in blocks(k, k.ones_like(x), *windows)] if any(map(any, padding)) else None
    if mode == "max":
        if inside:
            seen = [k.select(k.greater(there, 0), block, float("-inf")) for there, block in zip(inside, seen)]
        return _folded(k.maximum, seen)  # the first of equal elements gets the gradient
    return k.divide(_folded(k.add, seen), _folded(k.add, inside) if inside else len(seen))


def _folded(function, tensors):
    result = tensors[0]
    for tensor in tensors[1:]:
        result = function(result, tensor)
    return result


def composed(build):
    """The rule of a kernel that is differentiated as the composition of others that ``build`` makes."""
    def rule(k, gradient, result, *inputs, **attributes):
        made = []

        def of(i):
            if not made:
                made.append(build(k, *inputs, **attributes))
            return walk.backward(k, [(made[0], gradient)], [inputs[i]], ancestors(made, ends=inputs))[0]
        return [lambda i=i: of(i) for i in range(len(inputs))]
    return rule


RULES = {
    "convolution": convolution,
    "convolution_transpose": convolution_transpose,
    "depthwise_convolution": composed(depthwise_convolution),
    "pool": composed(pool),
}
