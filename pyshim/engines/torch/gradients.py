"""Derivatives of functions for which PyTorch's own multiply 0 by infinity, and so return nan instead of 0.

Where the derivative is 0, the result does not depend on the element, so its gradient is 0 even if the upstream
gradient is infinite. And an upstream gradient of 0 stays 0 even if the derivative is infinite, like that of sqrt at 0.

These derivatives take several passes over the memory, and Python. So a plan uses PyTorch's own where they differ only
in such a nan (``alike``), until a gradient is nan: see ``plan.py``.
"""

import functools

import torch


def _is_tracked(*tensors):
    if torch.is_grad_enabled():
        for x in tensors:
            if x.requires_grad:
                return True
    return False


def _differentiable(function, of_x, of_y):
    """Give a function of two tensors of the same shape its gradients: functions of the upstream gradient and the two
    tensors. The gradients are differentiable too, even where the rules above make them 0."""
    class Computed(torch.autograd.Function):

        @staticmethod
        def forward(ctx, x, y):
            ctx.save_for_backward(x, y)
            return function(x, y)

        @staticmethod
        def backward(ctx, upstream):
            return of_x(upstream, *ctx.saved_tensors), of_y(upstream, *ctx.saved_tensors)

    def computed(x, y):
        return Computed.apply(x, y) if _is_tracked(x, y) else function(x, y)
    return computed


# The product of a gradient and a derivative; 0 where the derivative is 0.
product = _differentiable(lambda g, d: (g * d).masked_fill_(d == 0, 0),
                          lambda u, g, d: product(u, d), lambda u, g, d: product(u, g))

# The product of a gradient and a derivative; 0 where either is 0, even if the other is infinite.
product_of_any = _differentiable(lambda g, d: (g * d).masked_fill_((g == 0) | (d == 0), 0),
                                 lambda u, g, d: product_of_any(u, d), lambda u, g, d: product_of_any(u, g))

# A gradient divided by a number; 0 where the gradient is 0.
quotient = _differentiable(lambda g, y: (g / y).masked_fill_(g == 0, 0),
                           lambda u, g, y: quotient(u, y),
                           lambda u, g, y: product_of_any(u, -quotient(quotient(g, y), y)))


def like(gradient, x):
    """Returns: the gradient, summed over the axes along which x was broadcast."""
    return gradient if gradient.shape == x.shape else gradient.sum_to_size(x.shape)


def with_gradients(*gradients, alike=False):
    """Returns: a decorator that gives a function of broadcasting tensors our gradients: functions of the upstream
    gradient, the inputs and the result, or None for an input without a gradient. ``alike``: PyTorch's own gradients
    are the same, or nan where ours are not.

    The decorated function itself is ``bare`` in the result, for calls that are not tracked."""
    def decorate(function):
        class Computed(torch.autograd.Function):

            @staticmethod
            def forward(ctx, *inputs):
                result = function(*inputs)
                ctx.save_for_backward(*inputs, result)
                return result

            @staticmethod
            def backward(ctx, gradient):
                saved = ctx.saved_tensors
                return tuple(like(of_it(gradient, *saved), x) if needed else None
                             for of_it, x, needed in zip(gradients, saved, ctx.needs_input_grad))

        @functools.wraps(function)
        def method(self, *inputs):
            return Computed.apply(*inputs) if _is_tracked(*inputs) else function(*inputs)
        method.bare, method.alike = function, alike
        return method
    return decorate


def with_own_gradient(function, gradient):
    """Give a function of a tensor and other arguments our own gradient: a function of the upstream gradient, the
    tensor, the result and the arguments."""
    class Computed(torch.autograd.Function):

        @staticmethod
        def forward(ctx, x, *arguments):
            result = function(x, *arguments)
            ctx.save_for_backward(x, result)
            ctx.arguments = arguments
            return result

        @staticmethod
        def backward(ctx, upstream):
            return (gradient(upstream, *ctx.saved_tensors, *ctx.arguments),) + (None,) * len(ctx.arguments)

    @functools.wraps(function)
    def computed(x, *arguments):
        return Computed.apply(x, *arguments) if _is_tracked(x) else function(x, *arguments)
    return computed
