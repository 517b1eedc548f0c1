"""The columns of the tables: how the programs of each are started on an engine."""

import os
import platform
import subprocess

import keras3
import peer

from pyshim import processors
from pyshim.environments import find, names

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
OWN_PYTHON = os.path.join(ROOT, ".venv", "bin", "python")

# The registered engines that run in a worker and have a program of their own here.
ENGINES = tuple(name for name in names() if not find(name).in_session
                and os.path.exists(os.path.join(HERE, "programs", name + ".py")))
CALLED = {name: find(name).title for name in ENGINES}
OF_PEER = ("tensorflow", "theano", "cntk")  # the engines of Keras 2.3.1
TITLES = {
    "numpy": "NumPy alone",
    "engine": "the engine by itself",
    "in_process": "pyshim in process",
    "worker": "pyshim in a worker",
    "r_worker": "R through the worker",
    "peer": "Keras 2.3.1, Python",
    "r_peer": "Keras 2.3.1, R",
    "keras3_tensorflow": "Keras 3 on TensorFlow",
    "keras3": "Keras 3 on the engine",
}
PROGRAMS = {"numpy": "numpy", "in_process": "pyshim", "worker": "pyshim", "r_worker": "shim", "peer": "keras",
            "r_peer": "peer", "keras3_tensorflow": "keras3", "keras3": "keras3"}

# Variables of the user's environment that would affect a child.
PRIVATE = ("KERAS_BACKEND", "PYTHONPATH", "PYTHONHOME", "THEANO_FLAGS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS",
           "MKL_NUM_THREADS")


def missing(column, engine):
    """Why an engine has no such column, or None if it has."""
    if column == "in_process" and engine == "cntk":
        return ("CNTK needs Python 3.6, and the session's side of pyshim 3.8 (it imports `importlib.metadata`): "
                "no process can hold both.")
    if column in ("peer", "r_peer") and engine not in OF_PEER:
        return "Keras 2.3.1 runs on %s; it has no backend for other engines." % ", ".join(
            CALLED[name] for name in OF_PEER)
    if column == "keras3" and engine not in keras3.ENGINES:
        return "Keras 3 has no backend for Theano and CNTK."
    if column == "keras3" and engine == "tensorflow":
        return "TensorFlow has no second column of Keras 3: Keras 3 on TensorFlow stands beside every engine."
    return None


def named(column, engine, data, **more):
    """A child's name for messages, its arguments, and its environment variables, with some more."""
    name = "%s on %s" % (TITLES[column], CALLED[engine])
    program = PROGRAMS.get(column, engine)
    if column in ("r_worker", "r_peer"):
        arguments = ["Rscript", "--vanilla", os.path.join(HERE, "programs", "child.R"), program, data]
    else:
        arguments = [python(column, engine), "-m", "programs.child", program, data]
    return name, arguments, environment(column, engine, **more)


def runs_on(column, engine):
    """The engine that a column's programs run on, in the comparison of an engine."""
    return "tensorflow" if column == "keras3_tensorflow" else engine


def install(columns, engines):
    """Install what the columns of these engines need beyond the package's own installation."""
    peer.install()
    for engine in {runs_on(column, engine) for column in columns if column.startswith("keras3") for engine in engines
                   if not missing(column, engine)}:
        keras3.install(engine)


def python(column, engine):
    """The interpreter of a column's Python programs."""
    if column in ("engine", "in_process", "keras3", "keras3_tensorflow"):
        return find(runs_on(column, engine)).python()
    return peer.PYTHON if column in ("peer", "r_peer") else OWN_PYTHON


def environment(column, engine, THEANO_FLAGS=None, **more):
    """The environment variables of a column's programs. The flags are added to those that Theano has."""
    own = {name: value for name, value in os.environ.items() if name not in PRIVATE}
    own["ENGINE"] = engine = runs_on(column, engine)
    if column in ("peer", "r_peer"):
        own.update(peer.process_environment(engine))
    elif column in ("engine", "in_process", "keras3", "keras3_tensorflow"):
        found = find(engine)
        own.update(found.process_environment(found.work_folder()))
        if column.startswith("keras3"):
            own.update(keras3.process_environment(engine))
    if column in ("r_worker", "r_peer"):
        own.update(RETICULATE_PYTHON=python(column, engine), R_LIBS=os.path.join(ROOT, ".Rlib"))
    else:
        own["PYTHONPATH"] = os.pathsep.join([HERE] + [ROOT] * (column in ("in_process", "worker")))
    if column == "r_peer":
        own["R_LD_LIBRARY_PATH"] = peer.library_path()
    if column == "in_process":
        own["PYSHIM_IN_PROCESS"] = "1"
    if engine == "cntk" and column in ("engine", "peer", "r_peer"):
        own.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS=str(processors.COUNT))  # as pyshim's worker has it
    if THEANO_FLAGS:
        own["THEANO_FLAGS"] = ",".join(filter(None, [own.get("THEANO_FLAGS"), THEANO_FLAGS]))
    return {**own, **more}


# -- what the figures were measured on -------------------------------------------------------------------

def machine():
    """The processor, its number of cores, the memory and the system."""
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    with open("/proc/meminfo", encoding="ascii") as file:
        memory = int(file.readline().split()[1]) / 2 ** 20
    with open("/etc/os-release", encoding="utf-8") as file:
        system = dict(line.rstrip().split("=", 1) for line in file if "=" in line)["PRETTY_NAME"].strip('"')
    return {"processor": models[0] if models else platform.machine(), "cores": processors.COUNT,
            "memory": "%.0f GB" % memory, "system": "%s, Linux %s" % (system, platform.release())}


def versions():
    """What runs in each column, as text."""
    said = {CALLED[engine]: "{engine_version} on Python {python_version}".format(**find(engine).record())
            for engine in ENGINES}
    script = "writeLines(c(R.version.string, format(packageVersion('reticulate')), extSoftVersion()[['BLAS']]))"
    r, reticulate, blas = _output("Rscript", "--vanilla", "-e", script).split("\n")[:3]
    said["R"] = "%s, reticulate %s, BLAS %s" % (r, reticulate, os.path.basename(blas))
    session = _output(OWN_PYTHON, "-c", "import platform, numpy; print(platform.python_version(), numpy.__version__)")
    said["the session's Python"] = "%s, NumPy %s" % tuple(session.split())
    said["Keras 2.3.1"] = "Python {python}, TensorFlow {tensorflow}, Theano {theano}, CNTK {cntk}".format(
        **peer.versions())
    said["Keras 3"] = keras3.version()
    return said


def _output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True,
                          universal_newlines=True, env=environment("r_worker", "tensorflow")).stdout
