"""Stream: the session's end of the socket to a worker. Its waits obey the timeout of the call."""

import select
import socket

from . import waiting


class Stream:
    """The part of a socket's interface that ``Connection`` needs. ``clock`` is the clock of the current call."""

    def __init__(self, connected, clock):
        connected.setblocking(False)  # whatever socket.setdefaulttimeout() says
        self._socket = connected
        self._clock = clock
        self._polls = {}
        for event in (select.POLLIN, select.POLLOUT):
            self._polls[event] = select.poll()
            self._polls[event].register(connected, event)

    def fileno(self):
        return self._socket.fileno()

    def recv_into(self, view):
        while True:
            try:
                return self._socket.recv_into(view)
            except BlockingIOError:
                self._wait(select.POLLIN)

    def sendall(self, data):
        view = memoryview(data)
        while len(view):
            try:
                # Without the flag, sending to a worker that has exited raises SIGPIPE, which Python within R does not
                # ignore.
                view = view[self._socket.send(view, getattr(socket, "MSG_NOSIGNAL", 0)):]
            except BlockingIOError:
                self._wait(select.POLLOUT)

    def close(self):
        self._socket.close()

    def _wait(self, event):
        while not self._polls[event].poll(waiting.milliseconds(self._clock.remaining())):
            waiting.check_interrupt()
