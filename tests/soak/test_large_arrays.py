"""Arrays of 2 GiB, and of more than 2^31 elements, are right, or refused before anything is sent."""

import os
import subprocess
import sys

import numpy as np

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
