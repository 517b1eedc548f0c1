"""The report: docs/benchmarks.md and docs/benchmarks.png, made from docs/benchmarks.json.

    .venv/bin/python benchmarks/report.py [FOLDER]
"""

import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile

sys.path[:0] = [os.path.dirname(os.path.dirname(os.path.abspath(__file__)))]

import columns  # noqa: E402
import targets  # noqa: E402
from columns import CALLED, ENGINES, TITLES  # noqa: E402
from workloads import FAMILIES  # noqa: E402

DOCS = os.path.join(columns.ROOT, "docs")
NAMES = {name: title for family in FAMILIES for name, title in family.NAMES.items()}

# The reference of a relative speed, if it is not the engine by itself.
REFERENCES = {"small": "r_peer", "transfer": "numpy", "first_vgg16": "peer", "first_resnet50": "peer"}
IN_PICTURE = ("mlp", "resident", "cnn", "lstm", "fit_mlp", "fit_cnn", "fit_lstm", "small", "transfer", "start")

INTRODUCTION = """\
# Benchmarks

What the bridge costs. Each workload is measured on each engine: with the library alone in its own Python, through
pyshim, from R, and in Keras 2.3.1 and Keras 3. Keras 2.3.1 is the last release that runs on TensorFlow, Theano and
CNTK; Keras 3 runs on TensorFlow, JAX and PyTorch. `make bench` measures it, `benchmarks/README.md` says how.
{quick}
![Speeds of each workload, relative to the engine by itself]({picture})

## Machine

{machine}

## Targets

The targets for R through the worker, and whether they are met. Speeds are relative: 1 is equally fast.

{targets}

## Findings

{findings}

## Figures

Medians. Below a time, where it makes sense, stands the speed relative to {engine}: the median of the
rounds' ratios, and their quartiles in parentheses. Columns of a workload take turns, in rounds of changing order;
all are started and warm before, compute the same losses, and have the same number of threads.
"""


def write(measured, folder):
    """Write the measurements and the report into a folder."""
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "benchmarks.json"), "w", encoding="utf-8") as file:
        json.dump(measured, file, indent=1)
        file.write("\n")
    render(folder)


def read(folder):
    """The measurements stored in a folder, or None if there are none."""
    path = os.path.join(folder, "benchmarks.json")
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def render(folder):
    """Make the text and the picture from the measurements stored in a folder."""
    measured = read(folder)
    with open(os.path.join(folder, "benchmarks.md"), "w", encoding="utf-8") as file:
        file.write(text(measured))
    draw(measured["results"], os.path.join(folder, "benchmarks.png"))


# -- text --------------------------------------------------------------------------------------------------

def line(result):
    """A result on one line, for the terminal."""
    cells = ("%s %s" % (column, cell(result, column).replace("<br>", " ")) for column in result["seconds"])
    size = " %d" % result["size"] if "size" in result else ""
    return "%-10s %-14s %s" % (result["engine"], result["workload"] + size, ", ".join(cells))


def text(measured):
    with open(os.path.join(columns.HERE, "findings.md"), encoding="utf-8") as file:
        findings = file.read().strip()
    parts = [INTRODUCTION.format(
        picture="benchmarks.png", machine=_machine(measured), targets=_targets(measured["results"]),
        findings=findings, engine=TITLES["engine"],
        quick="\n**A quick run: few repeats, small sizes. Its figures are rough.**\n" if measured["quick"] else "")]
    for name, title in NAMES.items():
        found = [result for result in measured["results"] if result["workload"] == name]
        if found:
            parts.append("### %s\n\n%s" % (title[0].upper() + title[1:], _figures(name, found)))
            if len(set(map(_when, measured["results"]))) > 1:
                parts.append(_dates(found))
    left_out = {columns.missing(column, engine) for column in TITLES for engine in ENGINES} - {None}
    parts.append("### What is not in the tables\n\n" + "\n".join("* " + reason for reason in sorted(left_out)))
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _machine(measured):
    facts = dict(measured["machine"])
    facts["processor"] = " and ".join(dict.fromkeys(result.get("processor", facts["processor"])
                                                    for result in measured["results"]))
    facts.update(measured["versions"])
    dates = sorted({result.get("date", measured["date"]) for result in measured["results"]})
    facts["measured"] = (" to ".join(dict.fromkeys([dates[0], dates[-1]]))
                         + (", in %s minutes" % measured["minutes"] if measured["minutes"] else ""))
    return _table(["", ""], [[name, str(value)] for name, value in facts.items()])


def _dates(results):
    """When the results of a workload were measured, and on which processor."""
    engines = {}
    for result in results:
        engines.setdefault(_when(result), {})[CALLED[result["engine"]]] = None
    return "Measured: %s." % "; ".join("%s on %s (%s)" % (", ".join(names), date, processor)
                                       for (date, processor), names in engines.items())


def _when(result):
    return result.get("date"), result.get("processor")


def _targets(results):
    rows = []
    for target in targets.TARGETS:
        row = [NAMES[target.workload], target.text]
        for engine in ENGINES:
            found = [[result for result in results if result["workload"] == name and result["engine"] == engine]
                     for name in (target.workload, target.first) if name]
            if target.applies(engine, *found):
                value, met = target.judge(*found)
                row.append("%s %s" % ("✓" if met else "✗", value))
            else:
                row.append("")
        if any(row[2:]):
            rows.append(row)
    return _table(["workload", "target"] + [CALLED[engine] for engine in ENGINES], rows)


def _figures(name, results):
    if "memory" in results[0]:
        return _many(results)
    names = list(dict.fromkeys(column for result in results for column in result["seconds"]))
    names.sort(key=lambda column: list(TITLES).index(column) if column in TITLES else len(TITLES))
    table = _table([""] + [TITLES.get(column, column) for column in names],
                   [[_row_name(result)] + [cell(result, column) if column in result["seconds"] else ""
                                           for column in names] for result in results])
    if any(REFERENCES.get(name) in result["seconds"] for result in results):
        table = "Speeds are relative to %s.\n\n%s" % (TITLES[REFERENCES[name]], table)
    told = ["%s `%s`" % (CALLED[result["engine"]], result["variants"]["engine"])
            for result in results if "engine" in result.get("variants", {})]
    return table + ("\n\nThe engine by itself, in the fastest of its ways: %s." % ", ".join(told) if told else "")


def _row_name(result):
    engine = CALLED[result["engine"]]
    return "%s, {:,} nodes".format(result["size"]) % engine if "size" in result else engine


def _many(results):
    """Times of the first and last calls, and memory before and after."""
    rows = []
    for result in results:
        for column, (first, last) in result["seconds"].items():
            before, after = result["memory"][column]
            rows.append([CALLED[result["engine"]], TITLES[column], "{:,}".format(result["count"])]
                        + [targets.duration(each) for each in (first, last)]
                        + ["%.1f → %.1f MB" % (start / 1e6, end / 1e6) for start, end in zip(before, after)])
    return _table(["", "", "calls", "one of the first 1,000", "one of the last 1,000", "memory of the session",
                   "memory of the worker"], rows)


def cell(result, column):
    """A time, and the speed relative to the workload's reference."""
    seconds = result["seconds"]
    shown = targets.duration(statistics.median(seconds[column]))
    reference = REFERENCES.get(result["workload"], "engine")
    if column == reference or reference not in seconds or "memory" in result:
        return shown
    ratios = targets.ratios(seconds, column, reference)
    spread = ""
    if len(ratios) > 2:
        quartiles = statistics.quantiles(ratios, n=4, method="inclusive")
        spread = " (%s–%s)" % (_ratio(quartiles[0]), _ratio(quartiles[2]))
    return "%s<br>%s%s" % (shown, _ratio(statistics.median(ratios)), spread)


def _ratio(value):
    return "%.2f" % value if value < 10 else "%.0f" % value


def _table(head, rows):
    return "\n".join("| %s |" % " | ".join(row) for row in [head, ["---"] * len(head)] + rows)


# -- picture -----------------------------------------------------------------------------------------------

def draw(results, path):
    """Draw the speeds, if there are any, with draw.R."""
    rows = []
    for result in results:
        name, seconds = result["workload"], result["seconds"]
        reference = REFERENCES.get(name, "engine")
        if name not in IN_PICTURE or reference not in seconds:
            continue
        for column in seconds:
            ratios = targets.ratios(seconds, column, reference)
            rows.append([CALLED[result["engine"]], name, TITLES[reference], TITLES[column], statistics.median(ratios),
                         min(ratios), max(ratios), _wanted(name, reference)])
    if not rows:
        return
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["engine", "workload", "reference", "column", "speed", "low", "high", "target"])
        table.writerows(rows)
        file.flush()
        subprocess.run(["Rscript", "--vanilla", os.path.join(columns.HERE, "draw.R"), file.name, path], check=True)


def _wanted(name, reference):
    """The target speed, relative to the reference; empty if there is none."""
    for target in targets.TARGETS:
        if target.workload == name and target.against == reference and target.column == targets.COLUMN:
            return target.least if hasattr(target, "least") else 1 / target.most
    return ""


if __name__ == "__main__":
    render(sys.argv[1] if len(sys.argv) > 1 else DOCS)
