"""The session's own Python. Even without NumPy, it can list, examine and install backends."""

import os
import re
import subprocess
import sys
import venv

import pytest

import pyshim
from pyshim import environments

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """The interpreter of a virtual environment without NumPy."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=False)
    return str(folder / "bin" / "python")


def run(python, *arguments, **environment):
    return subprocess.run([python, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          universal_newlines=True, env=dict(os.environ, **environment))


def test_without_numpy_the_backends_are_listed(bare, tmp_path):
    done = run(bare, "-m", "pyshim", "list", KERAS_HOME=str(tmp_path), HOME=str(tmp_path))
    assert done.returncode == 0
    lines = done.stdout.splitlines()[1:]
    assert [line.split()[:2] for line in lines] == [[name, "no"] for name in environments.names()]


def test_without_numpy_the_doctor_says_so_and_how_to_repair_it(bare):
    done = run(bare, "-m", "pyshim", "doctor", "theano")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert re.match(r"session +Python 3\.\d+\.\d+, no NumPy", lines[0])
    assert "`%s -m pip install numpy`" % bare in lines[1]
    assert lines[2].startswith("theano       Theano 1.0.5")


def test_without_numpy_the_doctor_examines_all_backends(bare, tmp_path):
    done = run(bare, "-m", "pyshim", "doctor", KERAS_HOME=str(tmp_path / "home"))
    assert done.returncode == 1 and "Traceback" not in done.stdout, done.stdout
    assert [line.split()[0] for line in done.stdout.splitlines() if line[0] != " "] == [
        "session", *environments.names()]
    numpy = done.stdout[done.stdout.index("\nnumpy "):]
    assert "does not work" in numpy and "has no NumPy. Install it with `%s -m pip install numpy`" % bare in numpy


def test_a_numpy_that_cannot_be_imported_is_told_from_none(bare, tmp_path):
    (tmp_path / "numpy").mkdir()
    (tmp_path / "numpy" / "__init__.py").write_text("raise ImportError('libopenblas.so: no such file')")
    done = run(bare, "-m", "pyshim", "doctor", "theano", PYTHONPATH=str(tmp_path))
    assert "cannot import NumPy (libopenblas.so: no such file)" in done.stdout
    assert "theano       Theano 1.0.5" in done.stdout


def test_without_numpy_an_engine_can_be_installed(bare, tmp_path):
    """The installation gets as far as creating the home, which fails here on purpose."""
    (tmp_path / "file").write_text("")
    code = "import pyshim as K; K.install_backend('theano')"
    done = run(bare, "-c", code, KERAS_HOME=str(tmp_path / "file"))
    assert "pyshim.errors.InstallError" in done.stdout and "KERAS_HOME" in done.stdout


@pytest.mark.parametrize("code", ["import pyshim; pyshim.dot", "from pyshim import use_backend", "from pyshim import *",
                                  "import pyshim; pyshim.Tensor"])
def test_without_numpy_everything_else_says_what_is_missing(bare, code):
    done = run(bare, "-c", code)
    assert "pyshim.errors.PythonError: pyshim." in done.stdout
    assert "has no NumPy. Install it with `%s -m pip install numpy`" % bare in done.stdout


def test_without_numpy_the_path_in_the_message_is_unchanged(tmp_path):
    folder = tmp_path / "`axis` {None} {name}"
    venv.create(folder, with_pip=False)
    for code in ("import pyshim; pyshim.dot", "import pyshim; pyshim.install_backend('numpy')"):
        done = run(str(folder / "bin" / "python"), "-c", code)
        assert "Install it with `%s -m pip install numpy`" % (folder / "bin" / "python") in done.stdout


def test_without_numpy_an_unknown_name_is_an_attribute_error(bare):
    done = run(bare, "-c", "import pyshim; print(hasattr(pyshim, 'convolve'), pyshim.list_backends()[1]['title'])")
    assert done.stdout == "False Theano\n"


MANAGED = "/usr/bin/python3"


def test_a_python_of_the_system_gets_a_remedy_that_works(tmp_path):
    """Debian's Python refuses `pip install`: we advise a virtual environment, and that advice works."""
    facts = run(MANAGED, "-c", "import sys, sysconfig; print(sysconfig.get_path('stdlib'))", HOME=str(tmp_path))
    if not os.path.exists(os.path.join(facts.stdout.strip(), "EXTERNALLY-MANAGED")):
        command = re.search("`(.*)`", run(MANAGED, "-m", "pyshim", "doctor").stdout)
        assert command is None or "venv" not in command.group()
        return
    if run(MANAGED, "-c", "import numpy").returncode == 0:
        return
    done = run(MANAGED, "-m", "pyshim", "doctor", "theano")
    command = re.search("`(.*)`", done.stdout).group(1)
    advised = subprocess.run(["sh", "-c", command], env=dict(os.environ, HOME=str(tmp_path)), stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, universal_newlines=True)
    assert advised.returncode == 0, advised.stdout
    python = str(tmp_path / ".virtualenvs" / "keras" / "bin" / "python")
    assert "NumPy" in run(python, "-m", "pyshim", "doctor", "theano").stdout.splitlines()[0]


def test_one_version_everywhere():
    with open(os.path.join(ROOT, "DESCRIPTION"), encoding="utf-8") as file:
        version = re.search(r"^Version: (\S+)$", file.read(), re.MULTILINE).group(1)
    assert version == pyshim.__version__
    # CRAN's package of this name has version 2.16: update.packages() must not replace ours with it.
    assert tuple(map(int, version.split("."))) > (2, 99)


def test_with_numpy_the_report_is_of_this_python():
    own = pyshim.environments.session_python()
    assert own["python"] == sys.executable and own["problem"] is None
    assert own["numpy"] == __import__("numpy").__version__
