"""Convolutions and pooling on JAX."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np

from .linear_algebra import HIGHEST
from .sizes import known


class Convolution:

    def convolution(self, x, kernel, strides, padding, dilation):
        return _convolved(x, kernel, strides, padding, dilation, 1)

    def convolution_transpose(self, x, kernel, *given, sizes, strides, padding, dilation):
        sizes = known(given[0]).tolist() if given else sizes
        shape = (x.shape[0], *sizes, kernel.shape[-2])
        if 0 in shape or 0 in x.shape:
            return jnp.zeros(shape, x.dtype)
        _, back = jax.vjp(lambda image: _convolved(image, kernel, strides, padding, dilation, 1),
                          jnp.zeros(shape, x.dtype))
        return back(x)[0]

    def depthwise_convolution(self, x, kernel, strides, padding, dilation):
        channels, multiplier = kernel.shape[-2:]
        kernel = jnp.reshape(kernel, kernel.shape[:-2] + (1, channels * multiplier))
        return _convolved(x, kernel, strides, padding, dilation, channels)

    def pool(self, x, size, strides, padding, mode):
        places = list(itertools.product(*map(range, size)))
        parts = [_window(x, place, size, strides, padding, -jnp.inf if mode == "max" else 0) for place in places]
        if mode == "avg":
            one = jnp.ones((1,) + x.shape[1:-1] + (1,), "float32")
            there = sum(_window(one, place, size, strides, padding, 0) for place in places)
            wide = sum(part.astype("float32") if x.dtype == "float16" else part for part in parts)
            return (wide / there.astype(wide.dtype)).astype(x.dtype)
        return _first_largest(jnp.stack(parts))


@jax.custom_vjp
def _first_largest(parts):
    return jnp.max(parts, 0)


def _first_forward(parts):
    largest = jnp.max(parts, 0)
    return largest, (jnp.argmax(parts, 0), parts.shape[0])


def _first_backward(kept, g):
    place, count = kept
    return jnp.where(jnp.arange(count).reshape((-1,) + (1,) * g.ndim) == place, g, jnp.zeros_like(g)),


_first_largest.defvjp(_first_forward, _first_backward)


def _window(x, place, size, strides, padding, number):
    """Returns: the elements of all windows at one position within the window."""
    x = jnp.pad(x, [(0, 0), *padding, (0, 0)], constant_values=np.array(number, x.dtype))
    counts = [(whole - wide) // stride + 1 if whole >= wide else 0
              for whole, wide, stride in zip(x.shape[1:-1], size, strides)]
    key = [slice(first, first + (count - 1) * stride + 1, stride) if count else slice(0)
           for first, count, stride in zip(place, counts, strides)]
    return x[(slice(None), *key)]


def _convolved(x, kernel, strides, padding, dilation, groups):
    width = kernel.shape[:-2]
    if 0 in x.shape or 0 in kernel.shape:
        counts = [max((size + sum(pair) - (wide - 1) * step - 1) // stride + 1, 0)
                  for size, pair, wide, step, stride in zip(x.shape[1:-1], padding, width, dilation, strides)]
        return jnp.zeros((x.shape[0], *counts, kernel.shape[-1]), x.dtype)
    spatial = "XYZ"[:len(width)]
    names = "N" + spatial + "C", spatial + "IO", "N" + spatial + "C"
    return jax.lax.conv_general_dilated(x, kernel, strides, padding, rhs_dilation=dilation, dimension_numbers=names,
                                        feature_group_count=groups, precision=HIGHEST)
