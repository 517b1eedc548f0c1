"""Derivatives of functions for which JAX's own multiply 0 by infinity, and so return nan instead of 0.

Where the derivative is 0, the result does not depend on the element, so its gradient is 0 even if the upstream
gradient is infinite. And an upstream gradient of 0 stays 0 even if the derivative is infinite, like that of sqrt at 0.
"""

import functools

import jax
import jax.numpy as jnp

# A rule applies only where it is needed. Elsewhere the result is a plain product or quotient, which JAX differentiates
# again: a gradient of 0 has a gradient too.

def product(gradient, derivative):
    """Their product; 0 where the derivative is 0, even if the gradient is infinite."""
    none = (derivative == 0) & ~jnp.isfinite(gradient)
    return jnp.where(none, jnp.zeros_like(gradient), gradient) * derivative


def product_of_any(gradient, derivative):
    """Their product; 0 where either is 0, even if the other is infinite."""
    none = (gradient == 0) & ~jnp.isfinite(derivative)
    return product(gradient, jnp.where(none, jnp.zeros_like(derivative), derivative))


def quotient(gradient, number):
    """The gradient divided by a number; 0 where the gradient is 0."""
    none = (gradient == 0) & ~(jnp.abs(number) > 0)
    return gradient / jnp.where(none, jnp.ones_like(number), number)


def with_gradients(*gradients):
    """Returns: a decorator that gives a function of broadcasting tensors our gradients: functions of the upstream
    gradient, the inputs and the result."""
    def decorate(function):
        @jax.custom_vjp
        def computed(*inputs):
            return function(*inputs)

        def forward(*inputs):
            result = computed(*inputs)
            return result, (inputs, result)

        def backward(kept, gradient):
            inputs, result = kept
            return tuple(_like(each(gradient, *inputs, result), x) for each, x in zip(gradients, inputs))
        computed.defvjp(forward, backward)

        @functools.wraps(function)
        def method(self, *inputs):
            inputs = [jnp.asarray(x) for x in inputs]
            if not jnp.issubdtype(inputs[0].dtype, jnp.floating):
                return function(*inputs)
            return computed(*inputs)
        return method
    return decorate


def _like(gradient, x):
    """Returns: the gradient, summed over the axes along which x was broadcast."""
    if gradient.shape == x.shape:
        return gradient
    gradient = jnp.sum(gradient, axis=tuple(range(gradient.ndim - x.ndim)))
    axes = tuple(i for i, (of_it, size) in enumerate(zip(gradient.shape, x.shape)) if size == 1 != of_it)
    return jnp.sum(gradient, axis=axes, keepdims=True)
