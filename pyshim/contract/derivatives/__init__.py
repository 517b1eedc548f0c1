"""Gradients that are composed of kernels, so that an engine whose gradients have none can differentiate them.

``RULES`` has a rule for each kernel that a gradient flows through, in the file of the kernel's family. A rule is a
function ``rule(k, gradient, result, *inputs, **attributes)``: ``k`` is the contract, whose functions it composes;
``gradient`` is that of the loss with respect to ``result``, the node that the kernel computes from ``inputs``. It
returns a list with a function without arguments for each input, which composes the gradient with respect to it; None,
or nothing at the end of the list, for an input that no gradient flows back to. So only what is asked for is composed.
"""

from . import control_flow, convolution, elementwise, linear_algebra, nn, reductions, shapes
from .walk import RULES, without_gradients

for _family in (elementwise, linear_algebra, reductions, shapes, nn, convolution, control_flow):
    RULES.update(_family.RULES)

__all__ = ["RULES", "without_gradients"]
