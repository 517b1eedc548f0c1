"""Finding a Python interpreter of a version that an engine can run on."""

import functools
import glob
import json
import os
import shutil
import subprocess

from .. import config
from ..errors import InterpreterError
from ..messages import filled
from . import commands

PROBE = """
import glob, json, os, platform, struct, sys, sysconfig
import ensurepip, ssl, venv
version = "%d.%d" % sys.version_info[:2]
libraries = [os.path.join(glob.escape(folder), "libpython" + version + "*.so*")
             for folder in sysconfig.get_config_vars("LIBDIR", "LIBPL") if folder]
print(json.dumps({"version": version,
                  "fits": platform.python_implementation() == "CPython" and struct.calcsize("P") == 8,
                  "shared": any(map(glob.glob, libraries))}))
"""


def find_interpreter(title, versions, first=None, shared=False):
    """The path of an interpreter of one of the versions, the earliest in the list that can be found.

    Arguments:
        title: what it is needed for.
        versions: a sequence of strings such as "3.9".
        first: the path of an interpreter that is preferred if it is suitable.
        shared: whether it must have libpython as a shared library, as R needs it.
    Searches PATH, pyenv, conda, uv and the Keras home. Raises InterpreterError, which says how to get one.
    """
    if first and version_of(first, shared) in versions:
        return first
    for version in versions:
        for path in _candidates(version):
            if version_of(path, shared) == version:
                return path
    raise missing_interpreter("{title} needs Python {versions}, and none was found",
                              " on PATH or from pyenv, conda or uv. Get one with {ways}, then try again; or name "
                              "one with the argument `python`", title=title, versions=_one_of(versions),
                              ways=_ways(versions))


def missing_interpreter(reason, more="", **fields):
    """The error that there is no interpreter; ``reason`` is a template, and its text becomes an attribute."""
    missing = InterpreterError(reason + more, **fields)
    missing.reason = filled(reason, missing.fields)
    return missing


def check_interpreter(title, versions, path):
    """The path of the interpreter that a user named. Raises InterpreterError unless it is suitable."""
    found = shutil.which(os.path.expanduser(path)) or path
    version = version_of(found)
    if version is None:
        raise InterpreterError("{path} is no CPython interpreter that can make virtual environments (it needs its "
                               "modules venv, ensurepip and ssl)", path=path)
    if version not in versions:
        raise InterpreterError("{title} needs Python {versions}, but {path} is Python {version}", title=title,
                               versions=_one_of(versions), path=path, version=version)
    return found


def _one_of(versions):
    return " or ".join([", ".join(versions[:-1]), versions[-1]] if len(versions) > 1 else versions)


def _ways(versions):
    """Commands that install an interpreter of the first version. uv has none older than 3.8."""
    version = versions[0]
    ways = ["`pyenv install %s`" % version, "`conda create -n python%s python=%s`" % (version, version)]
    if int(version.split(".")[1]) >= 8:
        ways.insert(0, "`uv python install %s`" % version)
    return " or ".join(ways)


def _candidates(version):
    """Paths where an interpreter of that version may be."""
    home, name = os.path.expanduser("~"), "python" + version
    paths = []
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        paths += [os.path.join(folder, name), os.path.join(folder, "python3")]
    for root in filter(None, [os.environ.get("PYENV_ROOT"), _output("pyenv", "root"), os.path.join(home, ".pyenv")]):
        paths += _glob(root, "versions", version + ".*", "bin", "python")
        paths += _glob(root, "versions", version, "bin", "python")
    for root in conda_roots():
        paths += _glob(root, "bin", "python") + _glob(root, "envs", "*", "bin", "python")
    for root in filter(None, [os.environ.get("UV_PYTHON_INSTALL_DIR"), _output("uv", "python", "dir"),
                              os.path.join(home, ".local", "share", "uv", "python")]):
        paths += _glob(root, "cpython-%s.*" % version, "bin", name)
    own = os.path.join(config.home(), "interpreters")  # put there by obtain.py
    paths += _glob(own, "cpython-%s*" % version, "bin", name) + _glob(own, "conda-" + version, "bin", "python")
    return [path for path in dict.fromkeys(paths) if os.access(path, os.X_OK) and os.path.isfile(path)]


def conda_roots():
    """Folders where a conda may be installed."""
    home = os.path.expanduser("~")
    roots = [os.environ.get("CONDA_PREFIX"), _output("conda", "info", "--base")]
    roots += [os.path.join(folder, name) for folder in (home, "/opt")
              for name in ("miniconda3", "anaconda3", "miniforge3", "mambaforge", "conda")]
    try:
        with open(os.path.join(home, ".conda", "environments.txt"), encoding="utf-8") as file:
            roots += file.read().split("\n")
    except OSError:
        pass
    return [root for root in roots if root]


def _glob(folder, *parts):
    """Matches of a pattern's parts below a folder, the highest version first."""
    def numbers(path):
        return [int(part) for part in "".join(c if c.isdigit() else " " for c in path).split()]
    return sorted(glob.glob(os.path.join(glob.escape(folder), *parts)), key=numbers, reverse=True)


def _output(name, *arguments):
    """A tool's output, or None if it is missing or fails."""
    path = shutil.which(name)
    return _printed(path, *arguments) if path else None


@functools.lru_cache(maxsize=None)  # asking conda takes a second
def _printed(*command):
    try:
        done = _run(command)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _run(command):
    return commands.run(command, timeout=20, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def version_of(path, shared=False):
    """The version of an interpreter, such as "3.9"; None if it cannot make virtual environments, or lacks the shared
    libpython that is required."""
    try:
        facts = json.loads(_run([path, "-I", "-c", PROBE]).stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return None
    return facts["version"] if facts["fits"] and (facts["shared"] or not shared) else None
