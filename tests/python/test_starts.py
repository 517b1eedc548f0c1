"""Engines start, and compute, whatever the session's settings are.

Each test starts engines in a session of its own. Many more settings, one by one, are in tests/soak/test_starts.py.
"""

import json
import os
import subprocess
import sys

import pytest

import pyshim
from pyshim import config, environments

ROOT = os.path.dirname(pyshim.__path__[0])
ENVIRONMENTS = os.path.join(config.home(), "environments")

COMPUTE = """
import sys
import pyshim as K

def compute(name):
    K.use_backend(name)
    x = K.variable([[1.0, 2.0], [3.0, 4.0]])
    f = K.function([], [K.dot(x, x)], [K.update(x, x + 1)])
    return name, f([])[0].tolist(), K.eval(x).tolist()
"""
COMPUTED = "[[7.0, 10.0], [15.0, 22.0]] [[2.0, 3.0], [4.0, 5.0]]\n"

# What is wrong, foreign or old, in variables that a library reads.
HOSTILE = {
    "KERAS_MAX_EPOCHS": "many", "KERAS_NNX_ENABLED": "maybe", "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "cpp",
    "XLA_FLAGS": "--nonsense", "TF_XLA_FLAGS": "--nonsense", "TF_USE_LEGACY_KERAS": "1", "TF_CPP_MIN_LOG_LEVEL": "x",
    "TF_NUM_INTRAOP_THREADS": "all", "TF_DETERMINISTIC_OPS": "1", "OMP_NUM_THREADS": "4,2", "MKL_NUM_THREADS": "-3",
    "OPENBLAS_NUM_THREADS": "0", "OPENBLAS_CORETYPE": "Pentium", "MKL_THREADING_LAYER": "nonsense",
    "KMP_AFFINITY": "nonsense", "THEANO_FLAGS": "device=gpu,floatX=float16", "THEANORC": "/no/such/file",
    "CPATH": "/no/such/folder", "GCC_EXEC_PREFIX": "/no/such/folder", "LIBRARY_PATH": "::",
    "PYTHONPATH": "/no/such/folder", "PYTHONHOME": "/no/such/folder", "PYTHONWARNINGS": "error",
    "LD_LIBRARY_PATH": ":.:relative", "LD_BIND_NOW": "1", "BASH_ENV": "/no/such/file", "PIP_USER": "1",
    "USER": "100%", "TMPDIR": "/no/such/folder", "LC_ALL": "C", "LANG": "de_DE.ISO-8859-1", "MALLOC_ARENA_MAX": "few",
}


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A Keras home of the test's own, with the engines that are installed."""
    home = tmp_path / "home"
    home.mkdir()
    os.symlink(ENVIRONMENTS, home / "environments")
    monkeypatch.setenv("KERAS_HOME", str(home))
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    return home


def session(script, folder, variables=None, python=sys.executable, **options):
    """Run a script in a session of its own. Value: the finished process."""
    # The session's own Python is not what is tested: pyshim is found without PYTHONPATH.
    script = "import sys; sys.path.insert(0, %r)\n" % ROOT + script
    return subprocess.run([python, "-c", script], cwd=str(folder), env=os.environ if variables is None else variables,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8", errors="replace", timeout=240, **options)


def computed(*engines):
    return "".join("%s %s" % (engine, COMPUTED) for engine in engines)


# -- variables ------------------------------------------------------------------------------------------

def test_variables_that_libraries_read(engine, home):
    """All of them at once, set before the session computes: some would end the session's own Python."""
    script = "import os\nos.environ.update(%r)\n" % HOSTILE + COMPUTE + "print(*compute(%r))" % engine
    ran = session(script, home)
    assert ran.stdout == computed(engine), ran.stderr


@pytest.mark.parametrize("default", ["theano", "cntk"])
def test_tensorflow_starts_beside_another_default_backend(home, default, monkeypatch):
    """TensorFlow's own Keras knows no backend of that name, by KERAS_BACKEND, by keras.json, by either home."""
    monkeypatch.setenv("HOME", str(home / "user"))
    for folder in (home, home / "user" / ".keras"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "keras.json").write_text(json.dumps({"backend": default, "epsilon": 1, "floatx": "float64"}))
    monkeypatch.setenv("KERAS_BACKEND", default)
    script = COMPUTE + "print(K.backend(), K.epsilon(), *compute('tensorflow'))"
    ran = session(script, home)
    assert ran.stdout == "%s 1.0 %s" % (default, computed("tensorflow")), ran.stderr


def test_settings_of_theano_that_it_accepts(home, tmp_path, monkeypatch):
    monkeypatch.setenv("THEANO_FLAGS", "optimizer_excluding=inplace,base_compiledir=%s" % (tmp_path / "mine"))
    ran = session(COMPUTE + "print(*compute('theano'))", home)
    assert (ran.stdout, ran.stderr) == (computed("theano"), "Using Theano backend.\n")
    assert os.listdir(tmp_path / "mine")


@pytest.mark.parametrize("flags", ["device=gpu", "linker=none", "\"", "base_compiledir=/dev/null/below"])
def test_settings_of_theano_that_it_refuses(home, flags, monkeypatch):
    monkeypatch.setenv("THEANO_FLAGS", flags)
    ran = session(COMPUTE + "print(*compute('theano'))", home)
    assert ran.stdout == computed("theano"), ran.stderr
    assert "Theano does not accept the settings in THEANO_FLAGS or .theanorc, and goes without them: " in ran.stderr


def test_a_theanorc_from_another_time(home, monkeypatch):
    (home / ".theanorc").write_text("[global]\ndevice = gpu\nfloatX = float16\n[blas]\nldflags = -lmissing\n")
    monkeypatch.setenv("HOME", str(home))
    ran = session(COMPUTE + "print(*compute('theano'))", home)
    assert (ran.stdout, ran.stderr) == (computed("theano"), "Using Theano backend.\n")


@pytest.mark.parametrize("name", ["tensorflow", "theano"])  # CNTK's Python is too old for a session
def test_variables_of_a_session_with_the_engine_in_its_own_process(home, name):
    """What must be set for the import is set; afterwards all is as before."""
    script = """
import os
os.environ.update(KERAS_BACKEND="theano", PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION="cpp", KERAS_MAX_EPOCHS="many",
                  OMP_NUM_THREADS="4,2", TMPDIR="/no/such/100%%")
os.environ.pop("LD_LIBRARY_PATH", None)
os.environ.pop("PATH", None)
before = dict(os.environ)
import pyshim as K
K.use_backend(%r, in_process=True)
print(before.items() <= os.environ.items(), "LD_LIBRARY_PATH" in os.environ, K.eval(K.ones((2,)) * 3).tolist())
"""
    ran = session(script % name, home, python=environments.find(name).python())
    assert ran.stdout == "True False [3.0, 3.0]\n", ran.stderr
