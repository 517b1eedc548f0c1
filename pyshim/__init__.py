"""pyshim: the backend functions of Keras on TensorFlow, Theano, CNTK, JAX and PyTorch, switched in one session.

    import pyshim as K
    K.use_backend("cntk")
    K.eval(K.dot(K.ones((2, 3)), K.ones((3, 4))))

Importing pyshim starts no engine; the first call of a backend function does. Its only requirement is NumPy. Without
NumPy, ``install_backend``, ``list_backends``, ``doctor`` and the command line still work, so that they can say what
is missing and install engines.
"""

import importlib
import os
import sys

from . import config, environments, errors, session  # noqa: F401 -- users reach them as pyshim.config and so on
from .environments import doctor, install_backend
from .families import FAMILIES
from .models.hdf5 import trusting_files
from .models.install import install_keras
from .session import list_backends

__version__ = "2.100.0"
__all__ = ["use_backend", "stop_backend", "install_backend", "install_keras", "list_backends", "doctor",
           "save_variables", "trusting_files", "snapshot", "restore", "to_backend", "compare_backends",
           "load_variables", "errors", "FAMILIES", "Function", "SparseArray", "Tensor"]
__all__ += [name for family in FAMILIES.values() for name in family]

try:
    importlib.import_module("numpy")
except ImportError:
    def __getattr__(name):
        if name in __all__:
            raise errors.PythonError("pyshim.{name}: {problem}", name=name,
                                     problem=environments.session_python()["problem"])
        raise AttributeError("module %r has no attribute %r" % (__name__, name))
else:
    from . import api
    from .comparing import compare_backends
    from .models.copies import to_backend
    from .models.snapshots import restore, snapshot
    globals().update((name, getattr(api, name)) for name in api.__all__)

if "keras.backend.load_backend" in sys.modules:  # KERAS_BACKEND=pyshim: Keras is importing its backend
    from .models import loading
    loading.repair_half_imported("keras")
elif os.environ.get("KERAS_BACKEND") == "pyshim" and "numpy" in sys.modules:  # Keras will do so later, if at all
    from .models import loading
    loading.repair_imports("keras")
