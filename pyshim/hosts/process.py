"""The process of a worker: how it starts, and how it ends."""

import contextlib
import ctypes
import importlib.util
import json
import os
import select
import signal
import socket
import subprocess
import threading

from ..errors import WorkerError
from ..files import clear_of_standard_streams
from ..wire.connection import Connection
from ..wire.region import Region
from ..wire.stream import Stream
from .failures import advice
from .output import Outputs

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MAIN = os.path.join(PACKAGE, "worker", "main.py")
LAST_BREATH = 0.8  # seconds that a process whose connection has closed gets to end


class Process:
    """A process that runs ``worker/main.py`` on the interpreter of an environment.

    ``wire`` is the connection to it, ``outputs`` is what it prints, and ``poll`` reports on both. ``clock`` is the
    time that the conversation with it may take, ``more`` are further environment variables.
    """

    wire = outputs = poll = None
    _owner = _process = _lifeline = _failure = None
    _opened = _unwanted = False

    def __init__(self, environment, more, clock):
        # It starts in a thread of its own. Signal handlers run in the session's first thread, so no interrupt comes
        # between two steps and leaves a process or a descriptor behind. Where one ends the wait for the thread, one
        # of the two threads sees what the other has noted, and clears up.
        self._owner = os.getpid()
        try:
            thread = threading.Thread(target=self._start, args=(environment, more, clock), daemon=True)
            try:
                thread.start()
            except RuntimeError:  # the interpreter is about to end, or there may be no more threads
                self._start(environment, more, clock)
            else:
                thread.join()
        except BaseException:
            self._unwanted = True
            if self._opened:
                self._undo()
            raise
        if self._failure is not None:
            raise WorkerError("the worker of backend %s could not start: %s%s"
                              % (environment.name, self._failure, advice(environment, self._failure))
                              ) from self._failure

    def __del__(self):
        if os is not None:  # else the interpreter ends, and the process with it
            self._undo()

    def _start(self, environment, more, clock):
        try:
            with contextlib.ExitStack() as theirs:
                self._open(environment, more, clock, theirs)
        except Exception as error:
            self._failure = error
            self._undo()
        self._opened = True
        if self._unwanted:
            self._undo()

    def _open(self, environment, more, clock, theirs):
        """Start the process. ``theirs`` closes what only the process needs."""
        ours, stream = [socket.socket(fileno=clear_of_standard_streams(end.detach())) for end in socket.socketpair()]
        theirs.callback(stream.close)
        stream.setblocking(True)  # whatever socket.setdefaulttimeout() says
        regions = Region.create(), Region.create()  # of what it is sent, of what it sends
        self.wire = Connection(Stream(ours, clock), *regions)
        lifeline, self._lifeline = _pipe()
        theirs.callback(lifeline.close)
        out, stdout = _pipe()
        theirs.callback(stdout.close)
        err, stderr = _pipe()
        theirs.callback(stderr.close)
        self.poll = select.poll()
        self.poll.register(ours, select.POLLIN)
        self.outputs = Outputs(self.poll, out, err)

        folder = environment.work_folder()
        variables = {**environment.process_environment(folder), **more}
        inherited = {"lifeline": lifeline.fileno(), "stream": stream.fileno(),
                     "regions": [region.descriptor for region in regions if region is not None]}
        thread = threading.get_native_id()
        description = {"package": PACKAGE, "engine": environment.engine, "location": _location(environment.engine),
                       "thread": None if thread == os.getpid() else thread, **inherited}
        keep_statuses()
        # A session of its own keeps the terminal's Ctrl-C, which is for this process, away.
        self._process = subprocess.Popen(
            [environment.python(), "-I", "-u", MAIN, json.dumps(description)], stdin=subprocess.DEVNULL,
            stdout=stdout, stderr=stderr, env=variables, cwd=folder or os.sep, start_new_session=True,
            pass_fds=[inherited["lifeline"], inherited["stream"]] + inherited["regions"])

    def how_it_ended(self):
        """How the process ended, once its connection has closed. Returns: a string."""
        try:
            status = self._process.wait(LAST_BREATH)
        except subprocess.TimeoutExpired:
            return "its connection closed"
        return "signal %s" % signal.Signals(-status).name if status < 0 else "exit code %d" % status

    def kill(self):
        """End the process. Safe in a signal handler: a wait for its end that this one interrupts goes on afterwards."""
        self._process.kill()
        try:
            self._process.wait(LAST_BREATH)
        except subprocess.TimeoutExpired:
            pass

    def let_go(self):
        """Close this process's ends of what connects the two. It may be done several times."""
        for end in (self.wire, self._lifeline, self.outputs):
            if end is not None:
                end.close()

    def _undo(self):
        if self._process is not None and self._owner == os.getpid():  # a fork of the session leaves it alone
            self.kill()
        self.let_go()


def keep_statuses():
    """Have the system keep how processes ended: it forgets that where their parent ignores SIGCHLD."""
    if signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN:
        ctypes.CDLL(None).signal(signal.SIGCHLD, None)  # signal.signal() is for the session's first thread alone


def _pipe():
    """Both ends of a pipe, as files that close with their last reference."""
    ends = [clear_of_standard_streams(end) for end in os.pipe()]
    return open(ends[0], "rb", buffering=0), open(ends[1], "wb", buffering=0)


def _location(engine):
    """The path of the package or module on top of an engine's module, None where it is this package."""
    name = engine.split(":")[0].split(".")[0]
    if name == __name__.split(".")[0]:
        return None
    found = importlib.util.find_spec(name)
    if found is None:
        raise ImportError("no module named %s, which has the engine %s" % (name, engine))
    return list(found.submodule_search_locations)[0] if found.submodule_search_locations else found.origin
