"""Downloading a Python interpreter that the machine lacks, with uv, conda, mamba or micromamba.

Everything is put below the Keras home: interpreters in ``interpreters``, uv in ``tools``. Nothing outside of it
changes, and removing the Keras home removes everything.
"""

import glob
import os
import shutil
import sys

from .. import config
from ..errors import InstallError, InterpreterError
from . import interpreters
from .environment import REQUIREMENTS
from .steps import run

# conda's interpreters come from conda-forge, which anybody may use. Mirrors are configured in conda (channel_alias).
CHANNEL = "conda-forge"

UV_OLDEST = 8  # uv provides Python 3.8 and newer


class Uv:
    """uv, found on PATH, or installed from the package index into the Keras home."""

    name = "uv"

    def __init__(self, version):
        self.version = version
        self.own = os.path.join(config.home(), "tools", "uv")
        found = shutil.which("uv") or os.path.join(self.own, "bin", "uv")
        self.path = found if os.path.exists(found) else None
        self.folder = os.path.join(config.home(), "interpreters")

    def describe(self):
        first = "" if self.path else "uv (25 MB) is installed into %s and " % self.own
        return "%s%s downloads Python %s (about 30 MB, unpacked 100 MB) into %s" % (
            first, "it" if first else "uv", self.version, self.folder)

    def carry_out(self, progress):
        if not self.path:
            self._bring(progress)
        # No links in ~/.local/bin: the interpreter is only for pyshim.
        variables = dict(os.environ, UV_PYTHON_INSTALL_DIR=self.folder, UV_PYTHON_INSTALL_BIN="0", UV_NO_PROGRESS="1")
        run([self.path, "python", "install", self.version], "get Python %s with uv" % self.version, progress, variables)
        found = glob.glob(os.path.join(glob.escape(self.folder), "cpython-%s*" % self.version, "bin",
                                       "python" + self.version))
        if not found:
            raise InstallError("uv installed no Python {version} in {folder}", version=self.version, folder=self.folder)
        return found[0]

    def _bring(self, progress):
        host = interpreters.find_interpreter("uv", ["3.%d" % minor for minor in range(13, 7, -1)], first=sys.executable)
        shutil.rmtree(self.own, ignore_errors=True)
        run([host, "-I", "-m", "venv", self.own], "make a virtual environment for uv", progress)
        pip = [os.path.join(self.own, "bin", "python"), "-I", "-m", "pip", "--disable-pip-version-check", "install"]
        run(pip + ["--require-hashes", "--requirement", os.path.join(REQUIREMENTS, "uv.txt")], "install uv", progress)
        self.path = os.path.join(self.own, "bin", "uv")


class Conda:
    """conda, mamba or micromamba, found on PATH or where their installers put them, or named by the user."""

    def __init__(self, version, path):
        self.version = version
        self.path = path
        self.name = os.path.basename(path)
        self.folder = os.path.join(config.home(), "interpreters", "conda-" + version)

    def describe(self):
        return "%s downloads Python %s (about 40 MB, unpacked 150 MB) from the channel %s into %s" % (
            self.path, self.version, CHANNEL, self.folder)

    def carry_out(self, progress):
        python = os.path.join(self.folder, "bin", "python")
        if interpreters.version_of(python) == self.version:
            return python
        shutil.rmtree(self.folder, ignore_errors=True)
        try:
            run([self.path, "create", "--yes", "--prefix", self.folder, "--override-channels", "--channel", CHANNEL,
                 "python=" + self.version], "get Python %s with %s" % (self.version, self.name), progress)
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        if interpreters.version_of(python) != self.version:
            raise InstallError("{tool} installed no Python {version} in {folder}", tool=self.name, version=self.version,
                               folder=self.folder)
        return python


def ways(versions, conda=None):
    """The ways to get an interpreter of one of the versions here, the best first.

    Arguments: versions, a sequence of strings such as "3.9"; conda, the path of conda, mamba or micromamba, if only
    that may be used. Returns: a list of objects with the methods ``describe`` and ``carry_out``.
    """
    if conda:
        return [Conda(versions[0], conda)]
    found = []
    new = [version for version in versions if int(version.split(".")[1]) >= UV_OLDEST]
    if new and os.environ.get("UV_PYTHON_DOWNLOADS") != "never":
        found.append(Uv(new[0]))
    path = find_conda()
    if path:
        found.append(Conda(versions[0], path))
    return found


def find_conda():
    """The path of conda, mamba or micromamba; None if there is none."""
    for name in ("micromamba", "mamba", "conda"):
        places = [shutil.which(name)]
        places += [os.path.join(root, "bin", name) for root in interpreters.conda_roots()]
        for place in filter(None, places):
            if os.access(place, os.X_OK):
                return place
    return None


def obtain(missing, versions, conda, agree, progress):
    """Get an interpreter of one of the versions: the first way that the user agrees to and that succeeds.

    Arguments:
        missing: the InterpreterError that says that there is none, and how to get one manually.
        versions, conda: as for ``ways``.
        agree: a function that takes a description of what would be done, and returns whether to do it.
        progress: a Progress.
    Returns: the path of the interpreter. Raises InterpreterError with what was tried.
    """
    tried = []
    for way in ways(versions, conda):
        progress.say("%s: %s." % (missing.reason, way.describe()))
        if not agree("Go on?"):
            continue
        try:
            return way.carry_out(progress)
        except (InstallError, InterpreterError) as error:
            tried.append(str(error))
    raise InterpreterError(missing.template + "{tried}", tried="".join(". " + text for text in tried),
                           **missing.fields) from missing
