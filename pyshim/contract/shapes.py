"""Reshaping, joining and slicing tensors."""

import numpy as np

from .. import config
from ..engines.numpy_shape import LARGEST
from ..errors import ArgumentError, EngineError, ShapeError
from ..graph.node import Node
from ..graph.positions import At
from ..messages import Argument, Axis, Position, Shape, Value
from . import guards, rules
from .core import not_joined
from .sizes import static_sizes


class Shapes:

    def reshape(self, x, shape):
        """The elements of x, in row-major order, in another shape.

        Arguments: x, a tensor; shape, a tuple of sizes, numbers or integer scalars, or an integer tensor with one
        dimension. One size may be -1 (or None), which is inferred. Returns: a tensor of x's dtype. Raises ShapeError if
        the sizes do not hold exactly x's elements; if that is not known before, evaluating it raises EngineError.

        Example:
            >>> K.int_shape(K.reshape(K.ones((2, 6)), (3, -1)))
            (3, 4)
        """
        x = self.node(x, "x")
        sizes = self.sizes_of(shape, "shape", least=-1, none=-1)
        target = static_sizes(sizes)
        if target.count(-1) > 1:
            raise ShapeError("{argument} {shape} leaves more than one size open", argument="shape", shape=target)
        # Sizes of x that recur in shape, such as K.shape(x)[0], cancel: only the others have to match.
        own = _own_sizes(x, sizes)
        total = rules.product(size for axis, size in enumerate(x.shape) if axis not in own.values())
        rest = [size for i, size in enumerate(target) if i not in own]
        numbers = rules.product(size for size in rest if size not in (-1, None))
        unknown = sum(size in (-1, None) for size in rest)
        fits = total is None or (total == numbers if not unknown else not (total % numbers if numbers else total))
        if not (fits or own):
            raise ShapeError("`x` of shape {x_shape} has {count} elements, which {argument} {shape} cannot hold",
                             x_shape=x.shape, count=total, argument="shape", shape=target)
        if -1 in rest and unknown == 1 and not numbers:
            raise ShapeError("{argument} {shape} leaves a size open that its other sizes do not decide",
                             argument="shape", shape=target)
        # If one of the sizes that cancel is 0, any size fits that is given as a tensor.
        is_decided = fits and total is not None and unknown == 1 and numbers and not (own and None in rest)
        decided = total // numbers if is_decided else None
        static = tuple(decided if size in (-1, None) and i not in own else size for i, size in enumerate(target))
        if None not in target:
            return self.apply("reshape", [x], x.dtype, static, shape=target if total is None else static)
        if len(own) == 1 and static.count(None) == 1 and total and fits:
            return self.apply("reshape", [x], x.dtype, static, shape=tuple(-1 if s is None else s for s in static))
        return self.apply("reshape_to", [x, self.packed(sizes)], x.dtype, static)

    def flatten(self, x):
        """Flatten x to one dimension. Arguments: x, a tensor. Returns: a tensor of x's dtype."""
        return self.reshape(x, (-1,))

    def batch_flatten(self, x):
        """Flatten each sample to one dimension.

        Arguments: x, a tensor with at least one dimension, which counts the samples.
        Returns: a tensor of x's dtype, with two dimensions.

        Example:
            >>> K.int_shape(K.batch_flatten(K.placeholder((None, 3, 4))))
            (None, 12)
        """
        x = self.node(x, "x")
        if not x.ndim:
            raise ShapeError("{argument} must have at least one dimension", argument="x")
        return self.apply("batch_flatten", [x], x.dtype, (x.shape[0], rules.product(x.shape[1:])))

    def permute_dimensions(self, x, pattern):
        """The tensor with its axes in another order.

        Arguments: x, a tensor; pattern, a tuple with each axis of x once: axis i of the result is axis
        pattern[i] of x. Returns: a tensor of x's dtype. Raises ShapeError for any other pattern.
        """
        x = self.node(x, "x")
        pattern = rules.sizes(pattern, "pattern")
        axes = tuple(rules.one_axis(axis, x.ndim, "an axis in pattern") for axis in pattern)
        if sorted(axes) != list(range(x.ndim)):
            raise ShapeError("{argument} {axes} must name each of the {ndim} axes of `x` once", argument="pattern",
                             axes=Axis(pattern), ndim=x.ndim)
        return self.apply("permute", [x], x.dtype, tuple(x.shape[axis] for axis in axes), pattern=axes)

    def repeat_elements(self, x, rep, axis):
        """Repeat each slice along an axis, as ``numpy.repeat``.

        Arguments: x, a tensor; rep, how often; axis. Returns: a tensor of x's dtype.
        """
        x, rep = self.node(x, "x"), self.size_of(rep, "rep", least=0)
        axis = rules.one_axis(axis, x.ndim)
        if not isinstance(rep, int) or rep * (x.shape[axis] or 1) > LARGEST:
            return self._repeated(x, [1] * x.ndim, [rep if i == axis else 1 for i in range(x.ndim)])
        shape = x.shape[:axis] + (rules.times(x.shape[axis], rep),) + x.shape[axis + 1:]
        return self.apply("repeat_elements", [x], x.dtype, shape, rep=rep, axis=axis)

    def _repeated(self, x, whole, slices):
        """x tiled ``whole[axis]`` times along each axis, with each slice repeated ``slices[axis]`` times; for numbers
        of repetitions that the kernels do not accept."""
        narrow, wide, sizes = [], [], []
        for axis, (outer, inner) in enumerate(zip(whole, slices)):
            length = self.length(x, axis)
            narrow += [1, length, 1]
            wide += [outer, length, inner]
            sizes.append(self.size_times(self.size_times(outer, length), inner))
        return self.reshape(self.broadcast_to(self.reshape(x, narrow), wide), sizes)

    def repeat(self, x, n):
        """Repeat each sample along a new second axis.

        Arguments: x, a tensor of shape (samples, size); n, how often. Returns: a tensor of shape
        (samples, n, size).
        """
        x = self.node(x, "x")
        rules.need_ndim(x, "x", 2)
        return self.repeat_elements(self.expand_dims(x, 1), self.size_of(n, "n", least=0), 1)

    def tile(self, x, n):
        """Repeat the whole tensor along its axes, as ``numpy.tile``.

        Arguments: x, a tensor; n, how often, a number for each axis; fewer numbers apply to the last
        axes, more add new leading axes to x. Returns: a tensor of x's dtype.
        """
        x = self.node(x, "x")
        n = self.sizes_of(n, "n", least=0, each="n")
        n = (1,) * (x.ndim - len(n)) + tuple(n)
        for _ in range(len(n) - x.ndim):
            x = self.expand_dims(x, 0)
        if not all(isinstance(times, int) and times <= LARGEST for times in n):
            return self._repeated(x, n, [1] * x.ndim)
        shape = tuple(rules.times(size, times) for size, times in zip(x.shape, n))
        return self.apply("tile", [x], x.dtype, shape, n=n)

    def stack(self, x, axis=0):
        """Tensors joined along a new axis.

        Arguments: x, a list of tensors of one shape and dtype, or of numbers and arrays, which take the dtype of the
        tensors beside them; axis, the place of the new one in the result. Returns: a tensor with one dimension more.
        Raises ShapeError or DtypeError naming the tensor that does not fit.
        """
        return self.stacked(x, "x", axis)

    def reverse(self, x, axes):
        """The tensor with the order along some axes reversed.

        Arguments: x, a tensor; axes, a number or several. Returns: a tensor like x.
        """
        x = self.node(x, "x")
        axes = rules.many_axes(axes, x.ndim, "axes")
        backwards = slice(None, None, -1)
        return self.apply("get_item", [x], x.dtype, x.shape,
                          key=tuple(backwards if i in axes else slice(None) for i in range(x.ndim)))

    def slice(self, x, start, size):
        """A block of the tensor.

        Arguments: x, a tensor; start, the first position on each axis; size, how many from there on each
        axis, -1 for all; both of numbers or integer scalars, or an integer tensor with one dimension. Returns: a tensor
        of x's dtype. Raises ShapeError if the block is out of bounds; if that is not known before, evaluating it raises
        EngineError.

        Example:
            >>> K.eval(K.slice([[1., 2., 3.], [4., 5., 6.]], (0, 1), (2, 2)))
            array([[2., 3.],
                   [5., 6.]], dtype=float32)
        """
        x = self.node(x, "x")
        start = self._one_for_each_axis(start, x.ndim, "start", least=0)
        size = self._one_for_each_axis(size, x.ndim, "size", least=-1, none=-1)
        key, shape = [], []
        for axis, (first, count) in enumerate(zip(start, size)):
            x, part, length = self._block(x, axis, first, count)
            key.append(part)
            shape.append(length)
        return self._part(x, key, shape)

    def _one_for_each_axis(self, value, ndim, argument, least, none=None):
        """Sizes or positions for each axis; a single one that is not in a list applies to all axes."""
        sizes = self.sizes_of(value, argument, least, none, each=argument)
        if isinstance(value, (int, float, np.number)) or isinstance(value, Node) and value.ndim == 0:
            sizes *= ndim
        if len(sizes) != ndim:
            raise ArgumentError("{argument} must be one number or {count}, not {sizes}", argument=argument, count=ndim,
                                sizes=Shape(sizes))
        return sizes

    def _block(self, x, axis, first, count):
        """A block of ``count`` positions along an axis from ``first`` on, -1 for all. Returns: x with a check of the
        bounds, the slice, and its static size."""
        length = x.shape[axis]
        if isinstance(first, int) and isinstance(count, int):
            end, there = first + max(count, 0), {"first": Position(first), "count": count, "axis": Axis(axis)}
            message = "`start` {first} and `size` {count} are out of bounds for axis {axis} of `x`"
            if length is None and end:
                x = guards.long_enough(self, self._sized(x, axis, end, None, EngineError(message, **there)), axis, end)
            elif length is not None and end > length:
                raise ShapeError(message + ", which has size {length}", length=length, **there)
            whole = None if length is None else length - first
            return x, slice(first, None if count < 0 else end), count if count >= 0 else whole
        if isinstance(count, int) and count == 0:
            stop = first
        elif isinstance(count, int) and count < 0:
            stop = self.length(x, axis)
        elif isinstance(count, int):
            stop = self.add(first, count)
        else:  # -1 for all, too
            stop = self.select(self.equal(count, -1), self.length(x, axis), self.add(count, first))
        fits = self.logical_and(self.greater_equal(stop, first), self.less_equal(stop, self.length(x, axis)))
        if not isinstance(first, int):
            fits = self.logical_and(fits, self.greater_equal(first, 0))
        x = self._asserted(x, fits, EngineError("`start` and `size` are out of bounds for axis {axis} of `x`",
                                                axis=Axis(axis)))
        if isinstance(count, int) and count > 0:
            x, first = guards.within_bounds(self, x, axis, first, count)
            stop = self.add(first, count)
        return x, slice(first, stop), count if isinstance(count, int) and count >= 0 else None

    def _sized(self, x, axis, least, most, error):
        """x, with a run-time check that the size of the axis is between least and most (None: no limit)."""
        size = self.length(x, axis)
        fits = self.greater_equal(size, least)
        if most is not None:
            fits = self.logical_and(fits, self.less_equal(size, most))
        return self._asserted(x, fits, error)

    def pattern_broadcast(self, x, broadcastable):
        """Declare axes of a tensor to have size 1, so that it broadcasts along them.

        Arguments: x, a tensor; broadcastable, a bool for each axis. Returns: a tensor of x's dtype.
        Raises ShapeError where such an axis has another size.
        """
        x = self.node(x, "x")
        if not isinstance(broadcastable, (list, tuple, np.ndarray)) or len(broadcastable) != x.ndim:
            raise ArgumentError("{argument} must have a bool for each of the {ndim} axes of `x`, not {value}",
                                argument="broadcastable", ndim=x.ndim, value=Value(broadcastable))
        for axis, (declared, size) in enumerate(zip(broadcastable, x.shape)):
            if not rules.flag(declared, Argument("broadcastable", axis)) or size == 1:
                continue
            if size is not None:
                raise ShapeError("{argument} is {True}, but axis {axis} of `x` has size {size}, not 1",
                                 argument=Argument("broadcastable", axis), axis=Axis(axis), size=size)
            x = self.expand_dims(self.squeeze(x, axis), axis)
        return x

    def temporal_padding(self, x, padding=(1, 1)):
        """Zeros before the first and after the last time step.

        Arguments: x, a tensor of shape (samples, time steps, ...) with three dimensions; padding, how many
        before and after. Returns: a tensor of x's dtype.
        """
        x = self.node(x, "x")
        rules.need_ndim(x, "x", 3)
        return self._padded(x, [(0, 0), rules.several(padding, 2, "padding", least=0), (0, 0)])

    def spatial_2d_padding(self, x, padding=((1, 1), (1, 1)), data_format=None):
        """Zeros around images.

        Arguments: x, a tensor with four dimensions; padding, how many rows above and below, and columns
        left and right; data_format, "channels_last" or "channels_first", by default the setting.
        Returns: a tensor of x's dtype.
        """
        return self._spatial_padding(x, padding, data_format, 2)

    def spatial_3d_padding(self, x, padding=((1, 1), (1, 1), (1, 1)), data_format=None):
        """Zeros around volumes.

        Arguments: x, a tensor with five dimensions; padding, how many before and after along each of the
        three spatial axes; data_format, "channels_last" or "channels_first", by default the setting.
        Returns: a tensor of x's dtype.
        """
        return self._spatial_padding(x, padding, data_format, 3)

    def _spatial_padding(self, x, padding, data_format, count):
        x = self.node(x, "x")
        rules.need_ndim(x, "x", count + 2)
        if not isinstance(padding, (list, tuple, np.ndarray)) or len(padding) != count:
            raise ArgumentError("{argument} must have a pair for each of the {count} spatial axes, not {value}",
                                argument="padding", count=count, value=Value(padding))
        pairs = [rules.several(pair, 2, "padding", least=0) for pair in padding]
        first = rules.spatial_axis(config.standard_data_format(data_format))
        return self._padded(x, [(0, 0)] * first + pairs + [(0, 0)] * (2 - first))

    def _padded(self, x, padding):
        shape = tuple(None if size is None else size + sum(pair) for size, pair in zip(x.shape, padding))
        return self.apply("pad", [x], x.dtype, shape, padding=tuple(map(tuple, padding)))

    def resize_images(self, x, height_factor, width_factor, data_format, interpolation="nearest"):
        """Images enlarged by whole factors.

        Arguments: x, a tensor with four dimensions; height_factor, width_factor, whole numbers;
        data_format, "channels_last" or "channels_first"; interpolation, "nearest", which repeats pixels, or
        "bilinear", which interpolates from each pixel to the next one and repeats the last.
        Returns: a tensor of x's dtype. Definition of "bilinear": TensorFlow, ``resize_bilinear`` without
        aligned corners and half pixels, as in the Keras reference.
        """
        x = self.node(x, "x")
        rules.need_ndim(x, "x", 4)
        rules.choice(interpolation, "interpolation", ("nearest", "bilinear"))
        if interpolation == "bilinear":
            rules.need_dtype(x, "x", rules.FLOATS, "a floating dtype is needed,")
        first = rules.spatial_axis(config.standard_data_format(data_format))
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
        numbers; data_format, "channels_last" or "channels_first". Returns: a tensor of x's dtype.
        """
        x = self.node(x, "x")
        rules.need_ndim(x, "x", 5)
        first = rules.spatial_axis(config.standard_data_format(data_format))
        factors = _factors(depth_factor=depth_factor, height_factor=height_factor, width_factor=width_factor)
        for axis, factor in enumerate(factors, first):
            x = self.repeat_elements(x, factor, axis)
        return x

    def concatenate(self, tensors, axis=-1):
        """Tensors joined along an axis.

        Arguments: tensors, a list of tensors of one dtype and one rank, whose other sizes are equal (numbers and arrays
        take the dtype of the tensors beside them); axis. Returns: a tensor, sparse if all of them are.
        Raises ShapeError or DtypeError naming the tensor that does not fit.
        """
        given = tensors if isinstance(tensors, (list, tuple)) else [tensors]
        sparse = [isinstance(tensor, Node) and tensor.parts is not None for tensor in given]
        if given and all(sparse):
            return self._sparse_concatenate([self.node(tensor, "tensors", sparse=True) for tensor in given], axis)
        if any(sparse):
            tensors = [self.to_dense(tensor) if each else tensor for tensor, each in zip(given, sparse)]
        tensors = self.nodes_alike(tensors, "tensors")
        if not tensors:
            raise ArgumentError("{argument} must hold at least one tensor", argument="tensors")
        first = tensors[0]
        axis = rules.one_axis(axis, first.ndim)
        shape, length = rules.without(first.shape, axis), first.shape[axis]
        for i, tensor in enumerate(tensors[1:], 1):
            if tensor.ndim != first.ndim or not rules.compatible(rules.without(tensor.shape, axis), shape):
                raise not_joined(i, tensor, first, axis)
            shape = rules.merge(shape, rules.without(tensor.shape, axis))
            size = tensor.shape[axis]
            length = None if length is None or size is None else length + size
        return self.apply("concatenate", tensors, first.dtype, shape[:axis] + (length,) + shape[axis:],
                          axis=axis)

    def expand_dims(self, x, axis=-1):
        """A new axis of size 1.

        Arguments: x, a tensor; axis, its place in the result. Returns: a tensor with one dimension more.
        """
        x = self.node(x, "x")
        axis = rules.one_axis(axis, x.ndim + 1)
        return self.apply("expand_dims", [x], x.dtype, x.shape[:axis] + (1,) + x.shape[axis:], axis=axis)

    def squeeze(self, x, axis):
        """The tensor without an axis of size 1.

        Arguments: x, a tensor; axis. Returns: a tensor with one dimension less. Raises ShapeError where
        the axis has another size.
        """
        x = self.node(x, "x")
        axis = rules.one_axis(axis, x.ndim)
        if x.shape[axis] not in (1, None):
            raise ShapeError("{argument} {axis} of `x` has size {size}", remedy="only an axis of size 1 can be dropped",
                             argument="axis", axis=Axis(axis), size=x.shape[axis])
        return self.apply("squeeze", [x], x.dtype, rules.without(x.shape, axis), axis=(axis,))

    def one_hot(self, indices, num_classes):
        """One-hot encoding along a new last axis: 1 at the index, 0 elsewhere; all 0 for an index out of range.

        Arguments: indices, an integer tensor; num_classes, the size of the new axis.
        Returns: a floatx tensor of shape indices.shape + (num_classes,).
        """
        indices = self.node(indices, "indices")
        rules.need_dtype(indices, "indices", rules.INTEGERS, "integers are needed,")
        # A narrow dtype cannot count the classes.
        indices = self.cast(indices, "int64")
        classes = self.arange(self.size_of(num_classes, "num_classes", least=1), dtype="int64")
        return self.cast(self.equal(self.expand_dims(indices), classes), config.floatx())

    def get_item(self, x, key):
        """Elements by position, like ``x[key]`` for NumPy arrays: whole numbers, slices, ``...``, None.

        A position or the bound of a slice may be an integer scalar. Raises ShapeError for a position out of bounds or
        more positions than dimensions; if that is not known before, evaluating it raises EngineError.
        """
        x = self.node(x, "x")
        key = self._full_key(key if isinstance(key, tuple) else (key,), x.ndim)
        shape, axis = [], 0
        for part in key:
            if part is None:
                shape.append(1)
                continue
            size = x.shape[axis]
            if isinstance(part, slice):
                shape.append(_part_size(part, size))
            elif isinstance(part, int) and size is not None and not -size <= part < size:
                raise ShapeError("position {position} is out of range for axis {axis} of size {size}",
                                 position=Position(part), axis=Axis(axis), size=size)
            axis += 1
        return self._part(x, key, shape)

    def _part(self, x, key, shape):
        """x[key] with that static shape. Positions that are tensors are packed into one, and ``At`` marks them."""
        positions = []

        def placed(value):
            if not isinstance(value, Node):
                return value
            positions.append(value)
            return At(len(positions) - 1)

        key = tuple(slice(placed(part.start), placed(part.stop), placed(part.step)) if isinstance(part, slice)
                    else placed(part) for part in key)
        if positions:
            return self.apply("get_item_at", [x, self.packed(positions)], x.dtype, tuple(shape), key=key)
        return self.apply("get_item", [x], x.dtype, tuple(shape), key=key)

    def _full_key(self, key, ndim):
        """The key with ``...`` expanded to slices, and numbers as ints or int64 scalars."""
        named = sum(part is not None and part is not Ellipsis for part in key)
        if named > ndim or sum(part is Ellipsis for part in key) > 1:
            raise ShapeError("{count} positions are given for a tensor with {ndim} dimension" + "s" * (ndim != 1),
                             count=named, ndim=ndim)
        if not any(part is Ellipsis for part in key):
            key += (Ellipsis,)
        full = []
        for part in key:
            if part is Ellipsis:
                full.extend([slice(None)] * (ndim - named))
            elif part is None:
                full.append(None)
            elif isinstance(part, slice):
                bounds = [None if b is None else self.size_of(b, "a bound of a slice")
                          for b in (part.start, part.stop, part.step)]
                if isinstance(bounds[2], int) and bounds[2] == 0:
                    raise ArgumentError("the step of a slice must not be 0")
                full.append(slice(*bounds))
            else:
                full.append(self.size_of(part, "a position"))
        return tuple(full)


def _own_sizes(x, sizes):
    """Those of the sizes that are unknown sizes of x itself: their positions, with the axes of x."""
    own = {}
    for i, size in enumerate(sizes):
        element = size.known if isinstance(size, Node) else None
        if element is not None and element[0] is x and element[1] not in own.values():
            own[i] = element[1]
    return own


def _factors(**factors):
    return [rules.integer(factor, name, least=1) for name, factor in factors.items()]


def _part_size(part, size):
    """The static size of a slice of an axis."""
    bounds = (part.start, part.stop, part.step)
    if size is not None and all(bound is None or isinstance(bound, int) for bound in bounds):
        return len(range(*part.indices(size)))
    start, stop, step = [bound if bound is None or isinstance(bound, int) else "unknown" for bound in bounds]
    return size if start in (None, 0) and stop is None and step in (None, 1) else None
