"""Engines start and compute whatever the session's settings are.

Each test starts engines in a new session. tests/soak/test_starts.py tries many more settings one by one.
"""

import configparser
import json
import os
import re
import shutil
import subprocess
import time

import pytest
from starting import (
    CLOSED,
    COMPUTE,
    DEEP,
    HOSTILE,
    LARGE,
    ROOT,
    SETTING,
    SETTINGS,
    computed,
    is_gone,
    new_home,
    session,
)

from pyshim import environments, errors
from pyshim.environments.checks import check
from pyshim.hosts.failures import advice
from pyshim.hosts.worker import Worker
from pyshim.messages import filled

pytestmark = pytest.mark.worker


@pytest.fixture
def home(tmp_path, monkeypatch):
    return new_home(tmp_path, monkeypatch)


# -- variables ------------------------------------------------------------------------------------------

def test_variables_that_libraries_read(engine, home):
    """All variables at once. They are set when the session already runs: some would crash the session's own Python."""
    script = "import os\nos.environ.update(%r)\n" % HOSTILE + COMPUTE + "print(*compute(%r))" % engine
    ran = session(script, home)
    assert ran.stdout == computed(engine), ran.stderr


@pytest.mark.parametrize("default", ["theano", "jax", "torch", "numpy"])
def test_tensorflow_starts_beside_another_default_backend(home, default, monkeypatch):
    """TensorFlow's own Keras reads the default backend from KERAS_BACKEND and keras.json. It does not know some of
    ours, and would import the others."""
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
    assert "Theano does not accept a setting of the user's, and goes without it: %s: " % flags in ran.stderr


def test_settings_of_theano_beside_one_that_it_refuses(home, tmp_path, monkeypatch):
    """The remaining settings apply, in any order, and the message names the refused one."""
    monkeypatch.setenv("THEANO_FLAGS", "linker=none,base_compiledir=%s,device=gpu" % (tmp_path / "mine"))
    ran = session(COMPUTE + "print(*compute('theano'))", home)
    assert ran.stdout == computed("theano"), ran.stderr
    for flag in ("linker=none", "device=gpu"):
        assert "goes without it: %s: " % flag in ran.stderr
    assert "goes without it: base_compiledir" not in ran.stderr
    assert os.listdir(tmp_path / "mine")


def test_a_theanorc_from_another_time(home, monkeypatch):
    (home / ".theanorc").write_text("[global]\ndevice = gpu\nfloatX = float16\n[blas]\nldflags = -lmissing\n")
    monkeypatch.setenv("HOME", str(home))
    ran = session(COMPUTE + "print(*compute('theano'))", home)
    assert (ran.stdout, ran.stderr) == (computed("theano"), "Using Theano backend.\n")


@pytest.mark.parametrize("name", ["tensorflow", "theano", "jax"])  # CNTK's Python is too old for a session
def test_variables_of_a_session_with_the_engine_in_its_own_process(home, name, tmp_path_factory):
    """Variables that the import needs are set for its duration; afterwards all are as before."""
    script = """
import os
os.environ.update(KERAS_BACKEND="theano", PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION="cpp", KERAS_MAX_EPOCHS="many",
                  OMP_NUM_THREADS="4,2", TMPDIR="/no/such/100%%", XLA_FLAGS="--nonsense", TF_XLA_FLAGS="--nonsense")
os.environ.pop("LD_LIBRARY_PATH", None)
os.environ.pop("PATH", None)
before = dict(os.environ)
ours = {"LD_LIBRARY_PATH", "TF_FORCE_GPU_ALLOW_GROWTH", "XLA_PYTHON_CLIENT_PREALLOCATE"}
import pyshim as K
K.use_backend(%r, in_process=True)
print(before.items() <= os.environ.items(), sorted(ours & set(os.environ)), K.eval(K.ones((2,)) * 3).tolist())
"""
    flags = "base_compiledir=" + str(tmp_path_factory.getbasetemp() / "compiled")
    ran = session(script % name, home, {**os.environ, "THEANO_FLAGS": flags}, environments.find(name).python())
    assert ran.stdout == "True [] [3.0, 3.0]\n", ran.stderr


def test_an_import_that_fails_in_process_is_an_error_with_its_reason(home):
    (home / "tensorflow.py").write_text("raise ValueError('its settings are wrong')")
    script = """
sys.path.insert(0, %r)
import pyshim as K
try:
    K.use_backend("tensorflow", in_process=True)
except K.errors.EngineError as error:
    print(error)
""" % str(home)
    ran = session(script, home)
    assert "tensorflow could not be imported: ValueError: its settings are wrong; leave out in_process" in ran.stdout


# -- limits, locales, signals, folders --------------------------------------------------------------------

@pytest.mark.parametrize("setting", SETTINGS)
def test_settings_of_the_session(home, setting):
    """tests/soak/test_starts.py tries every engine with every one of these settings."""
    script = SETTING + SETTINGS[setting] + COMPUTE + "name = 'cntk'" + LARGE
    ran = session(script, home)
    assert ran.stdout.endswith(computed("cntk").strip() + " 99999.0\n"), ran.stderr


@pytest.mark.parametrize("setting", ["there is no temporary folder"])
def test_models_of_a_session(home, setting):
    """Importing Keras needs nothing that the session lacks."""
    os.symlink(os.path.join(os.path.dirname(os.path.realpath(home / "environments")), "models"), home / "models")
    script = SETTING + SETTINGS[setting] + """
import numpy
import pyshim as K
from pyshim import keras
K.use_backend("cntk")
model = keras.models.Sequential([keras.layers.Dense(1, input_shape=(2,), kernel_initializer="ones")])
report.write(str(model.predict(numpy.ones((1, 2))).tolist()))
report.flush()
"""
    ran = session(script, home)
    assert ran.stdout == "[[2.0]]", ran.stderr


def test_functions_of_theano_where_files_may_not_grow(home):
    """It cannot compile, so it interprets. Nothing else may compile these expressions: the cache would have them."""
    ran = session("""
import resource
import numpy as np
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 13, 1 << 13))
sys.dont_write_bytecode = True  # here Python would keep files that end at the limit
import pyshim as K
K.use_backend("theano")
x, v = K.placeholder((2,)), K.variable([1., 2.])
for sign in (-1, 1):
    y = K.sin(K.exp(K.tanh(x)) - K.cos(K.abs(x) + sign * 3) * K.sigmoid(x * v) * K.sin(x - v))
    f = K.function([x], [y], [K.update(v, v * K.exp(v - y) * K.cos(v))])
    a, before = np.array([0.5, -2.0], "float32"), K.eval(v)
    expected = np.sin(np.exp(np.tanh(a)) - np.cos(abs(a) + sign * 3) / (1 + np.exp(-a * before)) * np.sin(a - before))
    print(np.allclose(f([a])[0], expected, atol=1e-5),
          np.allclose(K.eval(v), before * np.exp(before - expected) * np.cos(before), atol=1e-4))
""", home)
    assert ran.stdout == "True True\nTrue True\n", ran.stderr
    assert ran.stderr.count("Theano cannot write the files that it compiles, so functions are interpreted") == 1


def test_a_deep_gradient_where_the_stack_is_small(home):
    """CNTK computes gradients recursively. tests/soak/test_deep_graphs.py does the same on every engine."""
    ran = session(SETTING + SETTINGS["the stack is small"] + DEEP % "cntk", home)
    assert ran.stdout == "1.0 2501.0\n", ran.stderr


def test_standard_streams_that_are_closed(home):
    """In any combination; daemons close some or all of them. tests/soak/test_starts.py does this on every engine."""
    for which in range(1, 8):
        ran = session(SETTING + CLOSED + COMPUTE + "name = 'cntk'" + LARGE, home, arguments=[str(which)])
        assert ran.stdout == computed("cntk").strip() + " 99999.0\n", (which, ran.stderr)


def namespace():
    """The command that runs another one as process 1 of a new PID namespace."""
    command = ["unshare", "--pid", "--fork", "--mount-proc"]
    if subprocess.run(command + ["true"], stderr=subprocess.DEVNULL).returncode:
        command[1:1] = ["--user", "--map-root-user"]
    return command


def test_a_session_that_is_process_1(engine, home):
    """As Docker runs it."""
    ran = session(COMPUTE + "import os\nprint(os.getpid(), *compute(%r))" % engine, home, before=namespace())
    assert ran.stdout == "1 " + computed(engine), ran.stderr


def test_a_session_that_is_process_1_of_a_namespace_within_another(home):
    ran = session(COMPUTE + "import os\nprint(os.getpid(), *compute('cntk'))", home, before=namespace() * 2)
    assert ran.stdout == "1 " + computed("cntk"), ran.stderr


def test_a_session_whose_children_are_in_another_namespace(home):
    """The worker is process 1 and sees no parent. The session cannot start new threads."""
    script = COMPUTE + "import ctypes\nassert ctypes.CDLL(None).unshare(0x20000000) == 0\nprint(*compute('cntk'))"
    before = ["unshare", "--user", "--map-root-user"] if os.getuid() else []
    ran = session(script, home, before=before)
    assert ran.stdout == computed("cntk"), ran.stderr


def output_of(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def test_a_library_in_the_working_directory_is_not_run(home):
    """CNTK's import runs bash, with the working directory on the library path."""
    name, path = next(found for found in re.findall(r"(\S+) => (/\S+)", output_of("ldd", "/bin/bash"))
                      if not found[0].startswith("libc."))  # nothing at all would run without it
    names = re.findall(r" [A-TV-Z] (\w+)@@", output_of("nm", "-D", path))
    (home / "trap.c").write_text("""
#include <fcntl.h>
__attribute__((constructor)) static void trap(void) { open("%s", O_CREAT | O_WRONLY, 0600); }
%s
""" % (home / "it-was-run", "\n".join("void *%s(void) { return 0; }" % each for each in set(names))))
    output_of("gcc", "-w", "-shared", "-fPIC", "-o", str(home / name), str(home / "trap.c"))
    subprocess.run(["bash", "-c", ":"], env=dict(os.environ, LD_LIBRARY_PATH=str(home)), stderr=subprocess.DEVNULL)
    assert (home / "it-was-run").exists(), "the trap does not work"
    (home / "it-was-run").unlink()
    script = "import os\nos.environ['LD_LIBRARY_PATH'] = ':.:%s'\n" % home + COMPUTE + "print(*compute('cntk'))"
    ran = session(script, home)
    assert ran.stdout == computed("cntk"), ran.stderr
    assert not (home / "it-was-run").exists()


def test_libraries_that_an_interpreter_needs_are_remembered(tmp_path, monkeypatch):
    environment = environment_with(tmp_path, """
[ "$LD_LIBRARY_PATH" = /needed ] || { echo "libneeded.so.1: cannot open shared object file" >&2; exit 127; }
exec %s "$@"
""" % environments.find("cntk").python())
    record = dict(environments.find("cntk").record())
    monkeypatch.delenv("LD_LIBRARY_PATH", raising=False)
    with environment.tried(record), pytest.raises(errors.InstallError, match="libneeded"):
        check(environment)
    monkeypatch.setenv("LD_LIBRARY_PATH", ":/needed:relative")
    with environment.tried(record):
        assert check(environment)["engine_version"] == "2.7"
    assert record["library_path"] == "/needed"
    monkeypatch.setenv("LD_LIBRARY_PATH", "/another")
    with environment.tried(record):
        worker = Worker(environment)
        worker.start()
        worker.stop()


@pytest.mark.parametrize("gpu", [False, True])
@pytest.mark.parametrize("needed", [None, "/needed:/also"])
def test_the_driver_of_a_gpu_is_found_where_the_session_finds_it(tmp_path, monkeypatch, gpu, needed):
    (tmp_path / "libcuda.so.1").touch()
    monkeypatch.chdir(tmp_path)  # an empty entry means the working directory
    monkeypatch.setenv("LD_LIBRARY_PATH", "/other::%s:relative" % tmp_path)
    environment = environments.find("jax")
    with environment.tried({**environment.record(), "gpu": gpu, **({"library_path": needed} if needed else {})}):
        found = environment.process_environment(None).get("LD_LIBRARY_PATH")
    assert found == (":".join(([needed] if needed else []) + ([str(tmp_path)] if gpu else [])) or None)
    monkeypatch.delenv("LD_LIBRARY_PATH")
    with environment.tried({**environment.record(), "gpu": gpu}):
        assert "LD_LIBRARY_PATH" not in environment.process_environment(None)


def copied_home(home, name):
    """A Keras home below a folder with this name; its paths to the environments go through that folder."""
    made = home / name / ".keras"
    for engine in [name for name in environments.names() if not environments.find(name).in_session]:
        folder = made / "environments" / engine
        folder.mkdir(parents=True)
        record = environments.find(engine).record()
        os.symlink(record["directory"], folder / "venv")
        (folder / "environment.json").write_text(json.dumps(
            {key: value.replace(record["directory"], str(folder / "venv")) if isinstance(value, str) else value
             for key, value in record.items()}))
    return made


def test_a_home_with_an_unusual_name(engine, home, monkeypatch):
    """Theano and the linker split paths at spaces, commas and colons."""
    computes_below(home, "spaces, commas: \"both\"", engine, monkeypatch)


def test_a_home_with_a_name_that_theano_needs_quoted(home, monkeypatch):
    computes_below(home, "a=b#c%(d)s'e\"f\\g\u00e9\u65e5$h;i&j", "theano", monkeypatch)


def computes_below(home, name, engine, monkeypatch):
    made = copied_home(home, name)
    monkeypatch.setenv("KERAS_HOME", str(made))
    ran = session(COMPUTE + "print(*compute(%r))" % engine, home)
    assert ran.stdout == computed(engine), ran.stderr
    assert sorted(os.listdir(home)) == sorted(["environments", name])
    if engine == "theano":
        assert os.listdir(made / "environments" / "theano" / "compiled")


def test_a_home_that_may_not_be_written(home, monkeypatch):
    """Theano's compiled files go to the temporary folder, into a folder that only this user can write to."""
    made = copied_home(home, "user")
    for name in ("work", "compiled"):  # a file in the place of the folder stops everyone, even root
        (made / "environments" / "theano" / name).write_text("")
    monkeypatch.setenv("KERAS_HOME", str(made))
    monkeypatch.setenv("TMPDIR", str(home))
    ran = session(COMPUTE + "print(*compute('theano'))", home)
    assert ran.stdout == computed("theano"), ran.stderr
    folder = home / ("keras-%d" % os.getuid()) / "theano"
    assert os.listdir(folder) == ["compiled"]
    assert folder.stat().st_mode & 0o077 == 0


def test_a_temporary_folder_that_somebody_else_has_prepared(home, monkeypatch):
    """Programs are compiled and run there, so a folder that others can write to is not used."""
    made = copied_home(home, "user")
    (made / "environments" / "cntk" / "work").write_text("")
    trap = home / ("keras-%d" % os.getuid())
    trap.mkdir()
    trap.chmod(0o777)
    monkeypatch.setenv("KERAS_HOME", str(made))
    monkeypatch.setenv("TMPDIR", str(home))
    folder = environments.find("cntk").work_folder()
    assert folder is not None and not folder.startswith(str(home))
    shutil.rmtree(os.path.dirname(folder))
    trap.rmdir()
    os.symlink(str(home / "user"), str(trap))
    assert not environments.find("cntk").work_folder().startswith(str(home))


def test_no_file_is_left_by_a_compiler(home, monkeypatch):
    """If SIGCHLD is ignored, g++ and its child processes seem to have exited before they have."""
    monkeypatch.setenv("KERAS_HOME", str(copied_home(home, "user")))
    script = "import signal\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\n" + COMPUTE + "print(*compute('theano'))"
    ran = session(script, home)
    assert ran.stdout == computed("theano"), ran.stderr
    assert os.listdir(home / "user" / ".keras" / "environments" / "theano" / "work") == []


def test_text_that_is_not_ascii(engine, home):
    """Text between session and worker is UTF-8; on the screen, it is shown as far as the session can."""
    shows_text(engine, home, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
               "gr\\xf6\\xdfe \\u2713 = [1. 1.]")


@pytest.mark.parametrize("variables, shown", [
    ({"LC_ALL": "C", "PYTHONUTF8": "1"}, "gr\u00f6\u00dfe \u2713 = [1. 1.]"),
    ({"PYTHONIOENCODING": "iso-8859-1"}, "gr\u00f6\u00dfe \\u2713 = [1. 1.]"),
])
def test_text_in_other_locales(home, variables, shown):
    shows_text("cntk", home, variables, shown)


def shows_text(engine, home, variables, shown):
    script = """
import sys
import pyshim as K
K.use_backend(%r)
K.eval(K.print_tensor(K.ones((2,)), message="gr\\u00f6\\u00dfe \\u2713 = "))
name = K.variable(1.0, name="gr\\u00f6\\u00dfe \\u2713").name
sys.stdout.write(ascii(name) + "\\n")
""" % engine
    ran = session(script, home, {**os.environ, **variables}, encoding="iso-8859-1")
    encoding = "iso-8859-1" if "PYTHONIOENCODING" in variables else "utf-8"
    printed, name = ran.stdout.encode("iso-8859-1").decode(encoding).splitlines()
    assert (printed, name) == (shown, "'gr\\xf6\\xdfe \\u2713'"), ran.stderr


# -- failed and interrupted starts ------------------------------------------------------------------------

def environment_with(tmp_path, program):
    """CNTK's environment, with a program of ours instead of its interpreter."""
    path = tmp_path / "python"
    path.write_text("#!/bin/sh\n" + program)
    path.chmod(0o755)

    class Other(type(environments.find("cntk"))):
        def python(self):
            return str(path)
    return Other()


@pytest.mark.parametrize("variables, seconds", [({"KERAS_START_TIMEOUT": "0.5"}, "0.5"),
                                                ({"KERAS_START_TIMEOUT": "1", "KERAS_TIMEOUT": "100"}, "1")])
def test_a_worker_that_hangs_while_it_starts(tmp_path, monkeypatch, variables, seconds):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(errors.TimeoutError, match="backend cntk did not start within the timeout of %s seconds.*"
                                                  "KERAS_START_TIMEOUT sets" % seconds):
        Worker(environment_with(tmp_path, "exec sleep 60")).start()
    monkeypatch.setenv("KERAS_START_TIMEOUT", "soon")
    with pytest.raises(errors.ConfigError, match="KERAS_START_TIMEOUT must be a positive number of seconds"):
        Worker(environments.find("cntk")).start()


def test_a_timeout_of_calls_that_is_short_lets_engines_start(engine, home):
    ran = session("import os\nos.environ['KERAS_TIMEOUT'] = '1e-3'\nimport pyshim as K\nK.use_backend(%r)\nprint(1)"
                  % engine, home)
    assert ran.stdout == "1\n", ran.stderr


def test_a_worker_that_ends_while_it_starts(tmp_path):
    with pytest.raises(errors.WorkerError, match=r"ended while it started \(exit code 3\)(?s:.*)words"):
        Worker(environment_with(tmp_path, "echo words >&2; exit 3")).start()
    with pytest.raises(errors.WorkerError, match=r"ended while it started \(signal SIGSEGV\)"):
        Worker(environment_with(tmp_path, "kill -SEGV $$")).start()


@pytest.mark.parametrize("error, words", [
    ("ImportError: libcuda.so: failed to map segment from shared object: Cannot allocate memory", "too little memory"),
    ("ImportError: x.so: failed to map segment from shared object: Operation not permitted", "KERAS_HOME"),
    (OSError(28, "No space left on device"), "make room"), (OSError(27, "File too large"), "ulimit -f"),
    (OSError(24, "Too many open files"), "ulimit -n"), (MemoryError(), "too little memory"),
    (RuntimeError("can't start new thread"), "ulimit -u"), (PermissionError(13, "Permission denied"), "KERAS_HOME"),
])
def test_advice_that_helps(error, words):
    found = filled(*advice(environments.find("tensorflow"), error, of_import=True))
    assert words in found and "install_backend" not in found


def test_advice_where_a_new_installation_helps():
    tensorflow = environments.find("tensorflow")
    assert "install_backend(\"tensorflow\", force=True)" in filled(
        *advice(tensorflow, "ModuleNotFoundError: No module named 'google'", of_import=True))
    assert advice(tensorflow, "ValueError: 3") == ("", {})


def test_a_start_without_memory(home):
    """The advice is more memory, not another installation."""
    script = SETTING + """
import pyshim as K
resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))
try:
    K.use_backend("tensorflow")
except K.errors.WorkerError as error:
    print(error)
"""
    ran = session(script, home)
    assert "There is too little memory" in ran.stdout and "install_backend" not in ran.stdout, ran.stdout + ran.stderr


INTERRUPTS = "import sys\nsys.path.append(%r)\n" % os.path.dirname(os.path.abspath(__file__)) + """
import gc, os, time
from interrupting import interrupted_at
from pyshim import environments
from pyshim.hosts.worker import Worker

def children():
    with open("/proc/self/task/%d/children" % os.getpid()) as file:
        return file.read().split()

def open_files():
    return sorted(os.listdir("/proc/self/fd"))

environment = environments.find("cntk")
worker = Worker(environment)
worker.start()
worker.stop()
before, points = open_files(), 0
while not worker.running:
    points += 1
    try:
        with interrupted_at(points):
            worker.start()
    except KeyboardInterrupt:
        pass
    if not worker.running:
        for _ in range(300):
            gc.collect()
            if not children() and open_files() == before:
                break
            time.sleep(0.01)
        assert not children(), (points, children())
        assert open_files() == before, (points, before, open_files())
worker.stop()
print(points)
"""


def test_an_interrupt_at_each_step_of_a_start_leaves_nothing_behind(home):
    """No process or descriptor is left. A step is a line of pyshim/hosts that the session's thread runs."""
    ran = session(INTERRUPTS, home)
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) > 30


# -- the end of the session ---------------------------------------------------------------------------------

ENDS = {
    "a fork of it lives": ("", "if not os.fork():\n    leave()"),
    "a fork lives that Python does not know of": ("", "if not libc.fork():\n    leave()"),
    "SIGIO is blocked": ("signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGIO})", ""),
    "the worker is stopped": ("", "os.kill(worker.pid, signal.SIGSTOP)"),
    "all of these": ("signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGIO})",
                     "os.kill(worker.pid, signal.SIGSTOP)\nif not libc.fork():\n    leave()"),
}

END = """
import ctypes, os, signal, threading, time
from pyshim import environments
from pyshim.hosts.worker import Worker
libc = ctypes.CDLL(None)

def leave():
    # It holds all that the session has open, but for what this test reads.
    os.close(1), os.close(2)
    libc.sleep(60)
    os._exit(0)

def start():
    global worker
    worker = Worker(environments.find(%r))
    worker.start()
    print(worker.pid, flush=True)

%s
thread = threading.Thread(target=start)
thread.%s()
%s
time.sleep(0.2)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("thread", ["first", "another"])
def test_a_killed_session_takes_its_worker_along(end, thread, home):
    before, after = ENDS[end]
    after = "thread.is_alive() and thread.join()\n" + after
    ran = session(END % ("cntk", before, "run" if thread == "first" else "start", after), home)
    assert ran.returncode == -9, ran.stderr
    worker = int(ran.stdout)
    began = time.monotonic()
    while not is_gone(worker) and time.monotonic() - began < 10:
        time.sleep(0.01)
    assert is_gone(worker)


def test_a_worker_outlives_the_thread_that_has_started_it(engine, home):
    script = COMPUTE + """
import threading, time
thread = threading.Thread(target=lambda: print(*compute(%r)))
thread.start()
thread.join()
time.sleep(0.3)
pid = K.session.started()[0].pid
print(*compute(%r))
assert K.session.started()[0].pid == pid
""" % (engine, engine)
    ran = session(script, home)
    assert ran.stdout == 2 * computed(engine), ran.stderr


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_signal_that_ended_a_worker_is_named_where_the_session_ignores_its_children(home, when):
    ignore = "signal.signal(signal.SIGCHLD, signal.SIG_IGN)"
    script = """
import os, signal
import pyshim as K
%s
K.use_backend("cntk")
%s
x = K.eval(K.ones((2,)))
os.kill(K.session.started()[0].pid, signal.SIGTERM)
try:
    K.eval(K.ones((2,)))
except K.errors.WorkerError as error:
    print(error)
print(K.eval(K.ones((2,))).tolist())
""" % ((ignore, "") if when == "before" else ("", ignore))
    ran = session(script, home)
    assert "(signal SIGTERM)" in ran.stdout and ran.stdout.endswith("[1.0, 1.0]\n"), ran.stdout + ran.stderr


# -- engines of other packages ------------------------------------------------------------------------------

TOY_ENVIRONMENT = """
from pyshim.environments.theano import Theano

class Toy(Theano):
    name = "toy"
    title = "Toy"
    engine = "%s:Engine"
"""
TOY_ENGINE = """
import pyshim.engines.theano as theano

try:
    import neighbour
except ImportError:
    beside = "nothing beside it is found"

class Kernels(theano.Kernels):
    def tanh(self, x):
        return x * 0 + 42

class Engine(theano.Engine):
    name = "toy"
    version = beside
    kernels = Kernels()

    def warm_up(self):
        raise RuntimeError("a computation would say so")
"""


@pytest.mark.parametrize("layout", ["package", "package without __init__.py", "module"])
def test_an_engine_of_another_package_runs_in_a_worker(home, tmp_path, layout, monkeypatch):
    """Only the package itself is on the worker's path, not its neighbours in the same folder."""
    site = toy_package(home, tmp_path, layout, monkeypatch)
    script = "import numpy\nsys.path.append(%r)\n" % str(site) + COMPUTE + """
print(*compute("toy"))
print(K.eval(K.tanh(K.variable([1.0]))).tolist(), K.session.started()[0].engine_version)
"""
    ran = session(script, home)
    assert ran.stdout == computed("toy") + "[42.0] nothing beside it is found\n", ran.stderr


def test_the_documented_engine_runs_in_a_worker(home, tmp_path, monkeypatch):
    """The package in docs/engines.md, in an environment that has NumPy."""
    with open(os.path.join(ROOT, "docs", "engines.md"), encoding="utf-8") as document:
        files = dict(re.findall(r"^`([\w/]+\.\w+)`[^\n]*:\n\n```\w*\n(.*?)^```", document.read(),
                                re.DOTALL | re.MULTILINE))
    assert set(files) == {"setup.cfg", "toy/environment.py", "toy/toy.txt", "toy/engine.py"}
    setup = configparser.ConfigParser()
    setup.read_string(files["setup.cfg"])
    site, made = tmp_path / "site", copied_home(home, "user")
    for name, text in {**files, "toy-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: toy\nVersion: 1.0\n",
                       "toy-1.0.dist-info/entry_points.txt": "[pyshim.backends]%s\n" % re.sub(
                           r"\n +", "\n", setup["options.entry_points"]["pyshim.backends"])}.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text)
    (home / "toy").mkdir()  # beside the script, a folder of the package's name
    shutil.copytree(made / "environments" / "theano", made / "environments" / "toy", symlinks=True)
    monkeypatch.setenv("KERAS_HOME", str(made))
    ran = session("import numpy\nsys.path.append(%r)\n" % str(site) + COMPUTE + """
print(*compute("toy"))
x = K.variable([0.0, 1.0])
print("%.4f %.4f" % tuple(K.eval(K.tanh(x))), K.eval(K.map_fn(K.square, x + 1)).tolist())
try:
    K.gradients(K.sum(x), [x])
except K.errors.GradientError as error:
    print(error)
toy = next(backend for backend in K.list_backends() if backend["backend"] == "toy")
print(toy["title"], toy["running"], toy["device"])
""", home)
    assert ran.stdout == computed("toy") + (
        "0.0000 0.7616 [1.0, 4.0]\n"
        "gradients(): Toy computes no gradients; backends that do: tensorflow, theano, cntk, jax, torch\n"
        "Toy True cpu\n"), ran.stderr


def test_files_that_may_not_grow_are_not_left_truncated(home, tmp_path, monkeypatch):
    """Python writes bytecode until the limit, and fails to read it in the next session."""
    site = toy_package(home, tmp_path, "package", monkeypatch)
    limit = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))\n"
    for before in ("", limit, ""):  # at first, Theano compiles what its import needs
        if before:
            with open(site / "toy" / "of" / "engine.py", "a") as file:
                file.write("LONG = %r\n" % ("x" * (1 << 17)))
        script = "import numpy\nsys.path.append(%r)\nsys.dont_write_bytecode = True\n" % str(site) + before
        ran = session(script + COMPUTE + "print(*compute('toy'))", home)
        assert ran.stdout == computed("toy"), ran.stderr


def toy_package(home, tmp_path, layout, monkeypatch):
    """Returns: a folder with a package that has an engine."""
    site = tmp_path / "site"
    site.mkdir()
    engine = "toy_engine" if layout == "module" else "toy.of.engine"
    files = {"toy_environment.py": TOY_ENVIRONMENT % engine, engine.replace(".", "/") + ".py": TOY_ENGINE,
             "neighbour.py": "", "numpy.py": "raise ImportError('this is no NumPy')",
             "toy-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: toy\nVersion: 1.0\n",
             "toy-1.0.dist-info/entry_points.txt": "[pyshim.backends]\ntoy = toy_environment:Toy\n"}
    if layout == "package":
        files.update({"toy/__init__.py": "", "toy/of/__init__.py": ""})
    for name, text in files.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text)
    made = copied_home(home, "user")
    (made / "environments" / "toy").mkdir()
    shutil.copy(made / "environments" / "theano" / "environment.json", made / "environments" / "toy")
    monkeypatch.setenv("KERAS_HOME", str(made))
    return site
