"""Environments: for each engine an interpreter and pinned packages, kept under the Keras home."""

from .doctor import doctor
from .install import install_backend
from .registry import find, names
from .session_python import session_python

__all__ = ["doctor", "find", "install_backend", "names", "session_python"]
