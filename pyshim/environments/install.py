"""Installing an environment: an interpreter, a virtual environment, pinned packages, a check."""

import glob
import os
import platform
import re
import secrets
import shutil
import subprocess
import sys

from ..errors import ArgumentError, InstallError, InterpreterError
from ..hosts import output
from ..messages import Setting, Value
from . import commands
from .checks import check
from .interpreters import check_interpreter, find_interpreter, missing_interpreter
from .lock import locked
from .obtain import find_conda, obtain, ways
from .progress import Progress
from .registry import find
from .steps import run

UNFINISHED = ".pyshim-unfinished"  # marks a folder that is still being filled


def install_backend(name, python=None, path=None, force=False, method="auto", conda="auto", quiet=False, yes=False,
                    gpu=False):
    """Install what a backend needs: a virtual environment with pinned packages, under the Keras home.

    Arguments:
        name: "tensorflow", "theano", "cntk", "jax", "torch", or another registered name. "numpy" needs no installation.
        python: path of the interpreter to use; by default a suitable one on PATH or from pyenv, conda or uv. If there
            is none, uv or conda downloads one into the Keras home, if possible.
        path: another place for the virtual environment, a new or empty folder, which is recorded in the Keras home.
        force: install again even if the backend is installed.
        method: "conda" takes the interpreter from a dedicated conda environment; "auto" and "virtualenv" take an
            existing one.
        conda: path of conda, mamba or micromamba; "auto" looks for one.
        quiet: do not show progress.
        yes: download an interpreter without asking. A session without a terminal is never asked.
        gpu: install the packages for an NVIDIA GPU, with CUDA, instead of the CPU-only ones. An installation for a GPU
            remains one until it is installed again with ``force``.
    Returns: the path of the environment's interpreter. Progress is shown.

    Raises UnknownBackendError; InterpreterError if there is no suitable interpreter and none can be downloaded (the
    message says how to get one); InstallError if a step fails. A partial environment is never used: after a failure or
    an interrupt, the next call starts over.
    """
    environment = find(name)
    conda = _conda(method, conda)
    if gpu and environment.gpu_requirements() is None:
        raise ArgumentError("{backend} has no packages for a GPU", remedy="leave out {setting}",
                            backend=environment.title, setting=Setting("gpu", True))
    progress = Progress(4, quiet=quiet)
    if environment.in_session:
        environment.before_install()
        progress.say("Nothing needs to be installed: %s runs in this session's own Python, %s."
                     % (environment.title, environment.python()))
        return environment.python()
    with locked(environment, lambda: progress.say("Waiting for another installation of %s to end."
                                                  % environment.title)):
        if environment.is_current() and gpu <= environment.is_for_gpu() and not (force or python or path or conda):
            progress.say("%s is installed: %s" % (environment.title, environment.python()))
            return environment.python()
        environment.before_install()
        try:
            interpreter = _interpreter(environment, python, conda, progress, (lambda question: True) if yes else _agree)
            return _install(environment, interpreter, path, progress, bool(gpu))
        except OSError as error:
            raise InstallError("{backend} could not be installed: {words}", backend=environment.title,
                               words=error) from error


def download_needed(name, python=None, method="auto", conda="auto", gpu=False):
    """What ``install_backend`` would download besides packages, for want of a suitable interpreter.

    Arguments: as for ``install_backend``. Returns: a sentence; None if there is a suitable interpreter, or if none can
    be downloaded. Nothing is changed.
    """
    environment = find(name)
    conda = _conda(method, conda)
    is_there = environment.is_current() and gpu <= environment.is_for_gpu()
    if python or environment.in_session or (is_there and not conda):
        return None
    try:
        if not conda:
            find_interpreter(environment.title, environment.pythons)
            return None
        reason = "%s gets its Python from conda" % environment.title
    except InterpreterError as missing:
        reason = missing.reason
    plans = ways(environment.pythons, conda)
    return "%s: %s." % (reason, plans[0].describe()) if plans else None


def pinned_version(name):
    """The version of an engine's library that ``install_backend`` installs.

    Arguments: name of a backend. Returns: a string such as "2.21.0".
    """
    environment = find(name)
    with open(environment.requirements(), encoding="utf-8") as file:
        return re.search(r"^%s[^=\s]*==(\S+)" % environment.module, file.read(), re.MULTILINE | re.IGNORECASE).group(1)


def _conda(method, conda):
    """The path of the conda that is to provide the interpreter; None if none was requested."""
    if method not in ("auto", "virtualenv", "conda"):
        raise ArgumentError("{argument} must be 'auto', 'virtualenv' or 'conda', not {value}", argument="method",
                            value=Value(method))
    if method != "conda":
        return None
    path = find_conda() if conda == "auto" else shutil.which(os.path.expanduser(conda))
    if not path:
        raise InstallError("no conda was found{place}. Install Miniforge or micromamba, or leave out {setting}",
                           place="" if conda == "auto" else " as %s" % conda, setting=Setting("method", "conda"))
    return path


def _interpreter(environment, python, conda, progress, agree):
    if python is not None:
        return check_interpreter(environment.title, environment.pythons, python)
    if conda:
        missing = missing_interpreter("{title} gets its Python from conda", ", which installed none",
                                      title=environment.title)
        return obtain(missing, environment.pythons, conda, agree, progress)
    try:
        return find_interpreter(environment.title, environment.pythons)
    except InterpreterError as missing:
        return obtain(missing, environment.pythons, None, agree, progress)


def _agree(question):
    """Ask in a terminal. Elsewhere nobody could answer, and the call itself counts as consent."""
    try:
        asked = sys.stdin.isatty() and sys.stdout.isatty()
    except (AttributeError, ValueError):  # no standard input at all
        return True
    if not asked:
        return True
    output.write(sys.stdout, question + " [Y/n] ")
    return sys.stdin.readline().strip().lower() in ("", "y", "yes")


def _install(environment, interpreter, path, progress, gpu):
    directory = _cleared(environment, path)
    progress.folder = directory
    progress.say("Installing %s with %s into %s" % (environment.title, interpreter, directory))
    own = _make(environment, interpreter, directory, progress, environment.pins(gpu))
    progress.step("Trying %s out" % environment.title)
    facts = dict(environment.complete(directory), backend=environment.name, python=own, directory=directory,
                 digest=environment.digest(gpu), platform=platform.platform(), gpu=gpu)
    with environment.tried(facts):  # in the same way as a worker will use it
        facts.update(check(environment))
    os.unlink(os.path.join(directory, UNFINISHED))
    environment.write_record(facts)
    progress.end("%s %s on Python %s is ready." % (environment.title, facts["engine_version"], facts["python_version"]))
    return own


def _cleared(environment, path):
    """The folder for the virtual environment, cleared of any earlier one."""
    default = os.path.join(environment.folder(), "venv")
    directory = os.path.abspath(os.path.expanduser(path)) if path else default
    mark = os.path.join(directory, UNFINISHED)
    if directory != default and os.path.isdir(directory) and os.listdir(directory) and not os.path.exists(mark):
        raise InstallError("{argument} {path} is not empty", remedy="name a new or an empty folder", argument="path",
                           path=directory)
    environment.drop_record()  # first, so that a half-removed environment never counts as complete
    old = os.path.join(os.path.dirname(environment.folder()), ".%s-old-" % environment.name)
    if os.path.isdir(environment.folder()):
        os.rename(environment.folder(), old + secrets.token_hex(8))
    for folder in glob.glob(glob.escape(old) + "*"):
        shutil.rmtree(folder, ignore_errors=True)  # a running worker may still write into it
    os.makedirs(environment.folder(), exist_ok=True)
    os.makedirs(directory, exist_ok=True)
    open(mark, "w").close()
    for name in set(os.listdir(directory)) - {UNFINISHED}:
        entry = os.path.join(directory, name)
        shutil.rmtree(entry) if os.path.isdir(entry) and not os.path.islink(entry) else os.unlink(entry)
    return directory


def _make(environment, interpreter, directory, progress, requirements):
    """Make the virtual environment and install into it. Returns: the path of its interpreter."""
    progress.step("Making the virtual environment")
    run([interpreter, "-I", "-m", "venv", directory], "make the virtual environment", progress)
    own = os.path.join(directory, "bin", "python")
    pip = [own, "-I", "-m", "pip", "--disable-pip-version-check", "install", "--require-hashes"]
    progress.step("Installing pip")
    run(pip + ["--quiet", "--requirement", environment.installer()], "install pip", progress)
    progress.step("Installing the packages")
    # A package that has to be built is built with the pinned setuptools, not with the newest one.
    run(pip + _progress_bar(own) + ["--no-build-isolation", "--requirement", requirements],
        "install the packages", progress)
    return own


def _progress_bar(python):
    """The option that makes pip 24.1 or newer report how much of a file it has downloaded."""
    done = commands.run([python, "-I", "-m", "pip", "install", "--help"], stdout=subprocess.PIPE,
                        stderr=subprocess.DEVNULL)
    return ["--progress-bar", "raw"] if "raw" in done.stdout else []
