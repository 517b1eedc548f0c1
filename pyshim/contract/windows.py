"""Windows that move over the spatial axes of images: their number of positions, and the padding.

Padding is computed only here, so that kernels get it as numbers. As in TensorFlow, padding "same" makes
ceil(size / stride) positions, and puts an odd zero at the end.
"""

from ..errors import ArgumentError, EngineError, ShapeError
from ..graph.node import Node
from ..messages import Argument
from . import guards, rules

PADDINGS = ("valid", "same")


class Windows:

    def windowed(self, x, argument, width, strides, padding, dilation, compute, outside=0):
        """The result of a kernel that moves a window over images.

        Arguments: x, images with the channels last; argument, the one that determines the window; width, strides,
        dilation, a number for each axis; padding, "valid" or "same"; compute, a function of the images, of the padding
        for the kernel, a pair of numbers before and after for each axis, and of the static spatial shape of its result;
        outside, the padding value if x has to be padded here, because its size is not known yet.
        Returns: a tensor. Raises ShapeError if the window does not fit; if that is not known before, evaluating it
        raises EngineError.
        """
        sizes = output_sizes(x, argument, width, strides, padding, dilation)
        spans = list(map(span, width, dilation))
        if padding == "valid":
            return compute(self._fitting(x, width, spans, dilation), ((0, 0),) * len(width), sizes)
        pairs, places, whole = [], [], x
        for axis, (size, wide, stride) in enumerate(zip(x.shape[1:-1], spans, strides), 1):
            pair, there = self.around(size, wide, stride), None
            if size is None and stride > 1:
                size = self.length(x, axis)
                some = self.maximum(size, 1)  # so that the window fits; for size 0, the extra position is dropped
                before, after = self.around(some, wide, stride)
                whole = self._surrounded(whole, axis, before, self.add(after, self.subtract(some, size)), outside)
                pair, there = (0, 0), self.number_of_places(size, wide, stride, padding)
            pairs.append(pair)
            places.append(slice(there))
        result = compute(whole, tuple(pairs), sizes)
        return result if whole is x else self.get_item(result, (slice(None),) + tuple(places))

    def around(self, size, wide, stride):
        """How much padding "same" puts before and after an axis: numbers, or int64 scalars if ``size`` is one and they
        depend on it; None if they depend on a size that is None."""
        if stride == 1:
            total = wide - 1
        elif size is None:
            return None
        elif isinstance(size, Node):
            places = self.number_of_places(size, wide, stride, "same")
            seen = self.add(self.multiply(self.subtract(places, 1), stride), wide)
            total = self.maximum(self.subtract(seen, size), 0)
            before = self.floor_divide(total, 2)
            return before, self.subtract(total, before)
        else:
            total = max((-(-size // stride) - 1) * stride + wide - size, 0)
        return total // 2, total - total // 2

    def number_of_places(self, size, wide, stride, padding):
        """The number of positions of a window along an axis whose size may be a tensor."""
        if not isinstance(size, Node):
            return places_on(size, wide, stride, padding)
        if padding == "same":
            return self.floor_divide(self.add(size, stride - 1), stride)
        return self.add(self.floor_divide(self.subtract(size, wide), stride), 1)

    def _fitting(self, x, width, spans, dilation):
        """x, with a run-time check that the window fits along axes of unknown size."""
        fits = None
        for axis, wide in enumerate(spans, 1):
            if x.shape[axis] is None:
                one = self.greater_equal(self.length(x, axis), wide)
                fits = one if fits is None else self.logical_and(fits, one)
        if fits is None:
            return x
        x = self._asserted(x, fits, EngineError(
            "the window of {width} (dilated by {dilation}) is too large for {x}", width=tuple(width),
            dilation=tuple(dilation), x=Argument("x")))
        for axis, wide in enumerate(spans, 1):
            x = guards.long_enough(self, x, axis, wide)
        return x

    def _surrounded(self, x, axis, before, after, number):
        """x padded with a number along an axis."""
        number = self.node(number, "x", dtype=x.dtype)
        sizes = [self.length(x, i) for i in range(x.ndim)]
        left, right = [self.filled(number, sizes[:axis] + [count] + sizes[axis + 1:]) for count in (before, after)]
        return self.concatenate([left, x, right], axis)


def span(width, dilation):
    """The number of elements of an axis that a dilated window spans."""
    return (width - 1) * dilation + 1


def steps(strides, dilation_rate, count):
    """Strides and dilation; only one of them may exceed 1."""
    strides = rules.several(strides, count, "strides", least=1)
    dilation = rules.several(dilation_rate, count, "dilation_rate", least=1)
    if max(strides) > 1 and max(dilation) > 1:
        raise ArgumentError("`strides` {strides} and `dilation_rate` {dilation} are both more than 1",
                            remedy="one of them must be 1", strides=strides, dilation=dilation)
    return strides, dilation


def need_padding(padding, accepted=PADDINGS):
    """Raise ArgumentError unless it is an accepted padding."""
    rules.choice(padding, "padding", accepted)


def output_sizes(x, argument, width, strides, padding, dilation, of="x"):
    """The spatial sizes of a convolution or pooling of x. Raises ShapeError if its window does not fit."""
    sizes = tuple(None if size is None else places_on(size, span(wide, step), stride, padding)
                  for size, wide, stride, step in zip(x.shape[1:-1], width, strides, dilation))
    if padding == "valid" and any(size is not None and size < 1 for size in sizes):
        raise ShapeError("{argument}: a window of {width} (dilated by {dilation}) does not fit the spatial shape "
                         "{shape} of {of}", remedy="padding \"same\" would", argument=argument, width=tuple(width),
                         dilation=tuple(dilation), shape=x.shape[1:-1], of=Argument(of))
    return sizes


def places_on(size, wide, stride, padding):
    """The number of positions of a window along an axis; less than 1 if it does not fit."""
    return -(-size // stride) if padding == "same" else (size - wide) // stride + 1


def positions(size):
    """The positions in a window, in row-major order."""
    found = [()]
    for width in size:
        found = [position + (i,) for position in found for i in range(width)]
    return found
