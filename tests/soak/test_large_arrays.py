"""Arrays of 2 GiB, and of more than 2^31 elements, are right, or refused before anything is sent."""

import os
import re
import resource
import subprocess
import sys

import numpy as np
import pytest

import pyshim

ROOT = os.path.dirname(pyshim.__path__[0])
PLACES = (0, 1, 12345, -2, -1)


def test_two_gibibytes(K):
    x = np.zeros(1 << 29, "float32")
    x[list(PLACES)] = [1, 2, 3, 4, 5]
    v = K.variable(x)
    back = K.get_value(v)
    assert back.shape == x.shape
    assert back[list(PLACES)].tolist() == [1, 2, 3, 4, 5]
    assert np.count_nonzero(back) == 5
    del back
    K.set_value(v, x)
    f = K.function([], [K.sum(v)])
    assert f([])[0] == 15


def test_more_elements_than_an_int32_counts(K):
    x = np.zeros((1 << 31) + 7, "int8")
    x[list(PLACES)] = [1, 2, 3, 4, 5]
    try:
        v = K.variable(x, dtype="int8")
        back = K.get_value(v)
    except K.errors.KerasError as error:
        assert not isinstance(error, K.errors.WorkerError)
        assert "2147483655" in str(error)
        return
    assert back.shape == x.shape
    assert back[list(PLACES)].tolist() == [1, 2, 3, 4, 5]
    assert np.count_nonzero(back) == 5


R_PROGRAM = """
suppressMessages({library(keras); use_backend("%s")})
x <- matrix(0, 2^14, 2^14)  # 2 GiB of doubles
x[1, 2] <- 3; x[2^14, 2^14] <- 5
v <- k_variable(x)
back <- k_get_value(v)
stopifnot(identical(dim(back), dim(x)), back[1, 2] == 3, back[2^14, 2^14] == 5, sum(back) == 8)
"""


def test_two_gibibytes_from_r(engine):
    done = subprocess.run(["Rscript", "--vanilla", "-e", R_PROGRAM % engine], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, universal_newlines=True, timeout=600,
                          env={**os.environ, "R_LIBS": os.path.join(ROOT, ".Rlib"),
                               "RETICULATE_PYTHON": sys.executable})
    assert done.returncode == 0, done.stdout


ROOM = 12 << 30  # bytes that an engine may take beyond what it has, so that this machine does not run out of memory


def process_of(K):
    """The process that the engine computes in."""
    return getattr(K.session.current_host(), "pid", os.getpid())


@pytest.fixture
def limited(K):
    """The process that the engine computes in may take only so much more memory."""
    pid = process_of(K)
    with open("/proc/%d/statm" % pid) as file:
        taken = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    before = resource.prlimit(pid, resource.RLIMIT_AS, (taken + ROOM, -1))
    yield pid
    resource.prlimit(pid, resource.RLIMIT_AS, before)  # fails if the worker has exited


def of_many(K, limited, make, check):
    """Check some elements of an array that the engine computes, which has more than 2^31 elements, or get an error."""
    try:
        check(K.eval(make()))
    except K.errors.KerasError as error:
        assert not isinstance(error, K.errors.WorkerError)
        assert re.search("memory|allocat|2147483656|2147549184|int32", str(error)), error
    assert process_of(K) == limited
    assert K.eval(K.ones((2,)) + 1).tolist() == [2, 2]


def test_repeating_beyond_an_int32(K, limited):
    def make():
        repeated = K.repeat_elements(K.constant([[1, 2]], "int8"), (1 << 30) + 4, 1)
        return repeated[0, (1 << 30) + 1:(1 << 30) + 6]

    def check(value):
        assert value.tolist() == [1, 1, 1, 2, 2]
    of_many(K, limited, make, check)


@pytest.mark.parametrize("draw, low, high", [("random_uniform", 0, 1), ("random_normal", -9, 9),
                                             ("random_binomial", 0, 1), ("truncated_normal", -2, 2)])
def test_random_tensors_beyond_an_int32(K, limited, draw, low, high):
    def make():
        return getattr(K, draw)((1 << 16, (1 << 15) + 1), dtype="float16")[-1, -1000:]

    def check(value):
        assert value.shape == (1000,) and value.min() >= low and value.max() <= high
        assert len(np.unique(value)) > (1 if draw == "random_binomial" else 100)
    of_many(K, limited, make, check)
