"""The peer: Keras 2.3.1 and its three engines in one Python 3.6, installed in build/peer if it is missing."""

import hashlib
import json
import os
import shutil
import subprocess

from pyshim.environments import find
from pyshim.environments.interpreters import find_interpreter

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = os.path.join(ROOT, "build", "peer")
PYTHON = os.path.join(FOLDER, "bin", "python")
REQUIREMENTS = os.path.join(ROOT, "benchmarks", "peer.txt")
RECORD = os.path.join(FOLDER, "peer.json")  # written last: without it, the peer is incomplete

FACTS = """
import json, pkg_resources, sys, sysconfig
versions = {name: pkg_resources.get_distribution(name).version for name in ("keras", "tensorflow", "theano", "cntk")}
versions["python"] = sys.version.split()[0]
print(json.dumps({"include": sysconfig.get_paths()["include"], "versions": versions}))
"""


def install():
    """Install the peer, unless it already matches the requirements file."""
    with open(REQUIREMENTS, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    if os.path.exists(RECORD) and _record()["digest"] == digest:
        return
    shutil.rmtree(FOLDER, ignore_errors=True)
    print("Making the peer in %s" % FOLDER, flush=True)
    cntk, theano = find("cntk"), find("theano")
    subprocess.run([find_interpreter("Keras 2.3.1 with CNTK", cntk.pythons), "-I", "-m", "venv", FOLDER], check=True)
    pip = [PYTHON, "-I", "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes"]
    subprocess.run(pip + ["--requirement", cntk.installer()], check=True)
    subprocess.run(pip + ["--no-build-isolation", "--requirement", REQUIREMENTS], check=True)
    record = {**theano.complete(FOLDER), **cntk.complete(FOLDER), "digest": digest,
              **json.loads(subprocess.run([PYTHON, "-c", FACTS], stdout=subprocess.PIPE, check=True).stdout)}
    with open(RECORD, "w", encoding="ascii") as file:
        json.dump(record, file, indent=4)


def process_environment(engine):
    """Environment variables for the peer on an engine: the same BLAS and threads as pyshim's engine has."""
    record = _record()
    blas, name = os.path.split(record["blas"])
    return {"KERAS_HOME": os.path.join(FOLDER, "home"), "KERAS_BACKEND": engine, "TF_CPP_MIN_LOG_LEVEL": "3",
            # Inside R, Python does not find its interpreter's headers.
            "CPATH": record["include"],
            "THEANO_FLAGS": "blas.ldflags=-L%s -l:%s -Wl\\,-rpath\\,%s,base_compiledir=%s,gcc.cxxflags=-I%s"
                            % (blas, name, blas, os.path.join(FOLDER, "compiled"), record["headers"]),
            **find("theano").settings(), **find(engine).settings()}


def library_path():
    """R_LD_LIBRARY_PATH for R with the peer in its process, where R's BLAS replaces the engine's.

    Debian's R comes with the reference BLAS, which is twenty times slower, so R gets the OpenBLAS of NumPy's wheel
    instead.
    """
    blas, folder = _record()["blas"], os.path.join(FOLDER, "blas")
    os.makedirs(folder, exist_ok=True)
    link = os.path.join(folder, "libblas.so.3")
    if not os.path.lexists(link):
        os.symlink(blas, link)
    return os.pathsep.join([folder, os.path.dirname(blas)])


def versions():
    """The peer's versions by package, its Python's among them."""
    return _record()["versions"]


def _record():
    with open(RECORD, encoding="ascii") as file:
        return json.load(file)
