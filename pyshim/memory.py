"""Memory of arrays that an engine's library can use in place of a copy."""

import numpy as np

ALIGNMENT = 64   # bytes; libraries need memory that starts at a multiple
LARGE = 2 ** 20  # bytes; smaller arrays are copied

DTYPES = frozenset(["float32", "float64", "int32", "int64"])


def empty(shape, dtype, size):
    """Returns: a new array with that many elements. If it is large, libraries can use its memory."""
    count = size * dtype.itemsize
    if count < LARGE:
        return np.empty(shape, dtype)
    memory = np.empty(count + ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % ALIGNMENT
    return memory[start:start + count].view(dtype).reshape(shape)


def is_large(array):
    """Whether the array's memory should be used, through DLPack, rather than copied."""
    return array.nbytes >= LARGE


def is_usable(array):
    """Whether libraries can use the array's memory, or need not, because the array is small."""
    return not is_large(array) or (
        array.ctypes.data % ALIGNMENT == 0 and array.dtype.name in DTYPES and array.flags.writeable)
