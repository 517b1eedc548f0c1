"""InProcess: an engine in the session's own process, for interop with native objects."""

import importlib
import threading

from ..engines.contract.graph import Function as EngineFunction
from ..engines.contract.node import Node
from ..errors import NotInstalledError, StaleTensorError
from ..tensors import Function, Tensor
from .dispatcher import Dispatcher
from .host import Host
from .values import mapped


class InProcess(Host):

    where = "in process"

    def __init__(self, environment):
        super().__init__(environment)
        module, name = environment.engine.split(":")
        try:
            engine = getattr(importlib.import_module(module), name)()
        except ImportError as error:
            raise NotInstalledError("backend %r cannot run in process: this Python has no %s (%s). Leave "
                                    "in_process away to run it in a worker of its own"
                                    % (self.backend, environment.module, error)) from error
        self.engine_version = str(engine.version)
        self.dispatcher = Dispatcher(engine)
        self.lock = threading.RLock()

    def call(self, name, args, kwargs, eager):
        with self.lock:
            self._open()
            args, kwargs = mapped(tuple(args), self._inward), mapped(kwargs, self._inward)
            return mapped(self.dispatcher.call(name, args, kwargs, eager), self._outward)

    def call_function(self, function, values):
        with self.lock:
            self._open()
            values = mapped(values, self._inward)
            return self.dispatcher.call_function(self._inward(function), values)

    def stop(self):
        self.ended = "its engine was stopped"

    def _open(self):
        """Begin a call: tell the engine which handles are gone."""
        if self.ended:
            raise StaleTensorError("the engine of backend %s is gone: %s" % (self.backend, self.ended))
        self.dispatcher.release(self.take_released())

    def _inward(self, value):
        if isinstance(value, (Tensor, Function)):
            return self.dispatcher.find(self.number(value))
        if callable(value) and not isinstance(value, type):
            return lambda *args: mapped(value(*mapped(args, self._outward)), self._inward)
        return value

    def _outward(self, value):
        if isinstance(value, (Node, EngineFunction)):
            return self.handle(self.dispatcher.keep(value))
        return value
