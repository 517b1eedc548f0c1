"""Values on the wire, encoded as JSON; arrays are sent separately, in the frame's buffers."""

import math

import numpy as np

from ..errors import WireError
from ..graph.positions import At


def pack(value, buffers):
    """Returns: a value in a form that JSON supports. Arrays are added to ``buffers``. Raises WireError for unsupported
    types."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (np.ndarray, np.generic)):
        buffers.append(np.asarray(value))
        return {"array": len(buffers) - 1, "scalar": isinstance(value, np.generic)}
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, list):
        return [pack(part, buffers) for part in value]
    if isinstance(value, At):
        return {"at": value.index}
    if isinstance(value, tuple):
        return {"tuple": [pack(part, buffers) for part in value]}
    if isinstance(value, dict):
        return {"dict": [[str(key), pack(part, buffers)] for key, part in value.items()]}
    if isinstance(value, slice):
        return {"slice": [pack(part, buffers) for part in (value.start, value.stop, value.step)]}
    raise WireError("a value of type {type} cannot be sent", type=type(value).__name__)


def unpack(value, buffers):
    """Returns: the value that was passed to ``pack``."""
    if isinstance(value, list):
        return [unpack(part, buffers) for part in value]
    if not isinstance(value, dict):
        return value
    if "array" in value:
        array = buffers[value["array"]]
        return array[()] if value["scalar"] else array
    if "tuple" in value:
        return tuple(unpack(part, buffers) for part in value["tuple"])
    if "dict" in value:
        return {key: unpack(part, buffers) for key, part in value["dict"]}
    if "slice" in value:
        return slice(*[unpack(part, buffers) for part in value["slice"]])
    if "float" in value:
        return float(value["float"])
    if "at" in value:
        return At(value["at"])
    raise WireError("unknown value {value}", value=repr(value))
