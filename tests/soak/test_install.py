"""An installation is killed 20 times at random moments: a partial environment is never taken for a complete one."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KILLS = 20


def start(home, *arguments):
    return subprocess.Popen([sys.executable, "-m", "pyshim", *arguments], cwd=ROOT, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, universal_newlines=True, start_new_session=True,
                            env=dict(os.environ, KERAS_HOME=str(home)))


def run(home, *arguments):
    process = start(home, *arguments)
    output = process.communicate(timeout=600)[0]
    return process.returncode, output


def is_installed(home, name):
    lines = run(home, "list")[1].splitlines()
    return {line.split()[0]: line.split()[1] for line in lines[1:]}[name] == "yes"


@pytest.fixture
def home():
    """A temporary Keras home, removed at once: it can hold gigabytes, and pytest would keep it for a while."""
    with tempfile.TemporaryDirectory() as folder:
        yield folder


@pytest.mark.parametrize("name", ["tensorflow", "theano", "cntk"])
def test_kills_at_random_moments(home, name):
    begun = time.monotonic()
    status, output = run(home, "install", name)
    duration = time.monotonic() - begun
    assert status == 0, output

    chance = random.Random(name)
    for number in range(KILLS):
        process = start(home, "install", name, "--force")
        moment = chance.uniform(0, duration)
        try:
            process.communicate(timeout=moment)
        except subprocess.TimeoutExpired:
            # Kill the whole process group, as a closed terminal or a stopped container does, or only the session.
            (os.killpg if number % 2 else os.kill)(process.pid, signal.SIGKILL)
            process.communicate()
        if is_installed(home, name):
            status, output = run(home, "doctor", name)
            assert status == 0, "killed after %.2f of %.2f s: %s" % (moment, duration, output)
    status, output = run(home, "install", name, "--force")
    assert status == 0, output
    status, output = run(home, "doctor", name)
    assert status == 0, output
    code = "import pyshim as K; K.use_backend(%r); print(K.eval(K.sum(K.ones((2, 3)))))" % name
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=dict(os.environ, KERAS_HOME=str(home)),
                          stdout=subprocess.PIPE, universal_newlines=True, timeout=120).stdout == "6.0\n"
