"""What R can do without NumPy: list backends, report the settings, install.

``keras_bridge`` offers these functions in R's own Python. If that Python has no NumPy, R runs this file as

    python keras_setup.py RESULT FUNCTION ARGUMENTS

in a separate process. ARGUMENTS is a JSON object. The answer is written to the file RESULT as JSON: either the
"value", or the error as "failure". Anything printed meanwhile is for the user.
"""

import json
import os
import signal
import sys

from keras_failure import Failure

import pyshim
from pyshim import config, environments, errors, session


def backend():
    """The name of the current backend."""
    return session.backend()


def list_backends():
    """The registered backends and their states."""
    return session.list_backends()


def backend_info(name):
    """What list_backends() returns for a backend, and where its engine runs."""
    with errors.naming("backend_info"):
        environments.find(name)
    info = next(standing for standing in session.list_backends() if standing["backend"] == name)
    host = next((host for host in session.started() if host.backend == name), None)
    info.update(host=host and host.where, pid=getattr(host, "pid", host and os.getpid()))
    return info


def settings():
    """The settings that apply to all backends, and this session's Python."""
    own = environments.session_python()
    return {"home": config.home(), "file": config.path(), "backend": session.backend(),
            "floatx": config.floatx(), "epsilon": config.epsilon(),
            "image_data_format": config.image_data_format(), "python": own["python"],
            "python_version": own["python_version"], "numpy": own["numpy"]}


def main(result, function, arguments):
    """Call a function and write its answer to a file."""
    target = globals().get(function) or getattr(environments, function, None) or getattr(pyshim, function)
    try:
        answer = {"value": target(**json.loads(arguments))}
    except (errors.KerasError, KeyboardInterrupt) as error:
        answer = {"failure": Failure(error).fields}
    with open(result, "w", encoding="utf-8") as file:
        json.dump(answer, file)


if __name__ == "__main__":
    # A shell has started this process in the background, where interrupts are ignored. R sends one to end it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    main(*sys.argv[1:])
