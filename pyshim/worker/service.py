"""Service: answers the messages of a worker's session, one after the other.

    run        compile a program and keep it as a function under a number, or run one with arrays, or both
    hold       keep arrays under a number
    batches    run a function on batches of rows of such arrays
    variable   create a variable with its value
    get, set   get or set the values of variables
    clear      forget the graph
    describe   say which kernels are our own

Every message also lists the numbers that the session has released. The answer is ``return`` or ``raise``.
"""

import contextlib
import gc
import select
import traceback

import numpy as np

from .. import errors
from ..engines.batches import run_batches
from ..engines.own_kernels import own_kernels
from ..engines.refusals import explained
from ..graph.node import Node
from ..messages import Value
from ..wire.nodes import Decoder
from ..wire.values import pack, unpack
from ..wire.waiting import Waiting

MOST_GARBAGE = 1 << 26  # bytes

# The errors that reading a malformed message may raise.
MALFORMED = (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError)


class Service:

    def __init__(self, connection, engine, flush_output):
        self.connection = connection
        self.engine = engine
        self.flush_output = flush_output
        self.decoder = Decoder()
        self.garbage = 0  # bytes of values that the session has released since the last collection
        poll = select.poll()
        poll.register(connection.stream, select.POLLIN)
        self.waiting = Waiting(poll)
        engine.start_graph()

    def serve(self):
        """Answer messages until the session closes the connection, which raises ``Closed``."""
        while True:
            self.waiting.ready("message")
            message = self.connection.receive(self._make_room)
            answer = self.answer(message)
            self.flush_output()  # so that the session shows what a call prints before the call returns
            try:
                self.connection.send(answer)
            except errors.WireError as error:  # nothing has been sent
                self.connection.send(_raised(error))

    def answer(self, message):
        """Returns: the answer to a message."""
        try:
            act, content = self._read(message)
        except errors.KerasError as error:
            return dict(_raised(error), read=False)
        except MemoryError as error:
            error = errors.OutOfMemoryError("out of memory: {words}", words=str(error) or "the worker has none left")
            return dict(_raised(error), read=False)
        try:
            with explained(self.engine):
                arrays = act(self, **content)
        except errors.KerasError as error:
            return _raised(error)
        buffers = []
        return {"return": pack(arrays, buffers), "buffers": buffers}

    def _read(self, message):
        """Returns: the function of ``ACTIONS`` that a message requests, and its arguments."""
        try:
            self._let_go(message.get("release", ()))
            if "lost" in message:
                raise errors.OutOfMemoryError(
                    "out of memory: the worker could not receive arrays of %d bytes; it and its variables survive"
                    % message["lost"])
            act, read = ACTIONS[message["do"]]
            return act, read(self, message, message["buffers"])
        except errors.KerasError:
            raise
        except MALFORMED as error:
            raise errors.WireError("a message is malformed: {kind}: {words}", kind=type(error).__name__,
                                   words=error) from error

    def _make_room(self, message):
        """Release what the session has released before the arrays of its message arrive."""
        with contextlib.suppress(*MALFORMED):  # then reading the message fails
            self._let_go(message.get("release", ()))
            message["release"] = ()

    def _let_go(self, numbers):
        """Release what the session has released. An engine may have created reference cycles, which keep values alive
        until the next garbage collection. If they are few and large, that comes too late, so it is started here."""
        self.garbage += self.decoder.forget(numbers)
        if self.garbage > MOST_GARBAGE:
            self.garbage = 0
            gc.collect()

    # -- reading messages -------------------------------------------------------------------------------

    def _program(self, message, buffers):
        """Returns: the arguments of ``run``: a new program, if the message has one, and the arrays to run it with."""
        program = message.get("program")
        fed = message["fed"]
        return {"number": message["number"], "once": message.get("once", False),
                "program": None if program is None else self.decoder.program(program, buffers),
                "arrays": None if fed is None else unpack(fed, buffers)}

    def _arrays(self, message, buffers):
        return {"number": int(message["number"]), "arrays": unpack(message["arrays_held"], buffers)}

    def _batches(self, message, buffers):
        run, arrays = self.decoder.known[message["number"]], self.decoder.known[message["held"]]
        if not callable(run) or not isinstance(arrays, list):
            raise TypeError("the numbers are not those of a function and of arrays")
        return {"run": run, "arrays": arrays, "whole": unpack(message["whole"], buffers),
                "rows": unpack(message["rows"], buffers), "sizes": message["sizes"]}

    def _new_variable(self, message, buffers):
        array = unpack(message["array"], buffers)
        if not isinstance(array, np.ndarray):
            raise TypeError("a variable's value is not an array")
        return {"number": int(message["number"]), "name": message["name"], "array": array,
                "initialize": message["initialize"]}

    def _variables(self, message, buffers):
        return {"nodes": [self._variable(number) for number in message["numbers"]]}

    def _values(self, message, buffers):
        return {"pairs": [(self._variable(number), unpack(array, buffers)) for number, array in message["values"]]}

    def _variable(self, number):
        node = self.decoder.known[number]
        if not isinstance(node, Node) or node.kind != "variable":
            raise TypeError("number %r is no variable" % number)
        return node

    def _nothing(self, message, buffers):
        return {}

    # -- acting on messages -------------------------------------------------------------------------------

    def run(self, number, once, program, arrays):
        """Compile a program, if there is one, and run it, if there are arrays. Returns: the outputs' values."""
        if program is not None:
            self.decoder.known[number] = self.engine.compile(program, once)
        function = self.decoder.known.get(number)
        if not callable(function):
            raise errors.WireError("there is no function {number}", number=Value(number))
        return None if arrays is None else [np.asarray(result) for result in function(arrays)]

    def hold(self, number, arrays):
        self.decoder.known[number] = arrays

    def run_batches(self, run, arrays, whole, rows, sizes):
        return run_batches(run, arrays, whole, rows, sizes)

    def make_variable(self, number, name, array, initialize):
        native = self.engine.variable(array, name, initialize)
        self.decoder.known[number] = Node("variable", array.dtype.name, array.shape, name, native=native)

    def get_values(self, nodes):
        return [np.asarray(self.engine.get_value(node.native)) for node in nodes]

    def set_values(self, pairs):
        for node, array in pairs:
            self.engine.set_value(node.native, array)

    def clear(self):
        self.decoder = Decoder()
        self.engine.start_graph()

    def describe(self):
        return {"own": own_kernels(self.engine)}


ACTIONS = {
    "run": (Service.run, Service._program),
    "hold": (Service.hold, Service._arrays),
    "batches": (Service.run_batches, Service._batches),
    "variable": (Service.make_variable, Service._new_variable),
    "get": (Service.get_values, Service._variables),
    "set": (Service.set_values, Service._values),
    "clear": (Service.clear, Service._nothing),
    "describe": (Service.describe, Service._nothing),
}


def _raised(error):
    """Returns: the answer that reports an error."""
    data = error.to_data()
    return dict(data, fields=pack(data["fields"], []), native=_native(error))


def _native(error):
    """Returns: the traceback of the native error that caused this one, or None."""
    if error.__cause__ is None:
        return None
    return "".join(traceback.format_exception(type(error.__cause__), error.__cause__,
                                              error.__cause__.__traceback__))
