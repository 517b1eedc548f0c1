"""Programs on the wire. A node is sent once; from then on both sides know it by its number, until it is gone.

The session has an ``Encoder`` for each worker, the worker a ``Decoder``. A number stands for a node or for an
operation, and the session tells when it has let go of one. Constants travel with their arrays, variables before, in
messages of their own.
"""

import collections
import itertools

import numpy as np

from ..graph.node import Body, Node, Operation
from ..graph.program import Program
from .region import byte_count
from .values import pack, unpack


class Encoder:
    """Programs as data, for one worker. ``count`` gives its numbers, from 1 where there is none yet."""

    def __init__(self, count=None):
        self.count = itertools.count(1) if count is None else count
        self.gone = collections.deque()  # numbers of what the session has let go of
        self.fresh = []                  # what the message in the making is the first to tell of

    def number(self, thing):
        """A number for a node, operation or function, which the message in the making tells of."""
        self.fresh.append(thing)  # before it is known: an interrupt may come in between
        thing.number, thing.ledger = next(self.count), self.gone
        return thing.number

    def sent(self):
        """Note that the worker has got the message."""
        self.fresh.clear()

    def lost(self):
        """Note that the worker has not got the message."""
        for thing in self.fresh:
            thing.number = thing.ledger = None
        self.fresh.clear()

    def released(self):
        """The numbers that the worker is to forget now."""
        return [self.gone.popleft() for _ in range(len(self.gone))]

    def program(self, program, buffers):
        """A program as data; its arrays go to ``buffers``. Its variables have been sent."""
        entries = []
        for node in program.nodes:
            self._tell(node, entries, buffers)
        return {"entries": entries, "inputs": _numbers(program.inputs), "outputs": _numbers(program.outputs),
                "controls": _numbers(program.controls), "nodes": _numbers(program.nodes),
                "updates": [[variable.number, value.number] for variable, value in program.updates.items()]}

    def _tell(self, node, entries, buffers):
        """Add an entry for a node that is new to the worker. Its inputs have been told of."""
        if node.ledger is self.gone:
            return
        operation = node.operation
        if operation is not None and operation.ledger is not self.gone:
            attributes = {name: self._attribute(value, entries, buffers) for name, value in
                          operation.attributes.items()}
            operation = [self.number(operation), operation.kernel, _numbers(operation.inputs), attributes]
        elif operation is not None:
            operation = operation.number
        value = pack(node.value, buffers) if node.kind == "constant" else None
        entries.append([self.number(node), node.kind, node.dtype, node.shape, node.name, operation, node.output,
                        _numbers(node.controls), value])

    def _attribute(self, value, entries, buffers):
        if not isinstance(value, Body):
            return pack(value, buffers)
        for node in value.loop_inputs + value.nodes:
            self._tell(node, entries, buffers)
        return {"body": {"name": value.name, **{part: _numbers(getattr(value, part)) for part in PARTS}}}


PARTS = ("slices", "states", "outputs", "new_states", "nodes", "captured")  # of a body


def _numbers(nodes):
    return [node.number for node in nodes]


class Decoder:
    """The nodes that the session has told of, by number."""

    def __init__(self):
        self.known = {}

    def forget(self, numbers):
        """Let go of what the session has let go of. Returns: the bytes of the values that were among it."""
        return sum(_bytes(self.known.pop(number, None)) for number in numbers)

    def program(self, data, buffers):
        """The program that ``Encoder.program`` was given."""
        for entry in data["entries"]:
            self._learn(buffers, *entry)
        updates = {self.known[variable]: self.known[value] for variable, value in data["updates"]}
        inputs, outputs, controls, nodes = [self._found(data[part]) for part in ("inputs", "outputs", "controls",
                                                                                 "nodes")]
        return Program(inputs, outputs, controls, updates, nodes)

    def _learn(self, buffers, number, kind, dtype, shape, name, operation, output, controls, value):
        if isinstance(operation, list):
            number_of_it, kernel, inputs, attributes = operation
            attributes = {name: self._attribute(value, buffers) for name, value in attributes.items()}
            self.known[number_of_it] = Operation(kernel, self._found(inputs), attributes)
            operation = number_of_it
        self.known[number] = Node(kind, dtype, shape, name, None if operation is None else self.known[operation],
                                  output, self._found(controls), unpack(value, buffers))

    def _attribute(self, value, buffers):
        if not (isinstance(value, dict) and "body" in value):
            return unpack(value, buffers)
        data = value["body"]
        body = Body(data["name"], [], [])
        for part in PARTS:
            setattr(body, part, self._found(data[part]))
        return body

    def _found(self, numbers):
        return [self.known[number] for number in numbers]


def _bytes(thing):
    """The bytes of the value of a variable or constant."""
    if not isinstance(thing, Node) or thing.kind not in ("variable", "constant"):
        return 0
    return byte_count(np.dtype(thing.dtype), thing.shape)
