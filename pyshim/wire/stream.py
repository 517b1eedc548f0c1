"""Stream: the session's end of the socket to a worker, whose waits end with the call's time."""

import select
import socket

from . import waiting


class Stream:
    """Has what ``Connection`` needs of a socket. ``clock`` is the one of the call that is going on."""

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
                # Without the flag a worker that has ended would be a signal, which R's Python does not ignore.
                view = view[self._socket.send(view, getattr(socket, "MSG_NOSIGNAL", 0)):]
            except BlockingIOError:
                self._wait(select.POLLOUT)

    def close(self):
        self._socket.close()

    def _wait(self, event):
        while not self._polls[event].poll(waiting.milliseconds(self._clock.remaining())):
            waiting.check_interrupt()
