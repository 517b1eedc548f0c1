"""Find the kernels that an op of this package computes, by inspecting their code; used for docs/conformance.md."""

import functools
import inspect
import itertools

from . import kernels

PACKAGE = __name__.split(".")[0]


def own_kernels(engine):
    """Returns: the names of an engine's kernels, and "loop", that use an ``is_own`` object, directly or indirectly."""
    functions = {name: getattr(engine.kernels, name) for name in kernels.kernel_names()}
    functions["loop"] = engine.loop
    return sorted(name for name, function in functions.items()
                  if _uses(function, functools.partial(engine.is_own, kernel=name), engine.kernels, set()))


def _uses(thing, is_own, used, seen):
    thing = getattr(thing, "__func__", thing)
    if id(thing) in seen:
        return False
    seen.add(id(thing))
    if is_own(thing):
        return True
    if not (inspect.isfunction(thing) and (thing.__module__ or "").split(".")[0] == PACKAGE):
        return False
    others = itertools.chain(_referred_to(thing), _composed(thing, used))
    return any(_uses(other, is_own, used, seen) for other in others)


def _composed(function, used):
    """Yield the kernels that a default composition uses."""
    if function.__module__.startswith(kernels.__name__ + "."):
        for name in _names(function):
            if hasattr(kernels.Kernels, name):
                yield getattr(used, name)


def _names(function):
    """Returns: the names of globals and attributes used in a Python function and in the functions defined in it."""
    names, codes = set(), [function.__code__]
    while codes:
        code = codes.pop()
        names.update(code.co_names)
        codes.extend(constant for constant in code.co_consts if inspect.iscode(constant))
    return names


def _referred_to(function):
    """Yield what a Python function refers to: globals, closure variables, and attributes of modules."""
    yield from [cell.cell_contents for cell in function.__closure__ or ()]
    names, modules = _names(function), []
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
