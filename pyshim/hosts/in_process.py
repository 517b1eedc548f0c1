"""InProcess: an engine in the session's own process, for interop with native objects."""

import contextlib
import importlib
import os
import signal
import traceback

import numpy as np

from ..engines import importing
from ..engines.batches import run_batches
from ..engines.own_kernels import own_kernels
from ..engines.refusals import explained
from ..errors import EngineError, NotInstalledError
from ..messages import Value
from ..wire.reordering import row_major
from .host import Compiled, Host, need_values
from .turn import Turn

OWN_WORKER = "leave out `in_process` to run it in a worker of its own"
STOPPED = "its engine was stopped"

# XLA ends the process if it does not know a flag.
OF_XLA = ("TF_XLA_FLAGS", "XLA_FLAGS")


class InProcess(Host):

    where = "in process"

    def __init__(self, environment):
        super().__init__(environment)
        self.turn = Turn()

    # -- starting and stopping ------------------------------------------------------------------------------

    @property
    def running(self):
        return self.engine is not None

    @property
    def holder(self):
        return self.engine

    def start(self):
        if self.running:
            return
        module, name = self.environment.engine.split(":")
        try:
            engine = _engine(module, name)
        except ModuleNotFoundError as error:
            raise NotInstalledError("backend {backend} cannot run in process: this Python has no {module} ({words})",
                                    remedy=OWN_WORKER, backend=Value(self.backend), module=self.environment.module,
                                    words=error) from error
        except Exception as error:
            raise EngineError("backend {backend} cannot run in process: {module} could not be imported",
                              detail="{kind}: {words}", remedy=OWN_WORKER, backend=Value(self.backend),
                              module=self.environment.module, kind=type(error).__name__, words=error) from error
        self.traits = engine.traits()
        self.engine = engine

    def stop(self):
        self.engine = None

    @contextlib.contextmanager
    def talking(self):
        """A context in which only this thread uses the engine. It is started if it does not run."""
        with self.turn.lock:
            self.start()
            with explained(self.engine, _is_from_a_handler):
                yield self.engine

    # -- the interface for the contract ---------------------------------------------------------------------

    def compile(self, program, once):
        compiled = _Compiled(self, program, once)
        if not once:
            with self.talking() as engine:
                compiled.compile(engine)
        return compiled

    def make_variable(self, node, array, initialize):
        with self.talking() as engine:
            node.native, node.holder = engine.variable(_own(array), node.name, initialize), engine

    def get_values(self, nodes):
        if not nodes:
            return []
        need_values(nodes, self.engine, STOPPED)
        with self.talking() as engine:
            return [np.asarray(engine.get_value(node.native)) for node in nodes]

    def set_values(self, pairs):
        with self.talking() as engine:
            for node, array in pairs:
                if node.holder is engine:
                    engine.set_value(node.native, _own(array))
                else:
                    node.native, node.holder = engine.variable(_own(array), node.name), engine

    def hold(self, arrays):
        return list(map(_own, arrays))

    def start_graph(self):
        if self.running:
            with self.talking() as engine:
                engine.start_graph()

    def describe_kernels(self):
        with self.talking() as engine:
            return {"own": own_kernels(engine)}


def _engine(module, name):
    """Import an engine, without the session's flags for XLA, and start its graph."""
    flags = {name: None for name in OF_XLA if name in os.environ}
    with importing.variables(**flags):
        engine = getattr(importlib.import_module(module), name)()
        engine.start_graph()
        if flags:
            engine.variable(np.zeros((), "float32"), None)  # XLA reads them when the first tensor is created
    return engine


def _is_from_a_handler(error):
    """Whether a Python handler of a signal, such as an alarm, raised the error: the handler is in its traceback."""
    handlers = [getattr(each, "__func__", each) for each in map(signal.getsignal, signal.valid_signals())]
    codes = {each.__code__ for each in handlers if hasattr(each, "__code__")}
    return any(frame.f_code in codes for frame, _ in traceback.walk_tb(error.__traceback__))


class _Compiled(Compiled):

    run = None

    def compile(self, engine):
        need_values(self.program.variables(), engine, STOPPED)
        self.run, self.holder = engine.compile(self.program, self.once), engine
        if self.once:
            self.program = None

    def __call__(self, arrays):
        with self.host.talking() as engine:
            if self.holder is not engine:
                self.compile(engine)
            return self.run([np.ascontiguousarray(array).reshape(array.shape) for array in arrays])

    def several(self, *batches):
        """Run as many of the first batches as the engine runs together: see ``engines/batches.py``."""
        with self.host.talking() as engine:
            several = getattr(self.run, "several", None) if self.holder is engine else None
            return several(*batches) if several else []

    def run_batches(self, held, whole, rows, sizes):
        return run_batches(self, held, whole, rows, sizes)


def _own(array):
    """Returns: a copy in row-major order, independent of the caller's array."""
    return row_major(np.asarray(array))
