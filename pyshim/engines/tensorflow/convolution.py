"""Convolutions and pooling on TensorFlow, whose CPU kernels need the channels last."""

import tensorflow as tf

from . import known


class Convolution:

    def convolution(self, x, kernel, strides, padding, dilation):
        return _windowed(lambda x, kernel, padding: _convolved(x, kernel, strides, padding, dilation), x, kernel,
                         kernel.shape[:-2], strides, padding, dilation, kernel.shape[-1])

    def convolution_transpose(self, x, kernel, *given, sizes, strides, padding, dilation):
        if given:
            sizes = [tf.cast(given[0], tf.int32)[i] if size is None else size for i, size in enumerate(sizes)]
        there = [slice(None) if x.shape[0] else slice(tf.shape(x)[0])]
        there += [slice(size) if tf.is_tensor(size) or not size else slice(None) for size in sizes]
        there.append(slice(None) if kernel.shape[-2] else slice(0))
        spans = _spans(kernel.shape[:-2], dilation)
        some = [_at_least(size, max(span - sum(pair), 1)) for size, span, pair in zip(sizes, spans, padding)]
        static = [None if tf.is_tensor(size) else size for size in some]
        native = _native(static, spans, strides, padding)
        if native:
            whole = _transposed(_filled(x), _filled(kernel), some, strides, native, dilation)
        else:
            all_of_it = [size + sum(pair) for size, pair in zip(some, padding)]
            whole = _transposed(_filled(x), _filled(kernel), all_of_it, strides, "VALID", dilation)
            whole = whole[(slice(None), *[slice(pair[0], pair[0] + size) for size, pair in zip(some, padding)])]
        return _part(whole, there, lambda: tf.logical_and(_is_filled(x), _is_filled(kernel)))

    def depthwise_convolution(self, x, kernel, strides, padding, dilation):
        if len(strides) == 1:
            wide = self.depthwise_convolution(tf.expand_dims(x, 1), tf.expand_dims(kernel, 0), strides * 2,
                                              ((0, 0),) + padding, (1,) + dilation)
            return tf.squeeze(wide, 1)
        if len(set(strides)) > 1:  # TensorFlow's own has the same stride on both axes
            return self.depthwise_convolution(x, kernel, (1, 1), padding, dilation)[:, ::strides[0], ::strides[1]]
        return _windowed(lambda x, kernel, padding: _depthwise(x, kernel, strides, padding, dilation), x, kernel,
                         kernel.shape[:-2], strides, padding, dilation, kernel.shape[-2] * kernel.shape[-1])

    def pool(self, x, size, strides, padding, mode):
        once, channels = (1,) * len(size), x.shape[-1] or tf.shape(x)[-1]

        def windowed(pool, x, outside):
            def pooled(x, padding):
                # TensorFlow's kernels for three axes are for float32 only. And where oneDNN is not used, they give the
                # gradient of a maximum to all elements that are equal to it.
                if len(size) == 3 and (mode == "max" or x.dtype != tf.float32):
                    return _pool_in_turn(pool, x, size, strides, padding)
                return pool(x, size, strides, padding)
            return _windowed(pooled, x, None, size, strides, padding, once, channels, outside)
        if mode == "max":
            return windowed(tf.nn.max_pool if known.IS_FINITE.holds else _max_pool, x, float("-inf"))
        if x.dtype == tf.float16:  # the sum may overflow
            return tf.cast(self.pool(tf.cast(x, tf.float32), size, strides, padding, mode), tf.float16)
        result = windowed(tf.nn.avg_pool, x, 0)
        if not _native(x.shape[1:-1], size, strides, padding):  # the padding has been counted
            result = result / windowed(tf.nn.avg_pool, tf.ones_like(x), 0)
        return result


def _spans(width, dilation):
    """Returns: how many elements a window spans along each axis."""
    return [(wide - 1) * step + 1 for wide, step in zip(width, dilation)]


def _native(sizes, spans, strides, padding):
    """Returns: TensorFlow's name of a padding, or None if it has none; x is then padded beforehand."""
    if not any(map(any, padding)):
        return "VALID"
    for size, span, stride, pair in zip(sizes, spans, strides, padding):
        if stride > 1 and size is None:
            return None
        total = span - 1 if stride == 1 else (-(-size // stride) - 1) * stride + span - size
        # If it is negative, TensorFlow's kernels for three axes return wrong elements, in float64 and in gradients.
        if total < 0 or tuple(pair) != (total // 2, total - total // 2):
            return None
    return "SAME"


def _at_least(size, least):
    return tf.maximum(size, least) if tf.is_tensor(size) else max(size, least)


def _transposed(x, kernel, sizes, strides, padding, dilation):
    target = tf.concat([tf.shape(x)[:1], sizes, kernel.shape[-2:-1]], 0)
    if max(dilation) == 1:
        return tf.nn.conv_transpose(x, kernel, target, strides, padding)
    zeros = tf.zeros(target, x.dtype)
    zeros.set_shape([None] + [size if isinstance(size, int) else None for size in sizes] + [kernel.shape[-2]])
    with tf.GradientTape() as tape:
        tape.watch(zeros)
        result = _convolved(zeros, kernel, strides, padding, dilation)
    return tape.gradient(result, zeros, x)


def _convolved(x, kernel, strides, padding, dilation):
    if kernel.shape[-2] == 1 and strides[-1] > 1 and 1 in strides[:-1]:
        # TensorFlow leaves parts of such a result unwritten, but not if there is another channel, here one of zeros.
        # (Zeros from tf.pad would be taken for padding of the image, and removed.)
        x = tf.concat([x, tf.zeros_like(x)], -1)
        kernel = tf.concat([kernel, tf.zeros_like(kernel)], -2)
    if max(dilation) == 1:
        return tf.nn.convolution(x, kernel, strides, padding)
    return _dilated(lambda x, padding: tf.nn.convolution(x, kernel, padding=padding), x, kernel, padding, dilation)


def _depthwise(x, kernel, strides, padding, dilation):
    def convolved(x, padding):
        return tf.nn.depthwise_conv2d(x, kernel, (1,) + strides + (1,), padding)
    return convolved(x, padding) if max(dilation) == 1 else _dilated(convolved, x, kernel, padding, dilation)


def _dilated(convolved, x, kernel, padding, dilation):
    """A convolution with dilation. The gradients of TensorFlow's own dilated kernels don't run on CPUs."""
    return tf.nn.with_space_to_batch(
        x, dilation, padding, lambda x, spatial, padding: convolved(x, padding), filter_shape=kernel.shape[:-2],
        spatial_dims=list(range(1, len(dilation) + 1)))


def _windowed(compute, x, kernel, width, strides, padding, dilation, channels, outside=0):
    """Call ``compute`` with x, a kernel and a padding that TensorFlow supports.

    If there are no elements, or the window does not fit, TensorFlow's kernels return wrong shapes or uninitialized
    memory, or crash. So x and the kernel are replaced by zeros then, and the result is cropped.
    """
    sizes, spans = x.shape[1:-1], _spans(width, dilation)
    least = [max(span - sum(pair), 1) for span, pair in zip(spans, padding)]
    there = [slice(None) if x.shape[0] or known.HAS_SAMPLES.holds else slice(tf.shape(x)[0])]
    for axis, (size, span, stride, pair) in enumerate(zip(sizes, spans, strides, padding), 1):
        number = tf.shape(x)[axis] if size is None else size
        count = _at_least((number + sum(pair) - span) // stride + 1, 0)
        there.append(slice(None) if isinstance(count, int) and count else slice(count))
    there.append(slice(None) if isinstance(channels, int) and channels else slice(channels))
    native = _native(sizes, spans, strides, padding)
    whole = _filled(x, least)
    if native is None:
        whole = tf.pad(whole, [(0, 0), *padding, (0, 0)], constant_values=outside)
    if kernel is not None and x.shape[-1] != kernel.shape[-2]:  # TensorFlow would convolve groups of channels
        whole = tf.ensure_shape(whole, [None] * (whole.shape.rank - 1) + [kernel.shape[-2] or None])
    if kernel is None:
        return _part(compute(whole, native or "VALID"), there, lambda: _is_filled(x, least))
    result = compute(whole, _filled(kernel), native or "VALID")
    return _part(result, there, lambda: tf.logical_and(_is_filled(x, least), _is_filled(kernel)))


# For unknown sizes, these functions branch, since a branch needs no copy. The kernels themselves are outside the
# branches, since TensorFlow uses its fast gradients only there.

def _filled(x, least=()):
    """Returns: x, or zeros of the minimum sizes if x is smaller along an axis. ``least`` has the minimum spatial sizes;
    the other sizes must be at least 1."""
    x = tf.convert_to_tensor(x)
    least = [1, *least, 1] if least else [1] * x.shape.rank
    sizes = list(x.shape)
    if known.HAS_SAMPLES.holds:
        sizes[0] = sizes[0] or 1
    if all(size is not None and size >= wanted for size, wanted in zip(sizes, least)):
        return x
    filled = tf.cond(tf.reduce_all(tf.shape(x) >= least), lambda: tf.identity(x),
                     lambda: tf.zeros(tf.maximum(tf.shape(x), least), x.dtype))
    filled.set_shape([size if size is None else max(size, wanted) for size, wanted in zip(x.shape, least)])
    return filled


def _is_filled(x, least=()):
    """Whether ``_filled`` returns x itself."""
    return tf.reduce_all(tf.shape(x) >= ([1, *least, 1] if least else [1] * x.shape.rank))


def _part(result, there, whole):
    """Crop a result to the slices in ``there``; if ``whole()`` is true, all of it is valid."""
    if there == [slice(None)] * len(there):
        return result
    return tf.cond(whole(), lambda: tf.identity(result), lambda: result[tuple(there)])


def _max_pool(x, size, strides, padding):
    """The maxima. TensorFlow's own are wrong if there is a nan, and finite if all elements are -inf."""
    largest = tf.nn.max_pool(x, size, strides, padding)  # outside the branch, where its gradient is fast
    right = tf.math.is_finite(tf.reduce_sum(x))  # cheaper than testing each element; an overflow does no harm
    return tf.cond(right, lambda: tf.identity(largest), lambda: _max_pool_of_any(x, largest, size, strides, padding))


def _max_pool_of_any(x, largest, size, strides, padding):
    """The maxima: nan if the window has one, -inf if all its elements are -inf."""
    one = tf.ones_like(x)
    kind = tf.where(tf.math.is_nan(x), 2 * one, tf.where(tf.math.is_inf(x) & (x < 0), 0 * one, one))
    kind = tf.nn.max_pool(kind, size, strides, padding)
    nan, infinity = tf.constant(float("nan"), x.dtype), tf.constant(float("inf"), x.dtype)
    return tf.where(kind > 1, nan, tf.where(kind > 0, largest, -infinity))


def _pool_in_turn(pool, x, size, strides, padding):
    """Pool over three spatial axes: over the last two, then over the first."""
    sizes = tf.shape(x)
    flat = pool(tf.reshape(x, tf.concat([[sizes[0] * sizes[1]], sizes[2:]], 0)), size[1:], strides[1:], padding)
    rows, columns = tf.shape(flat)[1], tf.shape(flat)[2]
    deep = tf.reshape(flat, tf.stack([sizes[0], sizes[1], rows * columns, sizes[4]]))
    pooled = pool(deep, (size[0], 1), (strides[0], 1), padding)
    return tf.reshape(pooled, tf.stack([sizes[0], tf.shape(pooled)[1], rows, columns, sizes[4]]))
