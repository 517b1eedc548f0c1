"""Merge measurements into docs/benchmarks.json, and make the report again.

    .venv/bin/python benchmarks/merge.py FILE...

A file is what `run.py` has written after measuring a part. For each workload and engine in it, its whole result
replaces the former one, since figures are only compared within one run. So results of other processors may stand beside
each other; each says what it was measured on, and when.
"""

import argparse
import json
import os
import sys

sys.path[:0] = [os.path.dirname(os.path.dirname(os.path.abspath(__file__)))]

import columns  # noqa: E402
import report  # noqa: E402

SAME = ("cores", "memory")  # facts of the machine that results of one report must share


class MergeError(Exception):
    """Measurements that do not belong in one report."""


def merge(measured, part):
    """The measurements, with those of a part replacing their former ones.

    Arguments: both as `run.py` writes them. Raises MergeError if they do not fit together.
    """
    if part["quick"]:
        raise MergeError("a quick run has too few repeats and smaller sizes")
    if part.get("columns"):
        raise MergeError("only some columns were measured (%s); run it without --column" % ", ".join(part["columns"]))
    if measured is None:
        return part
    for fact in SAME:
        if part["machine"][fact] != measured["machine"][fact]:
            raise MergeError("they were measured on another machine: %s is %s in place of %s. Measure everything there"
                             % (fact, part["machine"][fact], measured["machine"][fact]))
    older, newer = ([{"date": each["date"], "processor": each["machine"]["processor"], **result}
                     for result in each["results"]] for each in (measured, part))
    replaced = {_key(result) for result in newer}
    results = [result for result in older if _key(result) not in replaced] + newer
    order = [(name, engine) for name in report.NAMES for engine in columns.ENGINES]
    unknown = sorted({_key(result) for result in results} - set(order))
    if unknown:
        raise MergeError("there is no workload %s on %s" % unknown[0])
    results.sort(key=lambda result: order.index(_key(result)))
    # Engines that were not measured again keep the versions of their last run.
    engines = {columns.CALLED[result["engine"]] for result in newer} | (
        set(part["versions"]) - set(columns.CALLED.values()))
    versions = {name: (part if name in engines or name not in measured["versions"] else measured)["versions"][name]
                for name in {**part["versions"], **measured["versions"]}}
    return {"machine": part["machine"], "versions": versions, "quick": False, "minutes": None,
            "date": max(result["date"] for result in results), "results": results}


def update(part, folder=report.DOCS):
    """Merge measurements into those of a folder, and write them with the report."""
    report.write(merge(report.read(folder), part), folder)


def _key(result):
    return result["workload"], result["engine"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", metavar="FILE")
    measured = report.read(report.DOCS)
    for path in parser.parse_args().files:
        with open(path, encoding="utf-8") as file:
            try:
                measured = merge(measured, json.load(file))
            except MergeError as error:
                sys.exit("%s is not merged: %s." % (path, error))
    report.write(measured, report.DOCS)


if __name__ == "__main__":
    main()
