"""Worker: an engine in a separate process, on the interpreter of its environment."""

import os

from ..errors import DeviceError, KerasError, NotInstalledError, StaleTensorError, WorkerError
from ..graph.node import Numbered
from ..messages import Call, Setting, Value
from ..wire.values import pack
from .conversation import Conversation
from .host import Compiled, Host, need_values
from .turn import Turn


class Worker(Host):
    """The host of an engine in a worker. ``conversation`` is the one with the current process. If that has ended, a new
    one is started when the engine is next used."""

    where = "worker"
    conversation = None
    lost_by = None  # how the process before this one ended

    def __init__(self, environment):
        super().__init__(environment)
        self.starting = Turn()

    # -- starting and stopping ------------------------------------------------------------------------------

    @property
    def running(self):
        return self.conversation is not None and not self.conversation.ended

    @property
    def holder(self):
        return self.conversation if self.running else None

    @property
    def ended(self):
        """How the last process ended, or None while it runs."""
        return None if self.conversation is None else self.conversation.ended

    @property
    def pid(self):
        """The process ID, or None if no process runs."""
        return self.conversation.pid if self.running else None

    @property
    def python_version(self):
        """The version of the interpreter that the engine runs on."""
        return self.conversation.python_version

    def start(self):
        if self.running:
            return
        if self.starting.is_mine:
            raise WorkerError("backend {backend} cannot be started from a finalizer or a signal handler that runs "
                              "while it starts", backend=self.backend)
        with self.starting.lock:  # one thread starts it, others wait
            if self.running:
                return
            if not self.environment.is_installed():
                gpu = {"gpu": True} if self.device not in (None, "cpu") else {}
                raise NotInstalledError("backend {name} is not installed. Install it with {call}",
                                        name=Value(self.backend), call=Call("install_backend", self.backend, **gpu))
            conversation = Conversation(self.environment, self._variables())
            if self.device not in (None, "cpu") and conversation.traits["device"] == "cpu":
                conversation.end("it found no GPU")
                raise DeviceError("backend {name} found no GPU for {setting}", name=Value(self.backend),
                                  setting=Setting("device", self.device),
                                  remedy="see whether its driver works (nvidia-smi), and whether CUDA_VISIBLE_DEVICES "
                                  "hides it; {cpu} computes on the CPU", cpu=Setting("device", "cpu"))
            self.lost_by = self.ended
            self.conversation, self.traits = conversation, conversation.traits

    def _variables(self):
        """Returns: the environment variables for the chosen threads and device."""
        variables = {}
        if self.threads is not None:
            variables.update(self.environment.thread_environment(self.threads))
        if self.device is not None:
            variables.update(self.environment.device_environment(self.device))
        return variables

    def stop(self):
        if self.running:
            self.conversation.end("its worker was stopped")

    def memory(self):
        if not self.running:
            return None
        try:
            with open("/proc/%d/statm" % self.pid, encoding="ascii") as file:
                return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, ValueError):
            return None

    # -- the interface for the contract ---------------------------------------------------------------------

    def compile(self, program, once):
        compiled = _Compiled(self, program, once)
        if not once:
            compiled.compile(self.now(), None)
        return compiled

    def make_variable(self, node, array, initialize):
        conversation = self.now()

        def write(buffers):
            return {"number": conversation.encoder.number(node), "name": node.name, "initialize": initialize,
                    "array": pack(array, buffers)}
        conversation.ask("variable", write)
        node.holder = conversation

    def get_values(self, nodes):
        if not nodes:
            return []
        conversation = self.holding(nodes)
        return conversation.ask("get", lambda buffers: {"numbers": [node.number for node in nodes]})

    def set_values(self, pairs):
        conversation = self.now()
        kept = [pair for pair in pairs if pair[0].holder is conversation]
        if kept:
            conversation.ask("set", lambda buffers: {"values": [[node.number, pack(array, buffers)]
                                                                for node, array in kept]})
        for node, array in pairs:
            if node.holder is not conversation:
                self.make_variable(node, array, True)

    def hold(self, arrays):
        conversation, held = self.now(), _Held()
        conversation.ask("hold", lambda buffers: {"number": conversation.encoder.number(held),
                                                  "arrays_held": pack(list(arrays), buffers)})
        return held

    def start_graph(self):
        try:
            if self.running:
                self.conversation.clear()
        except WorkerError:
            if self.running:
                raise  # else its graph is gone with it

    def describe_kernels(self):
        return self.now().ask("describe", lambda buffers: {})

    # -- the conversation -----------------------------------------------------------------------------------

    def now(self):
        """Returns: the conversation with a running process, which is started if necessary."""
        self.start()
        return self.conversation

    def holding(self, variables):
        """Returns: the conversation with the process that has the variables' values. Raises StaleTensorError if none
        has them."""
        need_values(variables, self.holder, self.ended or self.lost_by)
        return self.conversation


class _Held(Numbered):
    """A handle for arrays that the worker holds."""

    __slots__ = ()


class _Compiled(Compiled, Numbered):

    def __init__(self, host, program, once):
        Numbered.__init__(self)
        Compiled.__init__(self, host, program, once)

    def __call__(self, arrays):
        conversation = self.host.now()
        with conversation.turn.lock:
            if self.holder is not conversation:
                return self.compile(conversation, arrays)
            return conversation.ask("run", lambda buffers: {"number": self.number, "fed": pack(arrays, buffers)})

    def run_batches(self, held, whole, rows, sizes):
        conversation = self.host.now()
        with conversation.turn.lock:
            if held.ledger is not conversation.encoder.gone:
                raise StaleTensorError("the arrays of the batches are gone: {reason}", remedy="give them again",
                                       reason=self.host.lost_by)
            if self.holder is not conversation:
                self.compile(conversation, None)
            return conversation.ask("batches", lambda buffers: {
                "number": self.number, "held": held.number, "whole": pack(whole, buffers), "rows": pack(rows, buffers),
                "sizes": sizes})

    def compile(self, conversation, arrays):
        """Compile the program, and run it if there are arrays."""
        need_values(self.program.variables(), conversation, self.host.lost_by)

        def write(buffers):
            return {"number": conversation.encoder.number(self), "once": self.once,
                    "program": conversation.encoder.program(self.program, buffers),
                    "fed": None if arrays is None else pack(arrays, buffers)}
        try:
            results = conversation.ask("run", write)
        except KerasError:
            if self.ledger is not None:  # it may have been compiled, but failed on the arrays
                self.ledger.append(self.number)
                self.number = self.ledger = None
            raise
        self.holder = conversation
        if self.once:
            self.program = None
        return results
