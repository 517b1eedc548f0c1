"""The benchmark: measure all workloads, and write docs/benchmarks.json, .md and .png.

    .venv/bin/python benchmarks/run.py [--quick] [--engine NAME]... [--workload NAME]... [--column NAME]...
    .venv/bin/python benchmarks/run.py --update [--engine NAME]... [--workload NAME]...

With --quick, if only a part is selected, or if the run ends early, they go to build/benchmarks, not to docs. With
--update, what was measured replaces the former results in docs/benchmarks.json, as merge.py does with files.
"""

import argparse
import os
import sys
import tempfile
import time

sys.path[:0] = [os.path.dirname(os.path.dirname(os.path.abspath(__file__)))]

import columns  # noqa: E402
import data  # noqa: E402
import merge  # noqa: E402
import report  # noqa: E402
from workloads import FAMILIES, Plan  # noqa: E402

PARTS = os.path.join(columns.ROOT, "build", "benchmarks")


def main():
    options = arguments()
    start = time.time()
    columns.install(options.column or columns.TITLES, options.engine)
    results, folder = [], PARTS
    try:
        measure(options, results)
        folder = report.DOCS if options.whole else PARTS
    finally:  # a run that ends with an error or Ctrl-C counts as a part, too
        if results:
            measured = {"machine": columns.machine(), "versions": columns.versions(), "quick": options.quick,
                        "columns": options.column, "minutes": round((time.time() - start) / 60, 1),
                        "date": time.strftime("%Y-%m-%d"), "results": results}
            report.write(measured, folder)
            print("%s.md, .json and .png are written." % os.path.join(folder, "benchmarks"))
            if options.update:
                merge.update(measured)
                print("They are merged into %s." % os.path.join(report.DOCS, "benchmarks.json"))


def measure(options, results):
    """Add the measurements to the results, one after another."""
    with tempfile.TemporaryDirectory() as folder:
        data.write(folder)
        plan = Plan(folder, options.quick, options.workload, options.column)
        for family in FAMILIES:
            for engine in options.engine:
                for result in family.measure(plan, engine):
                    print(report.line(result), flush=True)
                    results.append({**result, "date": time.strftime("%Y-%m-%d")})


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer repeats and smaller sizes")
    parser.add_argument("--engine", action="append", choices=columns.ENGINES)
    parser.add_argument("--workload", action="append", choices=[name for family in FAMILIES for name in family.NAMES])
    parser.add_argument("--column", action="append", choices=list(columns.TITLES))
    parser.add_argument("--update", action="store_true", help="replace these results in docs/benchmarks.json")
    options = parser.parse_args()
    if options.update and (options.quick or options.column):
        parser.error("--update needs whole results: leave out --quick and --column")
    options.whole = not (options.quick or options.engine or options.workload or options.column or options.update)
    options.engine = options.engine or columns.ENGINES
    return options


if __name__ == "__main__":
    main()
