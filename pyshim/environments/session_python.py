"""The session's own Python: it needs NumPy, which the engines' environments do not provide."""

import importlib
import os
import platform
import subprocess
import sys
import sysconfig

from ..errors import InstallError, InterpreterError
from . import commands
from .interpreters import find_interpreter, version_of
from .obtain import obtain
from .progress import Progress
from .steps import run

# The versions that NumPy has wheels for, the most common first.
PYTHONS = ("3.11", "3.12", "3.13", "3.10", "3.9", "3.8")


def session_python():
    """Information on the session's own Python.

    Returns: a dict with the keys "python" (the path of the interpreter), "python_version", "numpy" (its version,
    None if it cannot be imported) and "problem" (what is wrong and how to repair it, or None).
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


# -- NumPy for R's Python ----------------------------------------------------------------------------

def numpy_needed(folder):
    """What ``install_numpy`` would do.

    Arguments: folder, where a virtual environment would be made. Returns: a sentence.
    """
    if _is_environment():
        return "R's Python, %s, has no NumPy. It is installed there (20 MB, unpacked 70 MB)." % sys.executable
    return ("R's Python, %s, cannot be used: it has no NumPy, or no shared library. A virtual environment with NumPy "
            "(100 MB) is made for R as %s." % (sys.executable, folder))


def install_numpy(folder, numpy="numpy", quiet=False):
    """Provide R with a Python that has NumPy: this one if it is in a virtual environment, else a new environment.

    Arguments:
        folder: where to make the virtual environment.
        numpy: the requirement, such as "numpy<2".
        quiet: do not show progress.
    Returns: the path of the interpreter. Raises InterpreterError if there is none to make it with, InstallError
    if a step fails.
    """
    progress = Progress(2, sys.prefix if _is_environment() else folder, quiet)
    if _is_environment():
        python = sys.executable
        progress.step("Taking up %s" % sys.prefix)
    else:
        python = os.path.join(folder, "bin", "python")
        progress.step("Making the virtual environment %s" % folder)
        if not os.path.exists(folder):
            run([_host(progress), "-I", "-m", "venv", folder], "make the virtual environment", progress)
        elif version_of(python, shared=True) not in PYTHONS:
            raise InstallError("{folder} exists, but it has no Python 3.8 or newer that R can use",
                               remedy="remove it, then try again", folder=folder)
    progress.step("Installing NumPy")
    pip = [python, "-I", "-m", "pip"]
    if commands.run(pip + ["--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
        run([python, "-I", "-m", "ensurepip"], "install pip", progress)
    run(pip + ["--disable-pip-version-check", "install", numpy], "install NumPy", progress)
    progress.say("R's Python is %s." % python)
    return python


def _is_environment():
    """Whether this Python is usable by R, and from a virtual or conda environment, where the user may install."""
    own = sys.prefix != sys.base_prefix or os.path.isdir(os.path.join(sys.prefix, "conda-meta"))
    return own and version_of(sys.executable, shared=True) in PYTHONS


def _host(progress):
    """An interpreter to make the environment with: this one if it is suitable."""
    try:
        return find_interpreter("R", PYTHONS, first=sys.executable, shared=True)
    except InterpreterError as missing:
        return obtain(missing, PYTHONS, None, lambda question: True, progress)
