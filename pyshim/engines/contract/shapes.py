"""Changing the shape of tensors, joining them, cutting pieces out."""

import numpy as np

from ... import config
from ...errors import ArgumentError, DtypeError, ShapeError
from . import rules
from .node import Node


class Shapes:

    def reshape(self, x, shape):
        """The elements of x, in row-major order, in another shape.

        Arguments: x, a tensor; shape, a tuple of sizes, of which one may be -1 (or None): what is left.
        Value: a tensor of x's dtype. Raises ShapeError where the sizes cannot hold x's elements.

        Example:
            >>> K.int_shape(K.reshape(K.ones((2, 6)), (3, -1)))
            (3, 4)
        """
        x = self.node(x, "x")
        target = tuple(-1 if size is None else rules.integer(size, "a size in shape", least=-1)
                       for size in rules.sizes(shape, "shape"))
        if target.count(-1) > 1:
            raise ShapeError("shape %s leaves more than one size open" % (target,))
        total, known = rules.product(x.shape), rules.product(s for s in target if s != -1)
        if total is not None and (total % known if known and -1 in target else total != known):
            raise ShapeError("x of shape %s has %d elements, which shape %s cannot hold"
                             % (x.shape, total, target))
        if -1 in target and not known:
            raise ShapeError("shape %s leaves a size open that its other sizes do not decide" % (target,))
        rest = None if total is None or -1 not in target else total // known
        static = tuple(rest if size == -1 else size for size in target)
        return self.apply("reshape", [x], x.dtype, static, shape=target if total is None else static)

    def flatten(self, x):
        """The elements of x in one dimension. Arguments: x, a tensor. Value: a tensor of x's dtype."""
        return self.reshape(x, (-1,))

    def batch_flatten(self, x):
        """The elements of each sample in one dimension.

        Arguments: x, a tensor with at least one dimension, which counts the samples.
        Value: a tensor of x's dtype, with two dimensions.

        Example:
            >>> K.int_shape(K.batch_flatten(K.placeholder((None, 3, 4))))
            (None, 12)
        """
        x = self.node(x, "x")
        if not x.ndim:
            raise ShapeError("x must have at least one dimension")
        return self.apply("batch_flatten", [x], x.dtype, (x.shape[0], rules.product(x.shape[1:])))

    def permute_dimensions(self, x, pattern):
        """The tensor with its axes in another order.

        Arguments: x, a tensor; pattern, a tuple with each axis of x once: axis i of the result is axis
        pattern[i] of x. Value: a tensor of x's dtype. Raises ShapeError for any other pattern.
        """
        x = self.node(x, "x")
        pattern = rules.sizes(pattern, "pattern")
        axes = tuple(rules.one_axis(axis, x.ndim, "an axis in pattern") for axis in pattern)
        if sorted(axes) != list(range(x.ndim)):
            raise ShapeError("pattern %s must name each of the %d axes of x once" % (pattern, x.ndim))
        return self.apply("permute", [x], x.dtype, tuple(x.shape[axis] for axis in axes), pattern=axes)

    def repeat_elements(self, x, rep, axis):
        """Each slice along an axis several times in a row, as ``numpy.repeat``.

        Arguments: x, a tensor; rep, how often; axis. Value: a tensor of x's dtype.
        """
        x, rep = self.node(x, "x"), rules.integer(rep, "rep", least=0)
        axis = rules.one_axis(axis, x.ndim)
        shape = x.shape[:axis] + (rules.times(x.shape[axis], rep),) + x.shape[axis + 1:]
        return self.apply("repeat_elements", [x], x.dtype, shape, rep=rep, axis=axis)

    def repeat(self, x, n):
        """Each sample several times along a new second axis.

        Arguments: x, a tensor of shape (samples, size); n, how often. Value: a tensor of shape
        (samples, n, size).
        """
        x = self.node(x, "x")
        rules.need_ndim(x, "x", 2)
        return self.repeat_elements(self.expand_dims(x, 1), rules.integer(n, "n", least=0), 1)

    def tile(self, x, n):
        """The whole tensor several times along its axes, as ``numpy.tile``.

        Arguments: x, a tensor; n, how often, a number for each axis; fewer numbers count for the last
        axes, more give x new first axes. Value: a tensor of x's dtype.
        """
        x = self.node(x, "x")
        n = rules.several(n, len(n) if isinstance(n, (list, tuple, np.ndarray)) else 1, "n", least=0)
        n = (1,) * (x.ndim - len(n)) + n
        for _ in range(len(n) - x.ndim):
            x = self.expand_dims(x, 0)
        shape = tuple(rules.times(size, times) for size, times in zip(x.shape, n))
        return self.apply("tile", [x], x.dtype, shape, n=n)

    def stack(self, x, axis=0):
        """Tensors joined along a new axis.

        Arguments: x, a list of tensors of one shape and dtype; axis, the place of the new one in the
        result. Value: a tensor with one dimension more. Raises ShapeError or DtypeError naming the tensor
        that does not fit.
        """
        tensors = self.nodes(x, "x")
        if not tensors:
            raise ArgumentError("x must hold at least one tensor")
        for i, tensor in enumerate(tensors):
            if tensor.dtype != tensors[0].dtype:
                raise DtypeError("x[%d] has dtype %s, x[0] has dtype %s" % (i, tensor.dtype, tensors[0].dtype))
            if not rules.compatible(tensor.shape, tensors[0].shape):
                raise ShapeError("x[%d] has shape %s, x[0] has shape %s; they must be equal"
                                 % (i, tensor.shape, tensors[0].shape))
        axis = rules.one_axis(axis, tensors[0].ndim + 1)
        return self.concatenate([self.expand_dims(tensor, axis) for tensor in tensors], axis)

    def reverse(self, x, axes):
        """The tensor with the order along some axes reversed.

        Arguments: x, a tensor; axes, a number or several. Value: a tensor like x.
        """
        x = self.node(x, "x")
        axes = rules.many_axes(axes, x.ndim, "axes")
        backwards = slice(None, None, -1)
        return self.apply("get_item", [x], x.dtype, x.shape,
                          key=tuple(backwards if i in axes else slice(None) for i in range(x.ndim)))

    def slice(self, x, start, size):
        """A block of the tensor.

        Arguments: x, a tensor; start, the first position on each axis; size, how many from there on each
        axis, -1 for all. Value: a tensor of x's dtype. Raises ShapeError where the block leaves x; where that is
        not known before, evaluating it raises EngineError.

        Example:
            >>> K.eval(K.slice([[1., 2., 3.], [4., 5., 6.]], (0, 1), (2, 2)))
            array([[2., 3.],
                   [5., 6.]], dtype=float32)
        """
        x = self.node(x, "x")
        start = rules.several(self._numbers_of(start), x.ndim, "start", least=0)
        size = rules.several(self._numbers_of(size), x.ndim, "size", least=-1)
        shape = []
        for axis, (first, count, length) in enumerate(zip(start, size, x.shape)):
            if length is not None and (first > length or first + count > length):
                raise ShapeError("%d from %d on axis %d leave x, which has size %d there"
                                 % (count, first, axis, length))
            if count >= 0:
                shape.append(count)
            else:
                shape.append(None if length is None else length - first)
        for axis, (first, count, length) in enumerate(zip(start, size, x.shape)):
            if length is None and first + max(count, 0):
                x = self._sized(x, axis, first + max(count, 0), None, "%d from %d on axis %d leave x"
                                % (count, first, axis))
        key = tuple(slice(first, None if count < 0 else first + count) for first, count in zip(start, size))
        return self.apply("get_item", [x], x.dtype, tuple(shape), key=key)

    def _sized(self, x, axis, least, most, message):
        """x; an error when it runs where the axis has no size from a least to a most one (None: no limit)."""
        size = self.get_item(self.shape(x), axis)
        fits = self.greater_equal(size, least)
        if most is not None:
            fits = self.logical_and(fits, self.less_equal(size, most))
        return self.apply("asserted", [x, fits], x.dtype, x.shape, message=message)

    def _numbers_of(self, value):
        """Numbers that may be given as a tensor whose value is known while the graph is built."""
        return self.evaluate(value).tolist() if isinstance(value, Node) else value

    def pattern_broadcast(self, x, broadcastable):
        """The tensor with axes declared to have size 1, along which it broadcasts.

        Arguments: x, a tensor; broadcastable, a bool for each axis. Value: a tensor of x's dtype.
        Raises ShapeError where such an axis has another size.
        """
        x = self.node(x, "x")
        if not isinstance(broadcastable, (list, tuple, np.ndarray)) or len(broadcastable) != x.ndim:
            raise ArgumentError("broadcastable must have a bool for each of the %d axes of x, not %r"
                                % (x.ndim, broadcastable))
        for axis, (declared, size) in enumerate(zip(broadcastable, x.shape)):
            if not rules.flag(declared, "broadcastable[%d]" % axis) or size == 1:
                continue
            if size is not None:
                raise ShapeError("broadcastable[%d] is true, and axis %d of x has size %d, not 1" % (axis, axis, size))
            x = self.expand_dims(self.squeeze(x, axis), axis)
        return x

    def temporal_padding(self, x, padding=(1, 1)):
        """Zeros before the first and after the last time step.

        Arguments: x, a tensor of shape (samples, time, ...) with three dimensions; padding, how many
        before and after. Value: a tensor of x's dtype.
        """
        x = self.node(x, "x")
        rules.need_ndim(x, "x", 3)
        return self._padded(x, [(0, 0), rules.several(padding, 2, "padding", least=0), (0, 0)])

    def spatial_2d_padding(self, x, padding=((1, 1), (1, 1)), data_format=None):
        """Zeros around images.

        Arguments: x, a tensor with four dimensions; padding, how many rows above and below, and columns
        left and right; data_format, "channels_last" or "channels_first", by default the setting.
        Value: a tensor of x's dtype.
        """
        return self._spatial_padding(x, padding, data_format, 2)

    def spatial_3d_padding(self, x, padding=((1, 1), (1, 1), (1, 1)), data_format=None):
        """Zeros around volumes.

        Arguments: x, a tensor with five dimensions; padding, how many before and after along each of the
        three spatial axes; data_format, "channels_last" or "channels_first", by default the setting.
        Value: a tensor of x's dtype.
        """
        return self._spatial_padding(x, padding, data_format, 3)

    def _spatial_padding(self, x, padding, data_format, count):
        x = self.node(x, "x")
        rules.need_ndim(x, "x", count + 2)
        if not isinstance(padding, (list, tuple, np.ndarray)) or len(padding) != count:
            raise ArgumentError("padding must have a pair for each of the %d spatial axes, not %r" % (count, padding))
        pairs = [rules.several(pair, 2, "padding", least=0) for pair in padding]
        first = rules.spatial_axis(config.normalize_data_format(data_format))
        return self._padded(x, [(0, 0)] * first + pairs + [(0, 0)] * (2 - first))

    def _padded(self, x, padding):
        shape = tuple(None if size is None else size + sum(pair) for size, pair in zip(x.shape, padding))
        return self.apply("pad", [x], x.dtype, shape, padding=tuple(map(tuple, padding)))

    def resize_images(self, x, height_factor, width_factor, data_format, interpolation="nearest"):
        """Images enlarged by whole factors.

        Arguments: x, a tensor with four dimensions; height_factor, width_factor, whole numbers;
        data_format, "channels_last" or "channels_first"; interpolation, "nearest", which repeats pixels, or
        "bilinear", which interpolates from each pixel to the next one and repeats the last.
        Value: a tensor of x's dtype. Definition of "bilinear": TensorFlow, ``resize_bilinear`` without
        aligned corners and half pixels, as in the Keras reference.
        """
        x = self.node(x, "x")
        rules.need_ndim(x, "x", 4)
        if interpolation not in ("nearest", "bilinear"):
            raise ArgumentError("unknown interpolation %r; accepted: nearest, bilinear" % (interpolation,))
        if interpolation == "bilinear":
            rules.need_dtype(x, "x", rules.FLOATS, "a floating dtype is needed,")
        first = rules.spatial_axis(config.normalize_data_format(data_format))
        factors = _factors(height_factor=height_factor, width_factor=width_factor)
        for axis, factor in enumerate(factors, first):
            if interpolation == "nearest":
                x = self.repeat_elements(x, factor, axis)
            else:
                shape = x.shape[:axis] + (rules.times(x.shape[axis], factor),) + x.shape[axis + 1:]
                x = self.apply("resize_linear", [x], x.dtype, shape, factor=factor, axis=axis)
        return x

    def resize_volumes(self, x, depth_factor, height_factor, width_factor, data_format):
        """Volumes enlarged by whole factors, by repeating their elements.

        Arguments: x, a tensor with five dimensions; depth_factor, height_factor, width_factor, whole
        numbers; data_format, "channels_last" or "channels_first". Value: a tensor of x's dtype.
        """
        x = self.node(x, "x")
        rules.need_ndim(x, "x", 5)
        first = rules.spatial_axis(config.normalize_data_format(data_format))
        factors = _factors(depth_factor=depth_factor, height_factor=height_factor, width_factor=width_factor)
        for axis, factor in enumerate(factors, first):
            x = self.repeat_elements(x, factor, axis)
        return x

    def concatenate(self, tensors, axis=-1):
        """Tensors joined along an axis.

        Arguments: tensors, a list of tensors of one dtype and one rank, whose other sizes are equal, all of
        them sparse or none; axis. Value: a tensor. Raises ShapeError or DtypeError naming the tensor that does not fit.
        """
        given = tensors if isinstance(tensors, (list, tuple)) else [tensors]
        if any(isinstance(tensor, Node) and tensor.parts is not None for tensor in given):
            return self._sparse_concatenate([self.node(tensor, "tensors", sparse=True) for tensor in given], axis)
        tensors = self.nodes(tensors, "tensors")
        if not tensors:
            raise ArgumentError("tensors must hold at least one tensor")
        first = tensors[0]
        axis = rules.one_axis(axis, first.ndim)
        shape, length = rules.without(first.shape, axis), first.shape[axis]
        for i, tensor in enumerate(tensors[1:], 1):
            if tensor.dtype != first.dtype:
                raise DtypeError("tensors[%d] has dtype %s, tensors[0] has dtype %s"
                                 % (i, tensor.dtype, first.dtype))
            if tensor.ndim != first.ndim or not rules.compatible(rules.without(tensor.shape, axis), shape):
                raise ShapeError("tensors[%d] of shape %s cannot be joined to tensors[0] of shape %s "
                                 "along axis %d" % (i, tensor.shape, first.shape, axis))
            shape = rules.merge(shape, rules.without(tensor.shape, axis))
            size = tensor.shape[axis]
            length = None if length is None or size is None else length + size
        return self.apply("concatenate", tensors, first.dtype, shape[:axis] + (length,) + shape[axis:],
                          axis=axis)

    def expand_dims(self, x, axis=-1):
        """A new axis of size 1.

        Arguments: x, a tensor; axis, its place in the result. Value: a tensor with one dimension more.
        """
        x = self.node(x, "x")
        axis = rules.one_axis(axis, x.ndim + 1)
        return self.apply("expand_dims", [x], x.dtype, x.shape[:axis] + (1,) + x.shape[axis:], axis=axis)

    def squeeze(self, x, axis):
        """The tensor without an axis of size 1.

        Arguments: x, a tensor; axis. Value: a tensor with one dimension less. Raises ShapeError where
        the axis has another size.
        """
        x = self.node(x, "x")
        axis = rules.one_axis(axis, x.ndim)
        if x.shape[axis] not in (1, None):
            raise ShapeError("axis %d of x has size %d; only an axis of size 1 can be dropped"
                             % (axis, x.shape[axis]))
        return self.apply("squeeze", [x], x.dtype, rules.without(x.shape, axis), axis=(axis,))

    def one_hot(self, indices, num_classes):
        """A new last axis that is 1 at the index and 0 elsewhere; all 0 for an index out of range.

        Arguments: indices, an integer tensor; num_classes, the size of the new axis.
        Value: a floatx tensor of shape indices.shape + (num_classes,).
        """
        indices = self.node(indices, "indices")
        rules.need_dtype(indices, "indices", rules.INTEGERS, "integers are needed,")
        # A narrow dtype cannot count the classes.
        indices = self.cast(indices, "int64")
        classes = self.arange(rules.integer(num_classes, "num_classes", least=1), dtype="int64")
        return self.cast(self.equal(self.expand_dims(indices), classes), config.floatx())

    def get_item(self, x, key):
        """Elements by position, as ``x[key]`` of a NumPy array: whole numbers, slices, ``...``, None.

        Raises ShapeError for a position out of range or more positions than dimensions.
        """
        x = self.node(x, "x")
        key = _full_key(key if isinstance(key, tuple) else (key,), x.ndim)
        shape, axis = [], 0
        for part in key:
            if part is None:
                shape.append(1)
                continue
            size = x.shape[axis]
            if isinstance(part, slice):
                # Only a slice of everything has a known part of an unknown size.
                shape.append(None if size is None else len(range(*part.indices(size))))
            elif size is not None and not -size <= part < size:
                raise ShapeError("position %d is out of range for axis %d of size %d" % (part, axis, size))
            axis += 1
        return self.apply("get_item", [x], x.dtype, tuple(shape), key=key)


def _factors(**factors):
    return [rules.integer(factor, name, least=1) for name, factor in factors.items()]


def _full_key(key, ndim):
    """The key with ``...`` written out as slices, and numbers as ints."""
    named = sum(part is not None and part is not Ellipsis for part in key)
    if named > ndim or sum(part is Ellipsis for part in key) > 1:
        raise ShapeError("%d positions are given for a tensor with %d dimensions" % (named, ndim))
    if not any(part is Ellipsis for part in key):
        key += (Ellipsis,)
    full = []
    for part in key:
        if part is Ellipsis:
            full.extend([slice(None)] * (ndim - named))
        elif part is None:
            full.append(None)
        elif isinstance(part, slice):
            bounds = [None if b is None else rules.integer(b, "a bound of a slice")
                      for b in (part.start, part.stop, part.step)]
            if bounds[2] == 0:
                raise ArgumentError("the step of a slice must not be 0")
            full.append(slice(*bounds))
        else:
            full.append(rules.integer(part, "a position"))
    return tuple(full)
