"""keras.json and the environment variables."""

import contextlib
import json
import multiprocessing
import os
import pathlib
import random
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import time
import warnings

import pytest

import pyshim
from pyshim import config, errors

ROOT = os.path.dirname(pyshim.__path__[0])
ENVIRONMENTS = os.path.join(config.home(), "environments")
DEFAULTS = {"floatx": "float32", "epsilon": 1e-07, "backend": "tensorflow",
            "image_data_format": "channels_last"}


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A Keras home for this test, with settings that have not been read yet."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setitem(config._state, "settings", None)
    return tmp_path


def write(home, content):
    (home / "keras.json").write_text(content if isinstance(content, str) else json.dumps(content),
                                     encoding="utf-8")


def saved(home):
    return json.loads((home / "keras.json").read_text(encoding="utf-8"))


def settings():
    return {"floatx": config.floatx(), "epsilon": config.epsilon(), "backend": config.backend(),
            "image_data_format": config.image_data_format()}


# -- creating and reading -------------------------------------------------------------------------------

def test_it_is_created_on_first_use(home):
    assert not (home / "keras.json").exists()
    assert settings() == DEFAULTS
    assert saved(home) == DEFAULTS
    assert os.listdir(home) == ["keras.json"]
    assert stat.S_IMODE((home / "keras.json").stat().st_mode) == 0o644


def test_the_home_is_created_too(home, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(home / "a" / "b"))
    assert settings() == DEFAULTS
    assert saved(home / "a" / "b") == DEFAULTS


def test_it_is_honoured(home):
    content = {"floatx": "float64", "epsilon": 0.001, "backend": "cntk",
               "image_data_format": "channels_first"}
    write(home, content)
    assert settings() == content
    write(home, DEFAULTS)
    assert settings() == content  # the file is read once per session
    assert config.path() == str(home / "keras.json")


def test_a_part_of_it_is_enough(home):
    write(home, {"epsilon": 1, "mine": [1, 2]})
    assert settings() == {**DEFAULTS, "epsilon": 1.0}
    assert isinstance(config.epsilon(), float)
    assert saved(home) == {"epsilon": 1, "mine": [1, 2]}


def test_changes_in_a_session_are_not_saved(home):
    pyshim.set_floatx("float64")
    pyshim.set_epsilon(0.5)
    assert (config.floatx(), config.epsilon()) == ("float64", 0.5)
    assert saved(home) == DEFAULTS


# -- environment variables ------------------------------------------------------------------------------

def test_keras_backend_wins(home, monkeypatch):
    write(home, {"backend": "cntk"})
    assert config.backend() == "cntk"
    monkeypatch.setenv("KERAS_BACKEND", "theano")
    assert config.backend() == "theano"
    monkeypatch.setenv("KERAS_BACKEND", "")
    assert config.backend() == "cntk"


def test_the_home_without_keras_home(home, monkeypatch):
    monkeypatch.setenv("HOME", str(home / "user"))
    for value in ("", None):
        if value is None:
            monkeypatch.delenv("KERAS_HOME")
        else:
            monkeypatch.setenv("KERAS_HOME", value)
        assert config.home() == str(home / "user" / ".keras")
    assert settings() == DEFAULTS
    assert saved(home / "user" / ".keras") == DEFAULTS


def test_a_home_is_an_absolute_path(home, monkeypatch):
    """Engines run in another working directory, and no folder named ~ is created."""
    monkeypatch.setenv("HOME", str(home / "user"))
    monkeypatch.setenv("KERAS_HOME", os.path.join("~", "mine"))
    assert config.home() == str(home / "user" / "mine")
    monkeypatch.chdir(home)
    monkeypatch.setenv("KERAS_HOME", os.path.join("a", "b"))
    assert config.home() == str(home / "a" / "b")


@pytest.mark.parametrize("keras_home", [None, "~/mine"])
def test_a_user_without_a_home(tmp_path, keras_home):
    """Neither HOME nor the system's list of users has a home folder."""
    script = """
import os, sys, warnings
from pyshim import config
if os.getuid() == 0:
    os.setuid(54321)
else:  # which may not become somebody else
    import pwd
    pwd.getpwuid = lambda uid: {}[uid]
os.environ.pop("HOME", None)
assert os.path.expanduser("~") == "~", "this test needs a user that the system does not know"
warnings.simplefilter("ignore")
print(config.home(), config.floatx())
"""
    folder = tmp_path / "work"
    folder.mkdir()
    folder.chmod(0o777)
    variables = {**os.environ, "KERAS_HOME": keras_home or "", "PYTHONPATH": ROOT}
    ran = subprocess.run([sys.executable, "-c", script], cwd=folder, env=variables, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True, timeout=120)
    assert ran.stdout == "%s float32\n" % (keras_home or "~/.keras").replace("~", ""), ran.stderr
    assert os.listdir(folder) == []


def test_a_working_directory_that_has_been_deleted(home, monkeypatch):
    gone = home / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert config.home() == str(home)
    monkeypatch.setenv("KERAS_HOME", "relative")
    with pytest.warns(RuntimeWarning, match="it cannot be created"):
        assert settings() == DEFAULTS


def test_a_session_honours_all_of_it(home):
    write(home,
          {"floatx": "float64", "epsilon": 0.25, "backend": "theano", "image_data_format": "channels_first"})
    os.symlink(ENVIRONMENTS, home / "environments")
    script = """
import pyshim as K
x = K.variable([0.0, 1.0])
print(x.backend, x.dtype, K.epsilon(), K.image_data_format(), K.normalize_data_format(None))
print(K.eval(K.categorical_crossentropy([1.0, 0.0], x)))  # epsilon came to the worker, too
"""
    for backend in ("theano", "cntk"):
        ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True,
                             timeout=120,
                             env={**os.environ, **({"KERAS_BACKEND": backend} if backend == "cntk" else {})})
        assert ran.returncode == 0, ran.stderr
        assert ran.stdout == ("%s float64 0.25 channels_first channels_first\n1.3862943611198906\n" % backend)


# -- saving ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("place", ["variable", "file"])
def test_the_name_by_which_keras_finds_this_package_selects_no_backend(home, monkeypatch, place):
    if place == "variable":
        monkeypatch.setenv("KERAS_BACKEND", "pyshim")
    write(home, {"backend": "cntk" if place == "variable" else "pyshim"})
    assert config.backend() == ("cntk" if place == "variable" else "tensorflow")


def test_save_keeps_what_else_is_there(home):
    write(home, {"floatx": "float64", "mine": {"a": [1, None]}, "backend": "tensorflow", "epsilon": "broken"})
    config.save_backend("cntk")
    assert saved(home) == {"floatx": "float64", "mine": {"a": [1, None]}, "backend": "cntk",
                           "epsilon": "broken"}
    assert list(saved(home)) == ["floatx", "mine", "backend", "epsilon"]
    assert os.listdir(home) == ["keras.json"]


def test_save_creates_the_file(home):
    config.save_backend("theano")
    assert saved(home) == {**DEFAULTS, "backend": "theano"}
    assert config.backend() == "theano"


def test_use_backend_saves(home):
    os.symlink(ENVIRONMENTS, home / "environments")
    write(home, {"mine": 1})
    pyshim.use_backend("cntk", save=True)
    assert saved(home) == {"mine": 1, "backend": "cntk"}
    pyshim.use_backend("theano")
    assert saved(home) == {"mine": 1, "backend": "cntk"}
    with pytest.raises(errors.UnknownBackendError):
        pyshim.use_backend("caffe", save=True)
    assert saved(home) == {"mine": 1, "backend": "cntk"}


def test_a_file_that_cannot_be_saved_changes_nothing(home):
    os.symlink(ENVIRONMENTS, home / "environments")
    pyshim.use_backend("theano")
    write(home, "{broken")
    with pytest.raises(errors.ConfigError,
                       match="keras.json cannot be changed: .* It was left as it is; repair or"):
        pyshim.use_backend("cntk", save=True)
    assert (home / "keras.json").read_text() == "{broken"
    assert pyshim.backend() == "theano"
    assert sorted(os.listdir(home)) == ["environments", "keras.json"]


def test_saving_is_all_or_nothing(home, monkeypatch):
    write(home, {"backend": "cntk", "mine": 1})

    def fail(*args):
        raise OSError("no space left")
    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(errors.ConfigError, match="no space left"):
        config.save_backend("theano")
    assert saved(home) == {"backend": "cntk", "mine": 1}
    assert os.listdir(home) == ["keras.json"]
    assert config.backend() == "cntk"


def test_a_link_stays_a_link(home):
    (home / "dotfiles").mkdir()
    write(home / "dotfiles", {"mine": 1})
    os.symlink(home / "dotfiles" / "keras.json", home / "keras.json")
    config.save_backend("cntk")
    assert (home / "keras.json").is_symlink()
    assert saved(home / "dotfiles") == {"mine": 1, "backend": "cntk"}


def at_once(count, work):
    """Run work(number) in ``count`` processes that begin at the same moment. Returns: the processes."""
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(count)

    def run(number):
        barrier.wait()
        work(number)
    processes = [context.Process(target=run, args=(number,)) for number in range(count)]
    for process in processes:
        process.start()
    return processes


def ended(processes):
    for process in processes:
        process.join()
    return [process.exitcode for process in processes]


def test_twenty_processes_save_at_once(home):
    others = {"mine": list(range(1000)), "floatx": "float64", "unknown": {"a": None}}
    write(home, others)
    names = ["tensorflow", "theano", "cntk"]

    def save(number):
        for _ in range(20):
            config.save_backend(names[number % 3])
    processes = at_once(20, save)
    reads = 0
    while any(process.is_alive() for process in processes):
        content = saved(home)  # never a partial file
        content.pop("backend", None)
        assert content == others
        reads += 1
    assert ended(processes) == [0] * 20 and reads > 20
    assert saved(home)["backend"] in names
    assert os.listdir(home) == ["keras.json"]


def test_twenty_sessions_begin_at_once(home):
    """One of them creates keras.json; none reads a partial file or warns."""
    def read(number):
        warnings.simplefilter("error")
        assert settings() == DEFAULTS
    assert ended(at_once(20, read)) == [0] * 20
    assert saved(home) == DEFAULTS
    assert os.listdir(home) == ["keras.json"]


def test_a_backend_that_is_saved_meanwhile_is_not_lost(home):
    """A session that starts without keras.json does not overwrite a file that another one has just created."""
    def work(number):
        config.save_backend("cntk") if number == 0 else settings()
    for _ in range(10):
        assert ended(at_once(8, work)) == [0] * 8
        assert saved(home) == {**DEFAULTS, "backend": "cntk"}
        (home / "keras.json").unlink()


def test_where_the_disk_is_full_the_file_is_left_as_it_is(home):
    write(home, {"mine": "x" * 10000})

    def save(number):
        resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
        with pytest.raises(errors.ConfigError, match="cannot be changed: .*File too large.* left as it is"):
            config.save_backend("cntk")
        assert config.backend() == "tensorflow"
    assert ended(at_once(1, save)) == [0]
    assert saved(home) == {"mine": "x" * 10000}
    assert os.listdir(home) == ["keras.json"]


def test_a_process_that_is_killed_while_it_saves_leaves_a_whole_file(home):
    others = {"mine": list(range(1000))}
    write(home, others)

    def save(number):
        while True:
            config.save_backend("cntk")
    chance = random.Random(0)
    for _ in range(10):
        process, = at_once(1, save)
        while saved(home).get("backend") != "cntk":
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.01))
        process.kill()
        assert ended([process]) == [-signal.SIGKILL]
        assert saved(home) == {**others, "backend": "cntk"}
        config.save_backend("theano")  # the killed process leaves no lock behind


# -- what is broken -------------------------------------------------------------------------------------

BROKEN = {
    "no JSON": ("{broken", "it cannot be read: Expecting property name", {}),
    "empty": ("", "it cannot be read: Expecting value", {}),
    "no object": ("[1, 2]", "it cannot be read: it holds no JSON object", {}),
    "deep nesting": ("[" * 100000, "it cannot be read: .*recursion", {}),
    "null": ("null", "it cannot be read: it holds no JSON object", {}),
    "huge": (" " * (1 << 20) + "{}", "it cannot be read: it is larger than 1048576 bytes", {}),
    "a number of many digits": ('{"epsilon": %s}' % ("9" * 400), "epsilon must be a positive number", {}),
    "a number": ("3", "it cannot be read: it holds no JSON object", {}),
    "an unknown floatx": ({"floatx": "int32", "epsilon": 0.5},
                          "unknown floatx 'int32'; accepted: float16, float32, float64", {"epsilon": 0.5}),
    "a negative epsilon": ({"epsilon": -1, "floatx": "float64"}, "epsilon must be a positive number, not -1",
                           {"floatx": "float64"}),
    "an epsilon that is nan": ('{"epsilon": NaN}', "epsilon must be a positive number, not nan", {}),
    "an epsilon that is text": ({"epsilon": "1e-7"}, "epsilon must be a positive number, not '1e-7'", {}),
    "an epsilon that no float holds": ('{"epsilon": 1%s}' % ("0" * 400), "epsilon must be a positive number", {}),
    "an epsilon that is true": ({"epsilon": True}, "epsilon must be a positive number, not True", {}),
    "an unknown data format": ({"image_data_format": "th"},
                               "unknown image_data_format 'th'; accepted: channels", {}),
    "a backend that is no name": ({"backend": ["cntk"]}, r"backend must be a name, not \['cntk'\]", {}),
    "two mistakes": ({"backend": 1, "floatx": None}, "backend must be a name, not 1; unknown floatx None",
                     {}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_gives_one_warning_and_is_left_as_it_is(home, name):
    content, reason, kept = BROKEN[name]
    write(home, content)
    before = (home / "keras.json").read_bytes()
    with pytest.warns(RuntimeWarning, match=reason) as caught:
        assert settings() == {**DEFAULTS, **kept}
        assert settings() == {**DEFAULTS, **kept}
    assert len(caught) == 1
    message = str(caught[0].message)
    assert message.startswith(str(home / "keras.json") + ": ")
    assert "the file is left as it is" in message
    assert (home / "keras.json").read_bytes() == before


def test_a_file_that_is_no_text(home):
    (home / "keras.json").write_bytes(b"\xff\xfe\x00")
    with pytest.warns(RuntimeWarning, match="it cannot be read"):
        assert settings() == DEFAULTS
    assert (home / "keras.json").read_bytes() == b"\xff\xfe\x00"


def test_a_folder_in_its_place(home):
    (home / "keras.json").mkdir()
    with pytest.warns(RuntimeWarning, match="it cannot be read: it is a folder"):
        assert settings() == DEFAULTS


def test_a_pipe_or_a_device_in_its_place(home):
    """The file is neither waited for nor read endlessly."""
    os.mkfifo(home / "keras.json")
    for _ in range(2):
        config._state["settings"] = None
        with pytest.warns(RuntimeWarning, match="it cannot be read: it is a folder, a pipe or a device"):
            assert settings() == DEFAULTS
        with pytest.raises(errors.ConfigError, match="cannot be changed: it is a folder, a pipe or a device"):
            config.save_backend("cntk")
        os.unlink(home / "keras.json")
        os.symlink("/dev/zero", home / "keras.json")
    with pytest.raises(errors.ConfigError, match="cannot be changed"):
        config.save_backend("cntk")


def test_a_home_that_cannot_be(home, monkeypatch):
    (home / "file").write_text("")
    monkeypatch.setenv("KERAS_HOME", str(home / "file" / "below"))
    with pytest.warns(RuntimeWarning, match="it cannot be created: .*Not a directory") as caught:
        assert settings() == DEFAULTS
    assert len(caught) == 1
    with pytest.raises(errors.ConfigError, match="cannot be changed: .*Not a directory"):
        config.save_backend("cntk")


def test_a_whole_file_gives_no_warning(home):
    write(home, DEFAULTS)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert settings() == DEFAULTS


# -- missing permissions --------------------------------------------------------------------------------

@pytest.fixture
def open_home(monkeypatch):
    """A Keras home that every user may read; pytest's own folders are private."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        monkeypatch.setenv("KERAS_HOME", folder)
        monkeypatch.delenv("KERAS_BACKEND", raising=False)
        monkeypatch.setitem(config._state, "settings", None)
        yield pathlib.Path(folder)


@contextlib.contextmanager
def without(bits, path):
    """Remove these permissions from a file or folder. Root, who can do anything, acts as another user meanwhile."""
    mode = stat.S_IMODE(path.stat().st_mode)
    path.chmod(mode & ~bits)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        path.chmod(mode)


def one_warning(reason, expected=DEFAULTS):
    with pytest.warns(RuntimeWarning, match=reason) as caught:
        assert settings() == expected
        assert settings() == expected
    assert len(caught) == 1


def test_a_file_that_may_not_be_read(open_home):
    write(open_home, {"backend": "cntk"})
    with without(0o444, open_home / "keras.json"):
        one_warning("it cannot be read: .*Permission denied")
        with pytest.raises(errors.ConfigError, match="cannot be changed: .*Permission denied"):
            config.save_backend("theano")
    assert saved(open_home) == {"backend": "cntk"}


def test_a_home_that_may_only_be_read(open_home):
    write(open_home, {"backend": "cntk"})
    with without(0o222, open_home), warnings.catch_warnings():
        warnings.simplefilter("error")
        assert settings() == {**DEFAULTS, "backend": "cntk"}
        with pytest.raises(errors.ConfigError, match="cannot be changed: .*Permission denied"):
            config.save_backend("theano")
        assert config.backend() == "cntk"
    assert saved(open_home) == {"backend": "cntk"}


def test_a_home_that_may_only_be_read_without_the_file(open_home):
    with without(0o222, open_home):
        one_warning("it cannot be created: .*Permission denied")
    assert os.listdir(open_home) == []


def test_a_home_that_may_not_be_entered(open_home):
    write(open_home, {"backend": "cntk"})
    with without(0o555, open_home):
        one_warning("it cannot be read: .*Permission denied")
    assert saved(open_home) == {"backend": "cntk"}


def test_a_umask_that_takes_all_rights(open_home, monkeypatch):
    """The user can read and change the files all the same."""
    monkeypatch.setenv("KERAS_HOME", str(open_home / "user" / ".keras"))
    (open_home / "user").mkdir()
    (open_home / "user").chmod(0o777)
    before = os.umask(0o777)
    try:
        with without(0, open_home), warnings.catch_warnings():  # not as root, whom permissions do not restrict
            warnings.simplefilter("error")
            assert settings() == DEFAULTS
            config.save_backend("cntk")
            config._state["settings"] = None
            assert config.backend() == "cntk"
    finally:
        os.umask(before)


def test_a_home_that_may_not_be_made(open_home, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(open_home / "below"))
    with without(0o222, open_home):
        one_warning("it cannot be created: .*Permission denied")
    assert os.listdir(open_home) == []


def test_a_session_computes_where_the_home_may_not_be_written(open_home):
    """The whole session warns once, and the engine works."""
    os.symlink(ENVIRONMENTS, open_home / "environments")
    os.mkdir(open_home / "keras.json")
    script = """
import pyshim as K
for _ in range(3):
    K.use_backend("theano")
    print(K.floatx(), float(K.sum(K.ones((3,)))))
"""
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ran.stdout == "float32 3.0\n" * 3
    assert ran.stderr.count("RuntimeWarning: %s: it cannot be read" % config.path()) == 1
    assert ran.stderr.count("Warning") == 1
