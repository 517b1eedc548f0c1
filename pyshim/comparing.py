"""Comparing the values of a graph, or of a model, on several backends."""

import functools
import time

import numpy as np

from . import environments, session
from .contract.moving import moved
from .errors import ArgumentError, GradientError, naming
from .graph.node import ancestors
from .messages import Argument, Type, Value
from .models.copies import check_model, copied, current_state, keras_of
from .tensors import Tensor


class Comparison(list):
    """The rows of a comparison, one dict per backend; ``values`` holds the arrays by backend."""

    def __init__(self, rows, values):
        super().__init__(rows)
        self.values = values

    def __repr__(self):
        lines = ["%-12s %10s %10s %10s" % ("backend", "absolute", "relative", "seconds")]
        lines += ["%-12s %10.1e %10.1e %10.4f" % (row["backend"], row["absolute"], row["relative"], row["seconds"])
                  for row in self]
        return "\n".join(lines)


def compare_backends(outputs, feeds=None, backends=None):
    """Compare a graph's values, or a model's predictions, on several backends.

    Arguments:
        outputs: a tensor, a list of tensors of one backend, or a Keras model.
        feeds: for tensors, the values of placeholders: a dict, or a list of (placeholder, value) pairs. For a model,
            the array of its inputs, or a list of arrays.
        backends: names of the backends; by default that of the tensors or the model, and then all other installed
            ones, except those without gradients if the computation needs some.
    Returns: a list with one dict per backend: "backend"; "absolute", the largest difference from the first backend's
    values; "relative", the same divided by the largest absolute value of the first backend; "seconds", the time of
    one evaluation once the graph is compiled, or the model built. Its attribute ``values`` holds the arrays, a list for
    a list of tensors. Variables have their current values on every backend; updates are not carried out. Each backend
    gets a copy of a model (see ``to_backend``), so the model itself does not change. Random tensors differ by engine.

    Raises ArgumentError for anything else, or a model that cannot be copied; UnknownBackendError or
    NotInstalledError for a backend; GradientError if a named backend lacks the gradients that are needed.

    Example:
        >>> x = K.placeholder((None, 3))
        >>> [row["backend"] for row in K.compare_backends(K.exp(x), {x: [[1., 2., 3.]]}, ["numpy"])]
        ['numpy']
    """
    with naming("compare_backends"):
        if keras_of(outputs) is not None:
            check_model(outputs)
            return _of_models(outputs, feeds, backends)
        return _of_graphs(outputs, feeds, backends)


# -- graphs -------------------------------------------------------------------------------------------------

def _of_graphs(outputs, feeds, backends):
    tensors = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
    for i, tensor in enumerate(tensors):
        if not isinstance(tensor, Tensor):
            raise ArgumentError("{argument} must be a tensor, a list of tensors or a Keras model, not {value}",
                                argument="outputs" if tensor is outputs else Argument("outputs", i), value=Type(tensor))
    if not tensors:
        raise ArgumentError("{argument} holds no tensor", argument="outputs")
    pairs = _pairs(feeds)
    placeholders, fed = [pair[0] for pair in pairs], [pair[1] for pair in pairs]

    def compiled():
        function = _function(session.current_host().contract, placeholders, tensors)
        single = tensors[0] is outputs
        return lambda: function.results(fed)[0] if single else function.results(fed)
    return _compared(_names(tensors[0].backend, backends), compiled, skipped=GradientError if backends is None else ())


def _pairs(feeds):
    pairs = list(feeds.items()) if isinstance(feeds, dict) else feeds or []
    for i, pair in enumerate(pairs):
        if not isinstance(pair, (list, tuple)) or len(pair) != 2 or not isinstance(pair[0], Tensor):
            raise ArgumentError("{argument} must be a (placeholder, value) pair, not {value}",
                                argument=Argument("feeds", i), value=Value(pair))
    return pairs


def _function(contract, placeholders, tensors):
    """A function, on a contract, that computes the tensors from the placeholders."""
    theirs = tensors[0].graph.contract
    for tensor in placeholders + tensors:
        theirs.need_own(tensor)
    tensors = [theirs.to_dense(tensor) for tensor in tensors]
    variables = [node for node in ancestors(placeholders + tensors) if node.kind == "variable" and node.parts is None]
    values = theirs.host.get_values(variables)
    with contract.outside_scopes():
        now = moved(placeholders + tensors, contract, {x: contract.variable(value, x.dtype, x.name)
                                                       for x, value in zip(variables, values)})
    return contract.function([now[each] for each in placeholders], [now[each] for each in tensors])


# -- models -------------------------------------------------------------------------------------------------

def _of_models(model, x, backends):
    own = model.inputs[0].backend if model.inputs else None
    state = current_state(model)
    return _compared(_names(own, backends), lambda: functools.partial(copied(model, state, compiled=False).predict, x))


# -- tables -------------------------------------------------------------------------------------------------

def _compared(names, made, skipped=()):
    """Compare backends.

    Arguments: names, the backends' names; made, a function that builds, on the current backend, a function that
    returns the values; skipped, the error types on which a backend is left out.
    """
    rows, values = [], {}
    for name in names:
        with session.select(name, False, False, None, []):
            try:
                run = made()
            except skipped:
                continue
            values[name] = run()
            start = time.perf_counter()
            run()
            rows.append({"backend": name, "seconds": time.perf_counter() - start})
    first = _arrays(values[rows[0]["backend"]])
    for row in rows:
        row["absolute"], row["relative"] = _differences(first, _arrays(values[row["backend"]]))
    return Comparison(rows, values)


def _names(own, backends):
    if isinstance(backends, str):
        return [backends]
    if backends is not None:
        names = list(dict.fromkeys(backends))
        if not names:
            raise ArgumentError("{argument} names no backend", argument="backends")
        return names
    installed = [name for name in environments.names() if environments.find(name).is_installed()]
    return [own] + [name for name in installed if name != own]


def _arrays(values):
    """The values of all outputs, in float64."""
    return [np.asarray(each, "float64") for each in (values if isinstance(values, list) else [values])]


def _differences(first, other):
    """The largest difference, and that divided by the largest absolute value. A nan equals a nan."""
    differences = np.concatenate([np.where((a == b) | np.isnan(a) & np.isnan(b), 0, np.abs(a - b)).ravel()
                                  for a, b in zip(first, other)] or [np.zeros(0)])
    largest = float(differences.max()) if differences.size else 0.
    scale = max([float(np.nanmax(np.abs(a))) for a in first if a.size] or [0.])
    return largest, largest / scale if largest else 0.
