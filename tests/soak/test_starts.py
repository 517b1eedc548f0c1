"""Each engine starts and computes under each of many settings of the session.

The most important ones are in tests/python/test_starts.py.
"""

import json
import os
import subprocess
import sys

import pytest
from starting import CLOSED, COMPUTE, HOSTILE, LARGE, SETTING, SETTINGS, computed, new_home, session

import pyshim
from pyshim import config


@pytest.fixture
def home(tmp_path, monkeypatch):
    return new_home(tmp_path, monkeypatch)


@pytest.mark.parametrize("setting", SETTINGS)
def test_settings_of_the_session(engine, home, setting):
    script = SETTING + SETTINGS[setting] + COMPUTE + "name = %r" % engine + LARGE
    ran = session(script, home)
    assert ran.stdout.endswith(computed(engine).strip() + " 99999.0\n"), ran.stderr


@pytest.mark.parametrize("which", range(1, 8))
def test_standard_streams_that_are_closed_on_each_engine(engine, home, which):
    script = SETTING + CLOSED + COMPUTE + "name = %r" % engine + LARGE
    ran = session(script, home, arguments=[str(which)])
    assert ran.stdout == computed(engine).strip() + " 99999.0\n", ran.stderr


VARIABLES = {**HOSTILE, "KERAS_BACKEND": "theano", "KMP_BLOCKTIME": "never", "TEMP": "/no/such/folder",
             "TF_XLA_FLAGS": "--tf_xla_auto_jit=99", "XLA_FLAGS": "", "OMP_PROC_BIND": "nonsense",
             "LC_ALL": "de_DE.ISO-8859-1", "LANGUAGE": "xx", "HOME": "", "PATH": "",
             "LD_PRELOAD": "/no/such/library.so", "GCONV_PATH": ".", "TZ": "nonsense",
             "CUDA_VISIBLE_DEVICES": "none", "NUMBA_CACHE_DIR": "\n"}


@pytest.mark.parametrize("name", VARIABLES)
def test_variables_one_by_one(engine, home, name):
    script = "import os\nos.environ[%r] = %r\n" % (name, VARIABLES[name]) + COMPUTE + "print(*compute(%r))" % engine
    ran = session(script, home)
    assert ran.stdout == computed(engine), ran.stderr


FILES = {
    "another default": {"backend": "cntk"}, "a default that is not there": {"backend": "caffe"},
    "a default that is a number": {"backend": 5}, "an epsilon that is an integer": {"epsilon": 1},
    "an epsilon that is text": {"epsilon": "small"}, "an epsilon that is nothing": {"epsilon": None},
    "an epsilon below 0": {"epsilon": -1.0}, "an epsilon that is nan": '{"epsilon": NaN}',
    "an unknown floatx": {"floatx": "bfloat16"}, "a floatx that is a list": {"floatx": []},
    "an unknown data format": {"image_data_format": "th"},
    "foreign keys": {"nnx_enabled": "x", "image_dim_ordering": 0},
    "a list": [1], "null": "null", "nothing": "", "a part": '{"backend": "thea', "depth": "[" * 100000,
    "size": '{"a": "%s"}' % ("x" * (1 << 21)), "bytes": b"\x80\x81\xff", "a mark": b"\xef\xbb\xbf{}",
    "a large number": '{"epsilon": 1%s}' % ("0" * 5000),
}


@pytest.mark.parametrize("name", list(FILES) + ["a folder", "a pipe", "a device", "a link to itself"])
def test_files_of_settings(engine, home, name):
    """Such a file in both homes, the user's own and Keras's."""
    for folder in (home, home / "user" / ".keras"):
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "keras.json"
        content = FILES.get(name)
        if name == "a folder":
            path.mkdir()
        elif name == "a pipe":
            os.mkfifo(path)
        elif name == "a device":
            os.symlink("/dev/zero", path)
        elif name == "a link to itself":
            os.symlink(path, path)
        elif isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content))
    script = COMPUTE + "print(*compute(%r))" % engine
    ran = session(script, home, {**os.environ, "HOME": str(home / "user")})
    assert ran.stdout == computed(engine), ran.stderr


READ_ONLY = """
for folder in "$@"; do
    mount --bind "$folder" "$folder" && mount -o remount,bind,ro "$folder" || exit 99
done
exec "$PROGRAM" -c "$SCRIPT"
"""


@pytest.mark.parametrize("folders", [["/tmp"], ["/tmp", "/var/tmp"], ["/tmp", "/var/tmp", "/dev/shm"]], ids=len)
@pytest.mark.parametrize("keras_home", [True, False], ids=["home", "read-only home"])
def test_folders_that_cannot_be_written(engine, home, folders, keras_home):
    own = [] if keras_home else [os.path.realpath(os.path.join(config.home(), "environments"))]
    program = ["unshare", "--mount"] + ([] if os.getuid() == 0 else ["--user", "--map-root-user"])
    none = len(folders) == 3 and not keras_home
    expected = computed(engine)
    script = COMPUTE + "print(*compute(%r))" % engine
    if none and engine == "theano":  # Theano has no folder to compile in
        script = ("import pyshim as K\ntry:\n    K.use_backend('theano')\nexcept K.errors.WorkerError as error:\n"
                  "    print('KERAS_HOME' in str(error), 'install_backend' in str(error))\n")
        expected = "True False\n"
    script = "import sys; sys.path.insert(0, %r)\n" % os.path.dirname(pyshim.__path__[0]) + script
    variables = {**os.environ, "PROGRAM": sys.executable, "SCRIPT": script, "TMPDIR": "/tmp",
                 "KERAS_HOME": config.home()}
    ran = subprocess.run(program + ["sh", "-c", READ_ONLY, "sh"] + own + folders, cwd="/", env=variables,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=240)
    assert ran.stdout == expected, ran.stderr
