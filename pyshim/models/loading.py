"""Importing Keras 2.3.1 under another name, with the repairs that it needs."""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import warnings

from ..errors import NotInstalledError
from . import repairs
from .install import Packages


def load(name):
    """Import Keras under this name, replacing the module that has it now."""
    target = Packages()
    if not target.is_installed():
        raise NotInstalledError("Keras is not installed for this Python, %d.%d. Install it with "
                                "pyshim.install_keras(), in R install_keras(), or in a shell with python -m pyshim "
                                "install keras" % sys.version_info[:2])
    if target.packages not in sys.path:
        sys.path.append(target.packages)  # at the end: the session's own packages take precedence
    finder = repair_imports(name)
    stand_in = sys.modules.pop(name)
    try:
        spec = finder.spec(name, [target.keras])
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    except BaseException:
        for each in [each for each in sys.modules if each == name or each.startswith(name + ".")]:
            del sys.modules[each]
        sys.modules[name] = stand_in
        sys.meta_path.remove(finder)
        raise


def repair_imports(name):
    """Repair Keras's modules, under this name, as they are imported from now on. Returns: the finder that does it."""
    finder = _Finder(name)
    sys.meta_path.insert(0, finder)
    return finder


def repair_half_imported(name):
    """Repair a Keras that is in the middle of importing this package as its backend (``KERAS_BACKEND=pyshim``).

    Modules whose code is still running are repaired when a later module is imported, when they are complete.
    """
    finder = repair_imports(name)
    for each in [each for each in sys.modules if each.startswith(name + ".")]:
        if getattr(sys.modules[each].__spec__, "_initializing", False):
            finder.running.append(each)
        else:
            repairs.after(each[len(name) + 1:], sys.modules[each])


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the modules of Keras and of its companion packages, for a loader that repairs them."""

    def __init__(self, name):
        self.name = name
        self.running = []  # modules that were being imported when the repairs began

    def repair_running(self):
        """Repair the modules that were being imported when the repairs began."""
        while self.running:
            each = self.running.pop()
            repairs.after(each[len(self.name) + 1:], sys.modules[each])

    def find_spec(self, fullname, path=None, target=None):
        if fullname.startswith(self.name + ".") or fullname.split(".")[0] in repairs.COMPANIONS:
            return self.spec(fullname, path)
        return None

    def spec(self, fullname, path):
        """The spec of a module, with a loader that repairs it; None if there is no such module."""
        # In its folder the package is called "keras", whatever name it is imported under.
        found = "keras" if fullname == self.name else fullname
        spec = importlib.machinery.PathFinder.find_spec(found, path)
        if spec is None or not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            return spec
        loader = _Loader(fullname, spec.loader.path)
        loader.finder = self
        within = (fullname + ".").startswith(self.name + ".")  # the companions' names begin with "keras", too
        loader.short = fullname[len(self.name) + 1:] if within else fullname
        return importlib.util.spec_from_file_location(
            fullname, spec.loader.path, loader=loader,
            submodule_search_locations=[os.path.dirname(spec.loader.path)] if spec.submodule_search_locations else None)


class _Loader(importlib.machinery.SourceFileLoader):
    """Runs a module's code in surroundings that the repairs prepare, and then repairs the module."""

    finder = None
    short = None  # the module's name within Keras

    def source_to_code(self, data, path, **options):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # Keras compares numbers by "is", which users cannot change
            return super().source_to_code(data, path, **options)

    def exec_module(self, module):
        self.finder.repair_running()
        with repairs.around(self.short):
            super().exec_module(module)
        repairs.after(self.short, module)
