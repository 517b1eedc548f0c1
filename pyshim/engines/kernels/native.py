"""Properties of native tensors that the default compositions need, and small tensors that they create."""


class Native:
    """Helpers of default compositions. If an engine's native tensors have no usable ``dtype``, or neither ``ndim`` nor
    ``shape``, it overrides ``_dtype`` or ``_ndim``."""

    def _dtype(self, x):
        """Returns: the name of the dtype: the ``name`` of ``x.dtype``, or its string form after the last dot."""
        return getattr(x.dtype, "name", None) or str(x.dtype).split(".")[-1]

    def _ndim(self, x):
        """Returns: the number of dimensions of x."""
        return x.ndim if hasattr(x, "ndim") else len(x.shape)

    def _like(self, x, number):
        """Returns: a tensor with the shape and the dtype of x, filled with a number."""
        return self.fill_like(x, number, self._dtype(x))

    def _number(self, x, number, dtype="int64"):
        """Returns: a number as a scalar tensor; x may be any tensor."""
        return self.fill_like(self.sum(self.shape(x), (0,), False), number, dtype)

    def _sizes(self, x):
        """Returns: the shape of x, as int64."""
        return self.cast(self.shape(x), "int64")

    def _size(self, x, axes):
        """Returns: the product of the sizes of the axes, an int64 scalar."""
        sizes, product = self._sizes(x), None
        for axis in axes:
            size = self.get_item(sizes, (axis,))
            product = size if product is None else self.multiply(product, size)
        return self._number(x, 1) if product is None else product

    def _joined(self, *sizes):
        """Concatenate int64 scalars and one-dimensional int64 tensors."""
        return self.concatenate(*[self.reshape(each, (-1,)) for each in sizes], axis=0)

    def _with_size(self, x, axis, size):
        """Returns: the shape of x, with the size of one axis replaced."""
        sizes = self._sizes(x)
        before, after = self.get_item(sizes, (slice(0, axis),)), self.get_item(sizes, (slice(axis + 1, None),))
        return self._joined(before, size, after)
