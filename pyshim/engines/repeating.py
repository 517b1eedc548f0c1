"""Programs that may run twice: first with an engine's own derivatives, which are faster, and again with ours if that
gave nan."""

from ..graph.node import between, operations_inside


def can_repeat(nodes):
    """Whether a program may be repeated after one of its gradients was nan: it prints nothing, and all its gradients
    can be examined, because none is in the body of a loop or on the way to another gradient."""
    gradients, operations = gradient_operations(nodes), operations_inside(nodes)
    return (are_outside_loops(gradients, operations)
            and all(operation.kernel != "print_tensor" for operation in operations)
            and all(gradients.isdisjoint(operations_between(gradient, nodes)) for gradient in gradients))


def gradient_operations(nodes):
    """Returns: the set of a program's operations that compute gradients, without those in the bodies of loops."""
    return {node.operation for node in nodes if node.kind == "gradient"}


def are_outside_loops(gradients, operations):
    """Whether these are all operations that compute gradients among the operations, which include those in loops."""
    return all(operation in gradients for operation in operations if operation.kernel == "gradient")


def operations_between(gradient, nodes):
    """Returns: the operations between a loss and the tensors it is differentiated with respect to, including the one
    that computes the loss."""
    return {node.operation for node in between(gradient.inputs[0], gradient.inputs[1:], nodes)}
