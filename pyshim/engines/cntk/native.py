"""CNTK itself, imported quietly, and the few of its objects that the engine makes and reads."""

import ctypes
import os
import sys
import types

import numpy as np

from ... import processors
from ..importing import variables
from ..quiet import leaving_out

# CNTK's own look at the machine: on each that is not Ubuntu 16.04 with a GPU it warns. For that it runs bash and
# ldconfig 14 times, with libraries from the working directory.
LOOK = types.ModuleType("cntk.cntk_py_init")
LOOK.cntk_check_distro_info = LOOK.cntk_check_libs = lambda: None
sys.modules[LOOK.__name__] = LOOK

# CNTK's loops over elements start threads for each row: with more than one, an addition of a bias takes twenty
# times as long. The products of matrices, among them convolutions, have all processors. See in_parallel, too.
THREADS = {"OMP_NUM_THREADS": 1, "MKL_NUM_THREADS": processors.COUNT}

own_threads = {}
if "OMP_NUM_THREADS" not in os.environ:
    own_threads = {name: str(count) for name, count in THREADS.items() if name not in os.environ}
os.environ.update(own_threads)
# It adds to both, and needs neither.
with variables(PATH=os.environ.get("PATH", ""), LD_LIBRARY_PATH=os.environ.get("LD_LIBRARY_PATH")):
    import cntk as C
    from cntk import cntk_py
    from cntk.internal.swig_helper import map_if_possible, typemap

DEVICE = C.cpu()  # PyPI's CNTK 2.7 has no GPU code

# What it writes to stderr at the first computation, and before an exception that says the same.
KNOWN_LINES = ("^Selected CPU as the process wide default device", "^About to throw exception ", r"^\s*$")


def quiet():
    """A context in which CNTK's known lines are left out of what is written to stderr."""
    return leaving_out(*KNOWN_LINES)


with quiet():
    C.try_set_default_device(DEVICE)
    C.constant(1.0)
    # Which reads the numbers of threads; a product of single numbers does not ask MKL.
    C.times(C.constant(np.ones((8, 8), "float32")), C.constant(np.ones((8, 8), "float32"))).eval()
for name in own_threads:
    del os.environ[name]
openmp = ctypes.CDLL("libiomp5.so")  # which CNTK and MKL have loaded

# NDArrayView::DataBuffer(): where data are. CNTK's Python hands out copies only.
core = ctypes.CDLL("libCntk.Core-2.7.so")
START = {np.float32: core._ZNK4CNTK11NDArrayView10DataBufferIfEEPKT_v,
         np.float64: core._ZNK4CNTK11NDArrayView10DataBufferIdEEPKT_v}
for function in START.values():
    function.argtypes, function.restype = [ctypes.c_void_p], ctypes.c_void_p
MEMORY = ctypes.c_char * sys.maxsize  # of any size: shapes tell how much of it is meant


def in_parallel(wanted):
    """Have CNTK's loops over elements and samples take all processors from now on, or one.

    CNTK's own way of saying so is for products of matrices, too. It dies of a convolution that finds another number
    than the first one found.
    """
    if own_threads:
        openmp.omp_set_num_threads(processors.COUNT if wanted else 1)


def carrier(dtype):
    """The dtype that CNTK computes a float or bool of the contract in."""
    return "float64" if dtype == "float64" else "float32"


def view(array):
    """An array of float32 or float64 as CNTK sees it. It is not copied: it lives as long as this object at least."""
    array = np.ascontiguousarray(array).reshape(array.shape)
    made = cntk_py.NDArrayView(array, DEVICE, True, True)  # read only, borrowed
    made.array = array
    return made


def value(array):
    """An array in the form in which CNTK's functions take and give data; it is not copied, either."""
    viewed = view(array)
    made = cntk_py.Value(viewed)
    made.array = viewed.array
    return made


def array(value):
    """A NumPy array of its own with the data of a CNTK value."""
    return cntk_py.Value.data(value).to_ndarray()


def borrowed(value):
    """The data of a CNTK value as an array, not copied: until the function that gives the value goes on."""
    viewed, kind = cntk_py.Value.data(value), dtype(value)
    pointer = ctypes.c_void_p.from_address(int(viewed.this)).value  # from a shared_ptr
    memory = MEMORY.from_address(START[kind](pointer))
    memory.viewed = viewed  # which keeps it
    made = np.ndarray(shape_of(value), kind, memory)
    made.flags.writeable = False
    return made


def constant(array):
    return C.Constant(array, dtype=array.dtype.type)


def parameter(array):
    return C.Parameter(array.shape, array, array.dtype.type)


def sharing(kind, array):
    """A parameter or constant whose memory is the array's. Who changes that tells it by ``record_value_update``."""
    made = kind(cntk_py.NDArrayView(array, DEVICE, False, True), "")
    map_if_possible(made)
    return made


def output(function):
    """The variable that a function computes. What is no function is given back.

    Variables are handed around, not functions: CNTK never frees a function in a list that it was given.
    """
    return function.output if isinstance(function, C.Function) else function


def placeholder(shape, dtype):
    """A place in a block for a variable of the outside; its dtype is known, unlike that of ``C.placeholder``."""
    kind = cntk_py.DataType_Double if np.dtype(dtype) == np.float64 else cntk_py.DataType_Float
    return typemap(cntk_py.placeholder_variable)(shape, kind, "", [])


def forward(function, arguments, outputs, keep=()):
    """Run a function: the state for ``backward``, and the value of each output variable.

    The values are valid until the function runs again. ``Function.forward`` does the same with checks
    and conversions that cost more than a small function itself.
    """
    results = dict.fromkeys(outputs)
    state = cntk_py.Function._forward(function, arguments, results, DEVICE, set(keep))
    return state, results


def backward(function, state, root, seed, variables):
    """The gradients of one output, weighted by the seed, with respect to variables."""
    results = dict.fromkeys(variables)
    cntk_py.Function._backward(function, state, {root: seed}, results)
    return results


def shape_of(value):
    """The shape of a CNTK value or of an array."""
    return value.shape if isinstance(value, np.ndarray) else tuple(cntk_py.Value.shape(value).dimensions())


def dtype(value):
    """The dtype of a CNTK value."""
    return np.float64 if cntk_py.Value.get_data_type(value) == cntk_py.DataType_Double else np.float32
