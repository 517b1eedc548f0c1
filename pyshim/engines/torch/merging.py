"""Operations of a plan that PyTorch computes together: a product or a convolution and its bias, and slices that
together are a whole tensor."""

from collections import Counter

import torch

from ...graph.node import Operation
from .. import splits
from .convolution import convolved

WIDE = "float32", "float64"


def _product_and_bias(x, y, bias):
    return torch.addmm(bias, x, y)


def _convolution_and_bias(x, kernel, bias, strides, padding, dilation):
    return convolved(x, kernel, strides, padding, dilation, 1, bias)


FUNCTIONS = {
    "dot and bias": _product_and_bias,
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
            inner = node.inputs[0]
            if uses[inner] == 1 and not inner.controls and inner.output is None and _takes_bias(inner, node.inputs[1]):
                operation = Operation(inner.operation.kernel + " and bias", inner.inputs + node.inputs[1:],
                                      inner.operation.attributes)
                found[node.operation] = operation, None
                dropped.add(inner)
    whole = {}
    for operation, part in splits.parts(nodes).items():
        split = whole.setdefault(part.split(), Operation("split", [part.whole], {
            "split_size_or_sections": part.sizes, "dim": part.axis}))
        found[operation] = split, part.number
    return found, [node for node in nodes if node not in dropped]


def _takes_bias(node, bias):
    """Whether the operation that computes a node can add the bias."""
    operation = node.operation
    if operation is None or node.dtype not in WIDE or bias.shape != node.shape[-1:]:
        return False
    return operation.kernel == "convolution" or operation.kernel == "dot" and node.ndim == 2 == operation.inputs[0].ndim
