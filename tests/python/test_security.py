"""What the sources must never do: run or unpickle received data, use a shell, or listen on the network."""

import ast
import glob
import os

import pytest

import pyshim

ROOT = os.path.dirname(pyshim.__path__[0])
SOURCES = sorted(glob.glob(os.path.join(ROOT, "pyshim", "**", "*.py"), recursive=True)
                 + glob.glob(os.path.join(ROOT, "inst", "python", "*.py")))
MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "code", "codeop", "runpy",
           "http.server", "socketserver", "xmlrpc", "multiprocessing"}
BUILTINS = {"eval", "exec", "compile", "__import__", "input"}
METHODS = {"system", "popen", "listen", "create_server"}
KEYWORDS = {"shell", "allow_pickle"}


def findings(source):
    """The forbidden things that a source does, as pairs (line, what)."""
    found = []
    for node in ast.walk(ast.parse(source)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            names = MODULES.intersection(names + [name.split(".")[0] for name in names])
        elif isinstance(node, ast.ImportFrom):
            module = "" if node.level else node.module or ""
            names = MODULES.intersection([module, module.split(".")[0]]
                                         + ["%s.%s" % (module, alias.name) for alias in node.names])
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                names = BUILTINS.intersection([node.func.id])
            elif isinstance(node.func, ast.Attribute):
                names = METHODS.intersection([node.func.attr])
            names = list(names) + [keyword.arg for keyword in node.keywords if keyword.arg in KEYWORDS
                                   and not (isinstance(keyword.value, ast.Constant) and not keyword.value.value)]
        found += [(node.lineno, name) for name in names]
    return found


def test_the_sources_are_found():
    names = {os.path.relpath(path, ROOT) for path in SOURCES}
    assert {"pyshim/wire/connection.py", "pyshim/storage.py", "inst/python/keras_bridge.py"} <= names


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: os.path.relpath(path, ROOT))
def test_nothing_given_is_executed(path):
    with open(path, encoding="utf-8") as file:
        assert findings(file.read()) == []


@pytest.mark.parametrize("line", [
    "import pickle", "from pickle import loads", "import os, marshal", "eval(x)", "exec(x)", "__import__(x)",
    "os.system(x)", "subprocess.run(x, shell=True)", "subprocess.run(x, shell=y)", "np.load(x, allow_pickle=True)",
    "socket.socket().listen()", "from multiprocessing.connection import Listener"])
def test_it_would_be_noticed(line):
    assert len(findings(line)) == 1


@pytest.mark.parametrize("line", ["K.eval(x)", "from .code import x", "np.load(x, allow_pickle=False)",
                                  "re.compile(x)"])
def test_what_only_looks_alike_is_allowed(line):
    assert findings(line) == []
