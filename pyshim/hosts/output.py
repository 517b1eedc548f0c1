"""The output of a worker, shown on the session's own standard output and error."""

import codecs
import collections
import os
import select
import sys

LAST_LINES = 20


def write(stream, text):
    """Write text to a stream of the session, with escapes for characters that it can't encode.

    Nothing is written if the stream is missing or closed, like a daemon's, or is no longer read.
    """
    if stream is None:
        return
    try:
        try:
            stream.write(text)
        except UnicodeEncodeError:
            encoding = getattr(stream, "encoding", None) or "ascii"
            stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
    except (OSError, ValueError):
        pass


class Outputs:
    """The standard output and error of a worker, read from two pipes.

    ``poll`` is the session's poll object for the worker. ``stdout`` and ``stderr`` are files. When a stream ends, it is
    unregistered and its file is closed.
    """

    def __init__(self, poll, stdout, stderr):
        self.last_lines = collections.deque(maxlen=LAST_LINES)  # of stderr
        self._outputs = {stdout.fileno(): _Output(stdout, "stdout"),
                         stderr.fileno(): _Output(stderr, "stderr", self.last_lines)}
        self._poll = poll                # the caller's, for these and other streams
        self._poll_own = select.poll()   # for these streams only
        for descriptor in self._outputs:
            self._poll.register(descriptor, select.POLLIN)
            self._poll_own.register(descriptor, select.POLLIN)

    def show(self, descriptors):
        """Show what can be read from those descriptors that belong to these streams."""
        for descriptor in descriptors:
            if descriptor in self._outputs and not self._outputs[descriptor].show():
                self._poll.unregister(descriptor)
                self._poll_own.unregister(descriptor)
                self._outputs.pop(descriptor).close()

    def show_all(self):
        """Show everything that can be read now."""
        self.show([descriptor for descriptor, _ in self._poll_own.poll(0)])

    def close(self):
        for output in list(self._outputs.values()):
            output.close()
        self._outputs.clear()


class _Output:
    """One stream."""

    def __init__(self, file, name, last_lines=None):
        os.set_blocking(file.fileno(), False)
        self.file = file
        self.name = name
        self.last_lines = last_lines
        self.decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def show(self):
        """Show what can be read now. Returns: False if the stream has ended."""
        while True:
            try:
                data = os.read(self.file.fileno(), 1 << 16)
            except BlockingIOError:
                return True
            text = self.decoder.decode(data, final=not data)
            if text:
                write(getattr(sys, self.name), text)
                if self.last_lines is not None:
                    self.last_lines.extend(text.splitlines())
            if not data:
                return False

    def close(self):
        self.file.close()
