"""How errors in Python are reported to R."""

import re
import traceback

import keras_mistakes as mistakes

from pyshim import errors


class Failure:
    """What a call returns instead of raising; R makes a condition from ``fields``."""

    def __init__(self, error):
        if isinstance(error, errors.EngineError):
            told = mistakes.told_of_engine(error)
        else:
            told = error if isinstance(error, errors.KerasError) else _foreign(error)
        self.fields = dict(told.to_data(), kind=["interrupt"] if isinstance(error, KeyboardInterrupt) else _kinds(told))
        self.fields["fields"] = _unsimplified(self.fields["fields"])


def _foreign(error):
    """A foreign error as one of ours: its last line is the message, and its traceback is kept."""
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    words = lines[-1].strip()
    said = " ".join(map(str, error.args))
    if isinstance(error, ValueError) and _raised_by_keras(error):
        words = said  # Keras's own words on what is wrong with an argument
    told = mistakes.told(error, said) or errors.KerasError("{words}", words=words)
    told.native = "".join(lines)
    return told


def _raised_by_keras(error):
    last = error.__traceback__
    while last.tb_next:
        last = last.tb_next
    return last.tb_frame.f_globals.get("__name__", "").startswith(("pyshim.keras.", "keras_preprocessing."))


def _unsimplified(data):
    """Plain data, its lists as tuples: reticulate converts those to R lists, never to vectors."""
    if isinstance(data, dict):
        return {key: _unsimplified(part) for key, part in data.items()}
    return tuple(map(_unsimplified, data)) if isinstance(data, (list, tuple)) else data


def _kinds(error):
    """The condition's classes without their prefix, the most specific one first: "shape" of ShapeError."""
    if type(error) is errors.KerasError:
        return ["python"]
    names = [re.sub("Error$", "", each.__name__) for each in type(error).__mro__
             if issubclass(each, errors.KerasError) and each is not errors.KerasError]
    return [re.sub("(?<=[a-z])(?=[A-Z])", "_", name).lower() for name in names]
