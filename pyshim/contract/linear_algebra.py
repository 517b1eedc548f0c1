"""Products of matrices and of batches of them, transposition, gathering rows by index."""

import numpy as np

from ..errors import ArgumentError, ShapeError
from ..graph.node import Node
from ..messages import Argument, Axis, Shape
from . import rules


class LinearAlgebra:

    def dot(self, x, y):
        """The dot product over x's last axis and y's second-to-last (or only) axis.

        Arguments: x, y, tensors of numbers with at least one dimension, of one dtype; x may be sparse, and
        y then has one or two dimensions.
        Returns: a tensor of shape x.shape[:-1] + y.shape without the contracted axis, as ``numpy.dot``.
        Raises ShapeError if the two axes differ in size.

        Example:
            >>> K.int_shape(K.dot(K.placeholder((None, 4)), K.ones((4, 3))))
            (None, 3)
        """
        if isinstance(x, Node) and x.parts is not None:
            return self._sparse_dot(x, y)
        x, y = self.operands(x, y)
        rules.need_dtype(x, "x", rules.FLOATS + rules.INTEGERS, "numbers are needed,")
        if not x.ndim or not y.ndim:
            raise ShapeError("`x` and `y` must have at least one dimension; their shapes are {x_shape} and {y_shape}",
                             x_shape=x.shape, y_shape=y.shape)
        inner = max(y.ndim - 2, 0)
        _need_equal_sizes(x, x.ndim - 1, y, inner)
        return self.apply("dot", [x, y], x.dtype, x.shape[:-1] + y.shape[:inner] + y.shape[inner + 1:])

    def batch_dot(self, x, y, axes=None):
        """For each sample, the dot product over one axis of x and one axis of y.

        Arguments: x, y, tensors of numbers of one dtype, with at least two dimensions, the first of which
        counts the samples; axes, the axis of x and that of y to sum over, or one number for both. By
        default the last of x, and the second-to-last of y (the last if y has two dimensions).
        Returns: a tensor with x's other axes, then y's without the samples; for two tensors with two
        dimensions, one of shape (samples, 1). Raises ShapeError if the summed axes, or the numbers of
        samples, differ in size, or if an axis is that of the samples.

        Example:
            >>> K.int_shape(K.batch_dot(K.ones((32, 20, 5)), K.ones((32, 30, 20)), axes=(1, 2)))
            (32, 5, 30)
        """
        x, y = self.operands(x, y)
        rules.need_dtype(x, "x", rules.FLOATS + rules.INTEGERS, "numbers are needed,")
        if x.ndim < 2 or y.ndim < 2:
            raise ShapeError("`x` and `y` must have at least two dimensions; their shapes are {x_shape} and {y_shape}",
                             x_shape=x.shape, y_shape=y.shape)
        if axes is None:
            axes = (-1, -1 if y.ndim == 2 else -2)
        elif not isinstance(axes, (list, tuple, np.ndarray)):
            axes = (axes, axes)
        if len(axes) != 2:
            raise ArgumentError("{argument} must be one number or two, not {value}", argument="axes", value=Axis(axes))
        of_x = rules.one_axis(axes[0], x.ndim, Argument("axes", 0))
        of_y = rules.one_axis(axes[1], y.ndim, Argument("axes", 1))
        if 0 in (of_x, of_y):
            raise ShapeError("{argument} {axes} name the axis of the samples, which is not summed over",
                             argument="axes", axes=Axis(tuple(axes)))
        if not rules.compatible(x.shape[:1], y.shape[:1]):
            raise ShapeError("`x` has {x_samples} samples, `y` has {y_samples}", x_samples=x.shape[0],
                             y_samples=y.shape[0])
        _need_equal_sizes(x, of_x, y, of_y)
        samples = rules.merge(x.shape[:1], y.shape[:1])
        shape = samples + rules.without(x.shape, of_x)[1:] + rules.without(y.shape, of_y)[1:]
        product = self.apply("batch_dot", [x, y], x.dtype, shape, axes=(of_x, of_y))
        return self.expand_dims(product) if len(shape) == 1 else product

    def transpose(self, x):
        """The tensor with its axes in reverse order.

        Arguments: x, a tensor. Returns: a tensor of x's dtype; of a matrix, its transpose.
        """
        x = self.node(x, "x")
        return self.apply("permute", [x], x.dtype, x.shape[::-1], pattern=tuple(range(x.ndim))[::-1])

    def gather(self, reference, indices):
        """The slices along the first axis that the indices select.

        Arguments: reference, a tensor with at least one dimension; indices, a tensor of integers from 0.
        Returns: a tensor of reference's dtype and shape indices.shape + reference.shape[1:].
        Evaluating it raises EngineError if an index is out of bounds.

        Example:
            >>> K.eval(K.gather([[1., 2.], [3., 4.]], [1, 1, 0]))
            array([[3., 4.],
                   [3., 4.],
                   [1., 2.]], dtype=float32)
        """
        reference, indices = self.node(reference, "reference"), self.node(indices, "indices")
        rules.need_dtype(indices, "indices", rules.INTEGERS, "integers are needed,")
        if not reference.ndim:
            raise ShapeError("{argument} must have at least one dimension", argument="reference")
        if indices.dtype not in ("int32", "int64"):
            indices = self.cast(indices, "int64")
        return self.apply("gather", [reference, indices], reference.dtype, indices.shape + reference.shape[1:])

    def boolean_mask(self, x, mask):
        """The elements of x where the mask is true, in row-major order, like ``x[mask]`` for NumPy arrays.

        Arguments: x, a tensor; mask, a bool tensor of x's shape, or of the shape of its first axes.
        Returns: a tensor of x's dtype. Its first axis has an unknown size; x's axes beyond those of the mask follow.
        Raises ShapeError if the shapes are not compatible.
        """
        x, mask = self.node(x, "x"), self.node(mask, "mask")
        rules.need_dtype(mask, "mask", ("bool",), "bools are needed,")
        if not mask.ndim or not rules.compatible(mask.shape, x.shape[:mask.ndim]):
            raise ShapeError("{mask} of shape {mask_shape} does not fit {x} of shape {x_shape}", mask=Argument("mask"),
                             mask_shape=Shape(mask.shape), x=Argument("x"), x_shape=Shape(x.shape))
        if None in mask.shape + x.shape[:mask.ndim]:
            same = self.all(self.equal(self.shape(mask), self.get_item(self.shape(x), slice(0, mask.ndim))))
            x = self.apply("asserted", [x, same], x.dtype, x.shape, message="mask and x differ in shape")
        # Each selected element is added to the row of its rank; all others to an extra last row, which is dropped.
        kept = self.flatten(self.cast(mask, "int32"))
        count = self.sum(kept)
        rows = self.select(self.flatten(mask), self.subtract(self.cumsum(kept), 1), count)
        rest = x.shape[mask.ndim:]
        flat = self.cast(x, "int32") if x.dtype == "bool" else x
        flat = self._first_axes_joined(flat, mask.ndim)
        found = self.apply("segment_sum", [flat, rows, self.add(count, 1)], flat.dtype, (None,) + rest)
        return self.cast(self.get_item(found, slice(None, -1)), x.dtype)

    def _first_axes_joined(self, x, count):
        """The tensor with its first axes flattened into one."""
        if count == 1:
            return x
        rest = x.shape[count:]
        if None not in rest and 0 not in rest:
            return self.reshape(x, (-1,) + rest)
        raise ShapeError("{x} of shape {shape} needs known sizes, other than 0, after its first %d" % count,
                         x=Argument("x"), shape=Shape(x.shape))


def _need_equal_sizes(x, of_x, y, of_y):
    """Raise ShapeError unless the two axes to sum over have the same size."""
    if not rules.compatible((x.shape[of_x],), (y.shape[of_y],)):
        raise unequal_sizes(x, of_x, y, of_y)


def unequal_sizes(x, of_x, y, of_y):
    """The error that a product of x and y sums over axes of different sizes."""
    return ShapeError("`x` of shape {x_shape} and `y` of shape {y_shape} do not fit",
                      detail="axis {x_axis} of `x` has size {x_size}, axis {y_axis} of `y` has size {y_size}",
                      x_shape=x.shape, y_shape=y.shape, x_axis=Axis(of_x), x_size=x.shape[of_x], y_axis=Axis(of_y),
                      y_size=y.shape[of_y])
