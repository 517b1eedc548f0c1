"""The wire: messages between a session and a worker, a JSON header and raw array buffers.

A frame is a prefix (magic, length of the header, length of the buffers), the header, and the arrays'
bytes one after another. Arrays stand in the header as ``{"array": i}``, and ``header["arrays"]`` lists
dtype and shape of each. Nothing that is received is executed or unpickled.
"""

import functools
import json
import operator
import struct

import numpy as np

from ..errors import WireError
from ..sparse_array import SparseArray, is_sparse_value

PREFIX = struct.Struct("!4sIQ")
MAGIC = b"KER1"
LARGEST_HEADER = 1 << 28
KINDS = "fiub"  # of the arrays' dtypes: floats, integers and bools


class Closed(Exception):
    """The other side is gone."""


def send(stream, message):
    """Send a message: a dict, whose arrays have been put aside by ``pack``."""
    header = dict(message)
    arrays = header.pop("buffers", [])
    header["arrays"] = [[array.dtype.str, list(array.shape)] for array in arrays]
    try:
        data = json.dumps(header).encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise WireError("a message cannot be sent: %s" % error) from error
    if len(data) > LARGEST_HEADER:
        raise WireError("a message header of %d bytes is too long; the limit is %d bytes. Give numbers "
                        "as an array, not as a list" % (len(data), LARGEST_HEADER))
    size = sum(array.nbytes for array in arrays)
    try:
        stream.sendall(PREFIX.pack(MAGIC, len(data), size) + data)
        for array in arrays:
            if array.nbytes:
                stream.sendall(array.reshape(-1).view(np.uint8))
    except (BrokenPipeError, ConnectionResetError):
        raise Closed() from None


def receive(stream):
    """Receive a message; Closed at the end of the stream, WireError when it is no frame."""
    magic, length, size = PREFIX.unpack(_exactly(stream, PREFIX.size))
    if magic != MAGIC or length > LARGEST_HEADER:
        raise WireError("what was received is no message of this protocol")
    try:
        message = json.loads(_exactly(stream, length).decode("utf-8"))
        listed = [(np.dtype(dtype), [int(n) for n in shape]) for dtype, shape in message.pop("arrays")]
        if any(dtype.kind not in KINDS or min(shape, default=0) < 0 for dtype, shape in listed):
            raise ValueError("it lists what is no array of numbers")
        if size != sum(functools.reduce(operator.mul, shape, dtype.itemsize) for dtype, shape in listed):
            raise ValueError("the buffers are not those that it lists")
        arrays = [np.empty(shape, dtype) for dtype, shape in listed]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, MemoryError) as error:
        raise WireError("a message header is malformed: %s" % error) from error
    for array in arrays:
        if array.nbytes:
            _fill(stream, memoryview(array.reshape(-1).view(np.uint8)))
    message["buffers"] = arrays
    return message


def _exactly(stream, count):
    data = bytearray(count)
    _fill(stream, memoryview(data))
    return bytes(data)


def _fill(stream, view):
    while len(view):
        try:
            count = stream.recv_into(view)
        except ConnectionResetError:
            count = 0
        if not count:
            raise Closed()
        view = view[count:]


def pack(value, buffers, special):
    """A value as JSON can hold it; arrays go to ``buffers``, and ``special`` sees every other object."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float) and not isinstance(value, np.generic):
        return value if np.isfinite(value) else {"float": repr(value)}
    if is_sparse_value(value):  # before dicts, since SciPy's "dok" is one
        value = SparseArray.of(value)
        return {"sparse": [pack(part, buffers, special) for part in value.parts()]}
    if isinstance(value, list):
        return [pack(part, buffers, special) for part in value]
    if isinstance(value, tuple):
        return {"tuple": [pack(part, buffers, special) for part in value]}
    if isinstance(value, dict):
        return {"dict": [[str(key), pack(part, buffers, special)] for key, part in value.items()]}
    if isinstance(value, slice):
        return {"slice": [pack(part, buffers, special) for part in (value.start, value.stop, value.step)]}
    if value is Ellipsis:
        return {"ellipsis": True}
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.asarray(value)
        if array.dtype.kind not in KINDS:
            raise WireError("an array of dtype %s cannot be a tensor's value; numbers and bools can"
                            % array.dtype)
        buffers.append(np.ascontiguousarray(array).reshape(array.shape))
        return {"array": len(buffers) - 1, "scalar": isinstance(value, np.generic)}
    if isinstance(value, np.dtype):
        return value.name
    if isinstance(value, type) and issubclass(value, (np.generic, bool, int, float)):
        return np.dtype(value).name
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
    if "ellipsis" in value:
        return Ellipsis
    return special(value)
