"""Conversation: calls to a worker's process, and the end of that process."""

import atexit
import os
import sys
import weakref

from .. import errors
from ..wire import connection
from ..wire.nodes import Encoder
from ..wire.values import unpack
from ..wire.waiting import Waiting
from . import postponing, timeout
from .failures import advice
from .process import Process, keep_statuses
from .turn import Turn


class Conversation:
    """A worker's process, from its start to its end. ``encoder`` knows which parts of the graph it has been sent.

    ``traits``, ``python_version`` and ``pid`` are what the worker has reported about itself.
    """

    process = pid = None
    _ended = None

    def __init__(self, environment, more):
        """Start the process. Arguments: environment; more, additional environment variables."""
        self.environment = environment
        self.backend = environment.name
        self.owner = os.getpid()
        self.turn = Turn()
        self.encoder = Encoder()
        self._caller = None  # the frame of the current call, which must not be interrupted by another call
        self.clock = timeout.Clock()
        self.clock.start(timeout.start_seconds())
        try:
            self.process = Process(environment, more, self.clock)
            self.wire = self.process.wire
            self.waiting = Waiting(self.process.poll)
            self._until_ready()
        except BaseException:
            if self.process is not None:
                self.end("it could not start")
            raise
        _running.add(self)

    def _until_ready(self):
        message = self._receive()
        if "ready" not in message:
            self.end("it could not import its engine")
            failed = message["failed"]
            text = "%s: %s" % (failed["kind"], failed["message"])
            more, fields = advice(self.environment, text, failed["of_import"])
            raise errors.WorkerError("the worker of backend {backend} could not import its engine: {words}" + more,
                                     backend=self.backend, words=text.rstrip("."), **fields)
        self.traits = message["ready"]["traits"]
        self.python_version = message["ready"]["python_version"]
        self.pid = message["ready"]["pid"]

    # -- asking -------------------------------------------------------------------------------------------

    def ask(self, do, write):
        """Send a message and return the answer.

        Arguments: do, the action: see ``worker/service.py``; write, a function that takes a list, adds the message's
        arrays to it, and returns the rest of the message's content, a dict.
        """
        with postponing.call(), self.turn.lock:
            if self._is_nested():
                raise errors.WorkerError("backend {backend} cannot be called from a finalizer or a signal handler that "
                                         "runs during another call", backend=self.backend)
            self.need_running()
            self.clock.start(timeout.seconds())
            try:
                self._caller = sys._getframe()
                return self._answer(do, write)
            finally:
                self._caller = None
                self._tidy()

    @property
    def talking(self):
        """Whether a call is in progress, in any thread."""
        return self._caller is not None

    def _is_nested(self):
        """Whether this thread, which has the turn, is already in a call. This inspects the stack, because an interrupt
        may have ended an earlier call before that could reset ``_caller``."""
        frame = None if self._caller is None else sys._getframe()
        while frame is not None and frame is not self._caller:
            frame = frame.f_back
        return frame is not None

    def clear(self):
        """Make the worker forget the graph. Its numbers are not reused for the next graph."""
        with self.turn.lock:
            self.ask("clear", lambda buffers: {})
            self.encoder = Encoder(self.encoder.count)

    def _answer(self, do, write):
        encoder, buffers = self.encoder, []
        encoder.sent()  # in case an interrupt came after the last answer, before this was called
        released = encoder.released()
        asked = received = False  # whether an answer may still arrive; whether the worker has received the message
        try:
            message = {"do": do, **write(buffers), "release": released, "buffers": buffers}
            asked = True
            self._send(message)
            released = ()
            answer = self._receive(do)
            received = answer.get("read", True)
            asked = False
        except errors.WireError:  # nothing was sent, or the worker has ended
            asked = False
            raise
        finally:
            if received:
                encoder.sent()
            else:
                encoder.gone.extendleft(released)
                encoder.lost()
            if asked:  # else the next call would get this call's answer
                self.end("the call that it was in was interrupted")
        if "raise" in answer:
            raise errors.KerasError.from_data(dict(answer, fields=unpack(answer["fields"], [])))
        if "lost" in answer:
            if "return" not in answer:  # the header is lost too
                self.end("communication with it failed")
            raise errors.OutOfMemoryError("out of memory: the session could not receive arrays of {size} bytes; the "
                                          "worker and its variables survive", size=answer["lost"])
        return unpack(answer["return"], answer["buffers"])

    def _send(self, message):
        try:
            self._converse(lambda: self.wire.send(message), harmless=errors.WireError)  # in that case nothing was sent
        except MemoryError as error:
            raise errors.OutOfMemoryError("out of memory: a value cannot be sent") from error

    def _receive(self, what=None):
        """Show what the worker has printed, and receive the next message. Returns: the message."""
        keep_statuses()  # in case it ends now

        def receive():
            while True:
                ready = self.waiting.ready(what, self.clock.remaining())
                self.process.outputs.show(ready)
                if self.wire.stream.fileno() in ready:
                    message = self.wire.receive()
                    self.process.outputs.show_all()
                    return message
        return self._converse(receive)

    def _converse(self, talk, harmless=()):
        """Send or receive. Any error except harmless ones ends the worker."""
        self.need_running()
        try:
            with self.clock:
                return talk()
        except connection.Closed:
            self._gone()
        except timeout.Expired:
            if self.pid is None:
                self.end("it did not start within the timeout")
                raise errors.TimeoutError("the worker of backend {backend} did not start within the timeout of "
                                          "{seconds} seconds, and was ended. {variable} sets the timeout of starts",
                                          backend=self.backend, seconds="%g" % self.clock.limit,
                                          variable=timeout.OF_STARTS) from None
            self.end("the call that it was in took longer than the timeout")
            raise errors.TimeoutError("the worker of backend {backend} did not answer within the timeout of {seconds} "
                                      "seconds, and was ended. Its variables have lost their values; the next call "
                                      "starts a new one. options(keras.timeout) in R, or KERAS_TIMEOUT, sets the "
                                      "timeout", backend=self.backend, seconds="%g" % self.clock.limit) from None
        except harmless:
            raise
        except KeyboardInterrupt:
            self.end("the call that it was in was interrupted")
            raise
        except BaseException:  # from a signal handler, for example
            self.end("communication with it failed")
            raise

    # -- the end ------------------------------------------------------------------------------------------

    @property
    def ended(self):
        """The reason, if the process has ended, else None. For a fork of the session, it always has ended: two
        processes can't share the stream."""
        if self._ended is None and os.getpid() != self.owner:
            self._ended = "it belongs to process %d, of which this one is a fork" % self.owner
            self.process.let_go()
        return self._ended

    def need_running(self):
        """Raise WorkerError if the process has ended."""
        if self.ended:
            raise errors.WorkerError("the worker of backend {backend} no longer exists: {reason}",
                                     backend=self.backend, reason=self.ended)

    def end(self, reason):
        """End the process.

        This is safe anywhere, even during a call: in another thread, a signal handler or a finalizer. It does not wait
        for a call to finish; a call in progress notices that the connection has closed.
        """
        if not self.ended:
            self._ended = reason
            self.process.kill()
            self._tidy()

    def _gone(self):
        """Raise an error that says why the process has ended."""
        if self._ended:  # stop() has been called in the meantime
            self.need_running()
        self.process.outputs.show_all()
        how = self.process.how_it_ended()
        last = "".join("\n  " + line for line in self.process.outputs.last_lines)
        words = "\nIts last words:{words}" if last else ""
        self.end("it ended (%s)" % how)
        if self.pid is None:
            more, fields = advice(self.environment, last)
            raise errors.WorkerError("the worker of backend {backend} ended while it started ({how})" + more
                                     + ("." + words if last else ""), backend=self.backend, how=how, words=last,
                                     **fields)
        raise errors.WorkerError("the worker of backend {backend} ended during the call ({how}). Its variables have "
                                 "lost their values; the next call starts a new one." + words, backend=self.backend,
                                 how=how, words=last)

    def _tidy(self):
        """If the process has ended, close what belongs to it, unless a call still uses that; then the call does so."""
        if self._ended and self.turn.lock.acquire(False):
            try:
                if not self._is_nested():
                    self.process.let_go()
            finally:
                self.turn.lock.release()


_running: "weakref.WeakSet[Conversation]" = weakref.WeakSet()


@atexit.register
def _kill_all():
    for conversation in list(_running):
        conversation.end("the session ended")
