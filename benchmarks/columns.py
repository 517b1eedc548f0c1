"""The columns of the tables: how the child of each is started on an engine."""

import inspect
import os
import platform

import pyshim
from pyshim.environments import find

import peer

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
OWN_PYTHON = os.path.join(ROOT, ".venv", "bin", "python")

ENGINES = ("tensorflow", "theano", "cntk")
TITLES = {
    "engine": "engine's own loop",
    "in_process": "pyshim in process",
    "worker": "pyshim in a worker",
    "r_worker": "R through the worker",
    "peer": "Keras 2.3.1 in Python",
    "r_peer": "Keras 2.3.1 from R",
}
CALLED = {"tensorflow": "TensorFlow", "theano": "Theano", "cntk": "CNTK"}
CAN_SET_THREADS = "threads" in inspect.signature(pyshim.use_backend).parameters


def missing(column, engine):
    """Why an engine has no such column, None where it has one."""
    if column == "in_process" and engine == "cntk":
        return ("CNTK's own Python is 3.6, and the session's side of pyshim needs 3.8 "
                "(`importlib.metadata`): there is no process that holds both")
    return None


def command(column, engine, data):
    """What starts a child: its arguments, and its environment variables."""
    if column == "r_worker":
        return ["Rscript", "--vanilla", _program("child.R"), "shim", data], environment(column, engine)
    if column == "r_peer":
        return ["Rscript", "--vanilla", _program("child.R"), "peer", data], environment(column, engine)
    program = {"engine": engine, "in_process": "pyshim", "worker": "pyshim", "peer": "keras"}[column]
    return [python(column, engine), "-m", "programs.child", program, data], environment(column, engine)


def python(column, engine):
    """The interpreter of a column that is a Python program."""
    return {"worker": OWN_PYTHON, "peer": peer.PYTHON}.get(column) or find(engine).python()


def environment(column, engine, **more):
    """The environment variables of a column's programs; THEANO_FLAGS among ``more`` are added to its own."""
    own = {"KERAS_BACKEND": engine, "PYTHONPATH": HERE}
    if column in ("peer", "r_peer"):
        own.update(peer.process_environment(engine))
    if column in ("engine", "in_process"):
        own.update(find(engine).process_environment())
    if column in ("in_process", "worker"):
        own["PYTHONPATH"] += os.pathsep + ROOT
    if column == "in_process":
        own["PYSHIM_IN_PROCESS"] = "1"
    if column in ("r_worker", "r_peer"):
        del own["PYTHONPATH"]
        own["RETICULATE_PYTHON"] = OWN_PYTHON if column == "r_worker" else peer.PYTHON
        own["R_LIBS"] = os.path.join(ROOT, ".Rlib")
    if engine == "cntk" and column in ("engine", "peer", "r_peer"):
        own["OMP_NUM_THREADS"] = "1"  # as pyshim sets it
    flags = [flags for flags in (own.get("THEANO_FLAGS"), more.pop("THEANO_FLAGS", None)) if flags]
    if flags:
        own["THEANO_FLAGS"] = ",".join(flags)
    return {**_outer(), **own, **more}


def _outer():
    """This process's environment without what would change the children's."""
    private = ("KERAS_HOME", "KERAS_BACKEND", "PYTHONPATH", "PYTHONHOME", "THEANO_FLAGS", "OMP_NUM_THREADS")
    return {name: value for name, value in os.environ.items() if name not in private or name == "KERAS_HOME"}


def _program(name):
    return os.path.join(HERE, "programs", name)


def machine():
    """What the figures were measured on."""
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    with open("/proc/meminfo", encoding="ascii") as file:
        memory = int(file.readline().split()[1]) / 2 ** 20
    return {"processor": models[0] if models else platform.machine(), "cores": os.cpu_count(),
            "memory": "%.0f GB" % memory, "system": "%s, %s" % (_distribution(), platform.platform())}


def _distribution():
    with open("/etc/os-release", encoding="utf-8") as file:
        named = dict(line.rstrip().split("=", 1) for line in file if "=" in line)
    return named["PRETTY_NAME"].strip('"')
