"""Keras 3: where it is installed for each of its engines.

TensorFlow's environment has it. For JAX and PyTorch, it is installed in a folder of its own, build/keras3/ENGINE, by
the environment's pip. The folder comes after the environment's own packages in the search path, so the engine runs
with the same packages as under pyshim.
"""

import hashlib
import os
import shutil
import subprocess

from pyshim.environments import find

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
REQUIREMENTS = os.path.join(ROOT, "benchmarks", "keras3.txt")
ENGINES = ("tensorflow", "jax", "torch")
RECORD = "digest"  # a file that is written last: without it, a folder is incomplete


def install(engine):
    """Install Keras 3 for an engine, unless its environment has it or the folder already matches what is required."""
    folder = _folder(engine)
    if folder is None:
        return
    record, digest = os.path.join(folder, RECORD), _digest(engine)
    if os.path.exists(record):
        with open(record, encoding="ascii") as file:
            if file.read() == digest:
                return
    shutil.rmtree(folder, ignore_errors=True)
    print("Installing Keras 3 for %s in %s" % (find(engine).title, folder), flush=True)
    # Without its dependencies: the file lists all of them except NumPy, which the engine has.
    subprocess.run([find(engine).python(), "-I", "-m", "pip", "--disable-pip-version-check", "install", "--quiet",
                    "--require-hashes", "--no-deps", "--target", folder, "--requirement", REQUIREMENTS], check=True)
    with open(record, "w", encoding="ascii") as file:
        file.write(digest)


def process_environment(engine):
    """Environment variables for Keras 3 on an engine."""
    return {"KERAS_BACKEND": engine, "KERAS_HOME": os.path.join(ROOT, "build", "keras3", "home"),
            "KERAS_3": _folder(engine) or ""}


def version():
    """The version of Keras 3 that is installed; that of TensorFlow's environment is the same."""
    with open(REQUIREMENTS, encoding="utf-8") as file:
        return next(line.split("==")[1].split()[0] for line in file if line.startswith("keras=="))


def _folder(engine):
    return None if engine == "tensorflow" else os.path.join(ROOT, "build", "keras3", engine)


def _digest(engine):
    """A digest of what determines the installation: the packages, and the Python that runs them."""
    with open(REQUIREMENTS, "rb") as file:
        return hashlib.sha256(file.read() + find(engine).record()["python_version"].encode("ascii")).hexdigest()
