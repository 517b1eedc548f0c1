"""Gradients composed of kernels, so that engines that cannot differentiate gradients can differentiate these.

``RULES`` has a rule for each kernel that a gradient flows through, in the file of the kernel's family. A rule is a
function ``rule(k, gradient, result, *inputs, **attributes)``: ``k`` is the contract, whose functions it composes;
``gradient`` is the upstream gradient, with respect to ``result``, the node that the kernel computes from ``inputs``.
It returns a list with a function without arguments for each input, which composes the gradient with respect to that
input, or None if no gradient flows back to it (trailing ones may be omitted). So only requested gradients are composed.
"""

from . import control_flow, convolution, elementwise, linear_algebra, nn, reductions, shapes
from .walk import RULES, need_second_derivatives, without_gradients

for _family in (elementwise, linear_algebra, reductions, shapes, nn, convolution, control_flow):
    RULES.update(_family.RULES)

__all__ = ["RULES", "need_second_derivatives", "without_gradients"]
