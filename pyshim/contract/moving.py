"""The same graph on another backend: nodes of one contract are made anew for another."""

from ..graph.node import Body, Operation, ancestors
from ..tensors import Tensor


def moved(nodes, contract):
    """Make nodes, and all they need, anew on the graph of another contract.

    Variables become variables there, with the values that they have now. Updates become their new values, and are not
    carried out. Returns: a dict of all nodes. Raises GradientError for a gradient that the other engine does not have.
    """
    needed = ancestors(nodes)
    own = [node for node in needed if node.kind == "variable" and node.parts is None]
    values = dict(zip(own, own[0].host.get_values(own))) if own else {}
    copies = _Copies(contract, values)
    for node in needed:
        copies.add(node)
    return copies.now


class _Copies:

    def __init__(self, contract, values):
        self.contract = contract
        self.values = values
        self.now = {}         # node -> its copy
        self.operations = {}  # operation -> its copy, or the nodes of a gradient
        self.bodies = {}      # body of a loop -> its copy

    def add(self, node):
        """Make the copy of a node whose inputs have been copied."""
        if node in self.values:
            self.now[node] = self.contract.variable(self.values[node], node.dtype, node.name)
        elif node.operation is None:
            self.now[node] = self._node(node, value=node.value)
        elif node.kind == "gradient":
            self.now[node] = self._gradients(node.operation)[node.output]
        elif node.operation.kernel == "logsumexp" and "logsumexp" not in self.contract.host.traits["fused"]:
            self.now[node] = self.contract.logsumexp(self.now[node.inputs[0]], **node.operation.attributes)
        else:
            self.now[node] = self._node(node, operation=self._operation(node.operation), output=node.output)

    def _node(self, node, **more):
        kind = "tensor" if node.kind == "update" else node.kind
        copy = Tensor(self.contract.graph, kind, node.dtype, node.shape, name=node.name,
                      controls=[self.now[x] for x in node.controls], **more)
        if node.parts is not None:
            copy.parts = tuple(self.now[x] for x in node.parts)
        return copy

    def _operation(self, operation):
        if operation not in self.operations:
            inputs, attributes = [self.now[x] for x in operation.inputs], operation.attributes
            if operation.kernel == "loop":
                old = attributes["body"]
                body = self._body(old)
                inputs = inputs[:len(old.loop_inputs)] + body.captured
                attributes = {"body": body}
            self.operations[operation] = Operation(operation.kernel, inputs, attributes,
                                                   self.bodies.get(operation.traced_in))
        return self.operations[operation]

    def _gradients(self, operation):
        if operation not in self.operations:
            loss, *variables = [self.now[x] for x in operation.inputs]
            self.operations[operation] = self.contract.gradients(loss, variables)
        return self.operations[operation]

    def _body(self, old):
        body = self.bodies[old] = Body(old.name, [], [])
        for node in old.loop_inputs:
            self.now[node] = self._node(node, value=body)
        body.slices, body.states = [[self.now[node] for node in part] for part in (old.slices, old.states)]
        for node in old.nodes:
            self.add(node)
        body.close(*[[self.now[node] for node in part] for part in (old.outputs, old.new_states)])
        return body
