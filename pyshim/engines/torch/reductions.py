"""Reductions on PyTorch."""

import math

import torch

from ..numpy_shape import reduced
from .arrays import DEVICE
from .gradients import product, product_of_any, with_own_gradient


def _of_extreme(g, x, extreme, axis):
    chosen = (x == extreme).to(x.dtype)  # ties share the gradient
    return product(g.expand(x.shape), chosen / chosen.sum(axis, keepdim=True))


def _of_logsumexp(g, x, result, axis, keepdims):
    if not keepdims:
        shape = reduced(x.shape, axis, True)
        g, result = g.reshape(shape), result.reshape(shape)
    # An infinite result has no gradient: the infinite gradient of a logarithm meets an exponential's gradient of 0.
    return product(g, torch.where(torch.isinf(result), 0, torch.exp(x - result)))


def _product(x, axis):
    for i in axis:
        x = torch.prod(x, i, keepdim=True, dtype=x.dtype)
    return x


def _of_product(g, x, result, axis):
    order = [i for i in range(x.ndim) if i not in axis] + list(axis)
    moved = x.permute(order)
    rows = moved.reshape(moved.shape[:x.ndim - len(axis)] + (math.prod(moved.shape[x.ndim - len(axis):]),))
    others = _products_of_the_others(rows).reshape(moved.shape).permute([order.index(i) for i in range(x.ndim)])
    return product(g.expand(x.shape), others)


def _products_of_the_others(rows):
    """Returns: for each element, the product of all others along the last axis."""
    one = torch.ones_like(rows[..., :1])
    before = _cumprod(torch.cat([one, rows[..., :-1]], -1), -1)
    after = _cumprod(torch.cat([one, rows[..., 1:].flip(-1)], -1), -1).flip(-1)
    return product_of_any(before, after) if rows.numel() else rows


def _of_cumprod(g, x, result, axis):
    """The gradient of a cumulative product. The element x[i] is a factor of each product from y[i] on, and
    y[i] = y[i - 1] * x[i]. So its gradient is y[i - 1] * s[i], with s[i] = g[i] + x[i + 1] * s[i + 1]."""
    if not x.numel():
        return torch.zeros_like(x)
    if DEVICE.type == "cpu" and not torch.is_grad_enabled() and result.abs().min() >= torch.finfo(x.dtype).tiny:
        total = (g * result).flip(axis).cumsum(axis).flip(axis)
        if torch.isfinite(total).all():
            return total / x  # faster, but not if a product has over- or underflowed, and not differentiable at 0
    first = x.narrow(axis, 0, 1)
    # After each round, s[i] holds the first 2, 4, 8, ... terms of its sum, and factors[i] the product of as many x,
    # which is 0 beyond the end.
    count = x.shape[axis]
    s, factors = g, torch.cat([x.narrow(axis, 1, count - 1), torch.zeros_like(first)], axis)
    width = 1
    while width < count:
        s = s + product(s.roll(-width, axis), factors)
        factors = product_of_any(factors, factors.roll(-width, axis))
        width *= 2
    before = torch.cat([torch.ones_like(first), result.narrow(axis, 0, count - 1)], axis)
    return product(s, before)


_max = with_own_gradient(lambda x, axis: torch.amax(x, axis, keepdim=True), _of_extreme)
_min = with_own_gradient(lambda x, axis: torch.amin(x, axis, keepdim=True), _of_extreme)
_logsumexp = with_own_gradient(torch.logsumexp, _of_logsumexp)
_prod = with_own_gradient(_product, _of_product)
_cumprod = with_own_gradient(lambda x, axis: torch.cumprod(x, axis, dtype=x.dtype), _of_cumprod)


class Reductions:

    def max(self, x, axis, keepdims):
        return _extreme(_max, x, axis, keepdims, "min")

    def min(self, x, axis, keepdims):
        return _extreme(_min, x, axis, keepdims, "max")

    def sum(self, x, axis, keepdims):
        return torch.sum(x, axis, keepdim=keepdims, dtype=x.dtype)

    def prod(self, x, axis, keepdims):
        result = _prod(x, axis)
        return result if keepdims else result.squeeze(axis)

    def mean(self, x, axis, keepdims):
        if x.dtype == torch.float16:  # the sum may overflow
            return torch.mean(x.float(), axis, keepdim=keepdims).half()
        return torch.mean(x, axis, keepdim=keepdims)

    def logsumexp(self, x, axis, keepdims):
        return _logsumexp(x, axis, keepdims)
    logsumexp.bare, logsumexp.alike = torch.logsumexp, True

    def any(self, x, axis, keepdims):
        return torch.any(x, axis, keepdim=keepdims)

    def all(self, x, axis, keepdims):
        return torch.all(x, axis, keepdim=keepdims)

    def argmax(self, x, axis):
        return torch.argmax(x, axis)

    def argmin(self, x, axis):
        return torch.argmin(x, axis)

    def cumsum(self, x, axis):
        if x.dtype == torch.float16:  # it would lose precision after a few elements
            return torch.cumsum(x.float(), axis).half()
        return torch.cumsum(x, axis, dtype=x.dtype)

    def cumprod(self, x, axis):
        return _cumprod(x, axis)


def _extreme(function, x, axis, keepdims, least):
    """Returns: the largest or smallest element; without elements, the dtype's limit that ``least`` names."""
    if not all(x.shape[i] for i in axis):
        limit = {"min": -math.inf, "max": math.inf}[least] if x.is_floating_point() else getattr(
            torch.iinfo(x.dtype), least)
        return x.new_full(reduced(x.shape, axis, keepdims), limit)
    result = function(x, axis)
    return result if keepdims else result.squeeze(axis)
