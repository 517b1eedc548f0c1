"""The wire: messages between a session and a worker, a JSON header and raw array buffers.

A frame consists of a prefix (magic, length of the header, length of the buffers), the header, and the arrays' bytes
one after another. In the header, ``{"array": i}`` refers to an array, and ``header["arrays"]`` lists the dtype, shape
and order of each. An array is sent in the order that it has, "C" or "F", and received in row-major order. If
``header["shared"]`` is true, the bytes are in the region that both sides map. Received data are never executed or
unpickled.
"""

import json
import struct

import numpy as np

from ..errors import OutOfMemoryError, WireError
from ..unsuitable import KINDS
from .region import LEAST, MOST, byte_count, order_of
from .reordering import row_major

PREFIX = struct.Struct("!4sIQ")
MAGIC = b"KER1"
LARGEST_HEADER = 1 << 28
SMALL = 1 << 16  # bytes: shorter headers are sent together with the prefix
LARGEST = 1 << 47  # bytes of buffers: a process can't address more


# The errors that reading a malformed header may raise.
MALFORMED = (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)


class Closed(Exception):
    """The other side has closed the connection."""


class Connection:
    """One end of the wire: a stream, and the regions for outgoing and incoming arrays, or None."""

    def __init__(self, stream, outgoing=None, incoming=None):
        self.stream = stream
        self.outgoing = outgoing
        self.incoming = incoming
        self._unread = 0                 # bytes of the current frame that are still in the stream
        self._waste = bytearray(1 << 14)  # for skipped bytes: allocated now, in case memory runs out later

    def send(self, message):
        """Send a message, a dict. Its arrays are in ``message["buffers"]``, where ``pack`` has put them."""
        header = dict(message)
        arrays = header.pop("buffers", [])
        header["arrays"] = [[array.dtype.str, array.shape, order_of(array)] for array in arrays]
        size = sum(array.nbytes for array in arrays)
        header["shared"] = shared = self.outgoing is not None and LEAST <= size <= MOST
        try:
            data = json.dumps(header).encode("utf-8")
        except (TypeError, ValueError, RecursionError) as error:
            raise WireError("a message cannot be sent: {words}", words=error) from error
        except MemoryError:
            raise OutOfMemoryError("out of memory: a message cannot be sent") from None
        if len(data) > LARGEST_HEADER:
            raise WireError("a message header of {size} bytes is too long; the limit is {limit} bytes. Give numbers "
                            "as an array, not as a list", size=len(data), limit=LARGEST_HEADER)
        inline = self._placed(arrays, size, shared) if arrays else []
        prefix = PREFIX.pack(MAGIC, len(data), sum(array.nbytes for array in inline))
        try:
            if len(data) < SMALL:
                self.stream.sendall(prefix + data)
            else:
                self.stream.sendall(prefix)
                self.stream.sendall(data)
            for array in inline:
                if array.nbytes:
                    self.stream.sendall(array.ravel(order="K").view(np.uint8))
        except (BrokenPipeError, ConnectionResetError):
            raise Closed() from None

    def _placed(self, arrays, size, shared):
        """Returns: the arrays to send in the frame, contiguous in their order. If they are shared, they are written to
        the region instead, and the list is empty."""
        try:
            if shared:
                self.outgoing.write(arrays)
                return []
            return [np.asarray(array, order=order_of(array)) for array in arrays]
        except (MemoryError, OSError) as error:
            raise OutOfMemoryError("out of memory: arrays of {size} bytes cannot be sent: {words}", size=size,
                                   words=error) from error

    def receive(self, before=None):
        """Receive a message. ``before`` is called with its header before memory is allocated for its arrays.

        If there is not enough memory for it, ``message["lost"]`` is the number of bytes of its arrays, and the parts
        that could not be kept are missing.

        Raises Closed at the end of the stream, and WireError if the data are not a frame.
        """
        magic, length, size = PREFIX.unpack(self._exactly(PREFIX.size))
        if magic != MAGIC or length > LARGEST_HEADER or size > LARGEST:
            raise WireError("the received data is not a message of this protocol")
        self._unread = length + size
        message = {}
        try:
            message, listed, shared = self._header(length, size)
            size = sum(byte_count(dtype, shape) for dtype, shape, _ in listed)
            if before is not None:
                before(message)
            message["buffers"] = self._shared(listed) if shared else self._inline(listed)
        except MemoryError:
            message.update(buffers=[], lost=size)
            self._skip()
        return message

    def _header(self, length, size):
        """Returns: the header of a message, the arrays that it lists, and whether they are shared."""
        try:
            message = json.loads(self._exactly(length).decode("utf-8"))
            listed = [(np.dtype(dtype), [int(n) for n in shape], order)
                      for dtype, shape, order in message.pop("arrays")]
            if any(dtype.kind not in KINDS or min(shape, default=0) < 0 or order not in ("C", "F")
                   for dtype, shape, order in listed):
                raise ValueError("it lists something other than an array of numbers")
            shared = message.pop("shared", False) and self.incoming is not None
            if size != (0 if shared else sum(byte_count(dtype, shape) for dtype, shape, _ in listed)):
                raise ValueError("the buffers are not those that it lists")
        except MALFORMED as error:
            raise WireError("a message header is malformed: {words}", words=error) from error
        return message, listed, shared

    def _shared(self, listed):
        try:
            return self.incoming.read(listed)
        except MALFORMED as error:
            raise WireError("a message header is malformed: {words}", words=error) from error
        except OSError as error:  # the region cannot be mapped
            raise MemoryError(str(error)) from error

    def _inline(self, listed):
        try:
            arrays = [np.empty(shape, dtype, order) for dtype, shape, order in listed]
        except MALFORMED as error:
            raise WireError("a message header is malformed: {words}", words=error) from error
        return [self._filled(array) for array in arrays]

    def close(self):
        self.stream.close()
        for region in (self.outgoing, self.incoming):
            if region is not None:
                region.close()

    def _filled(self, array):
        """Fill an array with bytes from the stream. Returns: the array in row-major order."""
        if array.nbytes:
            self._fill(memoryview(array.ravel(order="K").view(np.uint8)))
        return array if array.flags.c_contiguous else row_major(array)

    def _exactly(self, count):
        data = bytearray(count)
        self._fill(memoryview(data))
        return data

    def _fill(self, view):
        while len(view):
            try:
                count = self.stream.recv_into(view)
            except ConnectionResetError:
                count = 0
            if not count:
                raise Closed()
            self._unread -= count
            view = view[count:]

    def _skip(self):
        """Read and discard the rest of a frame, up to the start of the next one."""
        while self._unread > 0:
            self._fill(memoryview(self._waste)[:self._unread])
