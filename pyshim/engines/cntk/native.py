"""CNTK itself, imported quietly, and functions for the few CNTK objects that the engine creates and reads."""

import ctypes
import os
import sys
import types

import numpy as np

from ... import processors
from ..importing import variables
from ..quiet import leaving_out

# This module replaces CNTK's check of the machine, which warns on any system but Ubuntu 16.04 with a GPU. For that, it
# runs bash and ldconfig 14 times, with libraries from the working directory.
LOOK = types.ModuleType("cntk.cntk_py_init")
LOOK.cntk_check_distro_info = LOOK.cntk_check_libs = lambda: None
sys.modules[LOOK.__name__] = LOOK

# CNTK's loops over elements start threads for each row, so with more than one thread the addition of a bias takes
# twenty times as long. Matrix products, including convolutions, use all processors. See also in_parallel.
THREADS = {"OMP_NUM_THREADS": 1, "MKL_NUM_THREADS": processors.COUNT}

own_threads = {}
if "OMP_NUM_THREADS" not in os.environ:
    own_threads = {name: str(count) for name, count in THREADS.items() if name not in os.environ}
os.environ.update(own_threads)
# The import appends to both of these variables without need, so they are restored.
with variables(PATH=os.environ.get("PATH", ""), LD_LIBRARY_PATH=os.environ.get("LD_LIBRARY_PATH")):
    import cntk as C
    from cntk import cntk_py
    from cntk.internal.swig_helper import map_if_possible, typemap

DEVICE = C.cpu()  # PyPI's CNTK 2.7 has no GPU code

# What CNTK writes to stderr at the first computation, and before an exception that says the same.
KNOWN_LINES = ("^Selected CPU as the process wide default device", "^About to throw exception ", r"^\s*$")


def quiet():
    """A context that filters CNTK's known lines out of stderr."""
    return leaving_out(*KNOWN_LINES)


with quiet():
    C.try_set_default_device(DEVICE)
    C.constant(1.0)
    # The first product reads the numbers of threads. It needs matrices: a product of scalars does not call MKL.
    C.times(C.constant(np.ones((8, 8), "float32")), C.constant(np.ones((8, 8), "float32"))).eval()
for name in own_threads:
    del os.environ[name]
openmp = ctypes.CDLL("libiomp5.so")  # already loaded by CNTK and MKL

# NDArrayView::DataBuffer() returns the address of the data. CNTK's Python API only makes copies.
core = ctypes.CDLL("libCntk.Core-2.7.so")
START = {np.float32: core._ZNK4CNTK11NDArrayView10DataBufferIfEEPKT_v,
         np.float64: core._ZNK4CNTK11NDArrayView10DataBufferIdEEPKT_v}
for function in START.values():
    function.argtypes, function.restype = [ctypes.c_void_p], ctypes.c_void_p
MEMORY = ctypes.c_char * sys.maxsize  # of maximal size: a shape limits how much of it is used


def in_parallel(wanted):
    """Make CNTK's loops over elements and samples use all processors from now on, or only one.

    CNTK's own setting would also change matrix products, and CNTK crashes in a convolution if the number of threads
    has changed since the first convolution.
    """
    if own_threads:
        openmp.omp_set_num_threads(processors.COUNT if wanted else 1)


def carrier(dtype):
    """Returns: the dtype in which CNTK carries a float or bool dtype of the contract."""
    return "float64" if dtype == "float64" else "float32"


def view(array):
    """Returns: an NDArrayView of a float32 or float64 array. It shares the array's memory and keeps the array alive."""
    array = np.ascontiguousarray(array).reshape(array.shape)
    made = cntk_py.NDArrayView(array, DEVICE, True, True)  # read only, borrowed
    made.array = array
    return made


def value(array):
    """Returns: the array as a CNTK Value, the type that functions take and return. The data are not copied."""
    viewed = view(array)
    made = cntk_py.Value(viewed)
    made.array = viewed.array
    return made


def array(value):
    """Returns: a NumPy array with a copy of the data of a CNTK value."""
    return cntk_py.Value.data(value).to_ndarray()


def borrowed(value):
    """Returns: a read-only view of the data of a CNTK value, valid until the function that computed it runs again."""
    viewed, kind = cntk_py.Value.data(value), dtype(value)
    pointer = ctypes.c_void_p.from_address(int(viewed.this)).value  # from a shared_ptr
    memory = MEMORY.from_address(START[kind](pointer))
    memory.viewed = viewed  # keeps the data alive
    made = np.ndarray(shape_of(value), kind, memory)
    made.flags.writeable = False
    return made


def constant(array):
    """Returns: the array as a CNTK constant, in the dtype in which CNTK carries the array's."""
    array = array.astype(carrier(array.dtype.name), copy=False)
    return C.Constant(array, dtype=array.dtype.type)


def parameter(array):
    return C.Parameter(array.shape, array, array.dtype.type)


def sharing(kind, array):
    """Returns: a parameter or constant that shares the array's memory. Call its ``record_value_update`` after each
    change of the array."""
    made = kind(cntk_py.NDArrayView(array, DEVICE, False, True), "")
    map_if_possible(made)
    return made


def output(function):
    """Returns: the output variable of a function. Anything else is returned unchanged.

    Pass variables to CNTK, not functions: it never frees a function in a list that it was given.
    """
    return function.output if isinstance(function, C.Function) else function


def placeholder(shape, dtype):
    """Returns: a placeholder in a block for a variable from outside. Unlike ``C.placeholder``, it has a dtype."""
    kind = cntk_py.DataType_Double if np.dtype(dtype) == np.float64 else cntk_py.DataType_Float
    return typemap(cntk_py.placeholder_variable)(shape, kind, "", [])


def forward(function, arguments, outputs, keep=()):
    """Run a function.

    Returns: the state for ``backward``, and the value of each output variable, valid until the function runs again.

    ``Function.forward`` does the same, but its checks and conversions cost more than a small function itself.
    """
    results = dict.fromkeys(outputs)
    state = cntk_py.Function._forward(function, arguments, results, DEVICE, set(keep))
    return state, results


def backward(function, state, root, seed, variables):
    """Returns: the gradients of one output, weighted by the seed, with respect to variables."""
    results = dict.fromkeys(variables)
    cntk_py.Function._backward(function, state, {root: seed}, results)
    return results


def shape_of(value):
    """Returns: the shape of a CNTK value or of an array."""
    return value.shape if isinstance(value, np.ndarray) else tuple(cntk_py.Value.shape(value).dimensions())


def dtype(value):
    """Returns: the dtype of a CNTK value."""
    return np.float64 if cntk_py.Value.get_data_type(value) == cntk_py.DataType_Double else np.float32
