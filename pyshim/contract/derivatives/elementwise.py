"""Gradients of elementwise kernels."""

from .parts import binary, product, summed_to, unary


def first_chosen(comparison):
    """The rule of ``maximum`` and ``minimum``: the gradient goes to the operand that supplied the element."""
    def of_x(k, gradient, result, x, y):
        return k.select(getattr(k, comparison)(x, y), gradient, k.zeros_like(gradient))

    def of_y(k, gradient, result, x, y):
        return k.select(getattr(k, comparison)(x, y), k.zeros_like(gradient), gradient)
    return binary(of_x, of_y)


def select(k, gradient, result, condition, x, y):
    def of(shown, when, other):
        zeros = k.zeros_like(gradient)
        kept = k.select(condition, gradient, zeros) if when else k.select(condition, zeros, gradient)
        return summed_to(k, kept, shown, other, condition)
    return [None, lambda: of(x, True, y), lambda: of(y, False, x)]


def pow_by_base(k, gradient, result, x, y):
    derivative = k.multiply(y, k.pow(x, k.subtract(y, 1)))
    nothing = k.logical_and(k.equal(y, 0), k.equal(x, 0))
    return product(k, gradient, k.select(nothing, k.zeros_like(derivative), derivative))


def pow_by_exponent(k, gradient, result, x, y):
    positive = k.greater(x, 0)
    return product(k, gradient, k.multiply(result, k.log(k.select(positive, x, k.ones_like(x)))))


RULES = {
    "sqrt": unary(lambda k, gradient, result, x: product(k, gradient, k.divide(0.5, result))),
    "exp": unary(lambda k, gradient, result, x: k.multiply(gradient, result)),
    "log": unary(lambda k, gradient, result, x: product(k, gradient, k.divide(1, x))),
    "sin": unary(lambda k, gradient, result, x: k.multiply(gradient, k.cos(x))),
    "cos": unary(lambda k, gradient, result, x: k.negative(k.multiply(gradient, k.sin(x)))),
    "sigmoid": unary(lambda k, gradient, result, x: k.multiply(
        gradient, k.multiply(result, k.subtract(1, result)))),
    "tanh": unary(lambda k, gradient, result, x: k.multiply(gradient, k.subtract(1, k.square(result)))),
    "abs": unary(lambda k, gradient, result, x: k.multiply(gradient, k.sign(x))),
    "square": unary(lambda k, gradient, result, x: product(k, gradient, k.multiply(x, 2))),
    "negative": unary(lambda k, gradient, result, x: k.negative(gradient)),
    "round": lambda k, gradient, result, x: [],
    "sign": lambda k, gradient, result, x: [],

    "add": binary(lambda k, gradient, result, x, y: gradient, lambda k, gradient, result, x, y: gradient),
    "subtract": binary(lambda k, gradient, result, x, y: gradient,
                       lambda k, gradient, result, x, y: k.negative(gradient)),
    "multiply": binary(lambda k, gradient, result, x, y: product(k, gradient, y),
                       lambda k, gradient, result, x, y: product(k, gradient, x)),
    "divide": binary(lambda k, gradient, result, x, y: product(k, gradient, k.divide(1, y)),
                     lambda k, gradient, result, x, y: product(k, gradient, k.negative(k.divide(result, y)))),
    "floor_divide": lambda k, gradient, result, x, y: [],
    "remainder": binary(lambda k, gradient, result, x, y: gradient,
                        lambda k, gradient, result, x, y: k.negative(k.multiply(gradient, k.floor_divide(x, y)))),
    "pow": binary(pow_by_base, pow_by_exponent),
    "maximum": first_chosen("greater_equal"),
    "minimum": first_chosen("less_equal"),
    "select": select,
}
