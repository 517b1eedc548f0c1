"""The layout of images in CNTK's convolutions: the samples on the batch axis, the channels first.

The result of a convolution keeps a version in this layout as ``by_sample``, and elementwise functions work on it, so
no data are transposed between one convolution and the next. The result itself has the samples first and the channels
last. CNTK transposes the data only if a function uses that version.
"""

from . import native
from .native import C


def images(by_sample, samples):
    """Returns: images in CNTK's layout as a variable with the samples first and the channels last."""
    by_sample = native.output(by_sample)
    x = native.output(channels_last(samples_first(by_sample, samples)))
    x.by_sample = by_sample
    return x


def by_sample(x):
    """Returns: the images in CNTK's layout."""
    if hasattr(x, "by_sample"):
        return x.by_sample
    return native.output(C.to_batch(channels_first(x)))


def samples_first(x, samples):
    """Turn CNTK's batch axis into an ordinary first axis."""
    return C.reshape(C.unpack_batch(x), (samples,) + x.shape)


def channels_first(x):
    last = len(x.shape) - 1
    return C.transpose(x, (0, last) + tuple(range(1, last)))


def channels_last(x):
    return C.transpose(x, (0,) + tuple(range(2, len(x.shape))) + (1,))


def elementwise(function):
    """Wrap an elementwise function so that images stay in CNTK's layout. The other inputs must be images in that
    layout too, scalars, or vectors with one number for each channel."""
    def build(*inputs):
        shapes = {x.shape for x in inputs if hasattr(x, "by_sample")}
        if len(shapes) == 1:
            shape, = shapes
            beside = [_beside(x, shape) for x in inputs]
            if all(x is not None for x in beside):
                return images(function(*beside), shape[0])
        return function(*inputs)
    build.in_numpy = getattr(function, "in_numpy", False)
    return build


def _beside(x, shape):
    """Returns: an input in a form that broadcasts with images of that shape in CNTK's layout, or None if its data would
    have to be transposed."""
    if hasattr(x, "by_sample"):
        return x.by_sample
    if x.is_constant and x.shape == shape and not hasattr(x, "changes") and _uniform(x.value):
        return native.constant(x.value.flat[:1].reshape(()))
    if not x.shape:
        return x
    if len(x.shape) <= len(shape) and x.shape[-1] in (1, shape[-1]) and set(x.shape[:-1]) <= {1}:
        return native.output(C.reshape(x, x.shape[-1:] + (1,) * (len(shape) - 2)))
    return None


def _uniform(array):
    return array.tobytes() == array.flat[:1].tobytes() * array.size
