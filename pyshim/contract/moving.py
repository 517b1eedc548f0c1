"""The same graph on another backend: copying nodes from one contract to another."""

from ..graph.node import Body, Operation, ancestors
from ..tensors import Tensor
from .function import Function
from .programs import program_of


class Elsewhere:
    """Evaluates a node on a backend other than its own.

    Variables stay where they are: their values are sent along with each evaluation, and new values from updates are
    sent back. The class has those methods of ``Function`` that an evaluation needs.
    """

    def __init__(self, contract, node):
        program = program_of(node.graph.contract, [], [node], [])
        self.host = node.host
        self.variables = [x for x in program.variables() if x.parts is None]
        self.updated = list(program.updates)
        with contract.outside_scopes():
            outputs = [node] + list(program.updates.values())
            now = moved(outputs, contract, {x: Tensor(contract.graph, "placeholder", x.dtype, x.shape, name=x.name)
                                            for x in self.variables})
        self.function = Function(contract, [now[x] for x in self.variables], [now[x] for x in outputs], [],
                                 single=False, once=True)

    @property
    def outdated(self):
        return self.function.outdated

    def results(self, values):
        """The value of the node; the updates that it needs are carried out."""
        value, *new = self.function.results(values + self.host.get_values(self.variables))
        if new:
            self.host.set_values(list(zip(self.updated, new)))
        return value


def moved(nodes, contract, now):
    """Copy nodes, and all that they depend on, to the graph of another contract.

    Arguments: now, a dict from nodes, among them all variables, to their substitutes there. Updates are replaced by
    their new values, and are not carried out. Returns: a dict from all nodes to their copies. Raises GradientError for
    a gradient that the other engine cannot compute.
    """
    copies = Copies(contract, now)
    contract.assertions.update(nodes[0].graph.contract.assertions)
    for node in ancestors(nodes, ends=copies.now):
        copies.add(node)
    return copies.now


class Copies:
    """Copies of nodes in the graph of a contract. ``now`` holds the copies that already exist."""

    def __init__(self, contract, now):
        self.contract = contract
        self.now = dict(now)  # node -> its copy
        self.operations = {}  # operation -> its copy, or the nodes of a gradient
        self.bodies = {}      # body of a loop -> its copy

    def add(self, node):
        """Copy a node whose inputs have been copied."""
        if node in self.now:
            return
        if node.operation is None:
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
            self.operations[operation] = self.gradients(loss, variables)
        return self.operations[operation]

    def gradients(self, loss, variables):
        """The nodes of copied gradients."""
        return self.contract.gradients(loss, variables)

    def _body(self, old):
        body = self.bodies[old] = Body(old.name, [], [])
        for node in old.loop_inputs:
            self.now[node] = self._node(node, value=body)
        body.slices, body.states = [[self.now[node] for node in part] for part in (old.slices, old.states)]
        for node in old.nodes:
            self.add(node)
        body.close(*[[self.now[node] for node in part] for part in (old.outputs, old.new_states)])
        return body
