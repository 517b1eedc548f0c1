"""Changing and joining shapes on CNTK."""

import numpy as np

from ...graph.positions import with_positions
from . import native
from .description import kernel
from .native import C
from .operation import operation


def reshape(x, shape):
    if -1 in shape:
        count, known = int(np.prod(x.shape)), -int(np.prod(shape))
        if not known or count % known:
            raise ValueError("shape %s cannot hold the %d elements of shape %s" % (shape, count, x.shape))
        shape = tuple(count // known if size == -1 else size for size in shape)
    return C.reshape(x, shape)


def reshape_to(x, sizes, cells):
    return reshape(x, tuple(cells[0].array.tolist()))


# An operation sums the gradient over the axes along which its input was broadcast: see Operation._backward.
broadcast_to = operation(lambda x, sizes: np.array(np.broadcast_to(x, tuple(sizes))),
                         lambda gradient, result, x, sizes: gradient)


def batch_flatten(x):
    return C.reshape(x, (x.shape[0], int(np.prod(x.shape[1:]))))


def repeat_elements(x, rep, axis):
    if not rep:
        return np.empty(x.shape[:axis] + (0,) + x.shape[axis + 1:])
    wide = native.output(C.reshape(x, x.shape[:axis + 1] + (1,) + x.shape[axis + 1:]))
    wide = C.splice(*[wide] * rep, axis=axis + 1)
    return C.reshape(wide, x.shape[:axis] + (x.shape[axis] * rep,) + x.shape[axis + 1:])


def tile(x, n):
    if 0 in n:
        return np.empty(tuple(size * times for size, times in zip(x.shape, n)))
    for axis, times in enumerate(n):
        x = C.splice(*[native.output(x)] * times, axis=axis) if times > 1 else x
    return x


def pad(x, padding, number=0):
    return C.pad(x, list(padding), C.CONSTANT_PAD, number) if any(map(any, padding)) else x


def resize_linear(x, factor, axis):
    size, before = x.shape[axis], (slice(None),) * axis
    after = (slice(None),) * (len(x.shape) - axis - 1)
    last = get_item(x, before + (slice(-1, None),) + after)
    following = concatenate(get_item(x, before + (slice(1, None),) + after), last, axis=axis) if size > 1 else x
    steps = []
    for j in range(factor):
        share = C.constant(j / factor, (), x.dtype)
        rest = C.constant(1 - j / factor, (), x.dtype)
        step = C.plus(C.element_times(x, rest), C.element_times(following, share)) if j else x
        steps.append(C.reshape(step, x.shape[:axis + 1] + (1,) + x.shape[axis + 1:]))
    return C.reshape(concatenate(*steps, axis=axis + 1), x.shape[:axis] + (size * factor,) + x.shape[axis + 1:])


def concatenate(*tensors, axis):
    shapes = [x.shape for x in tensors]
    if len({shape[:axis] + shape[axis + 1:] for shape in shapes}) > 1:  # CNTK would broadcast sizes of 1
        raise ValueError("tensors of shapes %s cannot be joined along axis %d" % (", ".join(map(str, shapes)), axis))
    return C.splice(*map(native.output, tensors), axis=axis) if len(tensors) > 1 else tensors[0]


def expand_dims(x, axis):
    return C.reshape(x, x.shape[:axis] + (1,) + x.shape[axis:])


def squeeze(x, axis):
    dropped = [x.shape[i] for i in axis]
    if dropped != [1] * len(axis):
        raise ValueError("only axes of size 1 can be dropped, not of size %s" % dropped)
    return C.reshape(x, tuple(size for i, size in enumerate(x.shape) if i not in axis))


def get_item(x, key):
    """Index x with CNTK's slices. A number is a slice of size 1 whose axis is then dropped."""
    axes, begins, ends, strides, shape = [], [], [], [], []
    axis = 0
    for part in key:
        if part is None:
            shape.append(1)
            continue
        size = x.shape[axis]
        if isinstance(part, slice):
            positions = range(*part.indices(size))
            shape.append(len(positions))
        elif -size <= part < size:
            positions = range(part % size, part % size + 1)
        else:
            raise ValueError("position %d is out of range for size %d" % (part, size))
        if not positions:
            return np.empty(x.shape)[key]
        if positions != range(size):
            # With a negative stride, CNTK also goes through the range from its end.
            first, last = min(positions[0], positions[-1]), max(positions[0], positions[-1])
            axes.append(axis)
            begins.append(first)
            ends.append(last + 1)
            strides.append(positions.step if len(positions) > 1 else 1)
        axis += 1
    cut = C.slice(x, axes, begins, ends, strides) if axes else x
    return C.reshape(cut, tuple(shape)) if tuple(shape) != cut.shape else cut


def get_item_at(x, positions, key, cells):
    return get_item(x, with_positions(key, cells[0].array.tolist()))


class Shapes:

    reshape = kernel("reshape", reshape)
    reshape_to = kernel("reshape_to", reshape_to, indexed=True, sized_by=(1,))
    broadcast_to = kernel("broadcast_to", broadcast_to, indexed=True, sized_by=(1,))
    batch_flatten = kernel("batch_flatten", batch_flatten)
    repeat_elements = kernel("repeat_elements", repeat_elements)
    tile = kernel("tile", tile)
    pad = kernel("pad", pad)
    resize_linear = kernel("resize_linear", resize_linear)
    concatenate = kernel("concatenate", concatenate)
    expand_dims = kernel("expand_dims", expand_dims)
    squeeze = kernel("squeeze", squeeze)
    get_item = kernel("get_item", get_item)
    get_item_at = kernel("get_item_at", get_item_at, indexed=True, sized_by=(1,))
