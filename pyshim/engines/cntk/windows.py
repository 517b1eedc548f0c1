"""The arithmetic of windows that move over spatial axes."""


def zeros_around(sizes, width, strides, padding, dilation):
    """How many zeros the padding puts before and after, along each axis; the odd one comes after."""
    pairs = []
    for size, wide, stride, step in zip(sizes, width, strides, dilation):
        total = max((-(-size // stride) - 1) * stride + (wide - 1) * step + 1 - size, 0) if padding == "same" else 0
        pairs.append((total // 2, total - total // 2))
    return tuple(pairs)


def places(sizes, width, strides, padding, dilation):
    """How many places the window has along each axis."""
    around = zeros_around(sizes, width, strides, padding, dilation)
    return tuple((size + sum(pair) - (wide - 1) * step - 1) // stride + 1
                 for size, pair, wide, stride, step in zip(sizes, around, width, strides, dilation))
