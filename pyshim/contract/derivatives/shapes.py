"""Gradients of kernels that reshape, repeat, join and slice."""

import numpy as np

from ...graph.positions import with_positions
from .parts import inverse, reshaped, sizes, summed_to, unary, with_axes


def in_old_shape(k, gradient, result, x, *given, **attributes):
    return [lambda: reshaped(k, gradient, sizes(k, x))]


def broadcast_to(k, gradient, result, x, lengths):
    # An axis of an unknown size has its own size in the result.
    return [lambda: summed_to(k, gradient, x)]


def repeat_elements(k, gradient, result, x, rep, axis):
    shape = sizes(k, x)
    return k.sum(reshaped(k, gradient, shape[:axis + 1] + [rep] + shape[axis + 1:]), axis + 1)


def tile(k, gradient, result, x, n):
    shape = [size for pair in zip(n, sizes(k, x)) for size in pair]
    return k.sum(reshaped(k, gradient, shape), tuple(range(0, 2 * x.ndim, 2)))


def pad(k, gradient, result, x, padding):
    return k.get_item(gradient, tuple(slice(before, -after or None) for before, after in padding))


def resize_linear(k, gradient, result, x, factor, axis):
    """The gradient at a point between two elements goes to both, weighted by the distances."""
    shape, whole = sizes(k, x), (slice(None),) * axis
    parts = reshaped(k, gradient, shape[:axis + 1] + [factor] + shape[axis + 1:])
    steps = (np.arange(factor) / factor).reshape((-1,) + (1,) * (x.ndim - axis - 1))
    own, of_next = k.sum(k.multiply(parts, 1 - steps), axis + 1), k.sum(k.multiply(parts, steps), axis + 1)
    # The last element is its own successor.
    to_next, to_last = [k.get_item(of_next, whole + (part,)) for part in (slice(0, -1), slice(-1, None))]
    nothing = k.zeros_like(to_last)
    return k.add(own, k.add(k.concatenate([nothing, to_next], axis),
                            k.concatenate([k.zeros_like(to_next), to_last], axis)))


def concatenate(k, gradient, result, *tensors, axis):
    def of(i):
        first, length = 0, k.length(tensors[i], axis)
        for tensor in tensors[:i]:
            first = _sum(k, first, k.length(tensor, axis))
        return k.get_item(gradient, (slice(None),) * axis + (slice(first, _sum(k, first, length)),))
    return [lambda i=i: of(i) for i in range(len(tensors))]


def _sum(k, size, more):
    """The sum of two sizes, numbers or int64 scalars."""
    return size + more if isinstance(size, int) and isinstance(more, int) else k.add(size, more)


def get_item(k, gradient, result, x, key):
    return placed(k, gradient, x, key)


def get_item_at(k, gradient, result, x, positions, key):
    elements = [k.get_item(positions, i) for i in range(positions.shape[0])]
    return [lambda: placed(k, gradient, x, with_positions(key, elements))]


def placed(k, gradient, x, key):
    """Zeros of the shape of x, with a gradient placed at x[key]."""
    axis = 0
    for part in key:
        if part is None:
            gradient = k.squeeze(gradient, axis)
            continue
        if not isinstance(part, slice):
            gradient = k.expand_dims(gradient, axis)
        axis += 1
    for axis, part in enumerate(part for part in key if part is not None):
        gradient = _placed_along(k, gradient, x, axis, part)
    return gradient


def _placed_along(k, gradient, x, axis, part):
    bounds = (part.start, part.stop, part.step) if isinstance(part, slice) else (part,)
    size = x.shape[axis]
    if isinstance(part, slice) and bounds in ((None, None, None), (None, None, 1)):
        return gradient
    if bounds == (None, None, -1):
        return k.reverse(gradient, axis)
    if size is None or not all(bound is None or isinstance(bound, int) for bound in bounds):
        return _added_at(k, gradient, x, axis, part)
    places = range(*part.indices(size)) if isinstance(part, slice) else range(part % size, part % size + 1)
    if places.step < 0:
        gradient, places = k.reverse(gradient, axis), places[::-1]
    if places.step > 1 and len(places) > 1:  # zeros between the places
        shape = sizes(k, gradient)
        apart = _padded(k, k.expand_dims(gradient, axis + 1), axis + 1, 0, places.step - 1)
        apart = reshaped(k, apart, shape[:axis] + [len(places) * places.step] + shape[axis + 1:])
        gradient = k.get_item(apart, (slice(None),) * axis + (slice(0, places[-1] - places[0] + 1),))
    first, end = (places[0], places[-1] + 1) if places else (0, 0)
    return _padded(k, gradient, axis, first, size - end)


def _padded(k, x, axis, before, after):
    pairs = [(0, 0)] * x.ndim
    pairs[axis] = (before, after)
    shape = [None if size is None else size + sum(pair) for size, pair in zip(x.shape, pairs)]
    return k.apply("pad", [x], x.dtype, shape, padding=tuple(pairs))


def _added_at(k, gradient, x, axis, part):
    """``_placed_along`` for positions that are known only at run time."""
    order = [axis] + [each for each in range(x.ndim) if each != axis]
    length = k.get_item(k.shape(x), axis)
    numbers = k.apply("arange", [k.cast(length, "int64")], "int64", (None,))
    places = k.cast(k.reshape(k.get_item(numbers, part), (-1,)), "int32")
    slices = k.permute_dimensions(gradient, order)
    shape = [x.shape[axis]] + list(slices.shape[1:])
    added = k.apply("segment_sum", [slices, places, length], x.dtype, shape)
    return k.permute_dimensions(added, inverse(order))


RULES = {
    "reshape": in_old_shape,
    "reshape_to": in_old_shape,
    "batch_flatten": in_old_shape,
    "broadcast_to": broadcast_to,
    "repeat_elements": unary(repeat_elements),
    "tile": unary(tile),
    "pad": unary(pad),
    "resize_linear": unary(resize_linear),
    "concatenate": concatenate,
    "expand_dims": unary(lambda k, gradient, result, x, axis: k.squeeze(gradient, axis)),
    "squeeze": unary(lambda k, gradient, result, x, axis: with_axes(k, gradient, axis)),
    "get_item": unary(get_item),
    "get_item_at": get_item_at,
}
