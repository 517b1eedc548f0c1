"""The arithmetic of windows that move over spatial axes."""

from ...errors import EngineError


def zeros_around(sizes, width, strides, padding, dilation):
    """How many zeros the padding puts before and after, along each axis; the odd one comes after."""
    pairs = []
    for size, wide, stride, step in zip(sizes, width, strides, dilation):
        total = max((-(-size // stride) - 1) * stride + (wide - 1) * step + 1 - size, 0) if padding == "same" else 0
        pairs.append((total // 2, total - total // 2))
    return tuple(pairs)


def places(sizes, width, strides, padding, dilation):
    """How many places the window has along each axis; EngineError where it does not fit."""
    if padding == "same":
        return tuple(-(-size // stride) for size, stride in zip(sizes, strides))
    counts = tuple((size - (wide - 1) * step - 1) // stride + 1
                   for size, wide, stride, step in zip(sizes, width, strides, dilation))
    if min(counts) < 1:
        raise EngineError("the window of {width} (dilated by {dilation}) is too large for the spatial shape {shape} of "
                          "`x`", width=tuple(width), dilation=tuple(dilation), shape=tuple(sizes))
    return counts
