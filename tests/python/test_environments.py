"""Environments: finding interpreters, installing, checking; really installed ones, in homes of their own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from pyshim import environments, errors
from pyshim.environments.interpreters import check_interpreter, find_interpreter

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A Keras home without environments."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A Keras home in which Theano is installed, in a place that the user named."""
    home = tmp_path_factory.mktemp("home")
    done = command_line(home, "install", "theano", "--path", str(home / "elsewhere"))
    assert done.returncode == 0, done.stdout + done.stderr
    return home, done.stdout


def command_line(home, *arguments):
    return subprocess.run([sys.executable, "-m", "pyshim", *arguments], cwd=ROOT, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True,
                          env=dict(os.environ, KERAS_HOME=str(home)))


# -- the registry ---------------------------------------------------------------------------------------

def test_the_registered_backends():
    assert environments.names()[:3] == ["tensorflow", "theano", "cntk"]


@pytest.mark.parametrize("name", ["torch", "os", "", "pyshim.engines.theano"])
def test_a_name_that_is_not_registered_is_refused(name):
    with pytest.raises(errors.UnknownBackendError, match="accepted: tensorflow, theano, cntk"):
        environments.find(name)


def test_a_package_adds_a_backend_by_its_entry_point(tmp_path):
    (tmp_path / "more-1.0.dist-info").mkdir()
    (tmp_path / "more-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: more\nVersion: 1.0\n")
    (tmp_path / "more-1.0.dist-info" / "entry_points.txt").write_text("[pyshim.backends]\nmore = more:More\n")
    (tmp_path / "more.py").write_text("from pyshim.environments.environment import Environment\n"
                                      "class More(Environment):\n    name = 'more'\n    title = 'More'\n")
    code = "import pyshim.environments as e; print(e.names(), e.find('more').title)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, universal_newlines=True,
                          env=dict(os.environ, PYTHONPATH=str(tmp_path)), check=True)
    assert done.stdout.strip() == "['tensorflow', 'theano', 'cntk', 'more'] More"


@pytest.mark.parametrize("name", ["tensorflow", "theano", "cntk"])
def test_every_package_is_pinned(name):
    with open(environments.find(name).requirements(), encoding="utf-8") as file:
        lines = [line.strip() for line in file if line.strip() and not line.startswith("#")]
    assert lines and all("==" in line for line in lines)


# -- interpreters ---------------------------------------------------------------------------------------

def test_the_first_version_that_is_there_is_found():
    found = find_interpreter("Theano", ("3.99", "3.9", "3.8"))
    version = subprocess.run([found, "--version"], stdout=subprocess.PIPE, universal_newlines=True).stdout
    assert version.startswith(("Python 3.9.", "Python 3.8."))


def test_an_interpreter_is_found_where_uv_puts_it(tmp_path, monkeypatch):
    python = find_interpreter("CNTK", ("3.6",))
    place = tmp_path / "cpython-3.6.15-linux-x86_64-gnu" / "bin"
    place.mkdir(parents=True)
    (place / "python3.6").symlink_to(os.path.realpath(python))
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path))
    assert find_interpreter("CNTK", ("3.6",)) == str(place / "python3.6")


def test_where_no_interpreter_fits_the_error_says_how_to_get_one():
    with pytest.raises(errors.InterpreterError) as raised:
        find_interpreter("Engine", ("3.99", "3.98"))
    for part in ("Engine needs Python 3.99 or 3.98", "`uv python install 3.99`", "`pyenv install 3.99`",
                 "`conda create -n python3.99 python=3.99`"):
        assert part in str(raised.value)


def test_an_interpreter_that_the_user_names_must_fit(tmp_path):
    with pytest.raises(errors.InterpreterError, match=r"CNTK needs Python 3\.6, but .* is Python 3\."):
        check_interpreter("CNTK", ("3.6",), sys.executable)
    with pytest.raises(errors.InterpreterError, match="is no CPython interpreter"):
        check_interpreter("CNTK", ("3.6",), str(tmp_path / "python"))
    with pytest.raises(errors.InterpreterError, match="is no CPython interpreter"):
        check_interpreter("CNTK", ("3.6",), "/bin/true")


# -- installing -----------------------------------------------------------------------------------------

def test_use_of_a_backend_that_is_not_installed_names_the_command(home):
    code = "import pyshim as K\ntry: K.use_backend('cntk')\nexcept K.errors.NotInstalledError as e: print(e)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, universal_newlines=True)
    assert "install_backend(\"cntk\")" in done.stdout


def test_an_install_shows_pip_and_is_whole(installed):
    home, output = installed
    assert "Collecting Theano==1.0.5" in output
    assert "Theano 1.0.5 on Python 3." in output
    with open(home / "environments" / "theano" / "environment.json", encoding="utf-8") as file:
        record = json.load(file)
    assert record["engine_version"] == "1.0.5"
    assert record["python"].startswith(str(home / "elsewhere"))
    assert "openblas" in record["blas"]


def test_an_installed_backend_computes(installed):
    code = "import pyshim as K; K.use_backend('theano'); print(K.eval(K.sum(K.ones((2, 3)))))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, universal_newlines=True,
                          env=dict(os.environ, KERAS_HOME=str(installed[0])))
    assert done.stdout.strip() == "6.0"


def test_a_second_install_is_over_at_once(installed):
    done = command_line(installed[0], "install", "theano")
    assert done.returncode == 0
    assert done.stdout.startswith("Theano is installed: ")
    assert "Collecting" not in done.stdout


def test_list_tells_what_is_installed(installed):
    lines = command_line(installed[0], "list").stdout.splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [["tensorflow", "no"], ["theano", "yes"], ["cntk", "no"]]
    assert "1.0.5" in lines[2]


def test_a_folder_that_is_not_empty_is_not_overwritten(home):
    (home / "mine").mkdir()
    (home / "mine" / "thesis.txt").write_text("irreplaceable")
    with pytest.raises(errors.InstallError, match="is not empty"):
        environments.install_backend("theano", path=str(home / "mine"))
    assert os.listdir(home / "mine") == ["thesis.txt"]


def test_an_install_that_is_killed_leaves_nothing_that_is_taken_for_whole(home):
    """Killed at some moments of its life; the next list says that there is no environment."""
    for seconds in (0.5, 2, 5):
        process = subprocess.Popen([sys.executable, "-m", "pyshim", "install", "cntk"], cwd=ROOT,
                                   stdout=subprocess.DEVNULL, start_new_session=True)
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert not environments.find("cntk").is_installed()
        assert command_line(home, "list").stdout.splitlines()[3].split()[:2] == ["cntk", "no"]


def test_a_step_that_fails_is_named_with_its_last_lines(home, monkeypatch):
    environment = environments.find("theano")
    (home / "pins.txt").write_text("numpy==0.0.0.1\n")
    monkeypatch.setattr(type(environment), "requirements", lambda self: str(home / "pins.txt"))
    with pytest.raises(errors.InstallError, match=r"could not install the packages") as raised:
        environments.install_backend("theano")
    assert "exit code 1" in str(raised.value) and "numpy==0.0.0.1" in str(raised.value)
    assert not environment.is_installed()


def test_a_home_that_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "file"))
    with pytest.raises(errors.InstallError, match="KERAS_HOME"):
        environments.install_backend("theano")


# -- the doctor -----------------------------------------------------------------------------------------

def test_the_doctor_finds_the_tested_environments_sound():
    for report in environments.doctor():
        assert report["problems"] == [], report
        assert report["installed"]


def test_the_doctor_finds_what_is_wrong(installed, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(installed[0], home, symlinks=True)
    record = home / "environments" / "theano" / "environment.json"
    record.write_text(record.read_text().replace(str(installed[0]), str(home)))
    python = home / "elsewhere" / "bin" / "python"
    assert command_line(home, "doctor", "theano").returncode == 0

    subprocess.run([str(python), "-m", "pip", "uninstall", "--quiet", "--yes", "six"], check=True)
    done = command_line(home, "doctor", "theano")
    assert done.returncode == 1
    assert "six" in done.stdout and "install_backend(\"theano\", force=True)" in done.stdout

    blas = json.loads(record.read_text())["blas"]
    os.rename(blas, blas + ".away")
    assert "its BLAS, %s, is gone" % blas in command_line(home, "doctor", "theano").stdout


def test_the_doctor_says_what_is_not_installed(home):
    report = environments.doctor("cntk")[0]
    assert not report["installed"] and report["versions"] is None
    assert "install_backend(\"cntk\")" in report["problems"][0]
