"""Sessions: starting an engine, switching between two, and reusing code that an earlier session compiled."""

import random
import tempfile
import time

from children import Child, Children
from columns import CALLED, ENGINES, environment, named, python

from pyshim.environments import find

NAMES = {
    "start": "the first `use_backend()` in a session",
    "switch": "a switch between two started backends",
    "compile": "a Theano function (the MLP's step): compiled for the first time",
    "compile_again": "the same function in the next session",
}

# Programs for a new session; they print ``@@`` and the seconds taken, or ``@@`` alone at the moment that counts.
BARE = "import %s; print('@@null')"
PYSHIM = """
import os, time, pyshim
start = time.perf_counter()
pyshim.use_backend(os.environ["ENGINE"])
print("@@%r" % (time.perf_counter() - start))
"""
R = """
library(keras)
start <- Sys.time()
use_backend(Sys.getenv("ENGINE"))
cat("@@", as.numeric(Sys.time() - start, units = "secs"), "\\n", sep = "")
"""
R_PEER = """
start <- Sys.time()
keras <- reticulate::import("keras.backend")
cat("@@", as.numeric(Sys.time() - start, units = "secs"), "\\n", sep = "")
"""
R_PEER_CALLED = R_PEER.replace("cat(", "keras$abs(keras$variable(1))\ncat(")


def measure(plan, engine):
    wanted = plan.wanted(NAMES)
    if "start" in wanted:
        yield {"workload": "start", "engine": engine, "seconds": start(plan, engine)}
    if "switch" in wanted:
        yield {"workload": "switch", "engine": engine, "seconds": switch(plan, engine)}
    if engine == "theano" and {"compile", "compile_again"} & set(wanted):
        first, again = compile_twice(plan, engine)
        yield {"workload": "compile", "engine": engine, "seconds": first}
        yield {"workload": "compile_again", "engine": engine, "seconds": again}


def start(plan, engine):
    programs = {
        "engine": [python("engine", engine), "-I", "-c", BARE % find(engine).module],
        "worker": [python("worker", engine), "-c", PYSHIM],
        "r_worker": ["Rscript", "--vanilla", "-e", R],
    }
    if not plan.quick:
        programs["peer"] = [python("peer", engine), "-I", "-c", BARE % "keras.backend"]
        programs["r_peer"] = ["Rscript", "--vanilla", "-e", R_PEER]
    return in_turns(plan, {column: lambda column=column: in_session(column, engine, programs[column])
                           for column in plan.columns_of(engine, programs)})


def switch(plan, engine):
    other = ENGINES[(ENGINES.index(engine) + 1) % len(ENGINES)]
    columns = plan.columns_of(engine, ("worker", "r_worker"))
    measured = {}
    with Children({column: named(column, engine, plan.data, OTHER_BACKEND=other) for column in columns}) as children:
        children.ask_each(columns, "load", "switch", 1)
        children.ask_each(columns, "choose", "switch", 1)
        for column, seconds in children.measure(columns, "switch", 3 if plan.quick else 9, 0.1).items():
            measured[column] = [each / 2 for each in seconds]  # two switches
    # The peer needs a new R session, timed from its start to the first value.
    program = ["Rscript", "--vanilla", "-e", R_PEER_CALLED]
    if plan.columns_of(engine, ("r_peer",)) and not plan.quick:
        measured.update(in_turns(plan, {"r_peer": lambda: in_session("r_peer", engine, program, whole=True)}))
    return measured


def compile_twice(plan, engine):
    columns = plan.columns_of(engine, ("engine", "worker", "r_worker", "peer"))
    first, again = {column: [] for column in columns}, {column: [] for column in columns}
    for column in columns * (1 if plan.quick else 5):
        with tempfile.TemporaryDirectory() as folder:
            for measured in (first, again):
                named_program = named(column, engine, plan.data, THEANO_FLAGS="base_compiledir=" + folder)
                with Children({column: named_program}) as children:
                    measured[column].append(children.ask_each([column], "build", "mlp")[column])
    return first, again


def in_turns(plan, tasks):
    """The results of tasks, by column, in rounds of changing order."""
    measured = {column: [] for column in tasks}
    order, shuffled = list(tasks), random.Random(1)
    for _ in range(1 if plan.quick else 5):
        shuffled.shuffle(order)
        for column in order:
            measured[column].append(tasks[column]())
    return measured


def in_session(column, engine, program, whole=False):
    """The seconds that a new session reports; if it reports none or the whole counts, the seconds until it answers."""
    started = time.perf_counter()
    child = Child("%s, %s" % (CALLED[engine], column), program, environment(column, engine))
    try:
        told = child.answer()
        took = time.perf_counter() - started
    finally:
        child.stop()
    return took if whole or told is None else told
