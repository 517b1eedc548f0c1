"""The processors that this process may use."""

import functools
import os
import re

COUNT = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def instructions():
    """The names of the processors' instruction sets, as Linux reports them; empty on other systems."""
    return set(_reported("flags").split())


def able_to_run(choices):
    """Which of the choices the processors can run: the names in a dict from each name to the instruction sets that it
    needs, in their order."""
    there = instructions()
    return [name for name, needed in choices.items() if needed <= there]


def maker():
    """The maker of the processors, such as "GenuineIntel", as Linux reports it; "" on other systems."""
    return _reported("vendor_id")


@functools.lru_cache(maxsize=None)
def _reported(field):
    """What Linux reports about the first processor, "" if it does not."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            line = next((line for line in file if line.startswith(field)), "")
    except OSError:
        return ""
    return line.partition(":")[2].strip()


def count_in(text):
    """The number of threads in the text of a variable such as OMP_NUM_THREADS, None where it has none.

    OpenMP accepts a list there, one number for each level of nested loops; libraries without OpenMP do not.
    """
    found = re.match(r"\s*\+?0*([1-9]\d{0,5})\s*(,|$)", text)
    return found and found.group(1)
