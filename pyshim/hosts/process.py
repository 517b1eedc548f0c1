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
LAST_BREATH = 0.8  # seconds to wait for the end of a process whose connection has closed


class Process:
    """A process that runs ``worker/main.py`` on the interpreter of an environment.

    ``wire`` is the connection to it, ``outputs`` has its output streams, and ``poll`` reports on both. ``clock`` limits
    the time of calls; ``more`` has additional environment variables.
    """

    wire = outputs = poll = None
    _owner = _process = _lifeline = _failure = None
    _opened = _unwanted = False

    def __init__(self, environment, more, clock):
        # Start the process in a separate thread. Signal handlers run in the session's main thread, so no interrupt can
        # come between two steps and leak a process or a descriptor. If an interrupt ends the wait for the thread, one
        # of the two threads sees the flag that the other has set, and cleans up.
        self._owner = os.getpid()
        try:
            thread = threading.Thread(target=self._start, args=(environment, more, clock), daemon=True)
            try:
                thread.start()
            except RuntimeError:  # the interpreter is shutting down, or no more threads are allowed
                self._start(environment, more, clock)
            else:
                thread.join()
        except BaseException:
            self._unwanted = True
            if self._opened:
                self._undo()
            raise
        if self._failure is not None:
            more, fields = advice(environment, self._failure)
            raise WorkerError("the worker of backend {backend} could not start: {words}" + more,
                              backend=environment.name, words=self._failure, **fields) from self._failure

    def __del__(self):
        if os is not None:  # else the interpreter is shutting down, which ends the process too
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
        """Start the process. ``theirs`` is an ExitStack that closes what only the process needs."""
        ours, stream = [socket.socket(fileno=clear_of_standard_streams(end.detach())) for end in socket.socketpair()]
        theirs.callback(stream.close)
        stream.setblocking(True)  # whatever socket.setdefaulttimeout() says
        regions = Region.create(), Region.create()  # for what it receives, for what it sends
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
        # In a new session, it does not get the terminal's Ctrl-C, which is meant for this process.
        self._process = subprocess.Popen(
            [environment.python(), "-I", "-u", MAIN, json.dumps(description)], stdin=subprocess.DEVNULL,
            stdout=stdout, stderr=stderr, env=variables, cwd=folder or os.sep, start_new_session=True,
            pass_fds=[inherited["lifeline"], inherited["stream"]] + inherited["regions"])

    def how_it_ended(self):
        """Returns: a string that says how the process ended, after its connection has closed."""
        try:
            status = self._process.wait(LAST_BREATH)
        except subprocess.TimeoutExpired:
            return "its connection closed"
        if status >= 0:
            return "exit code %d" % status
        try:
            return "signal %s" % signal.Signals(-status).name
        except ValueError:  # a real-time signal other than the first and the last one
            return "signal %d" % -status

    def kill(self):
        """End the process. This is safe in a signal handler: if it interrupts another wait for the end, that continues
        afterwards."""
        self._process.kill()
        try:
            self._process.wait(LAST_BREATH)
        except subprocess.TimeoutExpired:
            pass

    def let_go(self):
        """Close this process's ends of the connections. It may be called several times."""
        for end in (self.wire, self._lifeline, self.outputs):
            if end is not None:
                end.close()

    def _undo(self):
        if self._process is not None and self._owner == os.getpid():  # not in a fork of the session
            self.kill()
        self.let_go()


def keep_statuses():
    """Make the system keep the exit statuses of processes. It discards them if the parent ignores SIGCHLD."""
    if signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN:
        ctypes.CDLL(None).signal(signal.SIGCHLD, None)  # signal.signal() only works in the main thread


def _pipe():
    """Returns: both ends of a pipe, as files that are closed with their last reference."""
    ends = [clear_of_standard_streams(end) for end in os.pipe()]
    return open(ends[0], "rb", buffering=0), open(ends[1], "wb", buffering=0)


def _location(engine):
    """Returns: the path of the top-level package or module of an engine, or None if it is this package."""
    name, *within = engine.split(":")[0].split(".")
    if name == __name__.split(".")[0]:
        return None
    found = importlib.util.find_spec(name)
    if found is None:
        raise ImportError("no module named %s, which has the engine %s" % (name, engine))
    if not found.submodule_search_locations:
        return found.origin
    # A package without __init__.py consists of all folders of that name, also those that have nothing to do with it.
    folders = list(found.submodule_search_locations)
    paths = {folder: os.path.join(folder, *within) for folder in folders}
    return next((folder for folder in folders if os.path.exists(paths[folder] + ".py")
                 or os.path.isdir(paths[folder])), folders[0])
