"""Reductions on JAX."""

import jax
import jax.numpy as jnp

from .gradients import product


def _with_axes(function, gradient):
    """Returns: a reduction of floats with our own gradient."""
    def reduced(x, axis):
        @jax.custom_vjp
        def computed(x):
            return function(x, axis=axis, keepdims=True)

        def forward(x):
            result = computed(x)
            return result, (x, result)
        computed.defvjp(forward, lambda kept, g: (gradient(g, *kept, axis),))
        return computed(x)
    return reduced


def _shared(g, x, extreme, axis):
    chosen = (x == extreme).astype(x.dtype)
    return product(g, chosen / jnp.sum(chosen, axis=axis, keepdims=True))


def _others(g, x, total, axis):
    """The gradient of a product; the derivative with respect to an element is the product of all others."""
    order = [i for i in range(x.ndim) if i not in axis] + list(axis)
    moved = jnp.transpose(x, order)
    rows = moved.reshape(moved.shape[:x.ndim - len(axis)] + (-1,)) if x.size else moved.reshape(moved.shape + (1,))
    one = jnp.ones_like(rows[..., :1])
    before = jnp.cumprod(jnp.concatenate([one, rows[..., :-1]], -1), -1)
    after = jnp.cumprod(jnp.concatenate([one, rows[..., :0:-1]], -1), -1)[..., ::-1]
    others = product(before, after).reshape(moved.shape)
    return product(g, jnp.transpose(others, [order.index(i) for i in range(x.ndim)]))


def _of_cumprod(g, x, result, axis):
    """The gradient of a cumulative product. The element x[i] is a factor of each product from y[i] on, and
    y[i] = y[i - 1] * x[i]. So its gradient is y[i - 1] * s[i], with s[i] = g[i] + x[i + 1] * s[i + 1]."""
    x, y, g = (jnp.moveaxis(each, axis, 0) for each in (x, result, g))

    def step(s, of):
        factor, gradient = of
        s = gradient + product(s, factor)
        return s, s
    following = jnp.concatenate([x[1:], jnp.zeros_like(x[:1])])
    _, s = jax.lax.scan(step, jnp.zeros_like(g[:1]).sum(0), (following, g), reverse=True)
    before = jnp.concatenate([jnp.ones_like(y[:1]), y[:-1]])
    return jnp.moveaxis(product(s, before), 0, axis)


_max = _with_axes(lambda x, axis, keepdims: jnp.max(x, axis=axis, keepdims=keepdims, initial=-jnp.inf), _shared)
_min = _with_axes(lambda x, axis, keepdims: jnp.min(x, axis=axis, keepdims=keepdims, initial=jnp.inf), _shared)
_prod = _with_axes(jnp.prod, _others)
_cumprod = _with_axes(lambda x, axis, keepdims: jnp.cumprod(x, axis), _of_cumprod)


class Reductions:

    def max(self, x, axis, keepdims):
        if not jnp.issubdtype(x.dtype, jnp.floating):
            return jnp.max(x, axis=axis, keepdims=keepdims, initial=jnp.iinfo(x.dtype).min)
        return _dropped(_max(x, axis), axis, keepdims)

    def min(self, x, axis, keepdims):
        if not jnp.issubdtype(x.dtype, jnp.floating):
            return jnp.min(x, axis=axis, keepdims=keepdims, initial=jnp.iinfo(x.dtype).max)
        return _dropped(_min(x, axis), axis, keepdims)

    def sum(self, x, axis, keepdims):
        return jnp.sum(x, axis=axis, keepdims=keepdims, dtype=x.dtype)

    def prod(self, x, axis, keepdims):
        if not jnp.issubdtype(x.dtype, jnp.floating):
            return jnp.prod(x, axis=axis, keepdims=keepdims, dtype=x.dtype)
        return _dropped(_prod(x, axis), axis, keepdims)

    def mean(self, x, axis, keepdims):
        wide = x.astype("float32") if x.dtype == "float16" else x
        return jnp.mean(wide, axis=axis, keepdims=keepdims).astype(x.dtype)

    def any(self, x, axis, keepdims):
        return jnp.any(x, axis=axis, keepdims=keepdims)

    def all(self, x, axis, keepdims):
        return jnp.all(x, axis=axis, keepdims=keepdims)

    def argmax(self, x, axis):
        return jnp.argmax(x, axis=axis).astype("int64")

    def argmin(self, x, axis):
        return jnp.argmin(x, axis=axis).astype("int64")

    def cumsum(self, x, axis):
        return jnp.cumsum(x, axis=axis, dtype=x.dtype)

    def cumprod(self, x, axis):
        if not jnp.issubdtype(x.dtype, jnp.floating):
            return jnp.cumprod(x, axis=axis, dtype=x.dtype)
        return _cumprod(x, axis)


def _dropped(x, axis, keepdims):
    return x if keepdims else jnp.squeeze(x, axis)
