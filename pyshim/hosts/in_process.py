"""InProcess: an engine in the session's own process, for interop with native objects."""

import importlib

from ..engines.contract import Contract
from ..engines.contract.graph import Function as EngineFunction
from ..engines.contract.node import Node
from ..errors import EngineError, KerasError, NotInstalledError, StaleTensorError
from ..messages import Value
from ..tensors import Function, Tensor
from .dispatcher import Dispatcher
from .host import Host
from .turn import Turn
from .values import mapped

OWN_WORKER = "leave out `in_process` to run it in a worker of its own"


class _CallbackFailed(KerasError):
    """A function of the session raised: no refusal of the native library."""

    def __init__(self, error):
        super().__init__(type(error).__name__)  # its own text may raise
        self.error = error


class InProcess(Host):

    where = "in process"

    def __init__(self, environment):
        super().__init__(environment)
        module, name = environment.engine.split(":")
        try:
            engine = getattr(importlib.import_module(module), name)()
        except ModuleNotFoundError as error:
            raise NotInstalledError("backend {backend} cannot run in process: this Python has no {module} ({words})",
                                    remedy=OWN_WORKER, backend=Value(self.backend), module=environment.module,
                                    words=error) from error
        except Exception as error:
            raise EngineError("backend {backend} cannot run in process: {module} could not be imported",
                              detail="{kind}: {words}", remedy=OWN_WORKER, backend=Value(self.backend),
                              module=environment.module, kind=type(error).__name__, words=error) from error
        self.engine_version = str(engine.version)
        self.dispatcher = Dispatcher(Contract(engine, in_process=True))
        self.turn = Turn(environment.name)

    def call(self, name, args, kwargs, eager):
        def run():
            inward = mapped(tuple(args), self._inward), mapped(kwargs, self._inward)
            return mapped(self.dispatcher.call(name, *inward, eager), self._outward)
        return self._run(run)

    def call_function(self, function, values):
        return self._run(lambda: self.dispatcher.call_function(self._inward(function),
                                                               mapped(values, self._inward)))

    def stop(self):
        self.ended = "its engine was stopped"

    def _run(self, call):
        """The value of a call; what a function of the session raises in it comes out as it is."""
        with self.turn:
            if self.ended:
                raise StaleTensorError("the engine of backend {backend} is gone: {reason}", backend=self.backend,
                                       reason=self.ended)
            self.dispatcher.release(self.take_released())
            try:
                return call()
            except _CallbackFailed as caught:
                failure = caught.error
            raise failure

    def _inward(self, value):
        if isinstance(value, (Tensor, Function)):
            return self.dispatcher.find(self.number(value))
        if callable(value) and not isinstance(value, type):
            return self._callback(value)
        return value

    def _callback(self, function):
        def call(*args):
            outer, self.turn.in_callback = self.turn.in_callback, True
            try:
                return mapped(function(*mapped(args, self._outward)), self._inward)
            except Exception as error:
                raise _CallbackFailed(error) from error
            finally:
                self.turn.in_callback = outer
        return call

    def _outward(self, value):
        if isinstance(value, (Node, EngineFunction)):
            return self.handle(self.dispatcher.keep(value))
        return value
