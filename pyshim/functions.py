"""The session's backend functions; their signatures and documentation are the contract's."""

import functools
import inspect

from . import session
from .contract import Contract
from .errors import fitting, naming


def session_function(name, function):
    """A session function whose errors name it, including those of calls that do not fit its signature."""
    @functools.wraps(function)
    def named(*args, **kwargs):
        with naming(name), fitting(function, args, kwargs):
            return function(*args, **kwargs)
    return named


def backend_function(name):
    """A function that calls the contract's function of that name on the current backend."""
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
