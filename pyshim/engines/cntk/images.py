"""Images as CNTK's convolutions take and give them: the samples on the batch axis, the channels first.

The result of a convolution remembers this form as ``by_sample``, and elementwise functions keep to it, so that
nothing is moved between one convolution and the next. What reads the result itself has the samples first and
the channels last; CNTK moves the data for it then, and never where nothing does.
"""

from . import native
from .native import C


def images(by_sample, samples):
    """The images, samples first and channels last."""
    by_sample = native.output(by_sample)
    x = native.output(channels_last(samples_first(by_sample, samples)))
    x.by_sample = by_sample
    return x


def by_sample(x):
    """Images in CNTK's form."""
    if hasattr(x, "by_sample"):
        return x.by_sample
    return native.output(C.to_batch(channels_first(x)))


def samples_first(x, samples):
    """What is on CNTK's batch axis, on an axis like any other."""
    return C.reshape(C.unpack_batch(x), (samples,) + x.shape)


def channels_first(x):
    last = len(x.shape) - 1
    return C.transpose(x, (0, last) + tuple(range(1, last)))


def channels_last(x):
    return C.transpose(x, (0,) + tuple(range(2, len(x.shape))) + (1,))


def elementwise(function):
    """A builder of CNTK functions from an elementwise one, which leaves images in their form where what is
    beside them has it too, or is a number, or one for each channel."""
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
    """An input that fits images of that shape in their form; None where it has to be moved for it."""
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
