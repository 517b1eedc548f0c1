"""The workloads by family. A family is a module with

* ``NAMES``: its workloads by name, each with a title;
* ``measure(plan, engine)``: measures them on an engine. It returns results: dicts with the keys "workload",
  "engine" and "seconds", which holds a list of repeats for each column, and further facts for the report.
"""

from columns import missing

from . import calls, first_batches, fits, graphs, sessions, steps, threads

FAMILIES = [steps, fits, first_batches, sessions, calls, graphs, threads]


# The workloads of a quick run, if none are named.
QUICK = ("mlp", "small", "transfer", "start", "switch", "many_small", "graph")
QUICK_COLUMNS = ("numpy", "engine", "r_worker", "peer", "r_peer")


class Plan:
    """What to measure, and how often."""

    def __init__(self, data, quick, workloads=None, columns=None):
        self.data = data  # the folder that data.py has filled
        self.quick = quick
        self.workloads = workloads or (quick and QUICK)
        self.columns = columns or (quick and QUICK_COLUMNS)

    def wanted(self, names):
        """The requested ones among the workloads."""
        return [name for name in names if not self.workloads or name in self.workloads]

    def columns_of(self, engine, columns):
        """The requested ones among the columns that the engine has."""
        return [column for column in columns if not missing(column, engine)
                and (not self.columns or column in self.columns)]
