"""Samples: TensorFlow's kernels for images do something else where a batch has no samples, which branches around them
guard against. Where the batches that a program is fed have samples, most images of the program do, and need no guard:
the branches would keep TensorFlow from computing a convolution, its bias and what follows in one op."""

import contextlib
import threading

WINDOWED = frozenset(["convolution", "depthwise_convolution", "pool"])

# A result has elements where all inputs do, and the sizes that are known are not 0.
ALIKE = WINDOWED.union(
    "identity cast stop_gradient fill_like relu softplus softmax sigmoid tanh bias_add sqrt exp log sin cos round abs "
    "square sign negative add subtract multiply divide maximum minimum pow select switch equal not_equal greater "
    "greater_equal less less_equal sum mean max min dot pad permute batch_flatten concatenate "
    "expand_dims squeeze random_uniform random_normal truncated_normal".split())


class _State(threading.local):
    there = False


_state = _State()


def with_samples(nodes):
    """The operations on images that surely have samples, where the arrays that a program is fed have elements."""
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


@contextlib.contextmanager
def given(there):
    """A context in which kernels are told whether the images that they are given surely have samples."""
    outer, _state.there = _state.there, there
    try:
        yield
    finally:
        _state.there = outer


def are_given():
    """Whether the images that a kernel is given surely have samples."""
    return _state.there
