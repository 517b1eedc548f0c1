"""The backend functions as the session has them: signature and documentation are the contract's."""

import functools
import inspect

from . import session
from .contract import Contract
from .errors import fitting, naming


def session_function(name, function):
    """A function of the session, whose errors name it, those of a call that does not fit its signature too."""
    @functools.wraps(function)
    def named(*args, **kwargs):
        with naming(name), fitting(function, args, kwargs):
            return function(*args, **kwargs)
    return named


def backend_function(name):
    """The function that calls the contract's function of that name on the current backend."""
    method = getattr(Contract, name)
    call = session.call_here if getattr(method, "takes_any_backend", False) else session.call

    @functools.wraps(method)
    def function(*args, **kwargs):
        return call(name, args, kwargs)

    signature = inspect.signature(method)
    function.__signature__ = signature.replace(parameters=list(signature.parameters.values())[1:])
    function.__module__ = "pyshim"
    function.__qualname__ = name
    del function.__wrapped__
    return function
