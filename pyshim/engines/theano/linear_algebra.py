"""Products, transposition and indexing of slices on Theano."""

import theano.tensor as T
from theano.tensor.opt import Assert


class LinearAlgebra:

    def dot(self, x, y):
        if x.ndim <= 2 and y.ndim <= 2:
            return T.dot(x, y)
        return T.tensordot(x, y, [[x.ndim - 1], [max(y.ndim - 2, 0)]])

    def batch_dot(self, x, y, axes):
        x = x.dimshuffle(_moved(range(x.ndim), axes[0], x.ndim - 1))
        y = y.dimshuffle(_moved(range(y.ndim), axes[1], 1))
        rows, columns = list(x.shape[1:-1]), list(y.shape[2:])
        x = T.reshape(x, T.stack([x.shape[0], _product(rows), x.shape[-1]]), ndim=3)
        y = T.reshape(y, T.stack([y.shape[0], y.shape[1], _product(columns)]), ndim=3)
        product = T.batched_dot(x, y)
        return T.reshape(product, T.stack([product.shape[0]] + rows + columns), ndim=1 + len(rows) + len(columns))

    def gather(self, reference, indices):
        flat = indices.flatten()
        # Theano counts negative indices from the end.
        flat = Assert("an index is negative")(flat, T.all(T.ge(flat, 0)))
        taken = reference[flat]
        return T.reshape(taken, T.concatenate([T.shape(indices), T.shape(reference)[1:]]),
                         ndim=indices.ndim + reference.ndim - 1)

    def segment_sum(self, x, segments, count):
        zeros = T.alloc(T.constant(0, dtype=x.dtype), count, *[x.shape[i] for i in range(1, x.ndim)])
        return T.inc_subtensor(zeros[segments], x)

    def scatter(self, values, rows, columns, sizes):
        sizes = T.cast(sizes, "int64")
        zeros = T.alloc(T.constant(0, dtype=values.dtype), sizes[0] * sizes[1])
        return T.reshape(T.inc_subtensor(zeros[rows * sizes[1] + columns], values), sizes, ndim=2)

    def permute(self, x, pattern):
        return x.dimshuffle(pattern)


def _product(sizes):
    return T.prod(T.stack(sizes)) if sizes else T.constant(1, dtype="int64")


def _moved(items, of, to):
    """Returns: the items as a list, with the one at position ``of`` moved to position ``to``."""
    items = list(items)
    items.insert(to, items.pop(of))
    return items
