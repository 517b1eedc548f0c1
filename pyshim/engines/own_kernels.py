"""Which kernels an op of this package computes: read from the kernels themselves, for docs/conformance.md."""

import functools
import inspect

from .kernels import Kernels

PACKAGE = __name__.split(".")[0]


def own_kernels(engine):
    """The names of an engine's kernels, and "loop", that use something that ``is_own``, directly or by functions."""
    functions = {name: getattr(engine.kernels, name) for name in dir(Kernels) if not name.startswith("_")}
    functions["loop"] = engine.loop
    return sorted(name for name, function in functions.items()
                  if _uses(function, functools.partial(engine.is_own, kernel=name), set()))


def _uses(thing, is_own, seen):
    thing = getattr(thing, "__func__", thing)
    if id(thing) in seen:
        return False
    seen.add(id(thing))
    if is_own(thing):
        return True
    if not (inspect.isfunction(thing) and (thing.__module__ or "").split(".")[0] == PACKAGE):
        return False
    return any(_uses(other, is_own, seen) for other in _referred_to(thing))


def _referred_to(function):
    """What a function of Python refers to: its globals, what it has closed over, and attributes of modules."""
    closed = [cell.cell_contents for cell in function.__closure__ or ()]
    yield from closed
    names, codes = set(), [function.__code__]
    while codes:
        code = codes.pop()
        names.update(code.co_names)
        codes.extend(constant for constant in code.co_consts if inspect.iscode(constant))
    modules = []
    for name in names:
        if name in function.__globals__:
            value = function.__globals__[name]
            if inspect.ismodule(value):
                modules.append(value)
            else:
                yield value
    for module in modules:
        for name in names:
            if hasattr(module, name):
                yield getattr(module, name)
