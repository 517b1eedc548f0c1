"""Derivatives where PyTorch's own would multiply 0 by infinity: nan, where 0 is due.

What an element does not contribute to has no gradient for it: a derivative of 0 gives 0, however large the gradient
that comes in. And a gradient of 0 that comes in stays 0 where the derivative is infinite, as that of sqrt at 0 is.
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
    """A function of two tensors of one shape, with its gradients: functions of the gradient that comes in and of the
    two. They are differentiable themselves, also where their value is 0 by a rule of ours."""
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


# The product of a gradient and a derivative, 0 where the derivative is.
product = _differentiable(lambda g, d: (g * d).masked_fill_(d == 0, 0),
                          lambda u, g, d: product(u, d), lambda u, g, d: product(u, g))

# The product of a gradient and a derivative, 0 where either is, though the other be infinite.
product_of_any = _differentiable(lambda g, d: (g * d).masked_fill_((g == 0) | (d == 0), 0),
                                 lambda u, g, d: product_of_any(u, d), lambda u, g, d: product_of_any(u, g))

# A gradient divided by a number, 0 where the gradient is.
quotient = _differentiable(lambda g, y: (g / y).masked_fill_(g == 0, 0),
                           lambda u, g, y: quotient(u, y),
                           lambda u, g, y: product_of_any(u, -quotient(quotient(g, y), y)))


def like(gradient, x):
    """A gradient summed over the axes along which x was broadcast."""
    return gradient if gradient.shape == x.shape else gradient.sum_to_size(x.shape)


def with_gradients(*gradients):
    """Give a function of tensors that broadcast its gradients: functions of the gradient that comes in, of the inputs
    and of the result. None for an input that has none."""
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
        return method
    return decorate


def with_own_gradient(function, gradient):
    """A function of a tensor and of other arguments with a gradient of its own: a function of the gradient that comes
    in, of the tensor, of the result and of the arguments."""
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
