"""The wire: messages between a session and a worker, a JSON header and raw array buffers.

A frame is a prefix (magic, length of the header, length of the buffers), the header, and the arrays'
bytes one after another. Arrays stand in the header as ``{"array": i}``, and ``header["arrays"]`` lists
dtype, shape and order of each. An array leaves in the order that it has, "C" or "F", and arrives in that
of C. Where ``header["shared"]`` is true, the bytes are in the region that both sides map. Nothing that is
received is executed or unpickled.
"""

import json
import math
import struct

import numpy as np

from ..engines import numpy_cast
from ..errors import OutOfMemoryError, WireError
from ..sparse_array import SparseArray, is_sparse_value
from ..unsuitable import KINDS, Unsuitable, describe
from .region import LEAST, MOST, byte_count, order_of
from .reordering import in_order_of_c

PREFIX = struct.Struct("!4sIQ")
MAGIC = b"KER1"
LARGEST_HEADER = 1 << 28
SMALL = 1 << 16  # bytes of a header that go out with the prefix at once
LARGEST = 1 << 47  # bytes of buffers: what a process can address


# What a header raises that is none.
MALFORMED = (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)


class Closed(Exception):
    """The other side is gone."""


class Connection:
    """One end of the wire: a stream, and the regions of the arrays that go out and come in, or None."""

    def __init__(self, stream, outgoing=None, incoming=None):
        self.stream = stream
        self.outgoing = outgoing
        self.incoming = incoming
        self._unread = 0                 # bytes of the current frame that are still in the stream
        self._waste = bytearray(1 << 14)  # for those that nobody wants: there is memory for it whatever happens

    def send(self, message):
        """Send a message: a dict, whose arrays have been put aside by ``pack``."""
        header = dict(message)
        arrays = header.pop("buffers", [])
        header["arrays"] = [[dtype.str, array.shape, order_of(array)] for array, dtype in arrays]
        size = sum(byte_count(dtype, array.shape) for array, dtype in arrays)
        header["shared"] = shared = self.outgoing is not None and LEAST <= size <= MOST
        try:
            data = json.dumps(header).encode("utf-8")
        except (TypeError, ValueError, RecursionError) as error:
            raise WireError("a message cannot be sent: %s" % error) from error
        except MemoryError:
            raise OutOfMemoryError("out of memory: a message cannot be sent") from None
        if len(data) > LARGEST_HEADER:
            raise WireError("a message header of %d bytes is too long; the limit is %d bytes. Give numbers "
                            "as an array, not as a list" % (len(data), LARGEST_HEADER))
        inline = self._cast(arrays, size, shared) if arrays else []
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

    def _cast(self, arrays, size, shared):
        """The arrays in the dtypes that they arrive in; none where they are shared: the region has them then."""
        try:
            with numpy_cast.quiet():
                if shared:
                    self.outgoing.write(arrays)
                    return []
                return [np.asarray(array, dtype, order_of(array)) for array, dtype in arrays]
        except (MemoryError, OSError) as error:
            raise OutOfMemoryError("out of memory: arrays of %d bytes cannot be sent: %s" % (size, error)) from error

    def receive(self):
        """Receive a message. Where there is no memory for it, ``message["lost"]`` is the number of its arrays' bytes,
        and what could not be kept is missing.

        Raises Closed at the end of the stream, WireError when it is no frame.
        """
        magic, length, size = PREFIX.unpack(self._exactly(PREFIX.size))
        if magic != MAGIC or length > LARGEST_HEADER or size > LARGEST:
            raise WireError("what was received is no message of this protocol")
        self._unread = length + size
        message = {}
        try:
            message, listed, shared = self._header(length, size)
            size = sum(byte_count(dtype, shape) for dtype, shape, _ in listed)
            message["buffers"] = self._shared(listed) if shared else self._inline(listed)
        except MemoryError:
            message.update(buffers=[], lost=size)
            self._skip()
        return message

    def _header(self, length, size):
        """The header of a message, the arrays that it lists, and whether they are shared."""
        try:
            message = json.loads(self._exactly(length).decode("utf-8"))
            listed = [(np.dtype(dtype), [int(n) for n in shape], order)
                      for dtype, shape, order in message.pop("arrays")]
            if any(dtype.kind not in KINDS or min(shape, default=0) < 0 or order not in ("C", "F")
                   for dtype, shape, order in listed):
                raise ValueError("it lists what is no array of numbers")
            shared = message.pop("shared", False) and self.incoming is not None
            if size != (0 if shared else sum(byte_count(dtype, shape) for dtype, shape, _ in listed)):
                raise ValueError("the buffers are not those that it lists")
        except MALFORMED as error:
            raise WireError("a message header is malformed: %s" % error) from error
        return message, listed, shared

    def _shared(self, listed):
        try:
            return self.incoming.read(listed)
        except MALFORMED as error:
            raise WireError("a message header is malformed: %s" % error) from error
        except OSError as error:  # the region cannot be mapped
            raise MemoryError(str(error)) from error

    def _inline(self, listed):
        try:
            arrays = [np.empty(shape, dtype, order) for dtype, shape, order in listed]
        except MALFORMED as error:
            raise WireError("a message header is malformed: %s" % error) from error
        return [self._filled(array) for array in arrays]

    def close(self):
        self.stream.close()
        for region in (self.outgoing, self.incoming):
            if region is not None:
                region.close()

    def _filled(self, array):
        """An array with its bytes from the stream, in the order of C."""
        if array.nbytes:
            self._fill(memoryview(array.ravel(order="K").view(np.uint8)))
        return array if array.flags.c_contiguous else in_order_of_c(array)

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
        """Read what is left of a frame, so that the next one is found."""
        while self._unread > 0:
            self._fill(memoryview(self._waste)[:self._unread])


class Cast:
    """An array that is to arrive in another dtype; the cast is made while it is written."""

    def __init__(self, array, dtype):
        self.array = array
        self.dtype = np.dtype(dtype)


def pack(value, buffers, special):
    """A value as JSON can hold it; arrays go to ``buffers``, and ``special`` sees every other object."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float) and not isinstance(value, np.generic):
        return value if math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, list):
        return [pack(part, buffers, special) for part in value]
    if isinstance(value, tuple):
        return {"tuple": [pack(part, buffers, special) for part in value]}
    if is_sparse_value(value):  # before dicts, since SciPy's "dok" is one
        value = SparseArray.of(value)
        return {"sparse": [pack(part, buffers, special) for part in value.parts()]}
    if isinstance(value, dict):
        return {"dict": [[str(key), pack(part, buffers, special)] for key, part in value.items()]}
    if isinstance(value, slice):
        return {"slice": [pack(part, buffers, special) for part in (value.start, value.stop, value.step)]}
    if value is Ellipsis:
        return {"ellipsis": True}
    if isinstance(value, (np.ndarray, np.generic)):
        what = describe(value)
        if what is not None:
            return {"unsuitable": what}
        array = np.asarray(value)
        buffers.append((array, array.dtype))
        return {"array": len(buffers) - 1, "scalar": isinstance(value, np.generic)}
    if isinstance(value, Cast):
        buffers.append((value.array, value.dtype))
        return {"array": len(buffers) - 1, "scalar": False}
    if isinstance(value, np.dtype):
        return value.name
    if isinstance(value, type) and value.__module__ in ("builtins", "numpy"):
        return value.__name__.rstrip("_")  # NumPy's bool_ is "bool"
    if isinstance(value, Unsuitable):
        return {"unsuitable": value.what}
    return special(value)


def unpack(value, buffers, special):
    """The value that ``pack`` was given; ``special`` reads what the other side's ``special`` wrote."""
    if isinstance(value, list):
        return [unpack(part, buffers, special) for part in value]
    if not isinstance(value, dict):
        return value
    if "array" in value:
        array = buffers[value["array"]]
        return array[()] if value["scalar"] else array
    if "tuple" in value:
        return tuple(unpack(part, buffers, special) for part in value["tuple"])
    if "dict" in value:
        return {key: unpack(part, buffers, special) for key, part in value["dict"]}
    if "slice" in value:
        return slice(*[unpack(part, buffers, special) for part in value["slice"]])
    if "float" in value:
        return float(value["float"])
    if "sparse" in value:
        return SparseArray(*[unpack(part, buffers, special) for part in value["sparse"]])
    if "unsuitable" in value:
        return Unsuitable(value["unsuitable"])
    if "ellipsis" in value:
        return Ellipsis
    return special(value)
