"""Derivatives where JAX's own would multiply 0 by infinity: nan, where 0 is due.

What an element does not contribute to has no gradient for it: a derivative of 0 gives 0, however large the gradient
that comes in. And a gradient of 0 that comes in stays 0 where the derivative is infinite, as that of sqrt at 0 is.
"""

import functools

import jax
import jax.numpy as jnp


def product(gradient, derivative):
    """Their product, 0 where the derivative is."""
    none = derivative == 0
    return jnp.where(none, jnp.zeros_like(gradient), jnp.where(none, jnp.zeros_like(gradient), gradient) * derivative)


def product_of_any(gradient, derivative):
    """Their product, 0 where either is, though the other be infinite."""
    none = gradient == 0
    return jnp.where(none, jnp.zeros_like(gradient), product(gradient, jnp.where(none, 0, derivative)))


def with_gradients(*gradients):
    """Give a function of tensors that broadcast its gradients: functions of the gradient that comes in, the inputs and
    the result."""
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
    """A gradient summed over the axes along which the tensor was broadcast."""
    if gradient.shape == x.shape:
        return gradient
    gradient = jnp.sum(gradient, axis=tuple(range(gradient.ndim - x.ndim)))
    axes = tuple(i for i, (of_it, size) in enumerate(zip(gradient.shape, x.shape)) if size == 1 != of_it)
    return jnp.sum(gradient, axis=axes, keepdims=True)
