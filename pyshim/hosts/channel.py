"""EngineChannel: the conversation of a worker with its session.

The session sends ``call`` and gets ``return`` or ``raise``. While a call runs, the engine may call a
function of the session: it sends ``callback`` and serves calls until the session answers that with
``return`` or ``raise``. So calls nest on both sides like calls in one process.
"""

import select
import traceback

from .. import config, errors
from ..engines.contract.graph import Function
from ..engines.contract.node import Node
from ..messages import Call, Value
from . import wire
from .waiting import Waiting


class CallbackFailed(errors.KerasError):
    """A function of the session raised; the session holds the error itself, by number."""

    def __init__(self, number, message):
        super().__init__(message)
        self.number = number


class EngineChannel:

    def __init__(self, connection, dispatcher, flush_output):
        self.connection = connection
        self.dispatcher = dispatcher
        self.flush_output = flush_output
        poll = select.poll()
        poll.register(connection.stream, select.POLLIN)
        self.waiting = Waiting(poll)
        self.open_callbacks = 0  # that the session has not answered

    def serve(self):
        """Carry out the session's calls until it answers an open callback, and give that answer."""
        while True:
            self.waiting.ready("call")
            message = self.connection.receive()
            if "call" not in message:
                if self.open_callbacks:
                    return message
                if "lost" not in message:
                    raise errors.WireError("an answer was received to no question")
            try:
                self.send(self.answer(message))
            except errors.WireError as error:  # nothing has been sent of it
                self.send(_raised(error))

    def answer(self, message):
        """The message that a call is answered with."""
        try:
            name, args, kwargs, eager = self._question(message)
            if name == "call_function":
                result = self.dispatcher.call_function(*args)
            else:
                result = self.dispatcher.call(name, args, kwargs, eager)
            buffers = []
            return {"return": self.pack(result, buffers), "buffers": buffers}
        except CallbackFailed as error:
            return {"raise": "CallbackFailed", "number": error.number}
        except errors.KerasError as error:
            return _raised(error)
        except MemoryError as error:
            return _raised(errors.OutOfMemoryError("out of memory: {words}",
                                                   words=str(error) or "the worker has none left"))

    def _question(self, message):
        """The call that a message asks for."""
        if "call" not in message:
            raise _lost(message)
        try:
            self.dispatcher.release(message["release"])
            if message["config"] is not None:
                config.apply(message["config"])
            if "lost" in message:
                raise _lost(message)
            args, kwargs = self.unpack(message["args"], message), self.unpack(message["kwargs"], message)
            if not (isinstance(args, tuple) and isinstance(kwargs, dict)):
                raise TypeError("args or kwargs are of another type")
            return message["call"], args, kwargs, message["eager"]
        except errors.KerasError:
            raise
        except (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise errors.WireError("a call is malformed: {kind}: {words}", kind=type(error).__name__,
                                   words=error) from error

    def send(self, message):
        self.flush_output()  # what a call prints is there to be shown before the call returns
        self.connection.send(message)

    # -- values ---------------------------------------------------------------------------------------

    def pack(self, value, buffers):
        return wire.pack(value, buffers, self._describe)

    def unpack(self, value, message):
        return wire.unpack(value, message["buffers"], self._find)

    def _describe(self, value):
        if isinstance(value, (Node, Function)):
            return {"handle": self.dispatcher.keep(value)}
        raise errors.EngineError("a native {type} cannot leave the engine's process",
                                 remedy="{call} keeps the engine in the session's own", type=type(value).__name__,
                                 call=Call("use_backend", self.dispatcher.contract.engine.name, in_process=True))

    def _find(self, value):
        if "handle" in value:
            return self.dispatcher.find(value["handle"])
        if "callback" in value:
            return self._callback(value["callback"])
        raise errors.WireError("unknown value {value}", value=Value(value))

    def _callback(self, number):
        """A function that calls the session's function of that number."""
        def call(*args):
            buffers = []
            self.send({"callback": number, "args": self.pack(list(args), buffers), "buffers": buffers})
            self.open_callbacks += 1
            answer = self.serve()
            self.open_callbacks -= 1
            if "raise" in answer:
                raise CallbackFailed(answer["raise"], answer["message"])
            if "lost" in answer:
                raise _lost(answer)
            return self.unpack(answer["return"], answer)
        return call


def _raised(error):
    """The message that an error is answered with."""
    data = error.to_data()
    return dict(data, fields=wire.pack(data["fields"], [], _refuse_object), native=_native(error))


def _refuse_object(value):
    raise errors.WireError("a field of an error holds a %s, which cannot be sent" % type(value).__name__)


def _lost(message):
    """The error for a message that there was no memory for."""
    return errors.OutOfMemoryError("out of memory: the worker could not receive arrays of %d bytes; it and its tensors "
                                   "live on" % message["lost"])


def _native(error):
    """The traceback of the native error behind this one."""
    if error.__cause__ is None:
        return None
    return "".join(traceback.format_exception(type(error.__cause__), error.__cause__,
                                              error.__cause__.__traceback__))
