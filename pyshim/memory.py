"""Memory of large arrays: an engine's library can use it in place of a copy, and it is used again.

New memory is expensive: the system clears it, and a virtual machine may have to get it from its host first, which takes
a millisecond per megabyte. So the memory of large arrays is kept, and given to a new array when nothing else uses it.
"""

import collections
import sys

import numpy as np

ALIGNMENT = 64   # bytes; libraries need memory that starts at a multiple
LARGE = 2 ** 20  # bytes; smaller arrays are copied
MOST = 2 ** 26   # bytes of memory that is kept

DTYPES = frozenset(["float32", "float64", "int32", "int64"])

_blocks = collections.deque()  # the kept memory, some of it in use


def empty(shape, dtype, size):
    """Returns: a new array with that many elements. If it is large, libraries can use its memory."""
    count = size * dtype.itemsize
    if count < LARGE:
        return np.empty(shape, dtype)
    memory = _block(count + ALIGNMENT)
    start = -memory.ctypes.data % ALIGNMENT
    return memory[start:start + count].view(dtype).reshape(shape)


def _block(count):
    """Returns: memory of at least so many bytes, and not many more. It is kept from now on."""
    found = None
    for _ in range(len(_blocks)):
        try:
            block = _blocks.popleft()  # so that no other thread takes it
        except IndexError:
            break
        if found is None and count <= block.size <= count + count // 4 and sys.getrefcount(block) == ALONE:
            found = block
        else:
            _blocks.append(block)
    if found is None:
        found = np.empty(count, np.uint8)
    if found.size <= MOST:
        _blocks.append(found)
        while sum(block.size for block in list(_blocks)) > MOST:
            _blocks.popleft()
    return found


def _references():
    """Returns: what ``sys.getrefcount`` says of an object to which only a local variable refers."""
    block = object()
    return sys.getrefcount(block)


ALONE = _references()


def is_large(array):
    """Whether the array's memory should be used, through DLPack, rather than copied."""
    return array.nbytes >= LARGE


def is_usable(array):
    """Whether libraries can use the array's memory, or need not, because the array is small."""
    return not is_large(array) or (
        array.ctypes.data % ALIGNMENT == 0 and array.dtype.name in DTYPES and array.flags.writeable)
