"""Gradients of products, transposition, and kernels that gather or scatter slices by index."""

from .parts import count, inverse, last, reshaped, sizes, unary


def dot(k, gradient, result, x, y):
    """As matrix products: x with its other axes flattened into one, y with the contracted axis first."""
    inner = max(y.ndim - 2, 0)
    order = [inner] + [axis for axis in range(y.ndim) if axis != inner]
    rows, columns = sizes(k, x)[:-1], [sizes(k, y)[axis] for axis in order[1:]]
    size = k.length(y, inner)
    flat = reshaped(k, gradient, [count(k, rows), count(k, columns)])

    def of_x():
        matrix = reshaped(k, k.permute_dimensions(y, order), [size, count(k, columns)])
        return reshaped(k, k.dot(flat, k.transpose(matrix)), rows + [size])

    def of_y():
        matrix = reshaped(k, x, [count(k, rows), size])
        return k.permute_dimensions(reshaped(k, k.dot(k.transpose(matrix), flat), [size] + columns), inverse(order))
    return [of_x, of_y]


def batch_dot(k, gradient, result, x, y, axes):
    """As products of each sample's matrices, with the contracted axes last."""
    (x_order, x_back), (y_order, y_back) = last(x, axes[:1]), last(y, axes[1:])
    x_sizes, y_sizes = [sizes(k, x)[axis] for axis in x_order], [sizes(k, y)[axis] for axis in y_order]
    rows, columns = count(k, x_sizes[1:-1]), count(k, y_sizes[1:-1])
    flat = reshaped(k, gradient, [x_sizes[0], rows, columns])

    def of_x():
        matrices = reshaped(k, k.permute_dimensions(y, y_order), [y_sizes[0], columns, y_sizes[-1]])
        return k.permute_dimensions(reshaped(k, k.batch_dot(flat, matrices, (2, 1)), x_sizes), x_back)

    def of_y():
        matrices = reshaped(k, k.permute_dimensions(x, x_order), [x_sizes[0], rows, x_sizes[-1]])
        return k.permute_dimensions(reshaped(k, k.batch_dot(flat, matrices, (1, 1)), y_sizes), y_back)
    return [of_x, of_y]


def gather(k, gradient, result, reference, indices):
    def of_reference():
        slices = reshaped(k, gradient, [count(k, sizes(k, indices))] + sizes(k, reference)[1:])
        segments = k.cast(k.flatten(indices), "int32")
        number = k.get_item(k.shape(reference), 0)
        return k.apply("segment_sum", [slices, segments, number], reference.dtype, reference.shape)
    return [of_reference]


def segment_sum(k, gradient, result, x, segments, number):
    return [lambda: k.gather(gradient, segments)]


def scatter(k, gradient, result, values, rows, columns, shape):
    def of_values():
        width = k.cast(k.get_item(shape, 1), "int64")
        places = k.add(k.multiply(k.cast(rows, "int64"), width), k.cast(columns, "int64"))
        return k.gather(k.flatten(gradient), places)
    return [of_values]


RULES = {
    "dot": dot,
    "batch_dot": batch_dot,
    "gather": gather,
    "segment_sum": segment_sum,
    "scatter": scatter,
    "permute": unary(lambda k, gradient, result, x, pattern: k.permute_dimensions(gradient, inverse(list(pattern)))),
}
