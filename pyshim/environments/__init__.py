"""Environments: an interpreter and pinned packages for each engine, kept under the Keras home."""

from .doctor import doctor
from .install import download_needed, install_backend, pinned_version
from .registry import find, names
from .session_python import install_numpy, numpy_needed, session_python

__all__ = ["doctor", "download_needed", "find", "install_backend", "install_numpy", "names", "numpy_needed",
           "pinned_version", "session_python"]
