"""Changing the shape of tensors, joining them, cutting pieces out."""

from ... import config
from ...errors import ArgumentError, DtypeError, ShapeError
from . import rules


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
        fits = total is None or (total == known if -1 not in target else known and total % known == 0)
        if not fits:
            raise ShapeError("x of shape %s has %d elements, which shape %s cannot hold"
                             % (x.shape, total, target))
        rest = total // known if total is not None and known else None
        static = tuple(rest if size == -1 else size for size in target)
        return self.apply("reshape", [x], x.dtype, static, shape=target if rest is None else static)

    def flatten(self, x):
        """The elements of x in one dimension. Arguments: x, a tensor. Value: a tensor of x's dtype."""
        return self.reshape(x, (-1,))

    def concatenate(self, tensors, axis=-1):
        """Tensors joined along an axis.

        Arguments: tensors, a list of tensors of one dtype and one rank, whose other sizes are equal;
        axis. Value: a tensor. Raises ShapeError or DtypeError naming the tensor that does not fit.
        """
        tensors = self.nodes(tensors, "tensors")
        if not tensors:
            raise ArgumentError("tensors must hold at least one tensor")
        first = tensors[0]
        axis = rules.one_axis(axis, first.ndim)
        shape, length = _without(first.shape, axis), first.shape[axis]
        for i, tensor in enumerate(tensors[1:], 1):
            if tensor.dtype != first.dtype:
                raise DtypeError("tensors[%d] has dtype %s, tensors[0] has dtype %s"
                                 % (i, tensor.dtype, first.dtype))
            if tensor.ndim != first.ndim or not rules.compatible(_without(tensor.shape, axis), shape):
                raise ShapeError("tensors[%d] of shape %s cannot be joined to tensors[0] of shape %s "
                                 "along axis %d" % (i, tensor.shape, first.shape, axis))
            shape = rules.merge(shape, _without(tensor.shape, axis))
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
        return self.apply("squeeze", [x], x.dtype, _without(x.shape, axis), axis=(axis,))

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


def _without(shape, axis):
    return shape[:axis] + shape[axis + 1:]


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
