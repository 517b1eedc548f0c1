"""The backward pass, from a loss to the nodes that it is differentiated by, kernel by kernel."""

from typing import Callable, Dict

from ...errors import GradientError
from ...graph.node import ancestors, between, differentiable_inputs, flows_through_gradient, reached_by_gradient
from .. import rules
from . import loops

RULES: Dict[str, Callable] = {}

# Kernels without a second derivative on any engine.
ONLY_FIRST = frozenset(["ctc_batch_cost"])


def need_second_derivatives(k, loss, by):
    """Raise GradientError if the gradients of a loss need the second derivative of a kernel that has none.

    Arguments: k, the contract; loss, a node; by, the nodes that it is differentiated with respect to.
    """
    reached = reached_by_gradient(loss)
    if not any(node.kind == "gradient" for node in reached):
        return
    after, order = set(by), ancestors([loss], controls=False)
    for node in order:
        if node not in reached or after.isdisjoint(differentiable_inputs(node)):
            continue
        after.add(node)
        if node.kind == "gradient":
            for inner in between(node.inputs[0], node.inputs[1:], order) & after:
                if inner.operation.kernel in ONLY_FIRST:
                    raise _without_second_derivative(k, inner.operation)


def _without_second_derivative(k, operation):
    return GradientError("{engine} has no second derivatives of {kernel}", engine=k.host.traits["title"],
                         kernel=operation.kernel)


def without_gradients(k, loss, by):
    """A loss and the nodes that it is differentiated by, with every gradient between them composed of kernels.

    Arguments: k, the contract; loss, a node; by, a list of nodes. Returns: the loss, or a node of the same value; the
    nodes that correspond to ``by``; and a list of nodes that have to be evaluated, too, such as updates that the loss
    needs. Raises GradientError for a kernel without a rule.
    """
    reached, after, alongside = reached_by_gradient(loss), set(by), []
    now, composed = {}, {}  # node -> its replacement; operation -> the nodes of its results
    for node in ancestors([loss], controls=False):
        inputs = differentiable_inputs(node)
        if node not in reached or after.isdisjoint(inputs):
            continue
        after.add(node)
        operation = node.operation
        if now.keys().isdisjoint(inputs) and not flows_through_gradient(node):
            continue
        alongside.extend(node.controls)
        new = [now.get(x, x) for x in operation.inputs]
        if node.kind == "gradient":
            if operation not in composed:
                composed[operation] = gradients(k, new[0], new[1:])
            now[node] = composed[operation][node.output]
        elif operation.kernel == "loop":
            if operation.has_effects():  # the original loop prints
                alongside.append(node)
            if operation not in composed:
                composed[operation] = loops.traced_again(k, operation, new, gradients)
            now[node] = composed[operation][node.output]
        elif node.kind == "update" or operation.kernel == "print_tensor":
            alongside.append(node)  # so that it is carried out once
            now[node] = new[0]
        else:
            now[node] = k.apply(operation.kernel, new, node.dtype, node.shape, **operation.attributes)
    return now.get(loss, loss), [now.get(x, x) for x in by], alongside


def gradients(k, loss, by):
    """The gradients of a loss with respect to nodes, composed of kernels: a list of nodes."""
    found = backward(k, [(loss, k.ones_like(loss))], by, ancestors([loss], controls=False))
    return [k.zeros_like(x) if gradient is None else gradient for x, gradient in zip(by, found)]


def backward(k, losses, by, order):
    """The gradients of a sum of losses, composed of kernels.

    Arguments: losses, pairs of a node and its upstream gradient; by, the nodes to differentiate with respect to;
    order, at least the nodes between them, inputs before their users: gradients flow only through these nodes.
    Returns: a list of nodes, None where no gradient arrives.
    """
    flowing, passed = set(by), []
    for node in order:
        if not flowing.isdisjoint(differentiable_inputs(node)):
            flowing.add(node)
            passed.append(node)
    found = {}

    def add(node, gradient):
        gradient.shape = rules.merge(gradient.shape, node.shape)
        found[node] = k.add(found[node], gradient) if node in found else gradient

    for node, gradient in losses:
        add(node, gradient)
    first = {node.operation: node for node in reversed(passed)}
    results = {}  # operation -> its nodes that a gradient has arrived at
    for node in reversed(passed):
        operation = node.operation
        if node in found:
            results.setdefault(operation, []).append(node)
        # At the first of an operation's results, all users of all its results have been visited.
        if first[operation] is node and operation in results:
            reached = flowing.intersection(x for result in results[operation] for x in differentiable_inputs(result))
            wanted = [x in reached for x in operation.inputs]
            given = {result.output: found[result] for result in results[operation]}
            for x, gradient in zip(operation.inputs, _of_inputs(k, node, given, wanted)):
                if gradient is not None:
                    add(x, gradient)
    return [found.get(x) for x in by]


def _of_inputs(k, node, given, wanted):
    """The gradients with respect to the inputs of a node's operation, None for those that are not wanted."""
    operation = node.operation
    if operation.kernel == "loop":
        return loops.gradients(k, operation, given, wanted, backward)
    rule = RULES.get(operation.kernel)
    if rule is None:
        raise _without_second_derivative(k, operation)
    made = rule(k, given[None], node, *operation.inputs, **operation.attributes)
    made = made + [None] * (len(wanted) - len(made))
    return [make() if is_wanted and make is not None else None for make, is_wanted in zip(made, wanted)]
