"""What default compositions ask of native tensors, and small tensors that they need."""


class Native:
    """An engine whose native tensors tell their dtype or their number of dimensions otherwise overrides these."""

    def _dtype(self, x):
        """The name of the dtype: ``x.dtype``, its ``name``, or how it is written, after the last dot."""
        return getattr(x.dtype, "name", None) or str(x.dtype).split(".")[-1]

    def _ndim(self, x):
        """How many dimensions x has."""
        return x.ndim if hasattr(x, "ndim") else len(x.shape)

    def _like(self, x, number):
        """A number in the shape and the dtype of x."""
        return self.fill_like(x, number, self._dtype(x))

    def _number(self, x, number, dtype="int64"):
        """A number as a scalar; x is any tensor."""
        return self.fill_like(self.sum(self.shape(x), (0,), False), number, dtype)

    def _sizes(self, x):
        """The sizes of x, as int64."""
        return self.cast(self.shape(x), "int64")

    def _size(self, x, axes):
        """The product of the sizes of the axes, an int64 scalar."""
        sizes, product = self._sizes(x), None
        for axis in axes:
            size = self.get_item(sizes, (axis,))
            product = size if product is None else self.multiply(product, size)
        return self._number(x, 1) if product is None else product

    def _joined(self, *sizes):
        """Int64 scalars and tensors with one dimension as one of these."""
        return self.concatenate(*[self.reshape(each, (-1,)) for each in sizes], axis=0)

    def _with_size(self, x, axis, size):
        """The sizes of x, with another one of an axis."""
        sizes = self._sizes(x)
        before, after = self.get_item(sizes, (slice(0, axis),)), self.get_item(sizes, (slice(axis + 1, None),))
        return self._joined(before, size, after)
