"""The documentation is complete, and its examples produce the documented results on every engine."""

import csv
import doctest
import inspect
import os
import re
import runpy

import pytest

import pyshim
from pyshim.engines.kernels import Kernels
from pyshim.environments.surroundings import PASSED

ROOT = os.path.dirname(pyshim.__path__[0])
NAMES = [name for names in pyshim.FAMILIES.values() for name in names]
PUBLIC = NAMES + ["use_backend", "stop_backend", "install_backend", "list_backends", "doctor", "save_variables",
                  "load_variables", "install_keras", "trusting_files", "snapshot", "restore", "to_backend",
                  "compare_backends", "Tensor", "Function", "SparseArray"]
with open(os.path.join(os.path.dirname(__file__), "reference_functions.csv")) as _file:
    REFERENCE = [(row["function"], row["signature"]) for row in csv.DictReader(_file)]
EXAMPLES = [name for name in PUBLIC if ">>>" in (getattr(pyshim, name).__doc__ or "")]


@pytest.mark.parametrize("name", PUBLIC)
def test_everything_public_is_documented(name):
    thing = getattr(pyshim, name)
    first = (inspect.getdoc(thing) or "").splitlines()[0]
    assert first.endswith((".", ":")) or ". " in first
    if inspect.isfunction(thing) and inspect.signature(thing).parameters:
        assert "rgument" in thing.__doc__ or " as of " in thing.__doc__ or "As ``" in thing.__doc__, thing.__doc__


@pytest.mark.parametrize("name, signature", REFERENCE)
def test_arguments_are_those_of_the_reference(name, signature):
    """Names, order and defaults of arguments agree; further arguments of a function are optional."""
    reference = eval("lambda %s: None" % signature[1:-1])
    expected = list(inspect.signature(reference).parameters.values())
    given = list(inspect.signature(getattr(pyshim, name)).parameters.values())
    positional = [p for p in expected if p.kind is not p.VAR_KEYWORD]
    assert [(p.name, p.default) for p in given[:len(positional)]] == [(p.name, p.default) for p in positional]
    assert all(p.default is not p.empty or p.kind is p.VAR_KEYWORD for p in given[len(positional):])
    assert {p.kind for p in expected} <= {p.kind for p in given}


def test_the_reference_is_whole():
    assert sorted(name for name, _ in REFERENCE) == sorted(set(NAMES))


def test_all_names_what_is_public():
    assert set(PUBLIC + ["errors", "FAMILIES"]) == set(pyshim.__all__)
    assert all(hasattr(pyshim, name) for name in pyshim.__all__)


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples(K, name):
    parser = doctest.DocTestParser()
    example = parser.get_doctest(inspect.getdoc(getattr(pyshim, name)), {"K": pyshim}, name, None, 0)
    try:
        doctest.DebugRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(example)
    except doctest.DocTestFailure as failed:
        raise AssertionError("%s gives %s" % (failed.example.source.strip(), failed.got)) from None
    except doctest.UnexpectedException as failed:
        raise failed.exc_info[1] from None


def test_the_list_of_kernels_is_that_of_the_code():
    tools = os.path.join(os.path.dirname(pyshim.__path__[0]), "tools", "write-kernels")
    writer = runpy.run_path(tools)
    with open(writer["DOCUMENT"], encoding="utf-8") as file:
        document = file.read()
    assert writer["written"](document) == document, "run make man"
    assert document.count("| yes |") == len(Kernels.__abstractmethods__)


# -- docs/reliability.md ----------------------------------------------------------------------------------

def promises():
    """Returns: for each row of the tables of promises, the promise, and the tests that the last cell names, as pairs of
    a file and a test's name (None: all tests of the file). A name without a file belongs to the file before it."""
    rows, files = [], {}
    for folder in ("tests/soak", "tests/testthat", "tests/python"):
        files.update({name: os.path.join(folder, name) for name in os.listdir(os.path.join(ROOT, folder))})
    with open(os.path.join(ROOT, "docs", "reliability.md"), encoding="utf-8") as document:
        table = ""
        for line in document:
            cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
            if not line.startswith("|"):
                table = ""
            elif not table:
                table = cells[-1]
            elif table == "test" and not line.startswith("| ---"):
                tests, file = [], None
                for path, test in re.findall(r"`([\w/-]+\.(?:py|R))?(?:::(\w+))?`", cells[-1]):
                    file = (path if "/" in path else files.get(path, path)) or file
                    tests.append((file, test or None))
                rows.append((cells[0], tests))
    return rows


def test_the_variables_of_workers_are_documented(tmp_path, monkeypatch):
    """The table in docs/reliability.md lists all environment variables that a worker can have, and the page of R's
    package those that it can have from the user."""
    monkeypatch.setattr(os, "environ", {})
    can_have, of_users = set(), {"THEANO_FLAGS"}
    for name in pyshim.environments.names():
        environment = pyshim.environments.find(name)
        if not environment.in_session:
            monkeypatch.setattr(type(environment), "record", lambda self: {"blas": "/lib/blas.so", "library_path": "/"})
            can_have.update(environment.process_environment(str(tmp_path)), PASSED, environment.passed,
                            environment.thread_environment(1), environment.device_environment("cpu"))
            of_users.update(PASSED, environment.passed)
    with open(os.path.join(ROOT, "docs", "reliability.md"), encoding="utf-8") as document:
        table = document.read().split("| variable | value in a worker |\n| --- | --- |\n")[1].split("\n\n")[0]
    documented = set(re.findall(r"`([A-Z_]+)`", table))
    assert documented == can_have
    with open(os.path.join(ROOT, "R", "keras-package.R"), encoding="utf-8") as file:
        listed = re.search(r"\* The engines' own variables:(.*?)Other variables", file.read(), re.DOTALL).group(1)
    assert set(re.findall(r"`([A-Z_]+)`", listed)) == of_users


@pytest.mark.parametrize("promise, tests", promises())
def test_each_promise_of_reliability_has_its_test(promise, tests):
    assert tests, "no test is named"
    for path, name in tests:
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            assert name is None or "\ndef %s(" % name in file.read(), (path, name)


def test_the_document_of_reliability_is_read():
    rows = promises()
    assert len(rows) > 90 and sum(len(tests) for _, tests in rows) > 130
