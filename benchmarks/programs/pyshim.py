"""pyshim, in a worker or, where PYSHIM_IN_PROCESS is set, in process."""

import os

import pyshim

from .backend import Backend


def program(data):
    pyshim.use_backend(os.environ["KERAS_BACKEND"], in_process=bool(os.environ.get("PYSHIM_IN_PROCESS")))
    return Backend(pyshim, data)
