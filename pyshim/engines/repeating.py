"""Programs that may run twice: first with an engine's own derivatives, which are faster, and again with ours if that
gave nan."""

from ..graph.node import between, operations_inside


def can_repeat(nodes):
    """Whether a program may be repeated after one of its gradients was nan: it prints nothing, and all its gradients
    can be examined, because none is in the body of a loop or on the way to another gradient."""
    gradients = {node.operation for node in nodes if node.kind == "gradient"}
    return all(gradients.isdisjoint(operations_between(gradient, nodes)) for gradient in gradients) and not any(
        operation.kernel == "print_tensor" or operation.kernel == "gradient" and operation not in gradients
        for operation in operations_inside(nodes))


def operations_between(gradient, nodes):
    """Returns: the operations between a loss and the tensors it is differentiated with respect to, including the one
    that computes the loss."""
    return {node.operation for node in between(gradient.inputs[0], gradient.inputs[1:], nodes)}
