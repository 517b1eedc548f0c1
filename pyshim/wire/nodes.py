"""Programs on the wire. A node is sent once; from then on both sides refer to it by its number, until it is deleted.

The session has an ``Encoder`` for each worker, and the worker has a ``Decoder``. A number stands for a node, an
operation, a function or held arrays. The session tells the worker when it has released one. Constants are sent with
their arrays, variables beforehand in separate messages.
"""

import collections
import itertools

import numpy as np

from ..graph.node import Body, Node, Operation
from ..graph.program import Program
from .region import byte_count
from .values import pack, unpack


class Encoder:
    """Encodes programs as data for one worker. ``count`` yields the numbers, by default from 1."""

    def __init__(self, count=None):
        self.count = itertools.count(1) if count is None else count
        self.gone = collections.deque()  # the numbers of objects that the session has released
        self.fresh = []                  # the objects that the current message introduces

    def number(self, thing):
        """Returns: a new number for an object that the current message introduces."""
        self.fresh.append(thing)  # before it gets its number: an interrupt may come in between
        thing.number, thing.ledger = next(self.count), self.gone
        return thing.number

    def sent(self):
        """Note that the worker has received the message."""
        self.fresh.clear()

    def lost(self):
        """Note that the worker has not received the message."""
        for thing in self.fresh:
            thing.number = thing.ledger = None
        self.fresh.clear()

    def released(self):
        """Returns: the numbers that the worker should forget now. They are removed from ``gone``."""
        return [self.gone.popleft() for _ in range(len(self.gone))]

    def program(self, program, buffers):
        """Returns: a program as data. Its arrays are added to ``buffers``. Its variables must have been sent before."""
        entries = []
        for node in program.nodes:
            self._tell(node, entries, buffers)
        return {"entries": entries, "inputs": _numbers(program.inputs), "outputs": _numbers(program.outputs),
                "controls": _numbers(program.controls), "nodes": _numbers(program.nodes),
                "updates": [[variable.number, value.number] for variable, value in program.updates.items()]}

    def _tell(self, node, entries, buffers):
        """Add an entry for a node if it is new to the worker. Its inputs must already be known there."""
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
    """Decodes programs in the worker. ``known`` has the objects that the session has sent, by number."""

    def __init__(self):
        self.known = {}

    def forget(self, numbers):
        """Release what the session has released. Returns: the number of bytes of the values among it."""
        return sum(_bytes(self.known.pop(number, None)) for number in numbers)

    def program(self, data, buffers):
        """Returns: the program that was passed to ``Encoder.program``."""
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
    """Returns: the number of bytes of the value of a variable or constant, 0 for anything else."""
    if not isinstance(thing, Node) or thing.kind not in ("variable", "constant"):
        return 0
    return byte_count(np.dtype(thing.dtype), thing.shape)
