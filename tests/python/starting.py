"""Sessions that start engines under unusual settings, and what they compute."""

import os
import subprocess
import sys

import pyshim
from pyshim import config

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

# Wrong, foreign or outdated values of environment variables that a library reads.
HOSTILE = {
    "KERAS_MAX_EPOCHS": "many", "KERAS_NNX_ENABLED": "maybe", "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "cpp",
    "XLA_FLAGS": "--nonsense", "TF_XLA_FLAGS": "--nonsense", "TF_USE_LEGACY_KERAS": "1", "TF_CPP_MIN_LOG_LEVEL": "x",
    "TF_NUM_INTRAOP_THREADS": "all", "TF_DETERMINISTIC_OPS": "1", "OMP_NUM_THREADS": "4,2", "MKL_NUM_THREADS": "-3",
    "OPENBLAS_NUM_THREADS": "0", "OPENBLAS_CORETYPE": "Pentium", "MKL_THREADING_LAYER": "nonsense",
    "MKL_DEBUG_CPU_TYPE": "99", "KMP_AFFINITY": "nonsense",
    "THEANO_FLAGS": "device=gpu,floatX=float16", "THEANORC": "/no/such/file",
    "CPATH": "/no/such/folder", "GCC_EXEC_PREFIX": "/no/such/folder", "LIBRARY_PATH": "::",
    "PYTHONPATH": "/no/such/folder", "PYTHONHOME": "/no/such/folder", "PYTHONWARNINGS": "error",
    "LD_LIBRARY_PATH": ":.:relative", "LD_BIND_NOW": "1", "BASH_ENV": "/no/such/file", "PIP_USER": "1",
    "USER": "100%", "TMPDIR": "/no/such/folder", "LC_ALL": "C", "LANG": "de_DE.ISO-8859-1", "MALLOC_ARENA_MAX": "few",
}


def new_home(folder, monkeypatch):
    """Make a Keras home below a folder, with the same installed engines as this session. Returns: its path."""
    home = folder / "home"
    home.mkdir()
    os.symlink(ENVIRONMENTS, home / "environments")
    monkeypatch.setenv("KERAS_HOME", str(home))
    for name in ("KERAS_BACKEND", "THEANO_FLAGS"):  # conftest.py may have set the latter
        monkeypatch.delenv(name, raising=False)
    return home


def session(script, folder, variables=None, python=sys.executable, before=(), arguments=(), encoding="utf-8"):
    """Run a script in a new session. Returns: the finished process."""
    # PYTHONPATH is among the settings under test, so the script adds pyshim's folder itself.
    script = "import sys; sys.path.insert(0, %r)\n" % ROOT + script
    return subprocess.run([*before, python, "-c", script, *arguments], cwd=str(folder),
                          env=os.environ if variables is None else variables,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding=encoding, errors="replace", timeout=240)


def computed(*engines):
    return "".join("%s %s" % (engine, COMPUTED) for engine in engines)


# What a session does before it starts an engine.
SETTINGS = {
    "the working directory is deleted": "os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')",
    "the umask takes all rights": "os.umask(0o777)",
    "sys.stdout and sys.stderr are None": "sys.__stdout__.flush(); sys.stdout = sys.stderr = None",
    "sys.stdout and sys.stderr are closed":
        "sys.stderr.close(); sys.stdout = open(os.devnull, 'w'); sys.stdout.close()",
    "children's ends are ignored": "signal.signal(signal.SIGCHLD, signal.SIG_IGN)",
    "writing to nobody ends the session": "signal.signal(signal.SIGPIPE, signal.SIG_DFL)",
    "signals are blocked": "signal.pthread_sigmask(signal.SIG_BLOCK, signal.Signals)",
    "few files may be open": "resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))",
    "the stack is small": "resource.setrlimit(resource.RLIMIT_STACK, (1 << 19, 1 << 19))",
    "files may not grow":
        "sys.dont_write_bytecode = True; resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))",
    "there is no home": "os.environ.pop('HOME'); import pwd; pwd.getpwuid = lambda uid: {}[uid]",
    "there is no PATH": "os.environ.pop('PATH')",
    "nothing is in the environment":
        "home = os.environ['KERAS_HOME']; os.environ.clear(); os.environ['KERAS_HOME'] = home",
    "there is no temporary folder": "import tempfile; tempfile._candidate_tempdir_list = lambda: []",
    "memfd_create is refused": "refuse(319)",
    "fallocate is refused": "refuse(285)",
    "limits may not be read": "refuse(302)",
    "limits may not be changed": "refuse(302, 2)",
    "the end of a parent cannot be asked for": "refuse(157)",
    "memory is not shared": "os.environ['KERAS_SHARED_MEMORY'] = '0'",
    "sockets have a timeout": "import socket; socket.setdefaulttimeout(0.001)",
    "NumPy raises": "import numpy; numpy.seterr(all='raise')",
}

SETTING = """
import ctypes, os, resource, signal, struct, sys
report = os.fdopen(os.dup(1), "w")

def refuse(number, argument=None):
    # Have the kernel refuse a system call of x86-64, as sandboxes do, here and in each process that is started;
    # only where an argument, counted from 0, is not a null pointer, if one is given.
    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
    given = [] if argument is None else [(0x20, 0, 0, 16 + 8 * argument), (0x15, 1, 0, 0)]
    filter = [(0x20, 0, 0, 0), (0x15, 0, 1 + len(given), number), *given, (0x06, 0, 0, 0x00050001),
              (0x06, 0, 0, 0x7fff0000)]
    steps = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in filter))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    program = Program(len(filter), ctypes.addressof(steps))
    assert prctl(38, 1, 0, 0, 0) == 0 and prctl(22, 2, ctypes.byref(program)) == 0, ctypes.get_errno()
"""

# Closes those of the descriptors 0, 1 and 2 whose bits are set in the script's argument.
CLOSED = """
numbers = [number for number in range(3) if int(sys.argv[1]) >> number & 1]
os.dup2(report.fileno(), 9)
report = open(9, "w", closefd=False)
for number in numbers:
    os.close(number)
"""
LARGE = """
import numpy
large = numpy.arange(100000, dtype="float32")
report.write("%s %s %s %s\\n" % (*compute(name), float(K.eval(K.max(K.constant(large))))))
report.flush()
"""
DEEP = """
import pyshim as K
K.use_backend(%r)
v = y = K.variable(1.0)
for _ in range(2500):
    y = y + 1.0
print(*K.eval(K.stack(K.gradients(y, [v]) + [y])))
"""


def is_gone(pid):
    """Whether a process has exited, perhaps unreaped."""
    try:
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):  # the latter if it ends after the file is opened
        return True
