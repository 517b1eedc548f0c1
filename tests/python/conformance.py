"""Writes docs/conformance.md: for each function and engine, the number of tests and how the engine computes it.

    python -m pytest tests/python --conformance docs/conformance.md

A test counts for a function and an engine if it passed, is in the test file of the function's family, and called the
function on that engine.
"""

import ast
import collections
import inspect
import pathlib

import pytest

import pyshim
from pyshim.contract import Contract
from pyshim.engines.kernels import kernel_names

READING = ("array", "building", "fitting_array", "floats", "new_node", "node", "nodes", "numbers", "operands",
           "outside_scopes", "pair", "updated", "variable_node", "windowed")  # the contract reads arguments with these
# Functions of these families compute values; those of the others move elements or answer questions about tensors.
COMPUTING = ("linear_algebra", "reductions", "elementwise", "nn", "random", "convolution", "control_flow")
OPERATORS = ("add", "subtract", "multiply", "divide", "negative", "select", "logical_and", "logical_or")

LEGEND = """\
| how | meaning |
| --- | --- |
| native | a kernel of the library computes it; dtypes, axes and shapes are the contract's |
| ours | an op of ours computes it, inside the library's graph, with a gradient where there is one |
| composed | it is composed of other functions |
| shim | no kernel is needed: settings, names, questions about tensors, functions of the session |
"""


class Recorder:
    """A pytest plugin that records which functions each test calls."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.passed = collections.Counter()  # by function and backend
        self.kernels = {}                    # by backend: what the engine reports about its kernels
        self.called = set()

    def watched(self, shim):
        """Returns: a proxy of the shim that records calls."""
        if shim.backend() not in self.kernels:
            self.kernels[shim.backend()] = shim.session.current_host().describe_kernels()
        return _Watched(shim, self.called)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item):
        self.called.clear()
        result = yield  # raises if the test fails
        family = item.path.stem.replace("test_", "", 1)
        if "engine" in item.fixturenames:
            for name in self.called.intersection(pyshim.FAMILIES.get(family, ())):
                self.passed[name, item.funcargs["engine"]] += 1
        return result

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node):
        """With several test processes (pytest-xdist), add what each of them recorded."""
        passed, kernels = getattr(node, "workeroutput", {}).get("conformance", ([], {}))
        self.passed.update({(name, backend): count for name, backend, count in passed})
        self.kernels.update(kernels)

    def pytest_sessionfinish(self, session):
        if hasattr(session.config, "workeroutput"):
            passed = [[name, backend, count] for (name, backend), count in self.passed.items()]
            session.config.workeroutput["conformance"] = passed, self.kernels
        else:
            self._write()

    def _write(self):
        backends = [name for name in pyshim.environments.names() if name in self.kernels]
        lines = ["# Conformance", "", "Written by `make conformance`: each function on each engine, the number of its "
                 "tests that pass,", "and how the engine computes it.", "", LEGEND]
        for family, names in pyshim.FAMILIES.items():
            lines += ["## %s" % family, "", "| function | %s |" % " | ".join(backends),
                      "| --- |%s" % (" --- |" * len(backends))]
            for name in names:
                cells = ["%d %s" % (self.passed[name, backend], self._how(name, backend)) for backend in backends]
                lines.append("| `%s` | %s |" % (name, " | ".join(cells)))
            lines.append("")
        self.path.write_text("\n".join(lines), encoding="utf-8")

    def _how(self, name, backend):
        kernels = self.kernels[backend]
        applied, called = _uses(name)
        if name in applied:
            applied = {name}  # other kernels that it applies only prepare the inputs
        else:
            computing = called.intersection(function for family in COMPUTING for function in pyshim.FAMILIES[family])
            drawn = applied.intersection(pyshim.FAMILIES["random"]) and name not in pyshim.FAMILIES["random"]
            if computing or called.intersection(OPERATORS) or drawn or (called and not applied):
                return "composed"
        if not applied:
            return "shim"
        return "ours" if applied.intersection(kernels["own"]) else "native"


class _Watched:

    def __init__(self, shim, called):
        self._shim = shim
        self._called = called

    def __getattr__(self, name):
        value = getattr(self._shim, name)
        if any(name in names for names in pyshim.FAMILIES.values()):
            self._called.add(name)
        return value


def _uses(name):
    """Returns: the kernels that a function of the contract applies itself, and the contract's functions it calls."""
    kernels = set(kernel_names()) | {"loop"}
    functions = {function for names in pyshim.FAMILIES.values() for function in names}.union(OPERATORS)
    applied, called, seen, todo = set(), set(), set(), [name] if hasattr(Contract, name) else []
    while todo:
        current = todo.pop()
        seen.add(current)
        for node in ast.walk(ast.parse(inspect.cleandoc("\n" + inspect.getsource(getattr(Contract, current))))):
            if isinstance(node, ast.Name) and node.id == "Function":
                applied.add("compile")
            if isinstance(node, ast.Call):  # self.apply("kernel", ...) and similar calls
                applied.update(kernels.intersection(argument.value for argument in node.args[:1]
                                                    if isinstance(argument, ast.Constant)))
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
                used = node.attr
                if used in functions:
                    called.add(used)
                elif inspect.isfunction(getattr(Contract, used, None)) and used not in seen and used not in READING:
                    todo.append(used)
    return applied, called - {name}
