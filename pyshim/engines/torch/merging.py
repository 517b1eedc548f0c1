"""Operations of a plan that PyTorch computes together: a product, a sum of two products or a convolution, and its bias;
and slices that together are a whole tensor."""

from collections import Counter

import torch

from ...graph.node import Operation
from .. import splits
from .convolution import convolved

WIDE = "float32", "float64"


def _product_and_bias(x, y, bias):
    return torch.addmm(bias, x, y)


def _products_and_bias(x, y, other_x, other_y, bias):
    if x.shape[0] != other_x.shape[0]:  # one of them broadcasts
        return torch.mm(x, y) + torch.mm(other_x, other_y) + bias
    return torch.addmm(torch.addmm(bias, x, y), other_x, other_y)


def _convolution_and_bias(x, kernel, bias, strides, padding, dilation):
    return convolved(x, kernel, strides, padding, dilation, 1, bias)


FUNCTIONS = {
    "dot and bias": _product_and_bias,
    "dots and bias": _products_and_bias,
    "convolution and bias": _convolution_and_bias,
    "split": torch.split,
}


def merged(nodes, wanted):
    """Returns: a dict from operations to those that replace them and the number of the result, and the nodes without
    those that are no longer needed.

    Arguments: nodes, in topological order; wanted, those whose values are needed.
    """
    found, dropped = {}, set()
    uses = Counter(wanted)
    for node in nodes:
        uses.update(node.inputs + node.controls)
    for node in nodes:
        if node.operation is not None and node.operation.kernel == "bias_add":
            inner, bias = node.inputs
            if not _is_hidden(inner, uses) or inner.dtype not in WIDE or bias.shape != inner.shape[-1:]:
                continue
            operation = inner.operation
            if operation.kernel == "convolution" or _is_product(inner):
                found[node.operation] = Operation(operation.kernel + " and bias", inner.inputs + (bias,),
                                                  operation.attributes), None
                dropped.add(inner)
            elif operation.kernel == "add" and all(_is_hidden(part, uses) and _is_product(part)
                                                   and part.shape[1] == inner.shape[1] for part in inner.inputs):
                first, second = inner.inputs
                found[node.operation] = Operation("dots and bias", first.inputs + second.inputs + (bias,), {}), None
                dropped.update([inner, first, second])
    whole = {}
    for operation, part in splits.parts(nodes).items():
        split = whole.setdefault(part.split(), Operation("split", [part.whole], {
            "split_size_or_sections": part.sizes, "dim": part.axis}))
        found[operation] = split, part.number
    return found, [node for node in nodes if node not in dropped]


def _is_hidden(node, uses):
    """Whether a node is the only result of an operation and is used only once, so that it need not be computed."""
    return node.operation is not None and node.output is None and uses[node] == 1 and not node.controls


def _is_product(node):
    """Whether a node is a product of two matrices."""
    return node.operation.kernel == "dot" and node.ndim == 2 == node.inputs[0].ndim
