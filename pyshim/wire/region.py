"""Region: memory that a session and its worker both map, for arrays sent in one direction.

The sender writes arrays in the order that they have, which is fastest. The receiver copies them out, in row-major
order, before it answers, so each message starts at the beginning of the region. An engine could compute on the memory
itself, but TensorFlow keeps a reference to a fed array when it is assigned to a variable, and would then see the next
message there.

The memory has no name and is freed when both processes have ended. Arrays are sent in the frame instead if there is no
such memory, if they are small, or if they are so large that a second copy would matter.
"""

import errno
import mmap
import os
import resource

import numpy as np

from ..files import clear_of_standard_streams
from ..memory import ALIGNMENT
from .reordering import copy, row_major

LEAST = 1 << 15
MOST = 1 << 28
KEPT = 1 << 26   # bytes that stay allocated between messages


class Region:

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.mapped = None

    @classmethod
    def create(cls):
        """Returns: a new region, or None if the system does not support or permit it, or the user has disabled it."""
        if not hasattr(os, "memfd_create") or os.environ.get("KERAS_SHARED_MEMORY") == "0":
            return None
        try:
            limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
            if 0 <= limit < MOST:  # the limit for files applies: writing beyond it would raise a signal
                return None
            return cls(clear_of_standard_streams(os.memfd_create("pyshim")))
        except OSError:
            return None

    def write(self, arrays):
        """Write the arrays. It raises OSError if there is not enough memory."""
        places, size = layout([(array.dtype, array.shape, None) for array in arrays])
        self._allocate(size)
        for array, place in zip(arrays, places):
            copy(self._view(place, array.dtype, array.shape, order_of(array), size), array)

    def _allocate(self, size):
        """Allocate the memory now. If it were only reserved, a lack of memory would crash the process in a write."""
        allocated = os.fstat(self.descriptor).st_size
        if allocated >= size:
            return
        try:
            os.posix_fallocate(self.descriptor, 0, size)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.ENOMEM):
                raise
            # Some sandboxes reject the call. Writing also allocates.
            zeros = bytes(1 << 20)
            while allocated < size:
                allocated += os.pwrite(self.descriptor, zeros[:size - allocated], allocated)

    def read(self, listed):
        """Returns: copies, in row-major order, of the arrays with the listed dtypes, shapes and orders.

        Raises ValueError if the region is too small.
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
        if os is not None:  # else the interpreter is shutting down
            self.close()


def layout(listed):
    """Returns: the offsets of arrays with these dtypes, shapes and orders, and the total size in bytes."""
    places, end = [], 0
    for dtype, shape, _ in listed:
        places.append(end)
        end += -(-byte_count(dtype, shape) // ALIGNMENT) * ALIGNMENT
    return places, end


def order_of(array):
    """Returns: the order in which an array is sent: "F" if it is contiguous only in that order, else "C"."""
    return "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"


def byte_count(dtype, shape):
    """Returns: the size of an array in bytes. Python integers can't overflow if a malformed frame lists huge sizes."""
    count = dtype.itemsize
    for size in shape:
        count *= size
    return count
