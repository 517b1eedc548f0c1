"""Convolutions, pooling and locally connected products.

Kernels get channels-last input, with one or more spatial axes between the samples and the channels.
Definitions: the Keras reference; amount and placement of padding as in TensorFlow.
"""

from .. import config
from ..errors import EngineError, ShapeError
from ..graph.node import Node
from ..messages import Axis
from . import rules
from .sizes import static_sizes
from .windows import PADDINGS, need_padding, output_sizes, positions, span, steps


class Convolution:

    # -- convolutions -------------------------------------------------------------------------------

    def conv1d(self, x, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
        """Convolution along one axis.

        Arguments: x, a floating tensor of shape (samples, steps, channels), or (samples, channels, steps)
        with channels first; kernel, of shape (size, channels, filters); strides, a number; padding,
        "valid", "same", or "causal": no output sees later steps; data_format, "channels_last" or
        "channels_first", by default the setting; dilation_rate, a number: not more than 1 with strides.
        Returns: a tensor of x's dtype and data format, with the filters as its channels.
        """
        need_padding(padding, PADDINGS + ("causal",))
        if padding != "causal":
            return self._convolved(x, kernel, strides, padding, data_format, dilation_rate, 1)
        x, kernel = self._images(x, "x", 1), self.node(kernel, "kernel")
        rules.need_ndim(kernel, "kernel", 3)
        before = rules.several(dilation_rate, 1, "dilation_rate", least=1)[0] * (kernel.shape[0] - 1)
        first = rules.spatial_axis(config.standard_data_format(data_format))
        x = self._padded(x, [(before, 0) if axis == first else (0, 0) for axis in range(3)])
        return self._convolved(x, kernel, strides, "valid", data_format, dilation_rate, 1)

    def conv2d(self, x, kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)):
        """Convolution of images.

        Arguments: x, a floating tensor of shape (samples, rows, columns, channels), or with channels first
        (samples, channels, rows, columns); kernel, of shape (rows, columns, channels, filters); strides,
        dilation_rate, a number or two, of which one must be 1; padding, "valid" or "same"; data_format,
        "channels_last" or "channels_first", by default the setting.
        Returns: a tensor of x's dtype and data format, with the filters as its channels.
        """
        return self._convolved(x, kernel, strides, padding, data_format, dilation_rate, 2)

    def conv3d(self, x, kernel, strides=(1, 1, 1), padding="valid", data_format=None, dilation_rate=(1, 1, 1)):
        """Convolution of volumes. Arguments and return value as of ``conv2d``, with three spatial axes."""
        return self._convolved(x, kernel, strides, padding, data_format, dilation_rate, 3)

    def _convolved(self, x, kernel, strides, padding, data_format, dilation_rate, count, name="kernel"):
        x, kernel = self._image_and_kernel(x, kernel, name, count)
        strides, dilation = steps(strides, dilation_rate, count)
        need_padding(padding)
        x, order = self._channels_last(x, data_format)
        if not rules.compatible(x.shape[-1:], kernel.shape[-2:-1]):
            raise _unequal_channels(x, name, kernel, kernel.shape[-2])

        def convolved(x, around, sizes):
            return self.apply("convolution", [x, kernel], x.dtype, x.shape[:1] + sizes + kernel.shape[-1:],
                              strides=strides, padding=around, dilation=dilation)
        result = self.windowed(x, name, kernel.shape[:count], strides, padding, dilation, convolved)
        return self._ordered(result, order)

    def conv2d_transpose(self, x, kernel, output_shape, strides=(1, 1), padding="valid", data_format=None,
                         dilation_rate=(1, 1)):
        """The transpose of ``conv2d``, which is its gradient with respect to x.

        Arguments: x, a floating tensor with four dimensions; kernel, of shape (rows, columns, filters,
        channels of x); output_shape, the shape of the result with its samples (None where unknown), of numbers or
        integer scalars, or one integer tensor; strides, padding, data_format and dilation_rate as of ``conv2d``.
        Returns: a tensor of output_shape. Raises ShapeError if ``conv2d`` of an input of that shape would not have
        x's shape; if that is not known before, evaluating it raises EngineError.
        """
        return self._transposed(x, kernel, output_shape, strides, padding, data_format, dilation_rate, 2)

    def conv3d_transpose(self, x, kernel, output_shape, strides=(1, 1, 1), padding="valid", data_format=None):
        """The transpose of ``conv3d``. Arguments and return value: ``conv2d_transpose``, with three spatial axes."""
        return self._transposed(x, kernel, output_shape, strides, padding, data_format, 1, 3)

    def _transposed(self, x, kernel, output_shape, strides, padding, data_format, dilation_rate, count):
        x, kernel = self._image_and_kernel(x, kernel, "kernel", count)
        strides, dilation = steps(strides, dilation_rate, count)
        need_padding(padding)
        data_format = config.standard_data_format(data_format)
        output_shape = self.sizes_of(output_shape, "output_shape", least=0)
        written = static_sizes(output_shape)
        if len(output_shape) != count + 2:
            raise ShapeError("{argument} {shape} must have {count} sizes", argument="output_shape", shape=written,
                             count=count + 2)
        first = rules.spatial_axis(data_format)
        sizes = output_shape[first:first + count]
        if None in sizes:
            raise ShapeError("{argument} must be known in every spatial dimension, not {shape}",
                             remedy="a size may be a tensor, an element of {shape()}", argument="output_shape",
                             shape=written)
        of_x = x  # as the user passed it: output_shape may refer to its sizes
        x, order = self._channels_last(x, data_format)
        if not rules.compatible(x.shape[-1:], kernel.shape[-1:]):
            raise _unequal_channels(x, "kernel", kernel, kernel.shape[-1])
        target = x.shape[:1] + static_sizes(sizes) + kernel.shape[-2:-1]
        channels = output_shape[-1 if data_format == "channels_last" else 1]
        for given, needed, what in ((output_shape[0], x.shape[0], "samples"), (channels, target[-1], "channels")):
            if isinstance(given, int) and needed is not None and given != needed:
                raise ShapeError("{argument} {shape} does not fit", detail="the result has {needed} " + what,
                                 argument="output_shape", shape=written, needed=needed)
        samples = output_shape[0]
        if isinstance(samples, Node) and samples.known != (of_x, 0) or isinstance(samples, int) and x.shape[0] is None:
            x = self._sized(x, 0, samples, samples, EngineError("{argument} does not fit the number of samples of `x`",
                                                                argument="output_shape"))
        spans = list(map(span, kernel.shape[:count], dilation))
        of_it = [self.number_of_places(size, wide, stride, padding) for size, wide, stride
                 in zip(sizes, spans, strides)]
        static = static_sizes(of_it)
        if not rules.compatible(x.shape[1:-1], static) or padding == "valid" and any(
                size is not None and size < 1 for size in static):
            raise ShapeError("{argument} {sizes} does not fit",
                             detail="a convolution with `kernel` of shape {kernel} makes {made} of it, "
                                    "and `x` has {shape}", argument="output_shape", sizes=static_sizes(sizes),
                             kernel=kernel.shape, made=static, shape=x.shape[1:-1])
        for axis, size in enumerate(of_it, 1):
            if isinstance(size, Node) and padding == "valid":
                x = self._asserted(x, self.greater_equal(size, 1), EngineError(
                    "{argument} is smaller than the window on axis {axis}", argument="output_shape", axis=Axis(axis)))
            if x.shape[axis] is None or isinstance(size, Node):
                x = self._sized(x, axis, size, size, EngineError(
                    "{argument} {sizes} does not fit `x`",
                    detail="a convolution with `kernel` of shape {kernel} makes {made} of it", argument="output_shape",
                    sizes=static_sizes(sizes), kernel=kernel.shape, made=static))
        whole, pairs, inside = self._within_padding(sizes, spans, strides, padding)
        given = [self.packed(whole)] if any(isinstance(size, Node) for size in whole) else []
        result = self.apply("convolution_transpose", [x, kernel] + given, x.dtype, target, sizes=static_sizes(whole),
                            strides=strides, padding=pairs, dilation=dilation)
        if inside is not None:
            result = self.get_item(result, (slice(None),) + inside)
        return self._ordered(result, order)

    def _within_padding(self, sizes, spans, strides, padding):
        """Spatial sizes and padding for the kernel of a transposed convolution.

        Padding that depends on sizes not known yet cannot be left to the kernel: it is added to the sizes, and cropped
        from the result. Returns: the enlarged sizes; the padding for the kernel; the slices to crop to, None if nothing
        is to be cropped.
        """
        if padding == "valid":
            return sizes, ((0, 0),) * len(sizes), None
        whole, pairs, inside = [], [], []
        for size, wide, stride in zip(sizes, spans, strides):
            before, after = self.around(size, wide, stride)
            if isinstance(before, Node):
                whole.append(self.add(size, self.add(before, after)))
                pairs.append((0, 0))
                inside.append(slice(before, self.add(before, size)))
            else:
                whole.append(size)
                pairs.append((before, after))
                inside.append(slice(None))
        return whole, tuple(pairs), None if inside == [slice(None)] * len(sizes) else tuple(inside)

    def depthwise_conv2d(self, x, depthwise_kernel, strides=(1, 1), padding="valid", data_format=None,
                         dilation_rate=(1, 1)):
        """Convolution of each channel of images with its own filters.

        Arguments: depthwise_kernel, of shape (rows, columns, channels, multiplier); the others as of
        ``conv2d``. Returns: a tensor with channels * multiplier channels, those of one channel side by side.
        """
        return self._depthwise(x, depthwise_kernel, strides, padding, data_format, dilation_rate, 2)

    def separable_conv1d(self, x, depthwise_kernel, pointwise_kernel, strides=1, padding="valid",
                         data_format=None, dilation_rate=1):
        """Convolution of each channel separately along one axis, then a pointwise convolution across channels.

        Arguments: depthwise_kernel, of shape (size, channels, multiplier); pointwise_kernel, of shape
        (1, channels * multiplier, filters); the others as of ``conv1d``, without "causal". Returns: as of
        ``conv1d``.
        """
        return self._separable(x, depthwise_kernel, pointwise_kernel, strides, padding, data_format,
                               dilation_rate, 1)

    def separable_conv2d(self, x, depthwise_kernel, pointwise_kernel, strides=(1, 1), padding="valid",
                         data_format=None, dilation_rate=(1, 1)):
        """Convolution of each channel of images separately, then a pointwise convolution across channels.

        Arguments: depthwise_kernel as of ``depthwise_conv2d``; pointwise_kernel, of shape
        (1, 1, channels * multiplier, filters); the others as of ``conv2d``. Returns: as of ``conv2d``.
        """
        return self._separable(x, depthwise_kernel, pointwise_kernel, strides, padding, data_format,
                               dilation_rate, 2)

    def _separable(self, x, depthwise_kernel, pointwise_kernel, strides, padding, data_format, dilation_rate,
                   count):
        pointwise_kernel = self.node(pointwise_kernel, "pointwise_kernel")
        rules.need_ndim(pointwise_kernel, "pointwise_kernel", count + 2)
        if not rules.compatible(pointwise_kernel.shape[:count], (1,) * count):
            raise ShapeError("{argument} must have size 1 on its spatial axes; its shape is {shape}",
                             argument="pointwise_kernel", shape=pointwise_kernel.shape)
        x = self._depthwise(x, depthwise_kernel, strides, padding, data_format, dilation_rate, count)
        return self._convolved(x, pointwise_kernel, 1, padding, data_format, 1, count, "pointwise_kernel")

    def _depthwise(self, x, kernel, strides, padding, data_format, dilation_rate, count):
        x, kernel = self._image_and_kernel(x, kernel, "depthwise_kernel", count)
        strides, dilation = steps(strides, dilation_rate, count)
        need_padding(padding)
        x, order = self._channels_last(x, data_format)
        if not rules.compatible(x.shape[-1:], kernel.shape[-2:-1]):
            raise _unequal_channels(x, "depthwise_kernel", kernel, kernel.shape[-2])
        channels = kernel.shape[-2] * kernel.shape[-1]

        def convolved(x, around, sizes):
            return self.apply("depthwise_convolution", [x, kernel], x.dtype, x.shape[:1] + sizes + (channels,),
                              strides=strides, padding=around, dilation=dilation)
        result = self.windowed(x, "depthwise_kernel", kernel.shape[:count], strides, padding, dilation, convolved)
        return self._ordered(result, order)

    # -- pooling ------------------------------------------------------------------------------------

    def pool2d(self, x, pool_size, strides=(1, 1), padding="valid", data_format=None, pool_mode="max"):
        """The largest element, or the mean, of windows that move over images.

        Arguments: x, a floating tensor with four dimensions; pool_size, strides, a number or two; padding,
        "valid" or "same" (padded positions are ignored); data_format, "channels_last" or
        "channels_first", by default the setting; pool_mode, "max" or "avg". Returns: a tensor of x's dtype.
        """
        return self._pooled(x, pool_size, strides, padding, data_format, pool_mode, 2)

    def pool3d(self, x, pool_size, strides=(1, 1, 1), padding="valid", data_format=None, pool_mode="max"):
        """The largest element, or the mean, of windows that move over volumes.

        Arguments and return value as of ``pool2d``, with three spatial axes.
        """
        return self._pooled(x, pool_size, strides, padding, data_format, pool_mode, 3)

    def _pooled(self, x, pool_size, strides, padding, data_format, pool_mode, count):
        x = self._images(x, "x", count)
        size = rules.several(pool_size, count, "pool_size", least=1)
        strides, _ = steps(strides, 1, count)
        need_padding(padding)
        rules.choice(pool_mode, "pool_mode", ("max", "avg"))
        x, order = self._channels_last(x, data_format)

        def pooled(x, around, sizes):
            return self.apply("pool", [x], x.dtype, x.shape[:1] + sizes + x.shape[-1:], size=size, strides=strides,
                              padding=around, mode=pool_mode)

        def windowed(x):
            return self.windowed(x, "pool_size", size, strides, padding, (1,) * count, pooled,
                                 0 if pool_mode == "avg" else float("-inf"))
        result = windowed(x)
        if pool_mode == "avg" and padding == "same" and any(
                size is None and stride > 1 for size, stride in zip(x.shape[1:-1], strides)):
            # The kernel has counted the zeros that x was padded with.
            one = self.get_item(x, (slice(0, 1),) + (slice(None),) * count + (slice(0, 1),))
            result = self.divide(result, windowed(self.ones_like(one)))
        return self._ordered(result, order)

    # -- locally connected --------------------------------------------------------------------------

    def local_conv1d(self, inputs, kernel, kernel_size, strides, data_format=None):
        """As ``conv1d``, with a separate kernel at each position.

        Arguments: inputs, a floating tensor with three dimensions; kernel, of shape (positions, kernel_size *
        channels, filters); kernel_size, strides, numbers; data_format, "channels_last" or
        "channels_first", by default the setting. Returns: a tensor of inputs' dtype and data format.
        """
        return self._local(inputs, kernel, kernel_size, strides, None, data_format, 1)

    def local_conv2d(self, inputs, kernel, kernel_size, strides, output_shape, data_format=None):
        """As ``conv2d``, with a separate kernel at each position.

        Arguments: inputs, a floating tensor with four dimensions; kernel, of shape (positions, rows * columns *
        channels of a patch, filters), or with channels first the channels before rows and columns;
        kernel_size, strides, two numbers; output_shape, the rows and columns of the result; data_format,
        "channels_last" or "channels_first", by default the setting. Returns: a tensor of inputs' dtype.
        """
        return self._local(inputs, kernel, kernel_size, strides, output_shape, data_format, 2)

    def _local(self, inputs, kernel, kernel_size, strides, output_shape, data_format, count):
        inputs, kernel = self.operands(self._images(inputs, "inputs", count), kernel, ("inputs", "kernel"))
        rules.need_ndim(kernel, "kernel", 3)
        size = rules.several(kernel_size, count, "kernel_size", least=1)
        strides, _ = steps(strides, 1, count)
        data_format = config.standard_data_format(data_format)
        x, order = self._channels_last(inputs, data_format)
        places = output_sizes(x, "kernel_size", size, strides, "valid", (1,) * count, "inputs")
        if output_shape is not None:
            wanted = rules.several(output_shape, count, "output_shape", least=1)
            if not rules.compatible(places, wanted):
                raise ShapeError("{argument} {wanted} does not fit",
                                 detail="the kernel has {places} places in `inputs` of shape {shape}",
                                 argument="output_shape", wanted=wanted, places=places, shape=inputs.shape)
            places = wanted
        places = rules.known_shape(places, "the spatial shape of inputs")
        for axis, (n, width, stride) in enumerate(zip(places, size, strides), 1):
            if x.shape[axis] is None:
                least = width + (n - 1) * stride
                x = self._sized(x, axis, least, least + stride - 1, EngineError(
                    "{argument} {places} does not fit `inputs`", argument="output_shape", places=places))
        channels = x.shape[-1]
        if 0 in kernel.shape[1:]:
            raise ShapeError("{argument} of shape {shape} has no elements; channels and filters are needed",
                             argument="kernel", shape=kernel.shape)
        if channels is None or kernel.shape[:2] != (rules.product(places), rules.product(size) * channels):
            needed = (rules.product(places), rules.times(channels, rules.product(size)), "filters")
            raise ShapeError("{argument} of shape {shape} does not fit `inputs` of shape {inputs}",
                             detail="it must have the shape {needed}", argument="kernel", shape=kernel.shape,
                             inputs=inputs.shape, needed=needed)
        # One strided block for each element of the window: the values that it sees at all positions.
        blocks = []
        for offset in positions(size):
            key = tuple(slice(first, first + step * (n - 1) + 1, step)
                        for first, step, n in zip(offset, strides, places))
            blocks.append(self.get_item(x, (slice(None),) + key))
        patches = self.stack(blocks, axis=-2 if data_format == "channels_last" else -1)
        patches = self.reshape(patches, (-1,) + kernel.shape[:2])
        products = self.batch_dot(self.permute_dimensions(patches, (1, 0, 2)), kernel)
        result = self.reshape(self.permute_dimensions(products, (1, 0, 2)), (-1,) + places + kernel.shape[-1:])
        result.shape = inputs.shape[:1] + result.shape[1:]
        return self._ordered(result, order)

    # -- arguments ----------------------------------------------------------------------------------

    def _images(self, x, argument, count):
        x = self.floats(x, argument)
        rules.need_ndim(x, argument, count + 2)
        return x

    def _image_and_kernel(self, x, kernel, name, count):
        x, kernel = self.operands(self._images(x, "x", count), kernel, ("x", name))
        rules.need_ndim(kernel, name, count + 2)
        if 0 in rules.known_shape(kernel.shape, "the shape of " + name)[:count]:
            raise ShapeError("{argument} of shape {shape} has no place for a window", argument=name, shape=kernel.shape)
        return x, kernel

    def _channels_last(self, x, data_format):
        """x in channels-last order, and the permutation that restores the order of axes in a result."""
        if config.standard_data_format(data_format) == "channels_last":
            return x, None
        last = x.ndim - 1
        return (self.permute_dimensions(x, (0,) + tuple(range(2, x.ndim)) + (1,)),
                (0, last) + tuple(range(1, last)))

    def _ordered(self, x, order):
        return x if order is None else self.permute_dimensions(x, order)


def _unequal_channels(x, name, kernel, channels):
    """The error that a kernel's number of channels differs from x's."""
    return ShapeError("`x` has {x_channels} channels, {argument} of shape {shape} takes {channels}", argument=name,
                      x_channels=x.shape[-1], shape=kernel.shape, channels=channels)
