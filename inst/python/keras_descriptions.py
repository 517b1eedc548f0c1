"""Descriptions of Keras objects, their class and settings, for R to print."""

import inspect

import numpy as np


def described(target):
    """The class of an object, and those of its settings that are numbers, strings and the like.

    Optimizers and regularizers have a configuration. For other objects, such as callbacks, the attributes that
    differ from their defaults are shown.
    """
    if hasattr(target, "get_config"):
        settings = target.get_config()
    else:
        names = inspect.signature(type(target).__init__).parameters
        usual = _usual(type(target))
        settings = {name: value for name, value in vars(target).items()
                    if name in names and not _same(value, usual.get(name, inspect.Parameter.empty))}
    return {"class": type(target).__name__,
            "settings": {name: _plain(value) for name, value in settings.items() if _is_plain(value)}}


def entries(configuration):
    """A configuration, and the name of the class that it belongs to."""
    return {"class": configuration._owner.__name__, "config": configuration._config}


def _usual(kind):
    """The attributes that an instance of a class has by default; none if the constructor requires arguments."""
    try:
        return vars(kind())
    except Exception:
        return {}


def _is_plain(value):
    if isinstance(value, (list, tuple)):
        return 0 < len(value) <= 4 and all(isinstance(part, (int, float)) for part in value)
    if isinstance(value, str):
        return len(value) <= 30 and not value.startswith("{")  # a tokenizer's word counts are JSON
    return isinstance(value, (bool, int, float, np.generic))


def _plain(value):
    if isinstance(value, (list, tuple)):
        return list(value)
    value = value.item() if isinstance(value, np.generic) else value
    return float("%.7g" % value) if isinstance(value, float) else value  # an optimizer's settings are float32


def _same(value, default):
    return value is None or type(value) in (bool, int, float, str, list, tuple) and value == default
