"""SparseArray: the value of a sparse tensor in coordinate (COO) format, with only NumPy."""

import numpy as np

from .errors import ArgumentError, ShapeError

LARGEST = 2 ** 31 - 1  # rows and columns are int32


def _as_int32(numbers, argument):
    """Row or column indices as int32; raises ShapeError if one does not fit."""
    numbers = np.asarray(numbers)
    if numbers.size and not -1 <= numbers.min() <= numbers.max() <= LARGEST:
        raise ShapeError("{argument} hold numbers out of range", argument=argument)
    return numbers.astype("int32", copy=False)


class SparseArray:
    """A sparse matrix: ``values[i]`` is the element at ``(rows[i], columns[i])``; duplicates are summed.

    ``rows`` and ``columns`` are integer arrays counted from 0, ``shape`` is a pair of sizes.
    Raises ShapeError if they are not consistent.
    """

    def __init__(self, rows, columns, values, shape):
        if max(map(int, shape), default=0) > LARGEST:
            raise ShapeError("a sparse matrix has at most {most} rows and columns, not {shape}", most=LARGEST,
                             shape=tuple(map(int, shape)))
        self.rows, self.columns = [_as_int32(*each) for each in ((rows, "rows"), (columns, "columns"))]
        if np.ma.is_masked(values):
            raise ArgumentError("{argument} must be an array of numbers, not a masked array, whose mask would be lost",
                                argument="values")
        self.values = np.asarray(values)
        self.shape = tuple(int(size) for size in shape)
        if len(self.shape) != 2:
            raise ShapeError("a sparse matrix has two sizes, not {shape}", shape=self.shape)
        if not self.rows.shape == self.columns.shape == self.values.shape == (self.values.size,):
            raise ShapeError("`rows`, `columns` and `values` must have one dimension and one length; their shapes are "
                             "{rows}, {columns} and {values}", rows=self.rows.shape, columns=self.columns.shape,
                             values=self.values.shape)
        for numbers, size, name in ((self.rows, self.shape[0], "rows"), (self.columns, self.shape[1], "columns")):
            if numbers.size and not (0 <= numbers.min() and numbers.max() < size):
                raise ShapeError("{argument} hold numbers out of range for size {size}", argument=name, size=size)

    @property
    def dtype(self):
        return self.values.dtype

    @classmethod
    def of(cls, value):
        """A SparseArray made from a SciPy sparse matrix or array, or from a SparseArray."""
        if isinstance(value, cls):
            return value
        if not hasattr(value, "tocoo"):
            raise ArgumentError("a sparse value is a scipy.sparse matrix or a SparseArray, not {type}",
                                type=type(value).__name__)
        coordinates = value.tocoo()
        return cls(coordinates.row, coordinates.col, coordinates.data, coordinates.shape)

    def parts(self):
        """Rows, columns, values and shape as arrays."""
        return [self.rows, self.columns, self.values, np.array(self.shape, "int32")]


def is_sparse_value(value):
    """Whether a value is a sparse matrix: a SparseArray, or one of SciPy's."""
    return isinstance(value, SparseArray) or hasattr(value, "tocoo")
