"""The workloads by family. A family is a module with

* ``NAMES``: its workloads by name, each with a title;
* ``measure(plan, engine)``: measures them on an engine. It gives results: dicts with the keys "workload",
  "engine" and "seconds", which holds a list of repeats for each column, and what else is to be told.
"""

from columns import missing

from . import calls, graphs, sessions, steps, threads

FAMILIES = [steps, sessions, calls, graphs, threads]


class Plan:
    """What is to be measured, and how often."""

    def __init__(self, data, quick, workloads, columns):
        self.data = data
        self.quick = quick
        self.workloads = workloads
        self.columns = columns

    def wanted(self, names):
        """Those of the workloads that are wanted."""
        return [name for name in names if not self.workloads or name in self.workloads]

    def columns_of(self, engine, columns):
        """Those of the columns that are wanted and that the engine has."""
        return [column for column in columns if not missing(column, engine)
                and (not self.columns or column in self.columns)]
