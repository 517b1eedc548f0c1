"""Helpers shared by the rules."""


def unary(gradient_of):
    """The rule of a kernel with one input, from a function of the rule's arguments that composes the gradient."""
    def rule(k, gradient, result, x, **attributes):
        return [lambda: gradient_of(k, gradient, result, x, **attributes)]
    return rule


def binary(of_x, of_y):
    """The rule of a binary elementwise kernel, from such a function for each input; sums over broadcast axes."""
    def rule(k, gradient, result, x, y):
        return [lambda: summed_to(k, of_x(k, gradient, result, x, y), x, y),
                lambda: summed_to(k, of_y(k, gradient, result, x, y), y, x)]
    return rule


def product(k, gradient, derivative):
    """The product, but 0 where it would be 0 times infinity: a zero upstream gradient contributes nothing."""
    made = k.multiply(gradient, derivative)
    nothing = k.logical_or(k.equal(gradient, 0), k.equal(derivative, 0))
    return k.select(k.logical_and(k.not_equal(made, made), nothing), k.zeros_like(made), made)


def summed_to(k, gradient, x, *others):
    """The gradient with respect to x, which was broadcast with others: a sum over the broadcast axes."""
    extra = gradient.ndim - x.ndim
    if extra:
        gradient = k.sum(gradient, tuple(range(extra)))
    for axis, size in enumerate(x.shape):
        if size == 1 and gradient.shape[axis] != 1:
            gradient = k.sum(gradient, axis, keepdims=True)
        elif size is None and any(_size(other, axis - x.ndim) != 1 for other in others if other is not x):
            # The size is 1, or that of the gradient.
            length = k.length(x, axis)
            gradient = k.select(k.equal(length, 1), k.sum(gradient, axis, keepdims=True), gradient)
            gradient = k.get_item(gradient, (slice(None),) * axis + (slice(0, length),))
    return gradient


def _size(x, axis):
    """The static size of an axis that is counted from the end."""
    return x.shape[axis] if -axis <= x.ndim else 1


def sizes(k, x):
    """The sizes of x, as numbers if known."""
    return [k.length(x, axis) for axis in range(x.ndim)]


def reshaped(k, x, shape):
    """x reshaped to a list of sizes, numbers or int64 scalars."""
    known = [size for size in shape if isinstance(size, int)]
    if len(known) == len(shape) - 1 and 0 not in known:
        shape = [size if isinstance(size, int) else -1 for size in shape]
    return k.reshape(x, shape)


def count(k, lengths):
    """The product of sizes, a number or an int64 scalar."""
    total = 1
    for length in lengths:
        total = k.size_times(total, length)
    return total


def with_axes(k, x, axes):
    """x with axes of size 1 inserted at these places, in increasing order."""
    for axis in axes:
        x = k.expand_dims(x, axis)
    return x


def last(x, axes):
    """The permutation that moves some axes to the end, and its inverse."""
    order = [axis for axis in range(x.ndim) if axis not in axes] + list(axes)
    return order, inverse(order)


def inverse(order):
    """The inverse of a permutation of axes."""
    return [order.index(axis) for axis in range(len(order))]
