"""Products of matrices and of batches of them, transposition."""

from ...errors import ShapeError
from . import rules


class LinearAlgebra:

    def dot(self, x, y):
        """The product of x's last axis with y's last but one (or only) axis.

        Arguments: x, y, tensors of numbers with at least one dimension, of one dtype.
        Value: a tensor of shape x.shape[:-1] + y.shape without the axis summed over, as ``numpy.dot``.
        Raises ShapeError where the two axes differ in size.

        Example:
            >>> K.int_shape(K.dot(K.placeholder((None, 4)), K.ones((4, 3))))
            (None, 3)
        """
        x, y = self.operands(x, y)
        rules.need_dtype(x, "x", rules.FLOATS + rules.INTEGERS, "numbers are needed,")
        if not x.ndim or not y.ndim:
            raise ShapeError("x and y must have at least one dimension; their shapes are %s and %s"
                             % (x.shape, y.shape))
        inner = max(y.ndim - 2, 0)
        if not rules.compatible(x.shape[-1:], y.shape[inner:inner + 1]):
            raise ShapeError("x of shape %s and y of shape %s do not fit: the last size of x is %d, "
                             "size %d of y is %d" % (x.shape, y.shape, x.shape[-1], inner, y.shape[inner]))
        return self.apply("dot", [x, y], x.dtype, x.shape[:-1] + y.shape[:inner] + y.shape[inner + 1:])

    def transpose(self, x):
        """The tensor with its axes in reverse order.

        Arguments: x, a tensor. Value: a tensor of x's dtype; of a matrix, its transpose.
        """
        x = self.node(x, "x")
        return self.apply("permute", [x], x.dtype, x.shape[::-1], pattern=tuple(range(x.ndim))[::-1])
