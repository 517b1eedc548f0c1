"""keras.json and the environment variables."""

import json
import multiprocessing
import os
import stat
import subprocess
import sys
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
    """A Keras home of the test's own, and settings that were not read yet."""
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
    assert settings() == content  # it is read once in a session
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
        pyshim.use_backend("torch", save=True)
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


def _save_often(name):
    for _ in range(30):
        config.save_backend(name)


def test_saving_from_several_processes(home):
    write(home, {"mine": list(range(1000))})
    names = ["tensorflow", "theano", "cntk"]
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_save_often, args=(name,)) for name in names]
    for process in processes:
        process.start()
    while any(process.is_alive() for process in processes):
        content = saved(home)  # always whole
        assert content["mine"] == list(range(1000))
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert saved(home)["backend"] in names
    assert os.listdir(home) == ["keras.json"]


# -- what is broken -------------------------------------------------------------------------------------

BROKEN = {
    "no JSON": ("{broken", "it cannot be read: Expecting property name", {}),
    "empty": ("", "it cannot be read: Expecting value", {}),
    "no object": ("[1, 2]", "it cannot be read: it holds no JSON object", {}),
    "a number": ("3", "it cannot be read: it holds no JSON object", {}),
    "an unknown floatx": ({"floatx": "int32", "epsilon": 0.5},
                          "unknown floatx 'int32'; accepted: float16, float32, float64", {"epsilon": 0.5}),
    "a negative epsilon": ({"epsilon": -1, "floatx": "float64"}, "epsilon must be a positive number, not -1",
                           {"floatx": "float64"}),
    "an epsilon that is nan": ('{"epsilon": NaN}', "epsilon must be a positive number, not nan", {}),
    "an epsilon that is text": ({"epsilon": "1e-7"}, "epsilon must be a positive number, not '1e-7'", {}),
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
    with pytest.warns(RuntimeWarning, match="it cannot be read: .*Is a directory"):
        assert settings() == DEFAULTS
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
