"""Gradients of activations and of a bias."""

from .parts import summed_to, unary


def softmax(k, gradient, result, x, axis):
    return k.multiply(result, k.subtract(gradient, k.sum(k.multiply(gradient, result), axis, keepdims=True)))


def bias_add(k, gradient, result, x, bias):
    return [lambda: summed_to(k, gradient, x, bias), lambda: summed_to(k, gradient, bias, x)]


RULES = {
    "relu": unary(lambda k, gradient, result, x: k.select(k.greater(x, 0), gradient, k.zeros_like(gradient))),
    "softplus": unary(lambda k, gradient, result, x: k.multiply(gradient, k.sigmoid(x))),
    "softmax": unary(softmax),
    "bias_add": bias_add,
}
