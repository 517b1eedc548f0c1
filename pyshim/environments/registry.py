"""The registered backends: entry points of the group ``pyshim.backends``.

This package's own are listed in ``entry_points.txt``, to which setup.cfg refers: in a checkout, or inside the R
package, there is no package metadata. Other packages add theirs by their own metadata.
"""

import configparser
import functools
import importlib.metadata
import os

from ..errors import UnknownBackendError, unknown

GROUP = "pyshim.backends"


def names():
    """The registered names, this package's first. Returns: a list of strings."""
    return list(_entry_points())


@functools.lru_cache(maxsize=None)
def find(name):
    """The environment of a backend. Raises UnknownBackendError for a name that is not registered.

    Nothing is imported in that case.
    """
    points = _entry_points()
    if name not in points:
        raise unknown(UnknownBackendError, "backend", name, list(points))
    return points[name].load()()


def _entry_points():
    """The entry points by name."""
    ours = configparser.ConfigParser()
    ours.read(os.path.join(os.path.dirname(os.path.abspath(__file__)), "entry_points.txt"), encoding="utf-8")
    points = {name: importlib.metadata.EntryPoint(name, value, GROUP) for name, value in ours.items(GROUP)}
    for point in _of_other_packages():
        points.setdefault(point.name, point)
    return points


def _of_other_packages():
    found = importlib.metadata.entry_points()
    # Python 3.8 and 3.9 return a dict.
    return found.select(group=GROUP) if hasattr(found, "select") else found.get(GROUP, ())
