"""The graph: nodes, the operations that compute them, and the bodies of loops. Plain data, without native tensors."""

import collections
from typing import Any, Deque, Dict, Iterable, List, Optional, Sequence, Tuple

from ..dtypes import FLOATS

RANDOM = frozenset(["random_uniform", "random_normal", "truncated_normal"])

# Kernels that a loop runs again at each time step, even if they depend on no slice or state.
EFFECTS = RANDOM.union(["print_tensor"])

# Kernels that no gradient flows through, though their inputs and results may be floats.
CONSTANT_TO_GRADIENTS = RANDOM.union(["stop_gradient", "fill_like", "ctc_decode"])


class Numbered:
    """An object that is sent to an engine once, and referred to by its number from then on: see ``wire/nodes.py``.

    When the object is deleted, its number is added to ``ledger``, so that the engine can release it too. ``ledger`` is
    None if no engine knows the object.
    """

    __slots__ = ("number", "ledger", "__weakref__")

    def __init__(self) -> None:
        self.number: Optional[int] = None
        self.ledger: Optional[Deque[int]] = None

    def __del__(self) -> None:
        ledger = getattr(self, "ledger", None)  # an interrupt may have come before it was set
        if ledger is not None and self.number is not None:
            ledger.append(self.number)


class Operation(Numbered):
    """A kernel applied to nodes.

    ``kernel`` is the kernel's name, ``inputs`` are nodes, and ``attributes`` are the kernel's keyword arguments.
    Besides the kernels of ``engines/kernels`` there are three others. "loop" has the ``Body`` as an attribute; its
    inputs are the sequences, the initial states, and the nodes captured by the body. "gradient" has the loss as its
    first input; its results are the gradients of the loss with respect to the other inputs. "sparse" only groups the
    coordinates of a sparse tensor. ``traced_in`` is the loop body that was being traced when the operation was created.
    """

    __slots__ = ("kernel", "inputs", "attributes", "traced_in")

    def __init__(self, kernel: str, inputs: Iterable["Node"], attributes: Dict[str, Any],
                 traced_in: Optional["Body"] = None):
        super().__init__()
        self.kernel = kernel
        self.inputs = tuple(inputs)
        self.attributes = attributes
        self.traced_in = traced_in

    def has_effects(self) -> bool:
        """Whether a loop must repeat it at each time step, even if it depends on no slice or state."""
        return self.kernel in EFFECTS or self.kernel == "loop" and self.attributes["body"].has_effects()


class Node(Numbered):
    """A tensor: its dtype, its static shape (None is an unknown size) and where its value comes from.

    ``kind`` is one of
        "variable": ``native`` is the engine's variable; in the session, ``holder`` has its value: see ``Host``;
        "placeholder": ``value`` is its default value, or None;
        "constant": ``value`` is its array;
        "loop input": a slice or a state in the loop body ``value``;
        "tensor" and "gradient": result number ``output`` of ``operation`` (None if it has a single result);
        "update": like "tensor", but its evaluation also assigns its value to ``variable``.
    ``controls`` are nodes that must be evaluated with it. A sparse node has ``parts``, the nodes of its coordinates.
    ``known`` is what is known about the value of a small integer tensor while the graph is built: see ``known.py``.
    ``native`` and ``evaluators`` belong to the engine and the contract, which cache there what they create for the
    node. Users hold a ``Tensor``, a node with operators.
    """

    __slots__ = ("kind", "dtype", "shape", "name", "operation", "output", "controls", "value", "variable", "parts",
                 "known", "native", "holder", "evaluators")

    def __init__(self, kind: str, dtype: str, shape: Iterable[Optional[int]], name: Optional[str] = None,
                 operation: Optional[Operation] = None, output: Optional[int] = None, controls: Iterable["Node"] = (),
                 value: Any = None, native: Any = None):
        super().__init__()
        self.kind = kind
        self.dtype = dtype
        self.shape = tuple(shape)
        self.name = name
        self.operation = operation
        self.output = output
        self.controls = tuple(controls)
        self.value = value
        self.variable: Optional[Node] = None
        self.parts: Optional[Tuple[Node, ...]] = None
        self.known: Any = None
        self.native = native
        self.holder: Any = None
        self.evaluators: Optional[Dict[Any, Any]] = None

    @property
    def inputs(self) -> Tuple["Node", ...]:
        """The nodes from which its value is computed."""
        return () if self.operation is None else self.operation.inputs

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def recomputed(self, operation: Operation, controls: Iterable["Node"]) -> "Node":
        """Returns: a copy of the node with another operation and other controls."""
        node = Node(self.kind, self.dtype, self.shape, self.name, operation, self.output, controls)
        node.variable, node.parts = self.variable, self.parts
        return node

    def line(self) -> str:
        """Returns: the node as a line of text."""
        name = "'%s' " % self.name if self.name else ""
        return "%s %s(%s, %s)" % (self.kind, name, self.dtype, self.shape)


class Body:
    """The body of a loop, traced once: it computes results from loop inputs and from nodes outside the loop.

    ``name`` is the name of the argument that the user passed the step function as, such as "fn". ``slices`` and
    ``states`` are loop inputs; ``outputs`` and ``new_states`` are nodes. ``nodes`` are the nodes that each step
    computes, in topological order (inputs first); ``captured`` are the outside nodes that these need.
    """

    def __init__(self, name: str, slices: List[Node], states: List[Node]):
        self.name = name
        self.slices = slices
        self.states = states
        self.outputs: List[Node] = []
        self.new_states: List[Node] = []
        self.nodes: List[Node] = []
        self.captured: List[Node] = []

    @property
    def loop_inputs(self) -> List[Node]:
        return list(self.slices) + list(self.states)

    @property
    def results(self) -> List[Node]:
        return list(self.outputs) + list(self.new_states)

    def close(self, outputs: List[Node], new_states: List[Node]) -> None:
        """Set the results, and find the nodes that each step has to compute."""
        self.outputs, self.new_states = outputs, new_states
        inputs = set(self.loop_inputs)
        own = set(inputs)
        order = ancestors(self.results)
        for node in order:
            needs = node.inputs + node.controls
            if node not in inputs and (not own.isdisjoint(needs) or self._repeats(node)):
                if node.operation is not None and node.operation.kernel == "gradient":
                    # The nodes in between must belong to the body, so that the gradient flows through them there.
                    own.update(between(node.inputs[0], node.inputs[1:], order))
                own.add(node)
        self.nodes = [node for node in order if node in own and node not in inputs]
        used = [x for node in self.nodes for x in node.inputs + node.controls] + self.results
        self.captured = [x for x in collections.OrderedDict.fromkeys(used) if x not in own]

    def _repeats(self, node):
        return node.operation is not None and node.operation.traced_in is self and node.operation.has_effects()

    def has_effects(self):
        return any(node.operation.has_effects() for node in self.nodes)

    def reached(self, result):
        """Returns: the set of nodes, loop inputs and captured ones among them, that a gradient of a result flows back
        to."""
        found, todo = set(), [result]
        while todo:
            node = todo.pop()
            if node not in found:
                found.add(node)
                todo.extend(differentiable_inputs(node))
                state = position(node, self.states)
                if state is not None:
                    todo.append(self.new_states[state])
        return found


def position(node: Node, nodes: Sequence[Node]) -> Optional[int]:
    """Returns: the position of a node in a list, or None. list.index can't be used: == of tensors returns a tensor."""
    return next((i for i, each in enumerate(nodes) if each is node), None)


def ancestors(nodes: Sequence[Node], controls: bool = True, ends: Iterable[Node] = ()) -> List[Node]:
    """Returns: ``nodes`` and all nodes that they need, in topological order (inputs first).

    With ``controls``, this includes nodes that must only be evaluated alongside. ``ends``, and nodes that only they
    need, are left out. It is iterative because a graph may be deeper than Python's recursion limit.
    """
    order, seen = [], set(ends)
    stack = [(node, False) for node in reversed(nodes)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            needed = node.inputs + node.controls if controls else node.inputs
            stack.extend((needs, False) for needs in reversed(needed))
    return order


def operations_inside(nodes: Iterable[Node]) -> List[Operation]:
    """Returns: the operations of nodes in order, including those in the bodies of loops, without duplicates."""
    found: Dict[Operation, None] = {}
    for operation in [node.operation for node in nodes if node.operation is not None]:
        if operation not in found:
            found[operation] = None
            if operation.kernel == "loop":
                found.update(dict.fromkeys(operations_inside(operation.attributes["body"].nodes)))
    return list(found)


def differentiable_inputs(node: Node) -> List[Node]:
    """Returns: the inputs of a node that a gradient flows back to."""
    operation = node.operation
    if operation is None or operation.kernel in CONSTANT_TO_GRADIENTS or node.dtype not in FLOATS:
        return []
    inputs = list(operation.inputs)
    if operation.kernel == "loop" and node.output is not None:
        body = operation.attributes["body"]
        result = body.results[node.output]
        reached = body.reached(result)
        if node.output >= len(body.outputs):  # after zero steps it is the initial state
            reached.add(body.states[node.output - len(body.outputs)])
        inputs = [x for x, inside in zip(inputs, body.loop_inputs + list(body.captured)) if inside in reached]
    return [x for x in inputs if x.dtype in FLOATS]


def reached_by_gradient(loss):
    """Returns: the nodes that a gradient of the loss flows back to, including the loss."""
    found, todo = set(), [loss]
    while todo:
        node = todo.pop()
        if node not in found:
            found.add(node)
            todo.extend(differentiable_inputs(node))
    return found


def flows_through_gradient(node):
    """Whether a gradient that flows back through a node is a second derivative: the node is itself a gradient, or a
    loop whose body computes one on the way."""
    if node.operation is not None and node.operation.kernel == "loop":
        body = node.operation.attributes["body"]
        return any(map(flows_through_gradient, body.reached(body.results[node.output])))
    return node.kind == "gradient"


def between(loss, by, order):
    """Returns: the nodes between a loss and the nodes that it is differentiated with respect to, including the loss,
    and including those of ``by`` that depend on others of them."""
    reached, after, found = reached_by_gradient(loss), set(by), set()
    for node in order:
        if node in reached and not after.isdisjoint(node.inputs):
            after.add(node)
            found.add(node)
    return found


def substituted(nodes: Sequence[Node], now: Dict[Node, Node]) -> List[Node]:
    """Returns: copies of the nodes in which the keys of the dict ``now`` are replaced by its values."""
    now = _copies(nodes, now)
    return [now.get(node, node) for node in nodes]


def _copies(nodes, now):
    """Returns: ``now``, and a copy of each node that depends on one of its keys."""
    now, operations = dict(now), {}
    for node in ancestors(nodes, ends=now):
        old = node.operation
        if old is None or all(now.get(x, x) is x for x in node.inputs + node.controls):
            continue
        if old not in operations:
            attributes = old.attributes
            if old.kernel == "loop":
                attributes = dict(attributes, body=_body_copy(attributes["body"], now))
            operations[old] = Operation(old.kernel, [now.get(x, x) for x in old.inputs], attributes, old.traced_in)
        now[node] = node.recomputed(operations[old], [now.get(x, x) for x in node.controls])
    return now


def _body_copy(body, now):
    """Returns: a copy of a loop's body that captures the values of ``now`` instead of its keys."""
    copy = Body(body.name, [], [])
    now = {x: now[x] for x in body.captured if x in now}
    for x in body.loop_inputs:
        now[x] = Node("loop input", x.dtype, x.shape, x.name, value=copy)
    now = _copies(body.results, now)

    def copied(nodes):
        return [now.get(x, x) for x in nodes]
    copy.slices, copy.states = copied(body.slices), copied(body.states)
    copy.outputs, copy.new_states = copied(body.outputs), copied(body.new_states)
    copy.nodes, copy.captured = copied(body.nodes), copied(body.captured)
    return copy


def described(nodes):
    """Returns: the nodes and all that they need as text, one line each, inputs first."""
    lines = []
    _describe(nodes, lines, {}, "")
    return "\n".join(lines)


def _describe(nodes, lines, numbers, indent):
    for node in ancestors(nodes):
        if node in numbers:
            continue
        number = numbers[node] = len(numbers)
        text = "%s%%%d = %s" % (indent, number, node.line())
        if node.operation is not None:
            attributes = ["%s=%r" % each for each in sorted(node.operation.attributes.items())
                          if not isinstance(each[1], Body)]
            of = "" if node.output is None else ", result %d" % node.output
            text += ": %s(%s)%s" % (node.operation.kernel, ", ".join(
                ["%%%d" % numbers[x] for x in node.inputs] + attributes), of)
            if node.controls:
                text += " after " + ", ".join("%%%d" % numbers[x] for x in node.controls)
        lines.append(text)
        body = None if node.operation is None else node.operation.attributes.get("body")
        if body is not None and not node.output:
            lines.append("%s  body of %s:" % (indent, body.name))
            _describe(body.results, lines, numbers, indent + "    ")
            lines.append("%s    returns %s" % (indent, ", ".join("%%%d" % numbers[x] for x in body.results)))
