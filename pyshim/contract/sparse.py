"""Sparse tensors: a node without its own native tensor, made of the nodes of its coordinates and values.

They have two dimensions. ``dot``, ``concatenate``, ``to_dense``, ``is_sparse`` and functions that return a shape or
dtype accept them; elsewhere, call ``to_dense`` first. Two kernels do the computing: scatter and segment_sum.
"""

from ..errors import EngineError, ShapeError
from ..graph.node import Operation
from ..messages import Argument, Axis
from ..sparse_array import SparseArray
from . import rules
from .core import different_dtypes, need_joinable, not_joined
from .linear_algebra import unequal_sizes


class Sparse:

    def sparse_node(self, parts, shape, kind="tensor", name=None):
        """A sparse tensor of rows, columns, values and sizes, nodes of one dimension."""
        node = self.new_node(kind, parts[2].dtype, shape, name=name, operation=Operation("sparse", parts, {}))
        node.parts = tuple(parts)
        return node

    def sparse_placeholder(self, shape, dtype, name):
        """A sparse placeholder: one placeholder for each part."""
        if len(shape) != 2:
            raise ShapeError("a sparse placeholder has two dimensions, not {argument} {shape}", argument="shape",
                             shape=shape)
        with self.outside_scopes():
            parts = [self.placeholder(part_shape, dtype=part_dtype, name="%s_%s" % (name, part))
                     for part, part_shape, part_dtype in (("rows", (None,), "int32"), ("columns", (None,), "int32"),
                                                          ("values", (None,), dtype), ("sizes", (2,), "int32"))]
        return self.sparse_node(parts, shape, "placeholder", name)

    def sparse_variable(self, value, dtype, name):
        """A sparse variable, which keeps its value."""
        value = SparseArray.of(value)
        rows, columns, values, shape = value.parts()
        parts = [self.constant(part, dtype=part.dtype)
                 for part in (rows, columns, self.array(values, "value", dtype), shape)]
        return self.sparse_node(parts, value.shape, "variable", name)

    def sparse_fed(self, node, value, argument):
        """A value for a sparse placeholder, as the arrays of its parts. ShapeError or DtypeError if it is invalid."""
        value = SparseArray.of(value)
        if not rules.compatible(value.shape, node.shape):
            raise ShapeError("{argument} has shape {shape}; expected: {expected}", argument=argument,
                             shape=tuple(value.shape), expected=node.shape)
        return [self.array(part, argument, part_node.dtype) for part, part_node in zip(value.parts(), node.parts)]

    def is_sparse(self, tensor):
        """Whether the tensor is sparse. Arguments: tensor. Returns: a bool."""
        return self.node(tensor, "tensor", sparse=True).parts is not None

    def sparse_parts(self, tensor):
        """Rows, columns, values and sizes of a sparse tensor, as tensors; ``pyshim.save_variables`` reads them."""
        return list(self.node(tensor, "tensor", sparse=True).parts)

    def to_dense(self, tensor):
        """The tensor in dense form.

        Arguments: tensor, a sparse tensor, or a dense one, which is returned unchanged. Returns: a tensor of its
        dtype and shape.
        """
        x = self.node(tensor, "tensor", sparse=True)
        if x.parts is None:
            return x
        rows, columns, values, sizes = x.parts
        return self.apply("scatter", [values, rows, columns, sizes], x.dtype, x.shape)

    def _sparse_dot(self, x, y):
        """The product of a sparse matrix with a dense tensor of one or two dimensions."""
        y = self.node(y, "y", dtype=x.dtype)
        if y.dtype != x.dtype:
            raise different_dtypes("x", x, "y", y)
        rules.need_ndim(y, "y", 1, 2)
        if not rules.compatible(x.shape[1:], y.shape[:1]):
            raise unequal_sizes(x, 1, y, 0)
        rows, columns, values, sizes = x.parts
        taken = self.gather(y, columns)
        weights = self.expand_dims(values) if y.ndim == 2 else values
        return self.apply("segment_sum", [self.multiply(taken, weights), rows, self.get_item(sizes, 0)], x.dtype,
                          x.shape[:1] + y.shape[1:])

    def _sparse_concatenate(self, tensors, axis):
        """Sparse matrices joined along an axis, by shifting their coordinates."""
        axis = rules.one_axis(axis, 2)
        moved = [[], [], []]
        offset, other = self.constant(0, dtype="int32"), tensors[0].shape[1 - axis]
        for i, x in enumerate(tensors):
            need_joinable(x, i, "tensors", tensors[0])
            if not rules.compatible((x.shape[1 - axis],), (other,)):
                raise not_joined(i, x, tensors[0], axis)
            other = x.shape[1 - axis] if other is None else other
            coordinates = list(x.parts[:2])
            coordinates[axis] = self.add(coordinates[axis], offset)
            for parts, part in zip(moved, coordinates + [x.parts[2]]):
                parts.append(part)
            offset = self.add(offset, self.get_item(x.parts[3], axis))
        lengths = [x.shape[axis] for x in tensors]
        shape = [other, other]
        shape[axis] = None if None in lengths else sum(lengths)
        others = [self.get_item(x.parts[3], 1 - axis) for x in tensors]
        sizes = others[:1] * 2
        sizes[axis] = offset
        sizes = self.stack(sizes)
        for i, x in enumerate(tensors[1:], 1):
            if x.shape[1 - axis] is None or tensors[0].shape[1 - axis] is None:
                sizes = self._asserted(sizes, self.equal(others[i], others[0]), EngineError(
                    "{argument} and {first} differ in size on axis {axis}", argument=Argument("tensors", i),
                    first=Argument("tensors", 0), axis=Axis(1 - axis)))
        return self.sparse_node([self.concatenate(parts, 0) for parts in moved] + [sizes], tuple(shape))
