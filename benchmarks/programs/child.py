"""A child of the driver: it reads commands from stdin and answers on stdout.

    python -m programs.child PROGRAM FOLDER

A line of stdin is a JSON list: a command and its arguments. An answer is a line with ``@@`` followed by JSON;
other output is chatter of the libraries. The program, a module beside this one, defines ``program(data)``, which
returns an object. Its methods are commands in addition to those below, and its ``variants(workload)`` returns the
workload's implementations by name: functions that run one step, given its number, and return its loss.
"""

import importlib
import json
import statistics
import sys
import time

from . import fit
from .settings import Data


class Child:

    def __init__(self, program):
        self.program = program
        self.variants = {}
        self.steps = {}

    def load(self, workload, count):
        """Build a workload. Returns: the losses of its first steps, by variant."""
        self.variants[workload] = (fit.variants(self.program, workload) if workload.startswith(fit.FIT)
                                   else self.program.variants(workload))
        return {name: [_number(step(i)) for i in range(count)] for name, step in self.variants[workload].items()}

    def build(self, workload):
        """Build a workload and run one step. Returns: the seconds that they took."""
        return timed(lambda i: [step(i) for step in self.program.variants(workload).values()], 1)

    def choose(self, workload, count):
        """Keep the fastest variant. Returns: its name, and the seconds of a step of each."""
        variants = self.variants.pop(workload)
        seconds = {}
        if len(variants) > 1:
            rounds = [{name: timed(step, count) / count for name, step in variants.items()} for _ in range(3)]
            seconds = {name: statistics.median(each[name] for each in rounds) for name in variants}
        name = min(seconds, key=seconds.get) if seconds else next(iter(variants))
        self.steps[workload] = variants[name]
        return {"variant": name, "seconds": seconds}

    def run(self, workload, count):
        """Run steps. Returns: the seconds that they took."""
        return timed(self.steps[workload], count)

    def __getattr__(self, command):
        return getattr(self.program, command)


def timed(step, count):
    start = time.perf_counter()
    for i in range(count):
        step(i)
    return time.perf_counter() - start


def _number(loss):
    return None if loss is None else float(loss)


def answer(value):
    sys.stdout.flush()
    sys.stdout.write("\n@@" + json.dumps(value) + "\n")
    sys.stdout.flush()


def main(name, folder):
    child = Child(importlib.import_module("programs." + name).program(Data(folder)))
    answer(sys.version)
    for line in sys.stdin:
        command = json.loads(line)
        answer(getattr(child, command[0])(*command[1:]))


if __name__ == "__main__":
    main(*sys.argv[1:])
