"""The arithmetic of windows that move over spatial axes."""


def places(sizes, width, strides, padding, dilation):
    """Returns: the number of window positions along each axis."""
    return tuple(max((size + sum(pair) - (wide - 1) * step - 1) // stride + 1, 0)
                 for size, wide, stride, pair, step in zip(sizes, width, strides, padding, dilation))
