"""Worker: an engine in a process of its own, on the interpreter of its environment."""

import atexit
import os
import weakref

import numpy as np

from .. import config, errors
from ..tensors import Function, Tensor
from . import casts, postponing, timeout, wire
from .failures import advice
from .host import Host
from .process import Process, keep_statuses
from .turn import Turn
from .waiting import Waiting


class Worker(Host):

    where = "worker"
    process = None
    pid = None
    _ended = None

    def __init__(self, environment, threads=None):
        super().__init__(environment)
        self.threads = threads
        self.owner = os.getpid()
        self.turn = Turn(environment.name)
        self.functions = {}       # the session's functions that the engine may call, by number
        self.failures = {}        # what they raised, until the call that they ran in returns
        self.function_count = 0
        self.open_calls = 0       # those that the worker has not answered
        self.talking = False      # whether a message is on its way, which nothing may come between
        self.config_version = None
        self.clock = timeout.Clock()  # of the outermost call
        self.clock.start(timeout.start_seconds())
        try:
            self.process = Process(environment, threads, self.clock)
            self.wire = self.process.wire
            self.waiting = Waiting(self.process.poll)
            self._until_ready()
        except BaseException:
            if self.process is not None:
                self.end("it could not start")
            raise
        _running.add(self)

    # -- calls ----------------------------------------------------------------------------------------

    def call(self, name, args, kwargs, eager):
        return self._call(name, casts.of_arguments(name, tuple(args), kwargs), kwargs, eager)

    def call_function(self, function, values):
        return self._call("call_function", (function, casts.of_values(values, function.inputs)), {}, False)

    def _call(self, name, args, kwargs, eager):
        if self.ended:
            self._pack([args, kwargs], [], [])  # its own tensors have the better message
            self._need_running()
        with postponing.call(), self.turn:
            if self.talking:
                raise errors.WorkerError("backend %s cannot be called from a finalizer or a signal handler that "
                                         "runs in the midst of another call" % self.backend)
            open_before = self.open_calls
            if not open_before:
                self.clock.start(timeout.seconds())
            mine = []  # numbers of the functions that this call hands over
            try:
                self._ask(name, args, kwargs, eager, mine)
                return self._result(name, mine)
            finally:
                for number in mine:
                    self.functions.pop(number, None)
                if not open_before:
                    self.failures.clear()
                if self.open_calls != open_before:  # its answer would be taken for that of the next call
                    self.end("the call that it was in was broken off")
                    self.open_calls = open_before
                self._tidy()

    def _ask(self, name, args, kwargs, eager, mine):
        """Send a call."""
        buffers = []
        version = config.version()
        settings = config.snapshot() if self.config_version != version else None
        message = {"call": name, "args": self._pack(args, buffers, mine), "kwargs": self._pack(kwargs, buffers, mine),
                   "eager": eager, "config": settings, "release": [], "buffers": buffers}
        message["release"] = released = self.take_released()
        self.open_calls += 1
        try:
            self._send(message)
        except errors.WireError:  # nothing was sent
            self.open_calls -= 1
            self.released.extendleft(released)
            raise
        self.config_version = version

    def _result(self, name, mine):
        """The result of the call that is open, after the callbacks that come before it."""
        while True:
            message = self._receive(name)
            if "callback" in message:
                self._answer(message, mine)
                continue
            if "raise" not in message and "return" not in message:  # its header is lost: nobody knows what it was
                self.end("the conversation with it broke off")
            self.open_calls -= 1
            if "raise" in message:
                self._raise(message)
            return self._unpack(self._whole(message)["return"], message)

    def _answer(self, message, mine):
        """Run the session's function that the engine calls, and send what it returns."""
        buffers = []
        outer, self.turn.in_callback = self.turn.in_callback, True
        try:
            function = self.functions[message["callback"]]
            result = function(*self._unpack(self._whole(message)["args"], message))
            answer = {"return": self._pack(result, buffers, mine), "buffers": buffers}
        except BaseException as error:
            if self.ended:  # nobody is there to be told
                raise
            answer = self._failed(error)
        finally:
            self.turn.in_callback = outer
        try:
            self._send(answer)
        except errors.WireError as error:  # nothing was sent
            self._send(self._failed(error))

    def _failed(self, error):
        """The answer that a function raised. The error itself stays here, whatever its text would raise."""
        self.function_count += 1
        self.failures[self.function_count] = error
        return {"raise": self.function_count, "message": type(error).__name__}

    def _raise(self, message):
        if message["raise"] == "CallbackFailed":
            raise self.failures.pop(message["number"])
        raise errors.KerasError.from_data(dict(message, fields=wire.unpack(message["fields"], [], None)))

    @staticmethod
    def _whole(message):
        """The message; OutOfMemoryError where there was no memory for a part of it."""
        if "lost" in message:
            raise errors.OutOfMemoryError("out of memory: the session could not receive arrays of %d bytes; the worker "
                                          "and its tensors live on" % message["lost"])
        return message

    def memory(self):
        """Resident bytes of the worker, None where the system does not tell."""
        try:
            with open("/proc/%d/statm" % self.pid, encoding="ascii") as file:
                return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, ValueError):
            return None

    # -- values ---------------------------------------------------------------------------------------

    def _pack(self, value, buffers, mine):
        def describe(leaf):
            if isinstance(leaf, (Tensor, Function)):
                return {"handle": self.number(leaf)}
            if callable(leaf) and not isinstance(leaf, type):
                self.function_count += 1
                self.functions[self.function_count] = leaf
                mine.append(self.function_count)
                return {"callback": self.function_count}
            if hasattr(leaf, "__array__"):
                return wire.pack(np.asarray(leaf), buffers, describe)
            raise errors.WireError("a value of type {type} cannot be given to a backend; tensors, numbers, "
                                   "NumPy arrays, strings, functions, and lists, tuples and dicts of them "
                                   "can", type=type(leaf).__name__)
        try:
            return wire.pack(value, buffers, describe)
        except RecursionError:
            raise errors.WireError("a value is nested too deeply to be sent") from None
        except MemoryError as error:
            raise errors.OutOfMemoryError("out of memory: a value cannot be sent") from error

    def _unpack(self, value, message):
        return wire.unpack(value, message["buffers"], lambda leaf: self.handle(leaf["handle"]))

    # -- the conversation -------------------------------------------------------------------------------

    def _until_ready(self):
        message = self._receive()
        if "ready" not in message:
            self.end("it could not import its engine")
            failed = message["failed"]
            text = "%s: %s" % (failed["kind"], failed["message"])
            raise errors.WorkerError("the worker of backend %s could not import its engine: %s%s"
                                     % (self.backend, text.rstrip("."),
                                        advice(self.environment, text, failed["of_import"])))
        self.engine_version = message["ready"]["engine_version"]
        self.python_version = message["ready"]["python_version"]
        self.pid = message["ready"]["pid"]

    def _need_running(self):
        if self.ended:
            raise errors.WorkerError("the worker of backend %s is gone: %s" % (self.backend, self.ended))

    def _send(self, message):
        self._converse(lambda: self.wire.send(message), harmless=errors.WireError)  # nothing was sent then

    def _receive(self, what=None):
        """The next message; what the worker printed before it is shown first."""
        keep_statuses()  # should it end now

        def receive():
            while True:
                ready = self.waiting.ready(what, self.clock.remaining())
                self.process.outputs.show(ready)
                if self.wire.stream.fileno() in ready:
                    message = self.wire.receive()
                    self.process.outputs.show_all()
                    return message
        return self._converse(receive)

    def _converse(self, talk, harmless=()):
        """Send or receive. Whatever breaks that off, but for harmless errors, ends the worker."""
        self._need_running()
        self.talking = True
        try:
            with self.clock:
                return talk()
        except wire.Closed:
            self._gone()
        except timeout.Expired:
            if self.pid is None:
                self.end("it did not start within the timeout")
                raise errors.TimeoutError("the worker of backend %s did not start within the timeout of %g seconds, "
                                          "and was ended. %s sets the timeout of starts"
                                          % (self.backend, self.clock.limit, timeout.OF_STARTS)) from None
            self.end("the call that it was in took longer than the timeout")
            raise errors.TimeoutError("the worker of backend %s did not answer within the timeout of %g seconds, and "
                                      "was ended. Its tensors are gone; the next call starts a new one. "
                                      "options(keras.timeout) in R, or KERAS_TIMEOUT, sets the timeout"
                                      % (self.backend, self.clock.limit)) from None
        except harmless:
            raise
        except KeyboardInterrupt:
            self.end("the call that it was in was interrupted")
            raise
        except BaseException:  # of a signal handler, for example
            self.end("the conversation with it broke off")
            raise
        finally:
            self.talking = False
            self._tidy()

    def _gone(self):
        """Say why the process has ended."""
        if self._ended:  # stop() was called meanwhile
            self._need_running()
        self.process.outputs.show_all()
        how = self.process.how_it_ended()
        last = "".join("\n  " + line for line in self.process.outputs.last_lines)
        self.end("it ended (%s)" % how)
        if self.pid is None:
            raise errors.WorkerError("the worker of backend %s ended while it started (%s)%s%s"
                                     % (self.backend, how, advice(self.environment, last),
                                        ".\nIts last words:" + last if last else ""))
        raise errors.WorkerError("the worker of backend %s ended during the call (%s). Its tensors are gone; "
                                 "the next call starts a new one.%s"
                                 % (self.backend, how, "\nIts last words:" + last if last else ""))

    # -- the end ------------------------------------------------------------------------------------------

    @property
    def ended(self):
        """The reason, once the engine is gone. A fork of the session never has it: it could not share the stream."""
        if self._ended is None and os.getpid() != self.owner:
            self._ended = "it belongs to process %d, of which this one is a fork" % self.owner
            self.process.let_go()
        return self._ended

    def end(self, reason):
        """End the process.

        Safe anywhere, in another thread, a signal handler or a finalizer in the midst of a call: it waits for no
        call. The one that is going on notices that the connection has closed.
        """
        if not self.ended:
            self._ended = reason
            self.process.kill()
            self._tidy()

    def stop(self):
        """End the worker. Its tensors are gone."""
        self.end("its worker was stopped")

    def _tidy(self):
        """Once the process has ended, let go of what belongs to it, unless a call still uses that.

        The call does it itself then.
        """
        if self._ended and self.turn.take(wait=False):
            try:
                if not self.talking:
                    self.process.let_go()
            finally:
                self.turn.leave()


_running = weakref.WeakSet()


@atexit.register
def _kill_all():
    for worker in list(_running):
        worker.end("the session ended")
