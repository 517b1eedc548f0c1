"""Convolutions and pooling on TensorFlow, whose processor kernels want the channels last."""

import tensorflow as tf

from .graph import asserted


class Convolution:

    def convolution(self, x, kernel, strides, padding, dilation):
        return _windowed(lambda x, kernel: _convolved(x, kernel, strides, padding, dilation), x, kernel,
                         kernel.shape[:-2], strides, padding, dilation, kernel.shape[-1])

    def convolution_transpose(self, x, kernel, *given, sizes, strides, padding, dilation):
        if given:
            sizes = [tf.cast(given[0], tf.int32)[i] if size is None else size for i, size in enumerate(sizes)]
        there = [slice(None) if x.shape[0] else slice(tf.shape(x)[0])]
        there += [slice(size) if tf.is_tensor(size) or not size else slice(None) for size in sizes]
        there.append(slice(None) if kernel.shape[-2] else slice(0))
        some = [tf.maximum(size, 1) if tf.is_tensor(size) else max(size, 1) for size in sizes]
        seen = [_seen(*each) for each in zip(some, kernel.shape[:-2], strides)] if padding == "same" else some
        whole = _transposed(_filled(x), _filled(kernel), seen, strides, padding, dilation)
        if given or seen != some:
            whole = tf.pad(whole, [(0, 0)] + [(0, size - part) for size, part in zip(some, seen)] + [(0, 0)])
        return _part(whole, there, (x, kernel))

    def depthwise_convolution(self, x, kernel, strides, padding, dilation):
        if len(strides) == 1:
            wide = self.depthwise_convolution(tf.expand_dims(x, 1), tf.expand_dims(kernel, 0), strides * 2, padding,
                                               (1,) + dilation)
            return tf.squeeze(wide, 1)
        if len(set(strides)) > 1 or max(dilation) > 1:
            return self.convolution(x, _across(kernel), strides, padding, dilation)
        return _windowed(
            lambda x, kernel: tf.nn.depthwise_conv2d(x, kernel, (1,) + strides + (1,), padding.upper()), x, kernel,
            kernel.shape[:-2], strides, padding, dilation, kernel.shape[-2] * kernel.shape[-1])

    def pool(self, x, size, strides, padding, mode):
        def pooled(x):
            pool = _max_pool if mode == "max" else tf.nn.avg_pool
            if len(size) == 3 and x.dtype != tf.float32:  # for which TensorFlow has no such kernels
                return _pool_in_turn(pool, x, size, strides, padding.upper())
            return pool(x, size, strides, padding.upper())
        return _windowed(pooled, x, None, size, strides, padding, (1,) * len(size), x.shape[-1] or tf.shape(x)[-1])


def _transposed(x, kernel, sizes, strides, padding, dilation):
    target = tf.concat([tf.shape(x)[:1], sizes, kernel.shape[-2:-1]], 0)
    if max(dilation) == 1:
        return tf.nn.conv_transpose(x, kernel, target, strides, padding.upper())
    zeros = tf.zeros(target, x.dtype)
    zeros.set_shape([None] + [size if isinstance(size, int) else None for size in sizes] + [kernel.shape[-2]])
    with tf.GradientTape() as tape:
        tape.watch(zeros)
        result = _convolved(zeros, kernel, strides, padding, dilation)
    return tape.gradient(result, zeros, x)


def _convolved(x, kernel, strides, padding, dilation):
    if kernel.shape[-2] == 1 and strides[-1] > 1 and 1 in strides[:-1]:
        # TensorFlow leaves places of such a result unwritten; beside a channel of zeros it does not.
        # (Zeros by tf.pad would be taken for padding of the image, and left out.)
        x = tf.concat([x, tf.zeros_like(x)], -1)
        kernel = tf.concat([kernel, tf.zeros_like(kernel)], -2)
    if max(dilation) == 1:
        return tf.nn.convolution(x, kernel, strides, padding.upper())
    # The gradients of TensorFlow's own dilated kernels do not run on processors.
    return tf.nn.with_space_to_batch(
        x, dilation, padding.upper(),
        lambda x, spatial, padding: tf.nn.convolution(x, kernel, padding=padding),
        filter_shape=kernel.shape[:-2], spatial_dims=list(range(1, len(dilation) + 1)))


def _windowed(compute, x, kernel, width, strides, padding, dilation, channels):
    """What ``compute`` makes of x and a kernel. Without elements, and where the window does not fit, TensorFlow's
    kernels give other shapes, what happens to be in memory, or end the process."""
    if padding == "valid" and None in x.shape[1:-1]:
        least = [(wide - 1) * step + 1 for wide, step in zip(width, dilation)]
        x = asserted(x, tf.reduce_all(tf.shape(x)[1:-1] >= least),
                     "the window of %s (dilated by %s) is too large for x" % (tuple(width), tuple(dilation)))
    whole = x
    if padding == "same" and any(wide < stride for wide, stride in zip(width, strides)):
        # TensorFlow would put fewer than 0 zeros around what the last window leaves, and its kernels for three axes
        # do: they then compute other elements, in float64 and in gradients.
        x = _seen_part(x, width, strides)
    operands = [each for each in (x, kernel) if each is not None]
    there = [slice(None) if x.shape[0] else slice(tf.shape(x)[0])]
    there += [slice(None) if size or padding == "valid" else slice(-(-tf.shape(whole)[axis] // stride))
              for axis, (size, stride) in enumerate(zip(whole.shape[1:-1], strides), 1)]
    there.append(slice(None) if isinstance(channels, int) and channels else slice(channels))
    return _part(compute(*map(_filled, operands)), there, operands)


def _seen(size, width, stride):
    """How much of an axis the windows of padding "same" see: a number, or a tensor like the size."""
    seen = (-(-size // stride) - 1) * stride + width
    return tf.maximum(tf.minimum(size, seen), 0) if tf.is_tensor(size) else max(min(size, seen), 0)


def _seen_part(x, width, strides):
    """x without what no window sees at the end of an axis."""
    sizes = [tf.shape(x)[axis] if size is None else size for axis, size in enumerate(x.shape[1:-1], 1)]
    seen = [_seen(*each) if each[1] < each[2] else each[0] for each in zip(sizes, width, strides)]
    if all(not tf.is_tensor(size) and part == size for part, size in zip(seen, sizes)):
        return x
    part = tf.slice(x, [0] * x.shape.rank, [-1] + seen + [-1])
    part.set_shape([x.shape[0]] + [None if tf.is_tensor(size) else size for size in seen] + [x.shape[-1]])
    return part


# Where sizes are not known, a branch costs no copy; and TensorFlow's fast gradients need kernels outside of it.

def _filled(x):
    """x; where it has no elements, zeros with one place at least along each axis."""
    x = tf.convert_to_tensor(x)
    if all(x.shape):
        return x
    filled = tf.cond(tf.size(x) > 0, lambda: tf.identity(x), lambda: tf.zeros(tf.maximum(tf.shape(x), 1), x.dtype))
    filled.set_shape([1 if size == 0 else size for size in x.shape])
    return filled


def _part(result, there, operands):
    """The part of a result that is there, which is all of it unless an operand has no elements."""
    if there == [slice(None)] * len(there):
        return result
    whole = tf.reduce_all([tf.size(each) > 0 for each in operands])
    return tf.cond(whole, lambda: tf.identity(result), lambda: result[tuple(there)])


def _max_pool(x, size, strides, padding):
    """The largest elements. TensorFlow's own may be others beside nan, and finite where all are -inf."""
    largest = tf.nn.max_pool(x, size, strides, padding)  # outside of the branch, where its gradient is fast
    finite = tf.math.is_finite(tf.reduce_sum(x))  # less work than to look at each; a large sum does no harm
    return tf.cond(finite, lambda: tf.identity(largest), lambda: _max_pool_of_any(x, largest, size, strides, padding))


def _max_pool_of_any(x, largest, size, strides, padding):
    """The largest elements, nan where the window has one, -inf where it has nothing else."""
    one = tf.ones_like(x)
    kind = tf.where(tf.math.is_nan(x), 2 * one, tf.where(tf.math.is_inf(x) & (x < 0), 0 * one, one))
    kind = tf.nn.max_pool(kind, size, strides, padding)
    nan, infinity = tf.constant(float("nan"), x.dtype), tf.constant(float("inf"), x.dtype)
    return tf.where(kind > 1, nan, tf.where(kind > 0, largest, -infinity))


def _across(kernel):
    """A depthwise kernel as one of all channels, with zeros between different ones."""
    channels, multiplier = kernel.shape[-2:]
    whole = tf.expand_dims(tf.eye(channels, dtype=kernel.dtype), -1) * tf.expand_dims(kernel, -3)
    return tf.reshape(whole, kernel.shape[:-2] + [channels, channels * multiplier])


def _pool_in_turn(pool, x, size, strides, padding):
    """Pooling over three axes: over two of them, then over the other one."""
    sizes = tf.shape(x)
    flat = pool(tf.reshape(x, tf.concat([[sizes[0] * sizes[1]], sizes[2:]], 0)), size[1:], strides[1:], padding)
    rows, columns = tf.shape(flat)[1], tf.shape(flat)[2]
    deep = tf.reshape(flat, tf.stack([sizes[0], sizes[1], rows * columns, sizes[4]]))
    pooled = pool(deep, (size[0], 1), (strides[0], 1), padding)
    return tf.reshape(pooled, tf.stack([sizes[0], tf.shape(pooled)[1], rows, columns, sizes[4]]))
