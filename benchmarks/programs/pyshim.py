"""pyshim, in a worker or, if PYSHIM_IN_PROCESS is set, in process."""

import gc
import os
import statistics
import time

import numpy as np

import pyshim

from .backend import Backend
from .child import timed
from .first import First

ENGINE = os.environ["ENGINE"]


def program(data):
    threads = os.environ.get("PYSHIM_THREADS")
    if threads:
        pyshim.use_backend(ENGINE, threads=int(threads))
    else:
        pyshim.use_backend(ENGINE, in_process=bool(os.environ.get("PYSHIM_IN_PROCESS")))
    return Pyshim(pyshim, data)


class Pyshim(Backend, First):

    @property
    def keras(self):
        """Keras 2.3.1, which needs the packages installed for the session's Python."""
        from pyshim import keras
        return keras

    def call(self):
        """One call of a compiled function."""
        x = pyshim.placeholder((None, 3))
        double = pyshim.function([x], [x * 2])
        small = self.data("small")
        return lambda i: double([small])[0][0, 0]

    def switch(self):
        """Switch to another backend and back."""
        other = os.environ["OTHER_BACKEND"]

        def step(i):
            pyshim.use_backend(other)
            pyshim.use_backend(ENGINE)
        step(0)
        return step

    def graph(self, count):
        """Build and evaluate a graph with that many nodes. Returns: the seconds for each, and the value."""
        pyshim.clear_session()
        y = pyshim.variable(self.data("small"))
        start = time.perf_counter()
        for _ in range(count):
            y = pyshim.tanh(y)
        built = time.perf_counter()
        value = pyshim.eval(y)
        return [built - start, time.perf_counter() - built, float(value[0, 0])]

    def many(self, workload, count):
        """Make many calls. Returns: the seconds of the first and the last thousand, and the memory before and after."""
        step = getattr(self, workload)()
        thousand(step)
        before = memory()
        first = thousand(step)
        timed(step, count - 2000)
        last = thousand(step)
        return {"first": first, "last": last, "before": before, "after": memory()}


def thousand(step):
    """The seconds of a thousand steps, from the median of its hundreds, so that pauses of the machine do not count."""
    return 10 * statistics.median(timed(step, 100) for _ in range(10))


def memory():
    """Resident bytes of this process and the worker, after garbage collection."""
    gc.collect()
    pyshim.eval(pyshim.constant(np.float32(1)))  # a call tells the worker what is no longer needed
    with open("/proc/self/statm") as file:
        own = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return [own] + [backend["memory"] for backend in pyshim.list_backends() if backend["memory"]]
