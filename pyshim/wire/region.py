"""Region: memory that a session and its worker both map, for the arrays that go one way.

The sender writes arrays in the order that they have, which is fastest; the receiver copies out, in row-major
order, before it answers, so each message begins at the start. An engine could compute on the memory itself,
but TensorFlow keeps hold of what it was fed when a variable takes its value, and would see the next message
there.

The memory has no name and goes with the last of the two processes. Arrays travel in the frame where there
is no such memory, where they are small, and where they are so large that a second copy would matter.
"""

import errno
import mmap
import os
import resource

import numpy as np

from ..files import clear_of_standard_streams
from .reordering import row_major

LEAST = 1 << 15
MOST = 1 << 28
KEPT = 1 << 26   # bytes that stay allocated between messages
ALIGNMENT = 64


class Region:

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.mapped = None

    @classmethod
    def create(cls):
        """A new region, None where the system has, or permits, no memory of this kind, or the user wants none."""
        if not hasattr(os, "memfd_create") or os.environ.get("KERAS_SHARED_MEMORY") == "0":
            return None
        try:
            limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
            if 0 <= limit < MOST:  # it counts as a file: what is written beyond that would be a signal
                return None
            return cls(clear_of_standard_streams(os.memfd_create("pyshim")))
        except OSError:
            return None

    def write(self, arrays):
        """Write the arrays. OSError where the machine has no memory for them."""
        places, size = layout([(array.dtype, array.shape, None) for array in arrays])
        self._allocate(size)
        for array, place in zip(arrays, places):
            np.copyto(self._view(place, array.dtype, array.shape, order_of(array), size), array)

    def _allocate(self, size):
        """Have the system give the memory now: what it has only promised would fail while it is written."""
        allocated = os.fstat(self.descriptor).st_size
        if allocated >= size:
            return
        try:
            os.posix_fallocate(self.descriptor, 0, size)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.ENOMEM):
                raise
            # Some sandboxes refuse the call. Writing allocates, too.
            zeros = bytes(1 << 20)
            while allocated < size:
                allocated += os.pwrite(self.descriptor, zeros[:size - allocated], allocated)

    def read(self, listed):
        """Copies of the arrays of those dtypes, shapes and orders, in row-major order.

        ValueError where the region is too small.
        """
        places, size = layout(listed)
        allocated = os.fstat(self.descriptor).st_size
        if allocated < size:
            raise ValueError("the arrays that it lists are not there")
        arrays = [row_major(self._view(place, *each, size)) for each, place in zip(listed, places)]
        if allocated > KEPT:
            self.mapped = None
            os.ftruncate(self.descriptor, 0)
        return arrays

    def _view(self, place, dtype, shape, order, size):
        if self.mapped is None or len(self.mapped) < size:
            self.mapped = mmap.mmap(self.descriptor, size)
        return np.ndarray(shape, dtype, self.mapped, place, order=order)

    def close(self):
        self.mapped = None
        descriptor, self.descriptor = self.descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __del__(self):
        if os is not None:  # else the interpreter ends
            self.close()


def layout(listed):
    """Where arrays of these dtypes, shapes and orders begin, and where the last one ends."""
    places, end = [], 0
    for dtype, shape, _ in listed:
        places.append(end)
        end += -(-byte_count(dtype, shape) // ALIGNMENT) * ALIGNMENT
    return places, end


def order_of(array):
    """The order that an array leaves in: its own, "C" or "F", where it has one."""
    return "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"


def byte_count(dtype, shape):
    """The bytes of an array; Python's integers, since a malformed frame may list any sizes."""
    count = dtype.itemsize
    for size in shape:
        count *= size
    return count
