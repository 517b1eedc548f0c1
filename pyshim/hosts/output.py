"""What a worker prints, shown on the session's own streams of the same name."""

import codecs
import collections
import os
import select
import sys

LAST_LINES = 20


class Outputs:
    """The standard output and error of a worker, read from two pipes.

    ``poll`` is the session's poll object for the worker; a stream leaves it when it ends.
    """

    def __init__(self, poll, stdout, stderr):
        self.last_lines = collections.deque(maxlen=LAST_LINES)  # of stderr
        self._outputs = {stdout: _Output(stdout, "stdout"), stderr: _Output(stderr, "stderr", self.last_lines)}
        self._poll = poll                # the caller's, for these streams and others
        self._poll_own = select.poll()   # for these streams only
        for descriptor in self._outputs:
            self._poll.register(descriptor, select.POLLIN)
            self._poll_own.register(descriptor, select.POLLIN)

    def show(self, descriptors):
        """Show what is there to read on those of the descriptors that belong to these streams."""
        for descriptor in descriptors:
            if descriptor in self._outputs and not self._outputs[descriptor].show():
                self._poll.unregister(descriptor)
                self._poll_own.unregister(descriptor)
                self._outputs.pop(descriptor).close()

    def show_all(self):
        """Show whatever is there to read."""
        self.show([descriptor for descriptor, _ in self._poll_own.poll(0)])

    def close(self):
        for output in self._outputs.values():
            output.close()
        self._outputs.clear()


class _Output:
    """One stream."""

    def __init__(self, descriptor, name, last_lines=None):
        os.set_blocking(descriptor, False)
        self.descriptor = descriptor
        self.name = name
        self.last_lines = last_lines
        self.decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def show(self):
        """Show what is there; False when the stream has ended."""
        while True:
            try:
                data = os.read(self.descriptor, 1 << 16)
            except BlockingIOError:
                return True
            text = self.decoder.decode(data, final=not data)
            if text:
                self._write(getattr(sys, self.name), text)
                if self.last_lines is not None:
                    self.last_lines.extend(text.splitlines())
            if not data:
                return False

    @staticmethod
    def _write(stream, text):
        if stream is None:  # a session without a console
            return
        try:
            stream.write(text)
        except UnicodeEncodeError:
            stream.write(text.encode(stream.encoding, "backslashreplace").decode(stream.encoding))
        stream.flush()

    def close(self):
        os.close(self.descriptor)
