"""Gradients of reductions."""

from .parts import count, last, product, reshaped, sizes, unary, with_axes


def spread(k, gradient, x, axis, keepdims):
    """The upstream gradient of a reduction of x, with the reduced axes restored."""
    return gradient if keepdims else with_axes(k, gradient, axis)


def of_sum(k, gradient, result, x, axis, keepdims):
    return k.add(k.zeros_like(x), spread(k, gradient, x, axis, keepdims))


def mean(k, gradient, result, x, axis, keepdims):
    number = count(k, [k.length(x, each) for each in axis])
    number = number if isinstance(number, int) else k.cast(number, x.dtype)
    return k.divide(of_sum(k, gradient, result, x, axis, keepdims), number)


def extremum(k, gradient, result, x, axis, keepdims):
    """Equal extrema share the gradient."""
    equal = k.equal(x, spread(k, result, x, axis, keepdims))
    number = k.sum(k.cast(equal, x.dtype), axis, keepdims=True)
    return k.select(equal, k.divide(spread(k, gradient, x, axis, keepdims), number), k.zeros_like(x))


def prod(k, gradient, result, x, axis, keepdims):
    """Each element's derivative is the product of the elements before it and of those after it."""
    order, back = last(x, axis)
    lengths = [sizes(k, x)[each] for each in order]
    rows = reshaped(k, k.permute_dimensions(x, order), lengths[:-len(axis)] + [count(k, lengths[-len(axis):])])
    end = rows.ndim - 1
    others = k.multiply(_before(k, rows, end), k.reverse(_before(k, k.reverse(rows, end), end), end))
    others = k.permute_dimensions(reshaped(k, others, lengths), back)
    return product(k, spread(k, gradient, x, axis, keepdims), others)


def _before(k, x, axis):
    """The products of all elements before each one along an axis."""
    whole = (slice(None),) * axis
    shifted = k.concatenate([k.ones_like(k.get_item(x, whole + (slice(0, 1),))),
                             k.get_item(x, whole + (slice(0, -1),))], axis)
    return k.cumprod(shifted, axis)


def cumsum(k, gradient, result, x, axis):
    return k.reverse(k.cumsum(k.reverse(gradient, axis), axis), axis)


def cumprod(k, gradient, result, x, axis):
    """Element i affects the results from i on: the product before it, times a cumulative sum from the end."""
    order = [axis] + [each for each in range(x.ndim) if each != axis]
    back = [order.index(each) for each in range(x.ndim)]
    first, flowing = k.permute_dimensions(x, order), k.permute_dimensions(gradient, order)
    after = k.concatenate([k.get_item(first, slice(1, None)), k.zeros_like(k.get_item(first, slice(0, 1)))], 0)

    def step(slices, states, state_like):
        total = k.add(slices[0], k.multiply(slices[1], states[0]))
        return [total], [total]
    start = k.zeros_like(k.sum(first, 0))
    sums = k.reverse(k.loop("cumprod", step, [k.reverse(flowing, 0), k.reverse(after, 0)], [start])[0][0], 0)
    return k.permute_dimensions(product(k, sums, _before(k, first, 0)), back)


def logsumexp(k, gradient, result, x, axis, keepdims):
    kept = spread(k, result, x, axis, keepdims)
    finite = k.less(k.abs(kept), float("inf"))
    share = k.exp(k.subtract(x, k.select(finite, kept, k.zeros_like(kept))))
    return product(k, spread(k, gradient, x, axis, keepdims), share)


RULES = {
    "max": unary(extremum),
    "min": unary(extremum),
    "sum": unary(of_sum),
    "prod": unary(prod),
    "mean": unary(mean),
    "cumsum": unary(cumsum),
    "cumprod": unary(cumprod),
    "logsumexp": unary(logsumexp),
}
