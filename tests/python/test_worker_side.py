"""The code that runs in a worker: it imports nothing of the session's side, and all of it is Python 3.6."""

import ast
import os
import subprocess

import pytest

import pyshim
from pyshim import environments

PACKAGE = pyshim.__path__[0]
WORKER_SIDE = ("worker", "wire", "engines", "graph")
SESSION_SIDE = ("contract", "session", "tensors", "hosts", "functions", "storage", "environments", "config", "models")


def path_of(module):
    """The file of a module of pyshim, given by its name inside the package; None if there is none."""
    path = os.path.join(PACKAGE, *module.split("."))
    return next((found for found in (path + ".py", os.path.join(path, "__init__.py")) if os.path.isfile(found)), None)


def imported(module):
    """The modules of pyshim that a module of pyshim imports, anywhere in its code."""
    path = path_of(module)
    with open(path, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    package = module.split(".") if os.path.basename(path) == "__init__.py" else module.split(".")[:-1]
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
            found.update(".".join(name[1:]) for name in names if name[0] == "pyshim")
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                base = package[:len(package) - node.level + 1]
            elif (node.module or "").split(".")[0] == "pyshim":
                base = []
            else:
                continue
            base = base + (node.module or "").split(".")[0 if node.level else 1:]
            names = [".".join(filter(None, base + [alias.name])) for alias in node.names]
            found.update(name if path_of(name) else ".".join(filter(None, base)) for name in names)
    return found - {""}


def worker_side():
    """The modules of the worker's side, and all that they import, directly or not."""
    found, todo = set(), []
    for folder in WORKER_SIDE:
        for where, _, names in os.walk(os.path.join(PACKAGE, folder)):
            for name in sorted(names):
                if name.endswith(".py"):
                    path = os.path.relpath(os.path.join(where, name), PACKAGE)[:-3]
                    todo.append(path.replace(os.sep, ".").replace(".__init__", ""))
    while todo:
        module = todo.pop()
        if module not in found:
            found.add(module)
            todo.extend(imported(module))
    return sorted(found)


def test_imports_are_found():
    """The other tests of this file rely on imported()."""
    assert {"wire.nodes", "wire.values", "engines.own_kernels", "errors"} <= imported("worker.service")
    assert {"wire.connection", "wire.region", "worker.service"} <= imported("worker.main")
    assert {"contract", "graph.node", "tensors"} <= imported("hosts.host")
    assert {"engines.tensorflow", "engines.cntk.graph", "wire.reordering", "messages"} <= set(worker_side())


@pytest.mark.parametrize("module", worker_side())
def test_nothing_of_the_session_is_imported(module):
    assert module.split(".")[0] not in SESSION_SIDE
    assert not [name for name in imported(module) if name.split(".")[0] in SESSION_SIDE]


def test_all_of_it_compiles_on_python_3_6():
    script = ("import sys\nassert sys.version_info[:2] == (3, 6)\nfor path in sys.argv[1:]:\n"
              "    compile(open(path, encoding='utf-8').read(), path, 'exec')\n")
    paths = [path_of(module) for module in worker_side()]
    assert None not in paths and len(paths) > 50
    ran = subprocess.run([environments.find("cntk").python(), "-I", "-c", script] + paths, stderr=subprocess.PIPE,
                         universal_newlines=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
