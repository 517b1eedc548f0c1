"""Installing an environment: an interpreter, a virtual environment, pinned packages, a check."""

import glob
import os
import platform
import re
import secrets
import shutil
import subprocess
import sys
import tempfile

from ..errors import InstallError
from .checks import check
from .interpreters import check_interpreter, find_interpreter
from .lock import held, locked
from .registry import find

UNFINISHED = ".pyshim-unfinished"  # lies in a folder as long as it is being filled

FULL = ": the disk, or what you may use of it, is full"
ROOM = 1 << 28  # bytes that a large package needs for a moment

# What pip prints: the reason in words.
REASONS = {
    "connection broken|NewConnectionError|Max retries exceeded|Could not fetch URL":
        ": the package index cannot be reached. Look at the network, the proxy, and pip's settings",
    "Errno 28|Errno 27|Errno 122": FULL,
    "DO NOT MATCH THE HASHES": ": the package index gave another file than the one that is pinned",
}


def install_backend(name, python=None, path=None, force=False):
    """Install what a backend needs: a virtual environment with pinned packages, under the Keras home.

    Arguments:
        name: "tensorflow", "theano", "cntk", or another registered name.
        python: path of the interpreter to use; by default a fitting one on PATH or at pyenv, conda or uv.
        path: another place for the virtual environment, a new or empty folder; remembered in the Keras home.
        force: install again what is there already.
    Value: the path of the environment's interpreter. What is done is printed as it goes on.

    Raises UnknownBackendError, InterpreterError where no interpreter fits (the message says how to get
    one), InstallError where a step fails. A part of an environment is never taken for a whole one: after
    a failure or an interrupt, the next call starts over.
    """
    environment = find(name)
    with locked(environment, lambda: _say("Waiting for another installation of %s to end." % environment.title)):
        if environment.is_current() and not force and python is None and path is None:
            _say("%s is installed: %s" % (environment.title, environment.python()))
            return environment.python()
        environment.before_install()
        if python is None:
            interpreter = find_interpreter(environment.title, environment.pythons)
        else:
            interpreter = check_interpreter(environment.title, environment.pythons, python)
        try:
            return _install(environment, interpreter, path)
        except OSError as error:
            raise InstallError("%s could not be installed: %s" % (environment.title, error)) from error


def _install(environment, interpreter, path):
    directory = _cleared(environment, path)
    _say("Installing %s with %s into %s" % (environment.title, interpreter, directory))
    own = _make(environment, interpreter, directory)
    facts = dict(environment.complete(directory), backend=environment.name, python=own, directory=directory,
                 digest=environment.digest(), platform=platform.platform())
    with environment.tried(facts):  # as a worker will use it
        facts.update(check(environment))
    os.unlink(os.path.join(directory, UNFINISHED))
    environment.write_record(facts)
    _say("%s %s on Python %s is ready." % (environment.title, facts["engine_version"], facts["python_version"]))
    return own


def _cleared(environment, path):
    """The folder for the virtual environment, with nothing of an earlier one."""
    default = os.path.join(environment.folder(), "venv")
    directory = os.path.abspath(os.path.expanduser(path)) if path else default
    mark = os.path.join(directory, UNFINISHED)
    if directory != default and os.path.isdir(directory) and os.listdir(directory) and not os.path.exists(mark):
        raise InstallError("path %s is not empty; name a new or an empty folder" % directory)
    environment.drop_record()  # first of all
    old = os.path.join(os.path.dirname(environment.folder()), ".%s-old-" % environment.name)
    if os.path.isdir(environment.folder()):
        os.rename(environment.folder(), old + secrets.token_hex(8))
    for folder in glob.glob(glob.escape(old) + "*"):
        shutil.rmtree(folder, ignore_errors=True)  # a worker that still runs may write into it
    os.makedirs(environment.folder(), exist_ok=True)
    os.makedirs(directory, exist_ok=True)
    open(mark, "w").close()
    for name in set(os.listdir(directory)) - {UNFINISHED}:
        entry = os.path.join(directory, name)
        shutil.rmtree(entry) if os.path.isdir(entry) and not os.path.islink(entry) else os.unlink(entry)
    return directory


def _make(environment, interpreter, directory):
    """Make the virtual environment and fill it. Value: the path of its interpreter."""
    _run([interpreter, "-I", "-m", "venv", directory], "make the virtual environment")
    own = os.path.join(directory, "bin", "python")
    pip = [own, "-I", "-m", "pip", "--disable-pip-version-check", "install", "--require-hashes"]
    _run(pip + ["--quiet", "--requirement", environment.installer()], "install pip")
    # Where a package has to be built, then by the setuptools that is pinned, not by the newest one.
    _run(pip + ["--no-build-isolation", "--requirement", environment.requirements()], "install the packages")
    return own


def _run(command, what):
    """Run a step, and show what it prints while it goes on."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, universal_newlines=True, pass_fds=held())
    last, reason = [], ""
    try:
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            last = last[-9:] + [line if len(line) < 400 else line[:400] + " ...\n"]
            reason = next((words for sign, words in REASONS.items() if re.search(sign, line)), reason)
        status = process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise
    if status:
        if not _has_room(tempfile.gettempdir()):  # pip tells of a download that broke off, where it was its own cache
            reason = FULL
        raise InstallError("could not %s%s (exit code %d). The last lines were:\n  %s"
                           % (what, reason, status, "  ".join(last).strip()))


def _has_room(directory):
    """Whether a large file can be written into a directory."""
    try:
        with tempfile.TemporaryFile(dir=directory) as file:
            os.posix_fallocate(file.fileno(), 0, ROOM)
        return True
    except OSError:
        return False


def _say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
