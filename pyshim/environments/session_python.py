"""The session's own Python: it needs NumPy, which an engine's environment does not give it."""

import importlib
import os
import platform
import sys
import sysconfig


def session_python():
    """What the session's own Python is.

    Returns: a dict with the keys "python" (the path of the interpreter), "python_version", "numpy" (its version,
    None where it cannot be imported) and "problem" (what is wrong and how to repair it, None where all is well).
    """
    numpy, problem = None, None
    try:
        numpy = importlib.import_module("numpy").__version__
    except ImportError as error:
        reason = "has no NumPy" if getattr(error, "name", None) == "numpy" else "cannot import NumPy (%s)" % error
        problem = "This Python, %s, %s. %s" % (sys.executable, reason, _remedy())
    return {"python": sys.executable, "python_version": platform.python_version(), "numpy": numpy, "problem": problem}


def _remedy():
    if _is_managed_by_the_system():
        folder = "~/.virtualenvs/keras"
        return ("It belongs to the system, which lets pip install nothing into it. Make a virtual environment and use "
                "its Python: `%s -m venv %s && %s/bin/python -m pip install numpy`" % (sys.executable, folder, folder))
    return "Install it with `%s -m pip install numpy`" % sys.executable


def _is_managed_by_the_system():
    """Whether pip refuses to install here (PEP 668)."""
    mark = os.path.join(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED")
    return sys.prefix == sys.base_prefix and os.path.exists(mark)
