"""The peer: Keras 2.3.1 and its three engines in one Python 3.6, made in build/peer where it is missing."""

import json
import os
import shutil
import subprocess

from pyshim.environments import find
from pyshim.environments.interpreters import find_interpreter

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = os.path.join(ROOT, "build", "peer")
PYTHON = os.path.join(FOLDER, "bin", "python")
REQUIREMENTS = os.path.join(ROOT, "benchmarks", "peer-requirements.txt")
RECORD = os.path.join(FOLDER, "peer.json")  # written last: without it, the peer is not whole

FACTS = """
import json, sys, sysconfig
print(json.dumps({"include": sysconfig.get_paths()["include"], "python_version": sys.version.split()[0]}))
"""


def install():
    """Make the peer, unless it is there as the requirement file has it."""
    with open(REQUIREMENTS, encoding="ascii") as file:
        requirements = file.read()
    if os.path.exists(RECORD) and _record()["requirements"] == requirements:
        return
    shutil.rmtree(FOLDER, ignore_errors=True)
    subprocess.run([find_interpreter("Keras 2.3.1 with CNTK", find("cntk").pythons), "-m", "venv", FOLDER], check=True)
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run(pip + ["pip==" + find("cntk").pip], check=True)
    subprocess.run(pip + ["--requirement", REQUIREMENTS], check=True)
    record = {**find("theano").complete(FOLDER), **find("cntk").complete(FOLDER), "requirements": requirements,
              **json.loads(subprocess.run([PYTHON, "-c", FACTS], stdout=subprocess.PIPE, check=True).stdout)}
    with open(RECORD, "w", encoding="ascii") as file:
        json.dump(record, file, indent=4)


def process_environment(engine):
    """Environment variables for the peer on an engine: the same BLAS and threads as pyshim's engine has."""
    record = _record()
    blas, name = os.path.split(record["blas"])
    return {"KERAS_HOME": os.path.join(FOLDER, "home"), "KERAS_BACKEND": engine, "TF_CPP_MIN_LOG_LEVEL": "3",
            # In R, Python does not find the headers of its own interpreter.
            "CPATH": record["include"],
            "THEANO_FLAGS": "blas.ldflags=-L%s -l:%s -Wl\\,-rpath\\,%s,base_compiledir=%s,gcc.cxxflags=-I%s"
                            % (blas, name, blas, os.path.join(FOLDER, "compiled"), record["headers"])}


def _record():
    with open(RECORD, encoding="ascii") as file:
        return json.load(file)
