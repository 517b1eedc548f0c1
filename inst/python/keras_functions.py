"""R functions as Python functions."""

import threading

import keras_interrupts as interrupts
import numpy as np

from pyshim.errors import ArgumentError


class RJumpError(Exception):
    """An R function called from Python made a non-local jump. R resumes the jump when the call has returned."""


class RFunction:
    """An R function as a Python function. ``respond`` takes the list of arguments and the names of the last of them,
    and returns the result in a list, or an empty list if the function made a non-local jump."""

    def __init__(self, respond):
        self.respond = respond
        self.thread = threading.get_ident()  # R's own: R ends the process if another one calls it

    def __call__(self, *args, **kwargs):
        if threading.get_ident() != self.thread:
            raise ArgumentError("an R function was called from a thread that Keras started, and R has only one thread",
                                remedy="give `workers = 0`, so that Keras starts none")
        with interrupts.in_r():
            answer = self.respond([*args, *kwargs.values()], list(kwargs))
        if not answer:
            raise RJumpError("an R function has jumped elsewhere")
        value = answer[0]
        # An array shares R's memory, which Keras must not write to: it scales images in place.
        return value.copy() if isinstance(value, np.ndarray) and not value.flags.writeable else value


def calls_r(target):
    """Whether an object calls R: it is an R function, or one is among its attributes, as ``preprocessing_function``
    is among those of the ``image_data_generator`` of a flow of images. Functions and generators that reticulate makes
    of R functions count, too.
    """
    parts = [target, *_attributes(target), *_attributes(getattr(target, "image_data_generator", None))]
    return any(isinstance(part, RFunction) or _is_of_reticulate(part) for part in parts)


def _attributes(target):
    return getattr(target, "__dict__", {}).values()


def _is_of_reticulate(part):
    return any(str(getattr(owner, "__module__", "")).startswith("rpytools") for owner in (part, type(part)))
