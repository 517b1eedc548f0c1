"""The targets, and whether results meet them."""

import statistics

COLUMN = "r_worker"  # the column that the targets apply to, unless they name another one
FLAT = 5e6           # bytes; memory may grow by this much


def ratios(seconds, column, against):
    """How many times as fast as the other column a column is, in each round in which both were measured."""
    own, others = seconds[column], seconds[against]
    if len(own) == len(others):
        return [other / each for each, other in zip(own, others)]
    return [statistics.median(others) / statistics.median(own)]


def speed(seconds, column, against):
    return statistics.median(ratios(seconds, column, against))


class Target:
    """A target for a workload and a column, on some engines or all."""

    against = None  # the column that it is compared with
    first = None    # another workload whose results are needed

    def __init__(self, workload, text, column=COLUMN, engines=None):
        self.workload, self.text, self.column, self.engines = workload, text, column, engines

    def applies(self, engine, *found):
        """Whether the target applies to the engine and its results exist. The arguments are those of ``judge``."""
        needed = {self.column, self.against} - {None}
        return (not self.engines or engine in self.engines) and all(
            results and needed <= set(results[0]["seconds"]) for results in found)


class Speed(Target):
    """At least this many times as fast as another column."""

    def __init__(self, workload, against, least, text, **more):
        super().__init__(workload, text, **more)
        self.against, self.least = against, least

    def judge(self, results):
        value = speed(results[0]["seconds"], self.column, self.against)
        return "%.2f" % value, value >= self.least


class Time(Target):
    """At most this many times another column's time."""

    def __init__(self, workload, against, most, text):
        super().__init__(workload, text)
        self.against, self.most = against, most

    def judge(self, results):
        value = 1 / speed(results[0]["seconds"], self.column, self.against)
        return "%.2f x" % value, value <= self.most


class Within(Target):
    """At most this many seconds; of one of the sizes if there are several."""

    def __init__(self, workload, most, text, size=None, **more):
        super().__init__(workload, text, **more)
        self.most, self.size = most, size

    def applies(self, engine, *found):
        return super().applies(engine, *found) and found[0][-1].get("size") == self.size

    def judge(self, results):
        value = statistics.median(results[-1]["seconds"][self.column])
        return duration(value), value <= self.most


class Again(Target):
    """At least this many times as fast as another workload in the same column."""

    def __init__(self, workload, first, least, text):
        super().__init__(workload, text)
        self.first, self.least = first, least

    def judge(self, results, firsts):
        own, first = (statistics.median(each[0]["seconds"][self.column]) for each in (results, firsts))
        return "%.1f x" % (first / own), first / own >= self.least


class Flat(Target):
    """Memory of session and worker is flat."""

    def judge(self, results):
        before, after = results[0]["memory"][self.column]
        grown = [end - start for start, end in zip(before, after)]
        return "%+.1f and %+.1f MB" % tuple(each / 1e6 for each in grown), max(grown) <= FLAT


class AsFast(Target):
    """The last calls are no slower than the first ones."""

    def __init__(self, workload, most, text):
        super().__init__(workload, text)
        self.most = most

    def judge(self, results):
        first, last = results[0]["seconds"][self.column]
        return "%.2f x" % (last / first), last / first <= self.most


class Linear(Target):
    """For a graph of ten times the size, at most ten times the time, with 10 % tolerance."""

    def judge(self, results):
        times = [statistics.median(result["seconds"][self.column]) for result in results]
        growth = [later / before for before, later in zip(times, times[1:])]
        return ", ".join("%.1f x" % each for each in growth), max(growth) <= 11


def duration(seconds):
    """A time as text, with its unit."""
    for unit, size in (("s", 1), ("ms", 1e-3)):
        if seconds >= size:
            return "%.3g %s" % (seconds / size, unit) if seconds < 1000 * size else "%.0f %s" % (seconds / size, unit)
    return "%.3g µs" % (seconds / 1e-6)


def _of_fit(workload, times):
    """The targets of training with fit(). ``times``: how many times as fast as Keras 3 on TensorFlow it must be."""
    return [Speed(workload, "engine", 0.95, "R through the worker at least 0.95 of the speed of the engine's own loop"),
            Speed(workload, "peer", 1.2, "R through the worker at least 1.2 x as fast as Keras 2.3.1 in Python"),
            Speed(workload, "keras3_tensorflow", times,
                  "R through the worker at least %g x as fast as Keras 3 on TensorFlow" % times),
            Speed(workload, "keras3", 1, "R through the worker faster than Keras 3 on the same engine")]


TARGETS = [
    Speed("mlp", "engine", 0.95, "R through the worker at least 0.95 of the engine's own speed"),
    Speed("mlp", "engine", 0.8, "the worker at least 0.8 of the engine's own speed", column="worker",
          engines=("cntk",)),
    Speed("mlp", "peer", 1, "R through the worker faster than Keras 2.3.1 in Python"),
    Speed("cnn", "engine", 0.97, "R through the worker at least 0.97 of the engine's own speed"),
    Speed("cnn", "engine", 0.95, "in process at least 0.95 of the engine's own speed", column="in_process",
          engines=("tensorflow",)),
    Speed("cnn", "engine", 0.8, "the worker at least 0.8 of the engine's own speed", column="worker",
          engines=("cntk",)),
    Speed("lstm", "engine", 0.95, "R through the worker at least 0.95 of the engine's own speed",
          engines=("jax", "torch")),
    Speed("lstm", "engine", 0.9, "in process at least 0.9 of the engine's own speed", column="in_process",
          engines=("tensorflow",)),
    Speed("lstm", "peer", 1, "R through the worker at least as fast as Keras 2.3.1 in Python"),
    Speed("small", "r_peer", 1, "R through the worker no slower than Keras 2.3.1 in R's process"),
    Speed("small", "r_peer", 2, "R through the worker in half the time of Keras 2.3.1 in R's process"),
    Within("small", 80e-6, "R through the worker: at most 80 µs"),
    Within("small", 25e-6, "Python through the worker: at most 25 µs", column="worker"),
    Time("transfer", "numpy", 2, "R through the worker within 2 x the time of NumPy's own cast-and-copy"),
    *_of_fit("fit_mlp", 2),
    *_of_fit("fit_cnn", 2),
    *_of_fit("fit_lstm", 1.3),
    Within("switch", 1e-3, "R: under 1 ms"),
    Time("start", "engine", 1.15, "R: within 1.15 x the time of a bare interpreter that imports the engine"),
    Again("compile_again", "compile", 5, "R: at least 5 x as fast as the first time"),
    Flat("many_small", "R: memory of session and worker flat (by %d MB at the most)" % (FLAT / 1e6)),
    AsFast("many_small", 1.2, "R: the last thousand calls within 1.2 x the time of the first"),
    Flat("many_call", "R: memory of session and worker flat (by %d MB at the most)" % (FLAT / 1e6)),
    AsFast("many_call", 1.2, "R: the last thousand calls within 1.2 x the time of the first"),
    Linear("graph", "R: time grows no faster than linearly (from each size to the next)"),
    Within("graph_build", 0.83, "R: 10,000 nodes in a quarter of the 3.3 s before the graph was in the session",
           size=10000, engines=("theano",)),
    Within("graph_build", 0.75, "R: 10,000 nodes in a quarter of the 3 s before the graph was in the session",
           size=10000, engines=("cntk",)),
]
