"""Environments: finding interpreters, installing, checking. The installations are real, in temporary homes."""

import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest
from packaging.markers import Marker

from pyshim import environments, errors, processors
from pyshim.environments import install
from pyshim.environments.environment import REQUIREMENTS, Environment
from pyshim.environments.interpreters import check_interpreter, find_interpreter
from pyshim.hosts import timeout

# Backends that need an installation.
BACKENDS = tuple(name for name in environments.names() if not environments.find(name).in_session)
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A Keras home without environments. It is removed after the test, whereas pytest would keep its large files."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    yield tmp_path
    shutil.rmtree(tmp_path / "environments", ignore_errors=True)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A Keras home in which Theano is installed, in a folder that the user chose."""
    home = tmp_path_factory.mktemp("home")
    done = command_line(home, "install", "theano", "--path", str(home / "elsewhere"))
    assert done.returncode == 0, done.stdout + done.stderr
    return home, done.stdout


def command_line(home, *arguments, environment=None, **more):
    return subprocess.run([sys.executable, "-m", "pyshim", *arguments], cwd=ROOT, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True,
                          env=dict(os.environ, KERAS_HOME=str(home), **(environment or {})), **more)


LIGHT = """
from pyshim.environments.environment import REQUIREMENTS, Environment

class Light(Environment):

    name = "light"
    title = "Light"
    module = "six"
    pythons = ("3.11", "3.12", "3.13", "3.10", "3.9", "3.8")

    def requirements(self):
        return __file__.replace("light.py", "light.txt")

    def gpu_requirements(self):
        return __file__.replace("light.py", "light-gpu.txt")
"""


@pytest.fixture
def light(tmp_path):
    """A backend of another package with a small environment, which holds only six. Returns: the variables to add it."""
    package = tmp_path / "package"
    (package / "light-1.0.dist-info").mkdir(parents=True)
    (package / "light-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: light\nVersion: 1.0\n")
    (package / "light-1.0.dist-info" / "entry_points.txt").write_text("[pyshim.backends]\nlight = light:Light\n")
    (package / "light.py").write_text(LIGHT)
    with open(environments.find("theano").requirements(), encoding="utf-8") as file:
        pin = re.search(r"^six==(?:.*\\\n)+.*\n", file.read(), re.MULTILINE).group()
    (package / "light.txt").write_text(pin)
    (package / "light-gpu.txt").write_text("# as for the processor, for want of a lighter package\n" + pin)
    return {"PYTHONPATH": str(package)}


# -- the registry ---------------------------------------------------------------------------------------

def test_the_registered_backends():
    assert environments.names()[:4] == ["tensorflow", "theano", "cntk", "numpy"]


@pytest.mark.parametrize("name", ["caffe", "os", "", "pyshim.engines.theano"])
def test_a_name_that_is_not_registered_is_refused(name):
    with pytest.raises(errors.UnknownBackendError, match="accepted: tensorflow, theano, cntk, numpy"):
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
    assert done.stdout.strip() == "%r More" % (environments.names() + ["more"])


# -- pins -----------------------------------------------------------------------------------------------

PINNED = [path for name in BACKENDS for path in (environments.find(name).requirements(),
                                                 environments.find(name).gpu_requirements()) if path] + [
    Environment().installer(), os.path.join(REQUIREMENTS, "uv.txt"), os.path.join(ROOT, "tools", "requirements.txt")]


@pytest.mark.parametrize("path", PINNED, ids=os.path.basename)
def test_every_package_is_pinned_with_its_hashes(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    packages = re.split(r"^(?=[^\s#])", text.replace("\\\n", ""), flags=re.MULTILINE)[1:]
    assert packages
    for package in packages:
        assert re.match(r"[\w.-]+==[\w.]+( ; [^-]+)?\s+--hash=sha256:[0-9a-f]{64}", package), package
    assert "://" not in text


@pytest.mark.parametrize("name", BACKENDS)
def test_one_file_holds_for_every_python_of_an_engine(name):
    environment = environments.find(name)
    with open(environment.requirements(), encoding="utf-8") as file:
        conditions = re.findall(r"^[^\s#]+ ; (.*) \\$", file.read(), re.MULTILINE)
    for condition in map(Marker, conditions):
        assert all(condition.evaluate({"python_version": version, "python_full_version": version + ".0"})
                   for version in environment.pythons)


@pytest.mark.parametrize("path", PINNED, ids=os.path.basename)
def test_what_we_choose_is_what_is_pinned(path):
    """The file that tools/lock-requirements wrote matches its source."""
    def names(path):
        with open(path, encoding="utf-8") as file:
            return [re.sub(r"\[.*\]", "", line.split(" ")[0].strip().lower()) for line in file if re.match(r"\w", line)]
    pinned = names(path)
    for chosen in names(path.replace(".txt", ".in")):
        assert any(pin == chosen or pin.startswith(chosen + "==") for pin in pinned), chosen


# -- interpreters ---------------------------------------------------------------------------------------

def test_the_first_version_that_is_there_is_found():
    found = find_interpreter("Theano", ("3.99", "3.9", "3.8"))
    version = subprocess.run([found, "--version"], stdout=subprocess.PIPE, universal_newlines=True).stdout
    assert version.startswith(("Python 3.9.", "Python 3.8."))


@pytest.mark.parametrize("folder", ["uv", "[uv]*?"])
def test_an_interpreter_is_found_where_uv_puts_it(tmp_path, monkeypatch, folder):
    python = find_interpreter("CNTK", ("3.6",))
    place = tmp_path / folder / "cpython-3.6.15-linux-x86_64-gnu" / "bin"
    place.mkdir(parents=True)
    (place / "python3.6").symlink_to(os.path.realpath(python))
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / folder))
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
    assert "Collecting theano==1.0.5" in output
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
    assert [line.split()[:2] for line in lines[1:]] == [
        [name, "yes" if name in ("theano", "numpy") else "no"] for name in environments.names()]
    assert "1.0.5" in lines[2]


def test_a_folder_that_is_not_empty_is_not_overwritten(home):
    (home / "mine").mkdir()
    (home / "mine" / "thesis.txt").write_text("irreplaceable")
    with pytest.raises(errors.InstallError, match="is not empty"):
        environments.install_backend("theano", path=str(home / "mine"))
    assert os.listdir(home / "mine") == ["thesis.txt"]


def test_an_install_that_is_killed_leaves_nothing_that_is_taken_for_whole(home):
    """An installation is killed at several moments; afterwards, the list shows no environment."""
    for seconds in (0.5, 2, 5):
        process = subprocess.Popen([sys.executable, "-m", "pyshim", "install", "cntk"], cwd=ROOT,
                                   stdout=subprocess.DEVNULL, start_new_session=True)
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert not environments.find("cntk").is_installed()
        assert command_line(home, "list").stdout.splitlines()[3].split()[:2] == ["cntk", "no"]


def test_a_step_that_fails_is_named_with_its_last_lines(home, light):
    pins = os.path.join(light["PYTHONPATH"], "light.txt")
    with open(pins, "w") as file:
        file.write("six==0.0.0.1 --hash=sha256:" + "0" * 64)
    done = command_line(home, "install", "light", environment=light)
    assert done.returncode == 1
    assert "could not install the packages (exit code 1). The last lines were:" in done.stderr
    assert "six==0.0.0.1" in done.stderr
    assert not is_installed(home, "light", light)


def test_a_package_that_is_not_the_pinned_one_is_refused(home, light):
    pins = os.path.join(light["PYTHONPATH"], "light.txt")
    with open(pins) as file:
        text = file.read()
    with open(pins, "w") as file:
        file.write(re.sub("sha256:[0-9a-f]{64}", "sha256:" + "0" * 64, text))
    done = command_line(home, "install", "light", environment=light)
    assert done.returncode == 1
    assert "the package index returned a file other than the pinned one" in done.stderr
    assert not is_installed(home, "light", light)


def test_an_install_for_a_gpu_has_pins_of_its_own_and_stays(home, light):
    done = command_line(home, "install", "light", environment=light)
    assert (done.returncode, _record(home)["gpu"]) == (0, False), done.stderr
    done = command_line(home, "install", "light", "--gpu", environment=light)
    for_gpu = _record(home)
    assert (done.returncode, for_gpu["gpu"]) == (0, True)
    done = command_line(home, "install", "light", environment=light)
    assert done.stdout.startswith("Light is installed: ")
    assert _record(home) == for_gpu
    done = command_line(home, "install", "light", "--force", environment=light)
    assert (done.returncode, _record(home)["gpu"]) == (0, False)
    assert _record(home)["digest"] != for_gpu["digest"]


def _record(home):
    with open(home / "environments" / "light" / "environment.json", encoding="utf-8") as file:
        return json.load(file)


def test_a_backend_without_packages_for_a_gpu(home):
    with pytest.raises(errors.ArgumentError, match="Theano has no packages for a GPU; leave out gpu=True"):
        environments.install_backend("theano", gpu=True)
    assert os.listdir(home) == []


def test_settings_of_pip_that_would_have_it_install_elsewhere(home, light, tmp_path):
    """Environment variables and a settings file are ignored, except for settings that say where packages come from."""
    settings = tmp_path / "pip.conf"
    settings.write_text("[global]\nuser = true\n[install]\nno-binary = :all:\n")
    variables = {**light, "PIP_CONFIG_FILE": str(settings), "PIP_USER": "1", "PIP_TARGET": str(tmp_path / "elsewhere"),
                 "PIP_CONSTRAINT": "/no/such/file", "PIP_PLATFORM": "any"}
    done = command_line(home, "install", "light", environment=variables)
    assert done.returncode == 0, done.stdout + done.stderr
    assert is_installed(home, "light", light)
    assert not (tmp_path / "elsewhere").exists()
    settings.write_text("[global]\nno-index = true\n")
    assert command_line(home, "install", "light", "--force", environment=variables).returncode == 1


def is_installed(home, name, environment=None):
    """Whether a new session lists the backend as installed."""
    lines = command_line(home, "list", environment=environment).stdout.splitlines()
    return {line.split()[0]: line.split()[1] for line in lines[1:]}[name] == "yes"


def test_an_environment_counts_only_once_it_is_checked(home, light, monkeypatch):
    """Until the check has passed, other sessions do not see the environment; if it fails, there is none."""
    monkeypatch.syspath_prepend(light["PYTHONPATH"])
    environments.find.cache_clear()
    seen = []

    def check(environment):
        seen.append((environment.is_installed(), is_installed(home, "light", light)))
        raise errors.InstallError("it is unsound")
    monkeypatch.setattr(install, "check", check)
    with pytest.raises(errors.InstallError, match="it is unsound"):
        environments.install_backend("light")
    assert seen == [(True, False)]
    assert not environments.find("light").is_installed() and not is_installed(home, "light", light)
    environments.find.cache_clear()


def test_two_installs_at_once(home, light):
    command = [sys.executable, "-m", "pyshim", "install", "light"]
    processes = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, universal_newlines=True,
                                  env=dict(os.environ, **light)) for _ in range(3)]
    outputs = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert sorted("Installing Light" in output for output in outputs) == [False, False, True]
    assert sum("Waiting for another installation of Light to end." in output for output in outputs) == 2
    assert sum("Light is installed: " in output for output in outputs) == 2
    assert command_line(home, "doctor", "light", environment=light).returncode == 0


def test_a_step_that_outlives_its_killed_session_is_waited_for(home, light):
    """Only the session is killed; its pip continues to write. The next session must not write at the same time."""
    for seconds in (1, 3, 5):
        with open(home / "output", "w") as output:
            process = subprocess.Popen([sys.executable, "-m", "pyshim", "install", "light", "--force"], cwd=ROOT,
                                       stdout=output, env=dict(os.environ, **light))
            time.sleep(seconds)
            process.kill()
            process.wait()
        assert not is_installed(home, "light", light)
    done = command_line(home, "install", "light", environment=light)
    assert done.returncode == 0, done.stderr
    assert command_line(home, "doctor", "light", environment=light).returncode == 0


WRITER = """
import os, sys
for number in range(10 ** 9):
    os.makedirs(os.path.join(sys.argv[1], "compiled"), exist_ok=True)
    open(os.path.join(sys.argv[1], "compiled", str(number % 10000)), "w").close()
"""


def test_a_worker_that_still_writes_does_not_hinder_a_new_install(home, light):
    """Theano's workers do: they compile into the folder that is about to be replaced."""
    assert command_line(home, "install", "light", environment=light).returncode == 0
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(home / "environments" / "light")])
    try:
        while not (home / "environments" / "light" / "compiled" / "999").exists():
            time.sleep(0.01)
        done = command_line(home, "install", "light", "--force", environment=light)
    finally:
        writer.kill()
        writer.wait()
    assert done.returncode == 0, done.stderr
    assert command_line(home, "doctor", "light", environment=light).returncode == 0


def test_a_place_that_the_user_named_is_taken_up_again(home, light):
    """If an installation there was killed, the next one clears the folder; a complete environment is left alone."""
    place = home / "place"
    process = subprocess.Popen([sys.executable, "-m", "pyshim", "install", "light", "--path", str(place)], cwd=ROOT,
                               stdout=subprocess.DEVNULL, env=dict(os.environ, **light), start_new_session=True)
    while not (place / "bin").exists():
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    done = command_line(home, "install", "light", "--path", str(place), environment=light)
    assert done.returncode == 0, done.stderr
    assert is_installed(home, "light", light)
    done = command_line(home, "install", "light", "--path", str(place), environment=light)
    assert done.returncode == 1 and "is not empty" in done.stderr
    assert is_installed(home, "light", light)


def closed_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.mark.parametrize("name", BACKENDS)
def test_without_a_network_the_error_says_so(home, name):
    done = command_line(home, "install", name, environment={
        "PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "http://127.0.0.1:%d/simple" % closed_port(),
        "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": "", "PIP_RETRIES": "1"})
    assert done.returncode == 1
    assert "could not install pip: the package index cannot be reached. Look at the network" in done.stderr
    assert "Connection refused" in done.stderr
    assert not is_installed(home, name)


@pytest.mark.parametrize("name", BACKENDS)
def test_where_the_disk_is_full_the_error_says_so(home, name):
    """Files are limited to 20 MB; every engine has a larger one."""
    limit = 20 * 2 ** 20
    done = command_line(home, "install", name,
                        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    assert done.returncode == 1
    assert "could not install the packages: the disk, or your quota on it, is full" in done.stderr
    assert not is_installed(home, name)


def test_after_all_that_an_install_succeeds(home):
    test_without_a_network_the_error_says_so(home, "cntk")
    test_where_the_disk_is_full_the_error_says_so(home, "cntk")
    test_an_install_that_is_killed_leaves_nothing_that_is_taken_for_whole(home)
    done = command_line(home, "install", "cntk")
    assert done.returncode == 0, done.stderr
    assert command_line(home, "doctor", "cntk").returncode == 0


@pytest.mark.parametrize("name", BACKENDS)
def test_where_only_unfit_interpreters_are_found_the_error_says_what_fits(home, tmp_path, name):
    """There are a newer Python, one that reports a wrong version, and one that does not start."""
    environment = environments.find(name)
    unfit = next(version for version in ("3.6", "3.11") if version not in environment.pythons)
    folder = tmp_path / "bin"
    folder.mkdir()
    for link in ["python3", "python", "python" + unfit] + ["python" + version for version in environment.pythons[1:]]:
        (folder / link).symlink_to(os.path.realpath(find_interpreter("Python", (unfit,))))
    (folder / ("python" + environment.pythons[0])).write_text("#!/bin/sh\nexit 1\n")
    (folder / ("python" + environment.pythons[0])).chmod(0o755)
    (folder / "g++").symlink_to("/usr/bin/g++")
    done = command_line(home, "install", name, environment={"PATH": str(folder), "HOME": str(tmp_path),
                                                            "PYENV_ROOT": "", "CONDA_PREFIX": "",
                                                            "UV_PYTHON_DOWNLOADS": "never"})
    assert done.returncode == 1
    fitting = {"tensorflow": "3.11, 3.12, 3.13 or 3.10", "theano": "3.9, 3.8, 3.7 or 3.6", "cntk": "3.6",
               "jax": "3.11, 3.12 or 3.13", "torch": "3.11, 3.12, 3.13 or 3.10"}[name]
    assert "needs Python %s, and none was found on PATH or from pyenv, conda or uv. Get one" % fitting in done.stderr
    assert "`pyenv install %s`" % environment.pythons[0] in done.stderr
    assert os.listdir(home / "environments") == [".%s.lock" % name]


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


def test_the_doctor_does_not_wait_for_an_interpreter_that_hangs(tmp_path, monkeypatch):
    """The limit is that of starts; the timeout of calls does not count."""
    cntk = environments.find("cntk")
    hanging = tmp_path / "python"
    hanging.write_text("#!/bin/sh\nsleep 100\n")
    hanging.chmod(0o755)
    monkeypatch.setattr(type(cntk), "python", lambda self: str(hanging))
    monkeypatch.setenv("KERAS_TIMEOUT", "0.1")
    monkeypatch.setenv("KERAS_START_TIMEOUT", "0.5")
    began = time.monotonic()
    report, = environments.doctor("cntk")
    assert time.monotonic() - began < 20
    assert report["installed"] and report["versions"] is None
    assert ("its check was ended after 0.5 seconds. KERAS_START_TIMEOUT sets another limit. Install it with"
            in report["problems"][-1])
    for limit, seconds in (("", 300), ("inf", None), ("2.5", 2.5)):
        monkeypatch.setenv("KERAS_START_TIMEOUT", limit)
        assert timeout.check_seconds() == seconds


def test_the_doctor_says_what_is_not_installed(home):
    report = environments.doctor("cntk")[0]
    assert not report["installed"] and report["versions"] is None
    assert "install_backend(\"cntk\")" in report["problems"][0]


def test_openblas_is_found_in_a_folder_of_any_name(tmp_path, monkeypatch):
    place = tmp_path / "[home]*?" / "lib" / "python3.9" / "site-packages" / "numpy.libs"
    place.mkdir(parents=True)
    (place / "libopenblas-r0.so").touch()
    monkeypatch.setattr("pyshim.environments.theano._precompiled", lambda directory: None)
    facts = environments.find("theano").complete(str(tmp_path / "[home]*?"))
    assert facts["blas"] == str(place / "libopenblas-r0.so")


@pytest.mark.parametrize("own", [None, "Nehalem"])
def test_theano_has_kernels_of_openblas_that_use_what_the_processor_has(own, monkeypatch):
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    if own:
        monkeypatch.setenv("OPENBLAS_CORETYPE", own)
    theano = environments.find("theano")
    code = """
import ctypes, numpy, sys
name = ctypes.CDLL(sys.argv[1]).openblas_get_corename
name.restype = ctypes.c_char_p
print(name().decode())
"""
    done = subprocess.run([theano.python(), "-I", "-c", code, theano.record()["blas"]], stdout=subprocess.PIPE,
                          env=theano.process_environment(None), universal_newlines=True, check=True)
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        words = set(file.read().split())
    fastest = "SkylakeX" if "avx512vl" in words else "Haswell" if "avx2" in words else done.stdout.strip()
    assert done.stdout.strip() == (own or fastest)


@pytest.mark.parametrize(("maker", "instructions", "own", "passed"), [
    ("AuthenticAMD", {"sse4_2", "avx", "avx2", "fma"}, None, "5"),
    ("AuthenticAMD", {"sse4_2", "avx", "avx2", "fma"}, "3", "3"),
    ("AuthenticAMD", {"sse4_2", "avx"}, None, None),
    ("AuthenticAMD", {"sse4_2", "avx"}, "5", None),  # it would crash
    ("GenuineIntel", {"sse4_2", "avx", "avx2", "fma"}, None, None),
    ("GenuineIntel", {"sse4_2", "avx", "avx2", "fma"}, "5", "5"),
    ("", set(), None, None)])
def test_mkl_of_cntk_uses_what_a_processor_of_any_maker_has(maker, instructions, own, passed, monkeypatch):
    monkeypatch.setattr(processors, "maker", lambda: maker)
    monkeypatch.setattr(processors, "instructions", lambda: instructions)
    monkeypatch.delenv("MKL_DEBUG_CPU_TYPE", raising=False)
    if own:
        monkeypatch.setenv("MKL_DEBUG_CPU_TYPE", own)
    assert environments.find("cntk").process_environment(None).get("MKL_DEBUG_CPU_TYPE") == passed


def test_processors_are_described_as_linux_describes_them():
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        text = file.read()
    assert {"sse2", "fpu"} <= processors.instructions() < set(text.split())
    assert re.search(r"^vendor_id\s*: %s$" % processors.maker(), text, re.MULTILINE)
