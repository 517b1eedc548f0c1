"""Calls: a great many small ones, which must neither leak memory nor become slower."""

from children import Children
from columns import named

NAMES = {
    "many_small": "100,000 small calls: `abs` of a 2x3 variable",
    "many_call": "100,000 small calls: a compiled function of a 2x3 array",
}
COUNT, QUICK_COUNT = 100000, 4000


def measure(plan, engine):
    for name in plan.wanted(NAMES):
        columns = plan.columns_of(engine, ("worker", "r_worker"))
        count = QUICK_COUNT if plan.quick else COUNT
        told = {}
        for column in columns:
            with Children({column: named(column, engine, plan.data)}) as children:
                told[column] = children.ask_each([column], "many", name[len("many_"):], count)[column]
        if told:
            yield {"workload": name, "engine": engine, "count": count,
                   "seconds": {column: [each["first"] / 1000, each["last"] / 1000] for column, each in told.items()},
                   "memory": {column: [each["before"], each["after"]] for column, each in told.items()}}
