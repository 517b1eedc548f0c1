"""Find the operations on images whose batch is known not to be empty.

TensorFlow's image kernels misbehave on a batch without samples, so we guard them with branches. But a branch keeps
TensorFlow from fusing a convolution with its bias and activation. If the batches that are fed have samples, so do most
images in the program, and these need no guard.
"""

WINDOWED = frozenset(["convolution", "depthwise_convolution", "pool"])

# Kernels whose result has elements if all inputs have, and no static size of the result is 0.
ALIKE = WINDOWED.union(
    "identity cast stop_gradient fill_like relu softplus softmax sigmoid tanh bias_add sqrt exp log sin cos round abs "
    "square sign negative add subtract multiply divide maximum minimum pow select switch equal not_equal greater "
    "greater_equal less less_equal sum mean max min dot pad permute batch_flatten concatenate "
    "expand_dims squeeze random_uniform random_normal truncated_normal".split())


def with_samples(nodes):
    """Returns: the operations on images that are known to have samples if the arrays fed to the program have elements.
    """
    filled = set()
    for node in nodes:
        operation = node.operation
        if 0 in node.shape:
            continue
        if None not in node.shape or node.kind == "placeholder":
            filled.add(node)
        elif operation is not None and operation.kernel in ALIKE and None not in node.shape[1:]:
            if filled.issuperset(operation.inputs):
                filled.add(node)
    return {node.operation for node in filled if node.operation is not None and node.operation.kernel in WINDOWED}
