"""Checking an installed environment with its own interpreter."""

import json
import os
import re
import subprocess

from ..errors import InstallError
from ..hosts import timeout
from . import commands
from .lock import held
from .surroundings import folders

FACTS = """
import json, platform, sys
try:
    from importlib.metadata import distributions
    installed = {d.metadata["Name"]: d.version for d in distributions()}
except ImportError:
    import pkg_resources
    installed = {d.project_name: d.version for d in pkg_resources.working_set}
module = __import__(sys.argv[1])
sys.stdout.write("\\n" + json.dumps({"python_version": platform.python_version(),
                                    "engine_version": str(module.__version__), "packages": installed}))
"""


def check(environment):
    """Import the engine's library in its environment and run a computation. Returns: facts, a dict.

    Raises InstallError if that fails. If a new environment works only with the session's LD_LIBRARY_PATH, as with
    interpreters from a cluster's modules, those folders are added to its record.
    """
    if environment.in_session:
        return environment.record()
    try:
        return _facts(environment)
    except InstallError:
        libraries = folders(os.environ.get("LD_LIBRARY_PATH", ""))
        if not (libraries and environment.is_tried):
            raise
        environment.record()["library_path"] = libraries
        return _facts(environment)


def _facts(environment):
    facts = json.loads(_python(environment, FACTS).splitlines()[-1])
    wrong = _wrong_packages(environment, facts.pop("packages"))
    if wrong:
        raise InstallError("{backend} has packages other than the pinned ones: {packages}", backend=environment.title,
                           packages=", ".join(wrong))
    if environment.check:
        _python(environment, environment.check)
    return facts


def _wrong_packages(environment, installed):
    """Pinned packages that are missing or have another version."""
    installed = {_canonical(name): version for name, version in installed.items()}
    wrong = []
    with open(environment.pins(environment.is_for_gpu()), encoding="utf-8") as file:
        pins = re.findall(r"^([^\s#=]+)==(\S+)", file.read(), re.MULTILINE)
    for name, version in pins:
        found = installed.get(_canonical(name))
        # CNTK 2.7.post2 reports its version as 2.7.
        if found is None or found.split(".post")[0] != version.split(".post")[0]:
            wrong.append("%s %s in place of %s" % (name, found or "(none)", version))
    return wrong


def _canonical(name):
    return re.sub("[-_.]+", "-", name).lower()


def _python(environment, code):
    """The output of code that the environment's interpreter runs in the same way as a worker."""
    folder, limit = environment.work_folder(), timeout.check_seconds()
    try:
        done = commands.run([environment.python(), "-I", "-c", code, environment.module],
                            env=environment.process_environment(folder), cwd=folder or os.sep,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            pass_fds=held(), timeout=limit)
    except subprocess.TimeoutExpired:
        raise InstallError("{backend} does not answer in its environment: its check was ended after {seconds} seconds. "
                           "{variable} sets another limit", backend=environment.title, seconds="%g" % limit,
                           variable=timeout.OF_STARTS) from None
    if done.returncode:
        last = "\n  ".join(done.stderr.strip().splitlines()[-10:])
        raise InstallError("{backend} does not work in its environment:\n  {words}", backend=environment.title,
                           words=last)
    return done.stdout
