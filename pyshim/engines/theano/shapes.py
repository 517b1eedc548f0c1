"""Changing and joining shapes on Theano."""

import theano.tensor as T


class Shapes:

    def _reshape(self, x, shape):
        return T.reshape(x, shape, ndim=len(shape))

    def _batch_flatten(self, x):
        return T.reshape(x, T.stack([x.shape[0], T.prod(x.shape[1:])]), ndim=2)

    def _repeat_elements(self, x, rep, axis):
        return _repeated(x, [1] * x.ndim, [rep if i == axis else 1 for i in range(x.ndim)])

    def _tile(self, x, n):
        return _repeated(x, n, [1] * x.ndim)

    def _pad(self, x, padding):
        return padded(x, padding)

    def _resize_linear(self, x, factor, axis):
        before = (slice(None),) * axis
        following = T.join(axis, x[before + (slice(1, None),)], x[before + (slice(-1, None),)])
        steps = [x] + [x * T.constant(1 - j / factor, dtype=x.dtype) + following * T.constant(j / factor, dtype=x.dtype)
                       for j in range(1, factor)]
        sizes = list(x.shape)
        sizes[axis] *= factor
        return T.reshape(T.stack(steps, axis + 1), sizes, ndim=x.ndim)

    def _concatenate(self, *tensors, axis):
        return T.join(axis, *tensors)

    def _expand_dims(self, x, axis):
        order = list(range(x.ndim))
        return x.dimshuffle(order[:axis] + ["x"] + order[axis:])

    def _squeeze(self, x, axis):
        x = T.addbroadcast(x, *axis)
        return x.dimshuffle([i for i in range(x.ndim) if i not in axis])

    def _get_item(self, x, key):
        return x[key]


def _repeated(x, whole, slices):
    """x, as a whole ``whole[axis]`` times in a row along an axis, and each slice ``slices[axis]`` times."""
    order, wide, sizes = [], [], []
    for axis, (outer, inner) in enumerate(zip(whole, slices)):
        order += ["x", axis, "x"]
        wide += [outer, x.shape[axis], inner]
        sizes.append(x.shape[axis] * outer * inner)
    return T.reshape(T.alloc(x.dimshuffle(order), *wide), sizes, ndim=x.ndim)


def padded(x, pairs, number=0):
    """x with a number around it: a pair of sizes, which may be symbolic, before and after along each axis."""
    if not any(isinstance(size, T.Variable) or size for pair in pairs for size in pair):
        return x
    around = T.alloc(T.constant(number, dtype=x.dtype),
                     *[size + before + after for size, (before, after) in zip(x.shape, pairs)])
    inside = tuple(slice(before, before + size) for size, (before, after) in zip(x.shape, pairs))
    return T.set_subtensor(around[inside], x)
