"""Eight R sessions with three engines each, all at work at the same time; and one that makes 100,000 calls."""

import os
import re
import subprocess
import sys

import pyshim

ROOT = os.path.dirname(pyshim.__path__[0])
SESSIONS = 8
R = {**os.environ, "R_LIBS": os.path.join(ROOT, ".Rlib"), "RETICULATE_PYTHON": sys.executable}

PROGRAM = """
suppressMessages(library(keras))
set.seed(as.integer(commandArgs(TRUE)))
x <- matrix(rnorm(600), 100); y <- x %*% (1:6) / 6
expected <- rep(0, 6)
models <- lapply(c("tensorflow", "theano", "cntk"), function(name) suppressMessages(with_backend(name, {
  features <- k_placeholder(shape = c(NA, 6)); target <- k_placeholder(shape = c(NA, 1))
  w <- k_variable(matrix(0, 6, 1), dtype = "float32")
  loss <- k_mean(k_square(k_dot(features, w) - target))
  list(w = w, step = k_function(list(features, target), list(loss),
                                list(k_update(w, w - k_gradients(loss, list(w))[[1]] * 0.1))))
})))
for (i in 1:200) {
  expected <- expected - 0.1 * 2 * as.vector(crossprod(x, x %*% expected - y)) / nrow(x)
  for (model in models) model$step(list(x, y))
}
for (model in models) stopifnot(max(abs(as.vector(model$w) - expected)) < 1e-5)
memory <- list_backends()
cat("memory:", paste0(memory$backend, "=", round(memory$memory / 2^20)), "\\n")
"""


def test_eight_sessions_with_three_engines_each(tmp_path, capsys):
    program = tmp_path / "program.R"
    program.write_text(PROGRAM)
    sessions = [subprocess.Popen(["Rscript", "--vanilla", str(program), str(seed)], env=R, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, universal_newlines=True) for seed in range(SESSIONS)]
    outputs = [session.communicate(timeout=900)[0] for session in sessions]
    for session, output in zip(sessions, outputs):
        assert session.returncode == 0, output
    with capsys.disabled():
        for name in ("tensorflow", "theano", "cntk"):
            used = sorted(int(re.search(r"%s=(\d+)" % name, output).group(1)) for output in outputs)
            print("\n%s: %d MB resident in each of %d sessions (median)" % (name, used[SESSIONS // 2], SESSIONS))


def test_memory_stays_flat_over_100000_calls(K):
    host = K.session.current_host()
    x = K.variable([[1.0, 2.0, 3.0]])
    sizes = []
    for _ in range(10):
        for _ in range(10000):
            K.abs(x)  # does not reach the engine
            K.get_value(x)
        K.eval(K.sum(x))
        sizes.append((_resident(os.getpid()), host.memory()))
    for before, after in zip(sizes[4], sizes[-1]):
        assert after < 1.02 * before + (1 << 20), sizes


def _resident(pid):
    with open("/proc/%d/statm" % pid) as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
