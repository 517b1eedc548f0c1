"""Installing an environment: an interpreter, a virtual environment, pinned packages, a check."""

import contextlib
import fcntl
import os
import platform
import shutil
import subprocess
import sys

from ..errors import InstallError
from .checks import check
from .interpreters import check_interpreter, find_interpreter
from .registry import find


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
    with _locked(environment):
        if environment.is_current() and not force and python is None and path is None:
            _say("%s is installed: %s" % (environment.title, environment.python()))
            return environment.python()
        environment.before_install()
        if python is None:
            interpreter = find_interpreter(environment.title, environment.pythons)
        else:
            interpreter = check_interpreter(environment.title, environment.pythons, python)
        directory = _cleared(environment, path)
        _say("Installing %s with %s into %s" % (environment.title, interpreter, directory))
        own = _make(environment, interpreter, directory)
        facts = environment.complete(directory)
        # The check runs as a worker will, by the record, which is taken back when it fails.
        environment.write_record(dict(facts, python=own, digest=environment.digest()))
        try:
            facts.update(check(environment))
        except BaseException:
            environment.write_record(None)
            raise
        environment.write_record(dict(facts, backend=name, python=own, directory=directory,
                                      digest=environment.digest(), platform=platform.platform()))
        _say("%s %s on Python %s is ready." % (environment.title, facts["engine_version"], facts["python_version"]))
        return own


@contextlib.contextmanager
def _locked(environment):
    """One installation of a backend at a time."""
    folder = os.path.dirname(environment.folder())
    try:
        os.makedirs(folder, exist_ok=True)
        descriptor = os.open(os.path.join(folder, ".%s.lock" % environment.name), os.O_CREAT | os.O_RDWR, 0o644)
    except OSError as error:
        raise InstallError("%s cannot be written: %s. Name another Keras home with KERAS_HOME"
                           % (folder, error)) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            _say("Waiting for another installation of %s to end." % environment.title)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _cleared(environment, path):
    """The folder for the virtual environment, with nothing of an earlier one."""
    environment.write_record(None)
    default = os.path.join(environment.folder(), "venv")
    directory = os.path.abspath(os.path.expanduser(path)) if path else default
    if directory == default:
        shutil.rmtree(environment.folder(), ignore_errors=True)
    elif os.path.isdir(directory) and os.listdir(directory):
        raise InstallError("path %s is not empty; name a new or an empty folder" % directory)
    os.makedirs(environment.folder(), exist_ok=True)
    return directory


def _make(environment, interpreter, directory):
    """Make the virtual environment and fill it. Value: the path of its interpreter."""
    _run([interpreter, "-I", "-m", "venv", directory], "make the virtual environment")
    own = os.path.join(directory, "bin", "python")
    pip = [own, "-I", "-m", "pip", "--disable-pip-version-check", "install"]
    if environment.pip:
        _run(pip + ["--quiet", "pip==" + environment.pip], "upgrade pip")
    _run(pip + ["--requirement", environment.requirements()], "install the packages")
    return own


def _run(command, what):
    """Run a step, and show what it prints while it goes on."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, universal_newlines=True)
    last = []
    try:
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            last = last[-9:] + [line if len(line) < 400 else line[:400] + " ...\n"]
        status = process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise
    if status:
        raise InstallError("could not %s (exit code %d). The last lines were:\n  %s"
                           % (what, status, "  ".join(last).strip()))


def _say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
