"""The report."""

import statistics


def line(result):
    """A result on one line: milliseconds, and the speed relative to the engine's own loop."""
    base = result["seconds"].get("engine")
    parts = []
    for column, seconds in result["seconds"].items():
        ratio = " (%.2f)" % statistics.median(b / s for b, s in zip(base, seconds)) if base else ""
        parts.append("%s %.3f ms%s" % (column, 1e3 * statistics.median(seconds), ratio))
    return "%-10s %-10s %s" % (result["engine"], result["workload"], ", ".join(parts))


def write(measured):
    pass
