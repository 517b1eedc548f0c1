"""The targets, and whether a result meets them."""

import statistics

COLUMN = "r_worker"  # the column that the targets apply to
FLAT = 5e6           # bytes; memory may grow by this much


def ratios(seconds, column, against):
    """How many times as fast as another one a column is, in each round in which both were measured."""
    own, others = seconds[column], seconds[against]
    if len(own) == len(others):
        return [other / each for each, other in zip(own, others)]
    return [statistics.median(others) / statistics.median(own)]


def speed(seconds, column, against):
    return statistics.median(ratios(seconds, column, against))


class Speed:
    """At least this many times as fast as another column."""

    def __init__(self, workload, against, least, text):
        self.workload, self.against, self.least, self.text = workload, against, least, text

    def judge(self, results):
        value = speed(results[0]["seconds"], COLUMN, self.against)
        return "%.2f" % value, value >= self.least


class Time:
    """At most this many times another column's time."""

    def __init__(self, workload, against, most, text):
        self.workload, self.against, self.most, self.text = workload, against, most, text

    def judge(self, results):
        value = 1 / speed(results[0]["seconds"], COLUMN, self.against)
        return "%.2f x" % value, value <= self.most


class Within:
    """At most this many seconds."""

    def __init__(self, workload, most, text):
        self.workload, self.most, self.text = workload, most, text

    def judge(self, results):
        value = statistics.median(results[0]["seconds"][COLUMN])
        return "%.2f ms" % (1e3 * value), value <= self.most


class Again:
    """At least this many times as fast as another workload in the same column."""

    def __init__(self, workload, first, least, text):
        self.workload, self.first, self.least, self.text = workload, first, least, text

    def judge(self, results, firsts):
        value = statistics.median(firsts[0]["seconds"][COLUMN]) / statistics.median(results[0]["seconds"][COLUMN])
        return "%.1f x" % value, value >= self.least


class Flat:
    """Memory of session and worker is flat."""

    def __init__(self, workload, text):
        self.workload, self.text = workload, text

    def judge(self, results):
        before, after = results[0]["memory"][COLUMN]
        grown = [end - start for start, end in zip(before, after)]
        return "%+.1f and %+.1f MB" % tuple(each / 1e6 for each in grown), max(grown) <= FLAT


class AsFast:
    """The last calls are no slower than the first ones."""

    def __init__(self, workload, most, text):
        self.workload, self.most, self.text = workload, most, text

    def judge(self, results):
        first, last = results[0]["seconds"][COLUMN]
        return "%.2f x" % (last / first), last / first <= self.most


class Linear:
    """For ten times the size, at most ten times the time, with 10 % tolerance."""

    def __init__(self, workload, text):
        self.workload, self.text = workload, text

    def judge(self, results):
        times = [statistics.median(result["seconds"][COLUMN]) for result in results]
        growth = [later / before for before, later in zip(times, times[1:])]
        return ", ".join("%.1f x" % each for each in growth), max(growth) <= 11


TARGETS = [
    Speed("mlp", "engine", 0.95, "R through the worker at least 0.95 of the engine's own speed"),
    Speed("mlp", "peer", 1, "R through the worker faster than Keras 2.3.1 in Python"),
    Speed("cnn", "engine", 0.97, "R through the worker at least 0.97 of the engine's own speed"),
    Speed("lstm", "peer", 1, "R through the worker at least as fast as Keras 2.3.1 in Python"),
    Speed("small", "r_peer", 1, "R through the worker no slower than Keras 2.3.1 in R's process"),
    Speed("small", "r_peer", 2, "R through the worker in half the time of Keras 2.3.1 in R's process"),
    Time("transfer", "numpy", 2, "R through the worker within 2 x the time of NumPy's own cast-and-copy"),
    Within("switch", 1e-3, "R: under 1 ms"),
    Time("start", "engine", 1.15, "R: within 1.15 x the time of a bare interpreter that imports the engine"),
    Again("compile_again", "compile", 5, "R: at least 5 x as fast as the first time"),
    Flat("many_small", "R: memory of session and worker flat (by %d MB at the most)" % (FLAT / 1e6)),
    AsFast("many_small", 1.2, "R: the last thousand calls within 1.2 x the time of the first"),
    Flat("many_call", "R: memory of session and worker flat (by %d MB at the most)" % (FLAT / 1e6)),
    AsFast("many_call", 1.2, "R: the last thousand calls within 1.2 x the time of the first"),
    Linear("graph", "R: time grows no faster than linearly (from each size to the next)"),
]
