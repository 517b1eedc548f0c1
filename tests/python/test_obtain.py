"""Getting a missing interpreter: with uv from a local mirror, with conda, or not at all.

uv is the real one, and it really installs: from a folder that stands in for its download server and holds an
interpreter of this machine, packed as the server packs it. conda needs a network, so a script stands in for it. The
script accepts conda's command line, and puts a real Python 3.6 where conda would.
"""

import hashlib
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import tarfile
import urllib.parse

import pytest

from pyshim import errors
from pyshim.environments import download_needed, find, install, obtain
from pyshim.environments.interpreters import find_interpreter, version_of

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
UV = os.path.join(os.path.dirname(sys.executable), "uv")


def prefix(version):
    """The folder where an interpreter of this machine is installed. The interpreter that is found may be a script."""
    done = subprocess.run([find_interpreter("Python", (version,)), "-c", "import sys; print(sys.base_prefix)"],
                          stdout=subprocess.PIPE, check=True, universal_newlines=True)
    return done.stdout.strip()


# Looked up before a test hides the machine's interpreters.
PREFIXES = {version: prefix(version) for version in ("3.6", "3.9", "3.11")}
ARCHIVE = "cpython-3.9.25+20251031-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz"
SERVER = "https://github.com/astral-sh/python-build-standalone/releases/download"


@pytest.fixture(scope="module")
def mirror(tmp_path_factory):
    """The variables that make uv take its only Python 3.9, a repacked interpreter of this machine, from a folder."""
    folder = tmp_path_factory.mktemp("mirror")
    archive = folder / "20251031" / ARCHIVE
    archive.parent.mkdir()
    def without_what_is_large(info):
        return None if re.search(r"/test(/|$)|/site-packages/|\.a$|/share/|__pycache__", info.name) else info
    with tarfile.open(archive, "w:gz", compresslevel=1) as packed:
        packed.add(PREFIXES["3.9"], "python", filter=without_what_is_large)
    with open(archive, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    (folder / "downloads.json").write_text(json.dumps({"cpython-3.9.25-linux-x86_64-gnu": {
        "name": "cpython", "arch": {"family": "x86_64", "variant": None}, "os": "linux", "libc": "gnu", "major": 3,
        "minor": 9, "patch": 25, "prerelease": "", "url": "%s/20251031/%s" % (SERVER, urllib.parse.quote(ARCHIVE)),
        "sha256": digest, "variant": None, "build": "20251031"}}))
    yield {"UV_PYTHON_INSTALL_MIRROR": "file://%s" % folder,
           "UV_PYTHON_DOWNLOADS_JSON_URL": str(folder / "downloads.json")}
    shutil.rmtree(folder)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine that has only Python 3.11, with a home of its own. Returns: its folder of programs."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "python3").symlink_to(os.path.join(PREFIXES["3.11"], "bin", "python3"))
    for name in ("sh", "cp", "mkdir", "g++", "as", "ld", "dirname"):
        (programs / name).symlink_to(shutil.which(name))
    for name, value in {"PATH": str(programs), "HOME": str(tmp_path), "KERAS_HOME": str(tmp_path / "keras")}.items():
        monkeypatch.setenv(name, value)
    for name in ("PYENV_ROOT", "CONDA_PREFIX", "UV_PYTHON_INSTALL_DIR", "UV_PYTHON_DOWNLOADS"):
        monkeypatch.delenv(name, raising=False)
    yield programs
    shutil.rmtree(tmp_path / "keras", ignore_errors=True)


def set_all(monkeypatch, variables):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def program(folder, name, text):
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)


CONDA = """#!/bin/sh
echo "$@" >> {log}
[ "$1 $2 $3" = "create --yes --prefix" ] || {{ echo "unknown command: $@"; exit 2; }}
[ "$5 $6 $7 $8" = "--override-channels --channel conda-forge python=3.6" ] || {{ echo "no package $8"; exit 3; }}
echo "Downloading python"
mkdir -p "$4/lib"
cp -r {python}/bin {python}/include "$4"
cp -r {python}/lib/libpython* {python}/lib/python3.6 "$4/lib"
"""


@pytest.fixture
def conda(machine, tmp_path):
    """A script that stands in for conda. Returns: the file that lists its command lines."""
    log = tmp_path / "log"
    program(machine, "conda", CONDA.format(log=log, python=PREFIXES["3.6"]))
    return log


# -- uv -------------------------------------------------------------------------------------------------

def test_uv_on_the_path_brings_an_interpreter(machine, mirror, monkeypatch, tmp_path):
    (machine / "uv").symlink_to(UV)
    set_all(monkeypatch, mirror)
    needed = download_needed("theano")
    assert needed.startswith("Theano needs Python 3.9, 3.8, 3.7 or 3.6, and none was found: uv downloads Python 3.9")
    assert str(tmp_path / "keras" / "interpreters") in needed
    assert not os.path.exists(tmp_path / "keras" / "interpreters")

    done = subprocess.run([sys.executable, "-m", "pyshim", "install", "theano"], cwd=ROOT, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, universal_newlines=True)
    assert done.returncode == 0, done.stdout
    assert needed in done.stdout  # announced before it is done
    python = find("theano").python()
    base = subprocess.run([python, "-c", "import sys; print(sys.base_prefix)"], stdout=subprocess.PIPE,
                          universal_newlines=True).stdout
    assert base.startswith(str(tmp_path / "keras" / "interpreters" / "cpython-3.9"))
    assert os.listdir(tmp_path) and not os.path.exists(tmp_path / ".local" / "bin")  # no links elsewhere

    # It is found the next time, without uv.
    (machine / "uv").unlink()
    assert find_interpreter("Theano", ("3.9",)).startswith(str(tmp_path / "keras" / "interpreters"))
    assert download_needed("theano") is None


def test_uv_itself_comes_from_the_package_index(machine, mirror, monkeypatch, tmp_path):
    set_all(monkeypatch, mirror)
    said = []
    way = obtain.ways(("3.9", "3.8"))[0]
    assert way.describe().startswith("uv (25 MB) is installed into %s and it downloads" % (tmp_path / "keras/tools/uv"))
    python = way.carry_out(install.Progress(quiet=True))
    assert version_of(python) == "3.9", said
    assert os.path.exists(tmp_path / "keras" / "tools" / "uv" / "bin" / "uv")
    assert obtain.ways(("3.9",))[0].describe().startswith("uv downloads")  # uv is installed now


def test_a_download_that_fails_is_told_with_what_else_helps(machine, monkeypatch, tmp_path):
    (machine / "uv").symlink_to(UV)
    monkeypatch.setenv("UV_PYTHON_INSTALL_MIRROR", "file://%s/nothing" % tmp_path)
    with pytest.raises(errors.InterpreterError) as raised:
        install.install_backend("theano", quiet=True)
    for part in ("Theano needs Python 3.9, 3.8, 3.7 or 3.6, and none was found on PATH", "`pyenv install 3.9`",
                 "could not get Python 3.9 with uv", str(tmp_path)):
        assert part in str(raised.value)
    assert not find("theano").is_installed()


def test_uv_is_left_alone_where_its_downloads_are_forbidden(machine, monkeypatch):
    (machine / "uv").symlink_to(UV)
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "never")
    assert download_needed("theano") is None
    with pytest.raises(errors.InterpreterError, match="Get one with `uv python install 3.9`"):
        install.install_backend("theano", quiet=True)


def test_uv_is_not_asked_for_what_it_has_not(machine):
    (machine / "uv").symlink_to(UV)
    assert download_needed("cntk") is None


# -- conda ----------------------------------------------------------------------------------------------

def test_conda_brings_a_python_that_uv_does_not_have(machine, conda, tmp_path):
    assert re.match("CNTK needs Python 3.6, and none was found: .*/conda downloads Python 3.6", download_needed("cntk"))
    done = subprocess.run([sys.executable, "-m", "pyshim", "install", "cntk", "--yes"], cwd=ROOT,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    assert done.returncode == 0, done.stdout
    assert "CNTK 2.7 on Python 3.6.15 is ready." in done.stdout
    assert find_interpreter("CNTK", ("3.6",)) == str(tmp_path / "keras/interpreters/conda-3.6/bin/python")
    # Two processes asked where conda is; one of them installed.
    assert [line.split()[0] for line in conda.read_text().splitlines()] == ["info", "info", "create"]


@pytest.mark.parametrize("name", ["mamba", "micromamba"])
def test_its_relatives_are_found_too(machine, name):
    program(machine, name, "#!/bin/sh\nexit 1\n")
    assert "%s downloads Python 3.6" % (machine / name) in download_needed("cntk")


def test_a_conda_that_fails_leaves_nothing(machine, tmp_path):
    program(machine, "micromamba",
            "#!/bin/sh\nmkdir -p \"$4/bin\"\necho 'critical libmamba: no such channel'\nexit 1\n")
    with pytest.raises(errors.InterpreterError) as raised:
        install.install_backend("cntk", quiet=True)
    assert "could not get Python 3.6 with micromamba (exit code 1)" in str(raised.value)
    assert "critical libmamba: no such channel" in str(raised.value)
    assert not os.path.exists(tmp_path / "keras" / "interpreters" / "conda-3.6")


def test_conda_by_request(machine, conda, monkeypatch):
    path = str(machine / "conda")
    assert download_needed("cntk", method="conda", conda=path).startswith("CNTK gets its Python from conda: " + path)
    with pytest.raises(errors.InstallError, match="no conda was found as /nowhere/conda"):
        install.install_backend("cntk", method="conda", conda="/nowhere/conda")
    with pytest.raises(errors.ArgumentError, match="method must be 'auto', 'virtualenv' or 'conda', not 'pip'"):
        install.install_backend("cntk", method="pip")


# -- asking ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("answer, goes_on", [("n", False), ("no", False), ("y", True), ("", True)])
def test_a_terminal_is_asked_first(machine, answer, goes_on, tmp_path):
    """In a real terminal; the script that stands in for conda records whether it was called."""
    program(machine, "conda", "#!/bin/sh\necho called > %s/called\nexit 1\n" % tmp_path)
    primary, secondary = pty.openpty()
    process = subprocess.Popen([sys.executable, "-m", "pyshim", "install", "cntk"], cwd=ROOT, stdin=secondary,
                               stdout=secondary, stderr=secondary)
    os.close(secondary)
    shown = b""
    while b"Go on? [Y/n]" not in shown:
        shown += os.read(primary, 1000)
        (tmp_path / "called").unlink(missing_ok=True)  # `conda info --base` downloads nothing
    assert b"conda downloads Python 3.6" in shown
    os.write(primary, (answer + "\n").encode())
    try:
        while os.read(primary, 1000):
            pass
    except OSError:  # the other end of the terminal is closed
        pass
    assert process.wait() == 1
    assert (tmp_path / "called").exists() == goes_on


def test_an_interrupt_while_an_interpreter_is_asked_leaves_no_process(tmp_path):
    slow = tmp_path / "python"
    slow.write_text("#!/bin/sh\nexec sleep 30\n")
    slow.chmod(0o755)
    code = """
import os, signal, subprocess, sys
from pyshim.environments import interpreters
signal.signal(signal.SIGALRM, signal.default_int_handler)
signal.setitimer(signal.ITIMER_REAL, 0.5)
try:
    interpreters.version_of(sys.argv[1])
except KeyboardInterrupt:
    print("interrupted", open("/proc/self/task/%d/children" % os.getpid()).read().split())
"""
    said = subprocess.run([sys.executable, "-c", code, str(slow)], stdout=subprocess.PIPE, universal_newlines=True)
    assert said.stdout == "interrupted []\n"
