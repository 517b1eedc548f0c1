"""The same model on several backends: whether their predictions agree."""

import time

import numpy as np

from .. import environments, session
from ..errors import ArgumentError, naming
from ..messages import Type
from .copies import check_model, copied, current_state, keras_of


class Comparison(list):
    """The rows of a comparison, a dict for each backend; ``predictions`` are the arrays by backend."""

    def __init__(self, rows, predictions):
        super().__init__(rows)
        self.predictions = predictions

    def __repr__(self):
        lines = ["%-12s %10s %10s %10s" % ("backend", "absolute", "relative", "seconds")]
        lines += ["%-12s %10.1e %10.1e %10.4f" % (row["backend"], row["absolute"], row["relative"], row["seconds"])
                  for row in self]
        return "\n".join(lines)


def compare_backends(model, x, backends=None):
    """Compare what backends make of the same thing: a model's predictions.

    Arguments:
        model: a model of Keras's.
        x: the array of its inputs, or a list of arrays.
        backends: names of the backends; by default the model's own, and then all others that are installed.
    Returns: a list with a dict for each backend: "backend"; "absolute", the largest difference from the first one's
    predictions; "relative", the same divided by the largest absolute value of the first one's predictions; "seconds",
    the time of a prediction once the model is built. Its attribute ``predictions`` has the arrays. Each backend gets a
    copy of the model (see ``to_backend``), so the model itself stays as it is.

    Raises ArgumentError for a model that cannot be copied, UnknownBackendError and NotInstalledError for a backend.

    Example:
        >>> K.compare_backends(model, x)                              # doctest: +SKIP
    """
    with naming("compare_backends"):
        if keras_of(model) is not None:
            check_model(model)
            return _of_models(model, x, backends)
        raise ArgumentError("{argument} must be a model of Keras's, not {value}", argument="model", value=Type(model))


def _of_models(model, x, backends):
    own = model.inputs[0].backend if model.inputs else None
    state = current_state(model)
    rows, predictions = [], {}
    for name in _names(own, backends):
        with session.select(name, False, False, None, []):
            copy = copied(model, state, compiled=False)
            predictions[name] = copy.predict(x)
            start = time.perf_counter()
            copy.predict(x)
            rows.append({"backend": name, "seconds": time.perf_counter() - start})
    first = _arrays(predictions[rows[0]["backend"]])
    for row in rows:
        row["absolute"], row["relative"] = _differences(first, _arrays(predictions[row["backend"]]))
    return Comparison(rows, predictions)


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


def _arrays(prediction):
    """The predictions of all outputs, in float64."""
    return [np.asarray(each, "float64") for each in (prediction if isinstance(prediction, list) else [prediction])]


def _differences(first, other):
    """The largest difference, and the same divided by the largest absolute value. Where both are nan, they agree."""
    differences = np.concatenate([np.where((a == b) | np.isnan(a) & np.isnan(b), 0, np.abs(a - b)).ravel()
                                  for a, b in zip(first, other)] or [np.zeros(0)])
    largest = float(differences.max()) if differences.size else 0.
    scale = max([float(np.nanmax(np.abs(a))) for a in first if a.size] or [0.])
    return largest, largest / scale if largest else 0.
