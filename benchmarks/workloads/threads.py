"""Threads: a step with one thread, with two, and while another engine computes at the same time."""

from children import Children
from columns import CALLED, ENGINES, named

NAMES = {"threads": "the CNN's step by threads, `use_backend(..., threads = )`, alone and beside another engine"}


def measure(plan, engine):
    if not plan.wanted(NAMES) or not plan.columns_of(engine, ("worker",)):
        return
    other = ENGINES[(ENGINES.index(engine) + 1) % len(ENGINES)]
    repeats = 1 if plan.quick else 5
    seconds = {}
    for threads in ("1", "2"):
        with Children({"own": named("worker", engine, plan.data, PYSHIM_THREADS=threads),
                       "other": named("worker", other, plan.data, PYSHIM_THREADS=threads)}) as children:
            for command in (("load", "cnn", 1), ("choose", "cnn", 1)):
                children.ask_all(["own", "other"], *command)
            alone = children.measure(["own"], "cnn", repeats, 0.2 if plan.quick else 0.6)["own"]
            seconds["%s thread%s" % (threads, "s" * (threads != "1"))] = alone
            count = {column: max(1, round((0.3 if plan.quick else 1.5) / each[0])) for column, each in children.measure(
                ["own", "other"], "cnn", 1, 0.1).items()}
            beside = []
            for _ in range(repeats):
                children.settle()
                # The other engine works for longer, so that this one is never alone.
                children.by_column["other"].tell("run", "cnn", 3 * count["other"])
                beside.append(children.by_column["own"].ask("run", "cnn", count["own"]) / count["own"])
                children.by_column["other"].answer()
            seconds["%s, beside %s" % (list(seconds)[-1], CALLED[other])] = beside
    yield {"workload": "threads", "engine": engine, "seconds": seconds}
