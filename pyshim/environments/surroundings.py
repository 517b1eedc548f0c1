"""The surroundings of an engine's processes (workers and checks): environment variables and a working directory.

Both are under our control. Only those of the session's variables are passed on that a subclass of ``Environment`` or
this file lists, and only with values that the libraries accept: an engine must start and compute, whatever else is
set in the session.
"""

import os
import re
import stat
import tempfile
import time

from .. import processors
from ..files import make_folder

SYSTEM_PATH = ("/usr/local/bin", "/usr/bin", "/bin")
A_DAY = 24 * 3600  # seconds


# -- variables ------------------------------------------------------------------------------------------

# Each of these takes a variable's value in the session, and returns the one to pass on, or None.

def anything(value):
    return value


def one_of(*accepted):
    return lambda value: value if value in accepted else None


def size(value):
    return value if re.match(r"\d{1,18}$", value) else None


def folders(value):
    """The folders with absolute paths: others depend on the working directory, and an empty entry means just that."""
    return os.pathsep.join(folder for folder in value.split(os.pathsep) if os.path.isabs(folder)) or None


def programs(value):
    """The folders of programs, followed by those of the system."""
    own = (folders(value) or "").split(os.pathsep)
    return os.pathsep.join([folder for folder in own if folder] + [each for each in SYSTEM_PATH if each not in own])


def drivers(value):
    """The folders of LD_LIBRARY_PATH that hold the driver of a GPU. In containers it may be found through this only.
    Returns: a list."""
    return [folder for folder in (folders(value) or "").split(os.pathsep)
            if folder and os.path.exists(os.path.join(folder, "libcuda.so.1"))]


PASSED = {
    "OMP_NUM_THREADS": processors.count_in,
    "OPENBLAS_NUM_THREADS": processors.count_in,
    "MKL_NUM_THREADS": processors.count_in,
    "CUDA_VISIBLE_DEVICES": anything,
    "CUDA_DEVICE_ORDER": anything,
    "MALLOC_ARENA_MAX": size,
    "MALLOC_MMAP_THRESHOLD_": size,
    "MALLOC_TRIM_THRESHOLD_": size,
}


def variables(passed, settings, folder, libraries=None):
    """The environment variables of an engine's process.

    Arguments:
        passed: functions by name, as in ``PASSED``, for variables of the engine.
        settings: variables that it gets unless the user has set them.
        folder: as ``work_folder`` returns it.
        libraries: a list of folders of libraries that its interpreter or packages need.
    Returns: a dict.
    """
    found = dict(settings)
    for name, accepted in {**PASSED, **passed}.items():
        value = accepted(os.environ[name]) if name in os.environ else None
        if value is not None:
            found[name] = value
    found["PATH"] = programs(os.environ.get("PATH", ""))
    found["LC_ALL"] = "C.UTF-8"  # the session encodes text as it can display it
    found["HOME"] = folder or os.sep
    found["USER"] = found["LOGNAME"] = "keras"  # the system may not know this user
    if folder:
        found["TMPDIR"] = folder
    if libraries:
        found["LD_LIBRARY_PATH"] = os.pathsep.join(libraries)
    return found


# Settings that would make pip install to another place, or other packages.
HINDERING = frozenset("PIP_" + name for name in (
    "ABI", "CONSTRAINT", "DRY_RUN", "EDITABLE", "IGNORE_INSTALLED", "IMPLEMENTATION", "PLATFORM", "PREFIX", "PYTHON",
    "PYTHON_VERSION", "REQUIREMENT", "ROOT", "SRC", "TARGET"))

# These also take precedence over pip's configuration files.
OF_PIP = {"PIP_USER": "0", "PIP_NO_DEPS": "0", "PIP_NO_BINARY": ":none:", "PIP_ONLY_BINARY": ":none:"}


def install_variables():
    """Environment variables for installation steps: the session's, except those that would interfere.

    The user's choice of a package index is respected. Returns: a dict.
    """
    found = {name: value for name, value in os.environ.items()
             if name not in HINDERING and not name.startswith("PYTHON")}
    return {**found, **OF_PIP, "PATH": programs(os.environ.get("PATH", ""))}


# -- a folder -------------------------------------------------------------------------------------------

def work_folder(environment):
    """A folder for an engine's processes: their home, working directory and temporary files.

    It belongs to this user alone. It is beside the environment or, if this user may not write there, below the
    system's temporary folder. Returns: a path, or None if no folder can be made.
    """
    path = os.path.join(environment.folder(), "work")
    if not own_folder(path):
        shared = [os.environ.get("TMPDIR") or "/tmp", "/tmp", "/var/tmp", "/dev/shm"]
        paths = [os.path.join(folder, "keras-%d" % os.geteuid()) for folder in shared if os.path.isabs(folder)]
        path = next((os.path.join(path, environment.name) for path in paths
                     if own_folder(path) and own_folder(os.path.join(path, environment.name))), None)
    if path:
        _clear(path)
    return path


def own_folder(path):
    """Whether a folder, created if missing, is owned by this user, inaccessible to others and writable: programs are
    compiled and run there."""
    try:
        if not os.path.lexists(path):
            make_folder(path)
            os.chmod(path, stat.S_IRWXU)
        found = os.lstat(path)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
            return False
        if os.statvfs(path).f_flag & getattr(os, "ST_NOEXEC", 0):
            return False
        with tempfile.TemporaryFile(dir=path):
            return True
    except OSError:
        return False


def _clear(folder):
    """Remove files left by compilers that were killed. Recent ones are kept: their compilers may still run."""
    for entry in os.scandir(folder):
        try:
            if entry.is_file(follow_symlinks=False) and time.time() - entry.stat().st_mtime > A_DAY:
                os.unlink(entry.path)
        except OSError:  # another session was faster
            pass
