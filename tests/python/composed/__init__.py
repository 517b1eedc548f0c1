"""Engines that use the default composition of every kernel that has one, for ``pytest --composed``."""

from pyshim.engines.kernels import default_compositions

ENGINES = {"numpy": "composed.numpy:Engine", "tensorflow": "composed.tensorflow:Engine"}


def composed(kernels):
    """Returns: a subclass of a class of kernels, with the default compositions instead of the class's own kernels."""
    return type("Composed", (kernels,), default_compositions())
