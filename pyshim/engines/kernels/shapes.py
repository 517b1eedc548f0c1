"""Changing and joining shapes."""

from abc import ABC, abstractmethod

from .native import Native


class Shapes(Native, ABC):

    @abstractmethod
    def reshape(self, x, shape):
        """x in another shape, a tuple of sizes, one of which may be -1."""

    @abstractmethod
    def reshape_to(self, x, sizes):
        """x in another shape, a one-dimensional int64 tensor, one element of which may be -1."""

    def broadcast_to(self, x, sizes):
        """x, repeated along axes of size 1 so that it has the sizes, an int64 tensor with an element for each axis."""
        are_sizes = self.all(self.greater_equal(sizes, self._like(sizes, 0)), (0,), False)
        sizes = self.asserted(sizes, are_sizes, "a size of the shape to broadcast to is negative")
        # Gather the elements by their flat indices, because libraries broadcast only a limited number of axes.
        numbers = self.arange(self.prod(sizes, (0,), False))
        of_x, one = self._like(numbers, 0), self._number(x, 1)
        step = one
        for axis in reversed(range(self._ndim(x))):
            size, own = self.maximum(self.get_item(sizes, (axis,)), one), self._size(x, (axis,))
            moves = self.select(self.equal(own, one), self._like(one, 0), step)
            of_x = self.add(of_x, self.multiply(self.remainder(numbers, size), moves))
            numbers, step = self.floor_divide(numbers, size), self.multiply(step, own)
        return self.reshape_to(self.gather(self.reshape(x, (-1,)), of_x), sizes)

    def batch_flatten(self, x):
        """x with all axes but the first flattened into one; the first may have size 0."""
        return self.reshape_to(x, self._joined(self._size(x, (0,)), self._size(x, range(1, self._ndim(x)))))

    def repeat_elements(self, x, rep, axis):
        """Each slice along an axis repeated rep times, like numpy.repeat."""
        return self._repeated(x, rep, axis, axis + 1)

    def tile(self, x, n):
        """x repeated n[i] times along each axis i, like numpy.tile."""
        for axis, times in enumerate(n):
            x = x if times == 1 else self._repeated(x, times, axis, axis)
        return x

    def _repeated(self, x, times, axis, new):
        """Repeat x along a new axis, which is then merged into an existing axis."""
        wide = self.expand_dims(x, new)
        wide = self.broadcast_to(wide, self._with_size(wide, new, self._number(x, times)))
        return self.reshape_to(wide, self._with_size(x, axis, self._times(self._size(x, (axis,)), times)))

    def _times(self, size, times):
        return self.multiply(size, self._like(size, times))

    def pad(self, x, padding):
        """x padded with zeros; padding has a pair of counts, before and after, for each axis."""
        for axis, pair in enumerate(padding):
            x = self._surrounded(x, axis, pair, 0)
        return x

    def _surrounded(self, x, axis, pair, number):
        """Pad x with a number along an axis."""
        before, after = [[self._block(x, axis, count, number)] if count else [] for count in pair]
        return self.concatenate(*before, x, *after, axis=axis) if any(pair) else x

    def _block(self, x, axis, count, number):
        """Returns: a tensor filled with a number, with the shape of x but another size of an axis."""
        sizes = self._with_size(x, axis, self._number(x, count))
        there = self.reshape_to(self.arange(self.prod(sizes, (0,), False)), sizes)
        return self.fill_like(there, number, self._dtype(x))

    def resize_linear(self, x, factor, axis):
        """x resized along an axis by an integer factor, with linear interpolation. Element i * factor is x[i], and
        element i * factor + j is x[i] * (1 - j / factor) + x[i + 1] * (j / factor). The last element is its own
        successor."""
        before, after = (slice(None),) * axis, (slice(None),) * (self._ndim(x) - axis - 1)
        following = self.concatenate(self.get_item(x, before + (slice(1, None),) + after),
                                     self.get_item(x, before + (slice(-1, None),) + after), axis=axis)
        steps = [x] + [self.add(self.multiply(x, self._like(x, 1 - j / factor)),
                                self.multiply(following, self._like(x, j / factor))) for j in range(1, factor)]
        whole = self.concatenate(*[self.expand_dims(step, axis + 1) for step in steps], axis=axis + 1)
        return self.reshape_to(whole, self._with_size(x, axis, self._times(self._size(x, (axis,)), factor)))

    @abstractmethod
    def concatenate(self, *tensors, axis):
        """The tensors, concatenated along an axis."""

    def expand_dims(self, x, axis):
        """x with a new axis of size 1."""
        return self.get_item(x, (slice(None),) * axis + (None,) + (slice(None),) * (self._ndim(x) - axis))

    def squeeze(self, x, axis):
        """x without the axes of size 1 in the tuple; an error if one of them has another size."""
        if not axis:
            return x
        is_one = self.equal(self._size(x, axis[:1]), self._number(x, 1))
        for other in axis[1:]:
            is_one = self.logical_and(is_one, self.equal(self._size(x, (other,)), self._number(x, 1)))
        x = self.asserted(x, is_one, "an axis to be dropped has a size other than 1")
        return self.get_item(x, tuple(0 if i in axis else slice(None) for i in range(self._ndim(x))))

    @abstractmethod
    def get_item(self, x, key):
        """x[key]; key has a number or slice for each dimension, and None for new ones."""

    @abstractmethod
    def get_item_at(self, x, positions, key):
        """x[key], where each ``At`` in the key is replaced by an element of ``positions``, a one-dimensional int64
        tensor: see ``positions.py``."""
