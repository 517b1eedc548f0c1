"""What pyshim offers where NumPy is installed: the backend functions, tensors, and files of variables."""

from . import config, inspection, session, storage
from .contract.core import numeric_array
from .contract.function import Function
from .engines import numpy_cast
from .families import FAMILIES
from .functions import backend_function, session_function
from .session import stop_backend, use_backend
from .sparse_array import SparseArray
from .tensors import Tensor


def _public(name):
    """The backend function of that name: of the session, the settings, ``inspection``, or else the contract."""
    for module in (session, config, inspection):
        function = getattr(module, name, None)
        if getattr(function, "__module__", None) == module.__name__:
            return session_function(name, function)
    return backend_function(name)


def cast_to_floatx(x):
    """Cast a tensor or array to the dtype floatx.

    Arguments: x, a tensor, number or array. Returns: a tensor where x is one, else a NumPy array.
    """
    if isinstance(x, Tensor):
        return session.call("cast", (x, config.floatx()), {})
    with numpy_cast.quiet():
        return numeric_array(x, "x").astype(config.floatx())


cast_to_floatx = session_function("cast_to_floatx", cast_to_floatx)

save_variables = session_function("save_variables", storage.save_variables)
load_variables = session_function("load_variables", storage.load_variables)

for _family in FAMILIES.values():
    for _name in _family:
        if _name not in globals():
            globals()[_name] = _public(_name)


__all__ = ["stop_backend", "use_backend", "save_variables", "load_variables", "Function", "SparseArray", "Tensor"]
__all__ += [name for family in FAMILIES.values() for name in family]
