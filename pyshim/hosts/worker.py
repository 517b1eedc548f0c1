"""Worker: an engine in a process of its own, on the interpreter of its environment."""

import atexit
import os
import socket
import threading
import time
import weakref

import numpy as np

from .. import config, errors
from ..tensors import Function, Tensor
from . import casts, timeout, wire
from .host import Host
from .process import Process
from .waiting import Waiting


class Worker(Host):

    where = "worker"
    _ended = None

    def __init__(self, environment, threads=None):
        super().__init__(environment)
        self.threads = threads
        self.owner = os.getpid()
        self.lock = threading.RLock()
        self.functions = {}       # the session's functions that the engine may call, by number
        self.failures = {}        # what they raised, until the call that they ran in returns
        self.function_count = 0
        self.open_calls = 0       # those that the worker has not answered
        self.talking = False      # whether a message is on its way, which nothing may come between
        self.config_version = None
        self.timeout = None       # seconds, of the outermost call
        self.deadline = None      # when they are over
        self.process = Process(environment, threads)
        self.wire = self.process.wire
        self.waiting = Waiting(self.process.poll)
        self._until_ready()
        _running.add(self)

    # -- calls ----------------------------------------------------------------------------------------

    def call(self, name, args, kwargs, eager):
        return self._call(name, casts.of_arguments(name, tuple(args), kwargs), kwargs, eager)

    def call_function(self, function, values):
        return self._call("call_function", (function, casts.of_values(values, function.inputs)), {}, False)

    def _call(self, name, args, kwargs, eager):
        with self.lock:
            if self.talking:
                raise errors.WorkerError("backend %s cannot be called from a finalizer or a signal handler that "
                                         "runs in the midst of another call" % self.backend)
            open_before = self.open_calls
            if not open_before:
                self.timeout = timeout.seconds()
                self.deadline = self.timeout and time.monotonic() + self.timeout
            mine = []  # numbers of the functions that this call hands over
            try:
                buffers = []
                version = config.version()
                settings = config.snapshot() if self.config_version != version else None
                message = {"call": name, "args": self._pack(args, buffers, mine),
                           "kwargs": self._pack(kwargs, buffers, mine), "eager": eager,
                           "config": settings, "release": self.take_released(), "buffers": buffers}
                self.open_calls += 1
                try:
                    self._send(message)
                except errors.WireError:  # nothing was sent
                    self.open_calls -= 1
                    raise
                self.config_version = version
                return self._result(name)
            finally:
                for number in mine:
                    del self.functions[number]
                if self.open_calls != open_before:  # its answer would be taken for that of the next call
                    self._end("the call that it was in was broken off")

    def _result(self, name):
        """The result of the call that is open, after the callbacks that come before it."""
        while True:
            message = self._receive(name)
            if "return" in message:
                self.open_calls -= 1
                return self._unpack(message["return"], message)
            if "raise" in message:
                self.open_calls -= 1
                self._raise(message)
            self._answer(message)

    def _answer(self, message):
        """Run the session's function that the engine calls, and send what it gives."""
        mine, buffers = [], []
        began = time.monotonic()
        try:
            function = self.functions[message["callback"]]
            result = function(*self._unpack(message["args"], message))
            answer = {"return": self._pack(result, buffers, mine), "buffers": buffers}
        except BaseException as error:
            self.function_count += 1
            self.failures[self.function_count] = error
            answer = {"raise": self.function_count, "message": str(error)}
        if self.deadline is not None:  # the session's own time does not count
            self.deadline += time.monotonic() - began
        self._send(answer)

    def _raise(self, message):
        if message["raise"] == "CallbackFailed":
            failure = self.failures.pop(message["number"])
            self.failures.clear()
            raise failure
        error = getattr(errors, message["raise"])(message["message"])
        error.function, error.native = message["function"], message["native"]
        raise error

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
            raise errors.WireError("a value of type %s cannot be given to a backend; tensors, numbers, "
                                   "NumPy arrays, strings, functions, and lists, tuples and dicts of them "
                                   "can" % type(leaf).__name__)
        try:
            return wire.pack(value, buffers, describe)
        except RecursionError:
            raise errors.WireError("a value is nested too deeply to be sent") from None

    def _unpack(self, value, message):
        return wire.unpack(value, message["buffers"], lambda leaf: self.handle(leaf["handle"]))

    # -- the conversation -------------------------------------------------------------------------------

    def _until_ready(self):
        message = self._receive()
        if "ready" not in message:
            self._end("it could not import its engine")
            raise errors.WorkerError("the worker of backend %s could not import its engine: %s. Try "
                                     "install_backend(\"%s\", force=True)"
                                     % (self.backend, message["failed"], self.backend))
        self.engine_version = message["ready"]["engine_version"]
        self.python_version = message["ready"]["python_version"]
        self.pid = message["ready"]["pid"]

    def _need_running(self):
        if self.ended:
            raise errors.WorkerError("the worker of backend %s is gone: %s" % (self.backend, self.ended))

    def _send(self, message):
        self._need_running()
        self.talking = True
        try:
            self.wire.stream.settimeout(self._time_left())
            self.wire.send(message)
        except wire.Closed:
            self._gone()
        except errors.WireError:
            raise
        except socket.timeout:
            self._timed_out()
        except BaseException:
            self._end("a message to it was cut off")
            raise
        finally:
            self.talking = False

    def _receive(self, what=None):
        """The next message; what the worker printed before it is shown first."""
        self._need_running()
        self.talking = True
        try:
            while True:
                ready = self.waiting.ready(what, self._time_left())
                self.process.outputs.show(ready)
                if self.wire.stream.fileno() in ready:
                    message = self.wire.receive()
                    self.process.outputs.show_all()
                    return message
        except wire.Closed:
            self._gone()
        except socket.timeout:
            self._timed_out()
        except KeyboardInterrupt:
            self._end("the call that it was in was interrupted")
            raise
        except BaseException:
            self._end("the conversation with it broke off")
            raise
        finally:
            self.talking = False

    def _time_left(self):
        """Seconds until the deadline, None where there is none."""
        if self.deadline is None:
            return None
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise socket.timeout()
        return left

    def _timed_out(self):
        self._end("the call that it was in took longer than the timeout")
        raise errors.TimeoutError("the worker of backend %s did not answer within the timeout of %g seconds, and was "
                                  "ended. Its tensors are gone; the next call starts a new one. options(keras.timeout) "
                                  "in R, or KERAS_TIMEOUT, sets the timeout" % (self.backend, self.timeout))

    def _gone(self):
        """Say why the process has ended."""
        self.process.outputs.show_all()
        how = self.process.how_it_ended()
        last = "".join("\n  " + line for line in self.process.outputs.last_lines)
        self._end("it ended (%s)" % how)
        raise errors.WorkerError("the worker of backend %s ended during the call (%s). Its tensors are gone; "
                                 "the next call starts a new one.%s"
                                 % (self.backend, how, "\nIts last words:" + last if last else ""))

    @property
    def ended(self):
        """The reason, once the engine is gone. A fork of the session never has it: it could not share the stream."""
        if self._ended is None and os.getpid() != self.owner:
            self._ended = "it belongs to process %d, of which this one is a fork" % self.owner
            self.process.let_go()
        return self._ended

    def _end(self, reason):
        """End the process and let go of everything that belongs to it."""
        if not self.ended:
            self.process.kill()
            self._ended = reason
            self.process.let_go()

    def stop(self):
        """End the worker. Its tensors are gone."""
        with self.lock:
            self._end("its worker was stopped")


_running = weakref.WeakSet()


@atexit.register
def _kill_all():
    # Not stop(), which would wait for a call that another thread is in.
    for worker in list(_running):
        worker._end("the session ended")
