"""Products, transposition and indexing of slices on NumPy."""

import numpy as np


class LinearAlgebra:

    def dot(self, x, y):
        return np.dot(x, y)

    def batch_dot(self, x, y, axes):
        if x.shape[0] != y.shape[0]:  # one sample would broadcast
            raise ValueError("x and y differ in samples")
        x, y = np.moveaxis(x, axes[0], -1), np.moveaxis(y, axes[1], 1)
        rows, columns = x.shape[1:-1], y.shape[2:]
        product = np.matmul(x.reshape(len(x), _product(rows), x.shape[-1]),
                            y.reshape(len(y), y.shape[1], _product(columns)))
        return product.reshape((len(x),) + rows + columns)

    def gather(self, reference, indices):
        if indices.size and indices.min() < 0:  # NumPy would count from the end
            raise IndexError("an index is negative")
        return reference[indices]

    def segment_sum(self, x, segments, count):
        total = np.zeros((int(count),) + x.shape[1:], x.dtype)
        np.add.at(total, segments, x)
        return total

    def scatter(self, values, rows, columns, sizes):
        whole = np.zeros(sizes, values.dtype)
        np.add.at(whole, (rows, columns), values)
        return whole

    def permute(self, x, pattern):
        return np.transpose(x, pattern)


def _product(sizes):
    return int(np.prod(sizes, dtype="int64"))
