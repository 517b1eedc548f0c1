"""The graph: nodes, the operations that compute them, and the bodies of loops. Plain data, without native tensors."""

import collections
from typing import Any, Deque, Dict, Iterable, List, Optional, Sequence, Tuple

from ..dtypes import FLOATS

RANDOM = frozenset(["random_uniform", "random_normal", "truncated_normal"])

# Kernels that each step of a loop applies anew where its function applies them, even if they depend on no slice.
EFFECTS = RANDOM.union(["print_tensor"])

# Kernels that no gradient flows through, though their inputs and results may be floats.
CONSTANT_TO_GRADIENTS = RANDOM.union(["stop_gradient", "fill_like", "ctc_decode"])


class Numbered:
    """What an engine is told of once, and knows by its number from then on (``wire/nodes.py``).

    ``ledger`` takes the number when this is gone, so that the engine can let go of it, too; None where no engine
    knows of it.
    """

    __slots__ = ("number", "ledger", "__weakref__")

    def __init__(self) -> None:
        self.number: Optional[int] = None
        self.ledger: Optional[Deque[int]] = None

    def __del__(self) -> None:
        ledger = getattr(self, "ledger", None)  # an interrupt may have come before there was one
        if ledger is not None and self.number is not None:
            ledger.append(self.number)


class Operation(Numbered):
    """A kernel applied to nodes.

    ``kernel`` is the kernel's name, ``inputs`` are nodes, and ``attributes`` are the kernel's keyword arguments.
    Besides the kernels of ``engines/kernels`` there are "loop", whose attribute is the ``Body`` (its inputs are the
    sequences, the first states, and what the body captures); "gradient", whose first input is the loss and whose
    results are its gradients with respect to the other inputs; and "sparse", which only groups the coordinates of a
    sparse tensor. The body of a loop whose step was being traced when the operation was made is ``traced_in``.
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
        """Whether a loop has to repeat it in each step, even if it depends on no slice."""
        return self.kernel in EFFECTS or self.kernel == "loop" and self.attributes["body"].has_effects()


class Node(Numbered):
    """A tensor: its dtype, its static shape (None is an unknown size) and where its value comes from.

    ``kind`` is one of
        "variable": ``native`` is the engine's variable; in the session, ``holder`` is what has its value: see ``Host``;
        "placeholder": ``value`` is what is fed by default, or None;
        "constant": ``value`` is its array;
        "loop input": a slice or a state in the body of a loop, ``value``;
        "tensor" and "gradient": number ``output`` of the results of ``operation`` (None: its only result);
        "update": as "tensor", and evaluating it changes ``variable`` to its value.
    ``controls`` are nodes that have to be evaluated with it. A sparse node has ``parts``, the nodes of its coordinates.
    ``known`` tells of a small integer tensor what is known of its value while the graph is built: see ``known.py``.
    ``native`` and ``evaluators`` belong to the engine and the contract, which keep there what they made of the node.
    What users hold is a ``Tensor``, a node with operators.
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
        """The nodes that its value is computed from."""
        return () if self.operation is None else self.operation.inputs

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def recomputed(self, operation: Operation, controls: Iterable["Node"]) -> "Node":
        """The same tensor, computed by another operation and with other controls."""
        node = Node(self.kind, self.dtype, self.shape, self.name, operation, self.output, controls)
        node.variable, node.parts = self.variable, self.parts
        return node

    def line(self) -> str:
        """The node in a line of text."""
        name = "'%s' " % self.name if self.name else ""
        return "%s %s(%s, %s)" % (self.kind, name, self.dtype, self.shape)


class Body:
    """The step of a loop, traced once: what it computes from loop inputs and from nodes outside of the loop.

    ``name`` is the argument that the user gave the step as, such as "fn". ``slices`` and ``states`` are loop inputs,
    ``outputs`` and ``new_states`` nodes. ``nodes`` are those that each step computes, inputs before their users;
    ``captured`` are the nodes outside that these need.
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
        """Note the results, and find out which nodes each step has to compute."""
        self.outputs, self.new_states = outputs, new_states
        inputs = set(self.loop_inputs)
        own = set(inputs)
        order = ancestors(self.results)
        for node in order:
            needs = node.inputs + node.controls
            if node not in inputs and (not own.isdisjoint(needs) or self._repeats(node)):
                if node.operation is not None and node.operation.kernel == "gradient":
                    # What is between is computed in the step, so that the gradient flows through it there.
                    own.update(_between(node.inputs[0], node.inputs[1:], order))
                own.add(node)
        self.nodes = [node for node in order if node in own and node not in inputs]
        used = [x for node in self.nodes for x in node.inputs + node.controls] + self.results
        self.captured = [x for x in collections.OrderedDict.fromkeys(used) if x not in own]

    def _repeats(self, node):
        return node.operation is not None and node.operation.traced_in is self and node.operation.has_effects()

    def has_effects(self):
        return any(node.operation.has_effects() for node in self.nodes)

    def reached(self, result):
        """The loop inputs and captured nodes that a gradient of a result flows back to."""
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
    """The position of a node in a list, None where it is not there. Equality of tensors makes a tensor."""
    return next((i for i, each in enumerate(nodes) if each is node), None)


def ancestors(nodes: Sequence[Node], controls: bool = True, ends: Iterable[Node] = ()) -> List[Node]:
    """Every node that ``nodes`` need, themselves included, inputs before their users.

    Iterative, since a graph may be deeper than Python's recursion limit. With ``controls`` the nodes
    that only have to be evaluated alongside are walked too. ``ends``, and what only they need, are left out.
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


def differentiable_inputs(node: Node) -> List[Node]:
    """The inputs of a node that a gradient flows back to."""
    operation = node.operation
    if operation is None or operation.kernel in CONSTANT_TO_GRADIENTS or node.dtype not in FLOATS:
        return []
    inputs = list(operation.inputs)
    if operation.kernel == "loop" and node.output is not None:
        body = operation.attributes["body"]
        result = body.results[node.output]
        reached = body.reached(result)
        if node.output >= len(body.outputs):  # after no step it is the first state
            reached.add(body.states[node.output - len(body.outputs)])
        inputs = [x for x, inside in zip(inputs, body.loop_inputs + list(body.captured)) if inside in reached]
    return [x for x in inputs if x.dtype in FLOATS]


def reached_by_gradient(loss):
    """The nodes that a gradient of the loss flows back to, itself included."""
    found, todo = set(), [loss]
    while todo:
        node = todo.pop()
        if node not in found:
            found.add(node)
            todo.extend(differentiable_inputs(node))
    return found


def flows_through_gradient(node):
    """Whether a gradient that flows back through a node flows through another gradient: it is one, or a loop whose step
    computes one on the way."""
    if node.operation is not None and node.operation.kernel == "loop":
        body = node.operation.attributes["body"]
        return any(map(flows_through_gradient, body.reached(body.results[node.output])))
    return node.kind == "gradient"


def _between(loss, by, order):
    """The nodes between those that a loss is differentiated by and the loss."""
    reached, after = reached_by_gradient(loss), set(by)
    for node in order:
        if node in reached and not after.isdisjoint(node.inputs):
            after.add(node)
    return after.difference(by)


def substituted(nodes: Sequence[Node], now: Dict[Node, Node]) -> List[Node]:
    """The nodes, computed from others in place of those that the dict ``now`` names."""
    now, operations = dict(now), {}
    for node in ancestors(nodes):
        if node in now or node.operation is None:
            continue
        old = node.operation
        if all(now.get(x, x) is x for x in node.inputs + node.controls):
            continue
        if old not in operations:
            operations[old] = Operation(old.kernel, [now.get(x, x) for x in old.inputs], old.attributes, old.traced_in)
        now[node] = node.recomputed(operations[old], [now.get(x, x) for x in node.controls])
    return [now.get(node, node) for node in nodes]


def described(nodes):
    """The nodes and all they need as text, a line each, inputs before their users."""
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
