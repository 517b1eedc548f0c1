"""The backend functions as the session has them: signature and documentation are the contract's."""

import functools
import inspect

import numpy as np

from . import session
from .engines.contract import Contract
from .errors import ArgumentError, naming
from .families import FAMILIES
from .tensors import Tensor


def session_function(name, function):
    """A function of the session, whose errors name it, those of a call that does not fit its signature too."""
    @functools.wraps(function)
    def named(*args, **kwargs):
        with naming(name):
            try:
                return function(*args, **kwargs)
            except TypeError:
                try:
                    inspect.signature(function).bind(*args, **kwargs)
                except TypeError as mismatch:
                    raise ArgumentError(str(mismatch)) from None
                raise
    return named


def backend_function(name):
    """The function that calls the contract's function of that name on the current backend."""
    method = getattr(Contract, name)

    @functools.wraps(method)
    def function(*args, **kwargs):
        return _calls.get(name, session.call)(name, args, kwargs)

    signature = inspect.signature(method)
    function.__signature__ = signature.replace(parameters=list(signature.parameters.values())[1:])
    function.__module__ = "pyshim"
    function.__qualname__ = name
    del function.__wrapped__
    return function


def _variable(name, args, kwargs):
    """The variable, whose constraint stays with the handle: it is the session's to apply."""
    variable = session.call(name, args, kwargs)
    variable.constraint = kwargs.get("constraint", args[3] if len(args) > 3 else None)
    return variable


def _drawing(name, args, kwargs):
    """A function that takes a seed: without one it is drawn from NumPy's generator, as in Keras, so that
    ``np.random.seed()`` in the session makes all draws repeat, whichever process makes them."""
    place = list(inspect.signature(getattr(Contract, name)).parameters).index("seed") - 1  # without self
    if len(args) > place:
        if args[place] is None:
            args = args[:place] + (_new_seed(),) + args[place + 1:]
    elif kwargs.get("seed") is None:
        kwargs = dict(kwargs, seed=_new_seed())
    return session.call(name, args, kwargs)


def _new_seed():
    return int(np.random.randint(10 ** 7))  # as Keras does


def _phase(name, args, kwargs):
    """The chosen expression; Keras asks whether the learning phase, which is fed, has chosen it."""
    result = session.call(name, args, kwargs)
    training = kwargs.get("training", args[2] if len(args) > 2 else None)
    if training is None and isinstance(session.call("learning_phase", (), {}), Tensor):
        result._uses_learning_phase = True
    return result


# Those that do more than call the engine.
_calls = {"variable": _variable, "in_train_phase": _phase, "in_test_phase": _phase}
for _name in (name for names in FAMILIES.values() for name in names):
    if "seed" in inspect.signature(getattr(Contract, _name, object)).parameters:
        _calls[_name] = _drawing
