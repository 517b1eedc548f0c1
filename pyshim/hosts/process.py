"""The process of a worker: how it starts, and how it ends."""

import os
import select
import signal
import socket
import subprocess

from ..errors import WorkerError
from . import wire
from .output import Outputs
from .region import Region
from .stream import Stream

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MAIN = os.path.join(PACKAGE, "hosts", "worker_main.py")
LAST_BREATH = 0.8  # seconds that a process whose connection has closed gets to end


class Process:
    """A process that runs ``worker_main.py`` on the interpreter of an environment.

    ``wire`` is the connection to it, ``outputs`` is what it prints, and ``poll`` reports on both. ``clock`` is the
    time that the conversation with it may take.
    """

    _closed = False

    def __init__(self, environment, threads, clock):
        ours, theirs = socket.socketpair()
        lifeline, self._lifeline = os.pipe()
        out, out_end = os.pipe()
        err, err_end = os.pipe()
        regions = Region.create(), Region.create()  # of what it is sent, of what it sends
        folder = environment.work_folder()
        variables = environment.process_environment(folder)
        if threads is not None:
            variables.update(environment.thread_environment(threads))
        shared = [region.descriptor for region in regions if region is not None]
        try:
            # A process group of its own keeps the terminal's Ctrl-C, which is the session's, away.
            self._process = subprocess.Popen(
                [environment.python(), "-I", "-u", MAIN, PACKAGE, environment.engine,
                 str(lifeline), str(theirs.fileno())] + [str(descriptor) for descriptor in shared],
                stdin=subprocess.DEVNULL, stdout=out_end, stderr=err_end, env=variables, cwd=folder or os.sep,
                pass_fds=[theirs.fileno(), lifeline] + shared, start_new_session=True)
        except OSError as error:
            raise WorkerError("the worker of backend %s could not start: %s" % (environment.name, error)) from error
        finally:
            theirs.close()
            for end in (lifeline, out_end, err_end):
                os.close(end)
        self.wire = wire.Connection(Stream(ours, clock), *regions)
        self.poll = select.poll()
        self.poll.register(ours, select.POLLIN)
        self.outputs = Outputs(self.poll, out, err)

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
        """Close this process's ends of what connects the two."""
        if self._closed:
            return
        self._closed = True
        self.wire.close()
        os.close(self._lifeline)
        self.outputs.close()
