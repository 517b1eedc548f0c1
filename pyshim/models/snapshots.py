"""Snapshots: how models survive the exit of their worker.

``fit`` says in which epoch a worker has exited, and a model with a snapshot can be restored to its values at the end
of the last complete epoch. Its graph is in the session, so on its own backend the values of its variables are set
again; on another backend the model is rebuilt.
"""

import functools
import importlib
import inspect
import weakref

from .. import session
from ..errors import ArgumentError, KerasError, TimeoutError, TrainingError, TrainingTimeoutError, naming
from ..messages import Setting
from . import copies
from .copies import State, check_model, copied, current_state, has_lost_its_values, is_built, keras_of, pairs

KEEP = "keep its values by {snapshot()} before training, or load the model from a file"

_kept = weakref.WeakKeyDictionary()  # model -> Snapshot


class Snapshot:
    """The values of a model at the end of its last complete epoch.

    ``epoch`` is the number of complete epochs, and so the ``initial_epoch`` to resume from. ``weights`` and
    ``optimizer_weights`` are lists of arrays.
    """

    def __init__(self, model):
        self.take(model, 0)

    def take(self, model, epoch):
        """Take the current values of the model."""
        others = _others(model)
        values = keras_of(model).backend.batch_get_value(others)
        self.others = [(weakref.ref(x), value) for x, value in zip(others, values)]
        self.state, self.epoch = State(model), epoch

    @property
    def weights(self):
        return self.state.weights

    @property
    def optimizer_weights(self):
        return self.state.optimizer_weights

    def __repr__(self):
        return "<snapshot of %d weights after %d epochs>" % (len(self.weights), self.epoch)


def snapshot(model, keep=True):
    """Keep the values of a model in the session's memory, now and at the end of each epoch of ``fit``.

    Arguments:
        model: a Keras model.
        keep: False to discard the snapshot and take none from now on.
    Returns: the Snapshot, which ``fit`` updates: ``epoch``, ``weights`` and ``optimizer_weights``. None if ``keep`` is
    False.

    Example:
        >>> kept = K.snapshot(model)                                  # doctest: +SKIP
    """
    with naming("snapshot"):
        check_model(model)
        if not keep:
            return _kept.pop(model, None) and None
        current_state(model)  # refuses a model without weights, or whose worker has exited
        if model not in _kept:
            _kept[model] = Snapshot(model)
        else:
            _kept[model].take(model, 0)
        return _kept[model]


def kept(model):
    """The snapshot of a model, or None if none is kept."""
    return _kept.get(model)


def restore(model, backend=None, custom_objects=None):
    """Restore a model to its snapshot, after its worker has exited or to undo training.

    Arguments:
        model: a model whose snapshot is kept, by ``snapshot``.
        backend: name of the backend to continue on; the model's own by default.
        custom_objects: as for ``to_backend``.
    Returns: the same model object; its layers and its optimizer are usable again, too. On another backend, tensors
    that were taken from it, such as ``model.output``, have to be read again.

    Raises ArgumentError if no snapshot is kept, or the model cannot be copied to another backend: see ``to_backend``.

    Example:
        >>> K.restore(model).fit(x, y, epochs=9, initial_epoch=4)     # doctest: +SKIP
    """
    with naming("restore"):
        check_model(model)
        if kept(model) is None:
            raise ArgumentError("no snapshot of the model is kept", remedy=KEEP, argument="model")
        has_lost_its_values(model)  # this check restarts the backend if so
        name = model.inputs[0].backend if backend is None else backend
        with session.select(name, False, False, None, []):
            if name != model.inputs[0].backend or not _revived(model, kept(model)):
                _become(model, copied(model, kept(model).state, custom_objects))
    return model


def _others(model):
    """The variables that a model computes with, besides its weights and its optimizer's."""
    known = {*model.weights, *getattr(model.optimizer, "weights", ())}
    return [x for x in copies.variables(model) if x not in known]


def _revived(model, snapshot):
    """Set a model's variables to a snapshot's values. Returns: whether the model still has the same variables."""
    graph, state = model.inputs[0].graph, snapshot.state
    values = [(ref(), value) for ref, value in snapshot.others]
    values += zip(getattr(model.optimizer, "weights", ()), state.optimizer_weights)
    given = {*model.weights, *(x for x, _ in values)}
    if graph.contract.graph is not graph or not given.issuperset(_others(model)) \
            or len(getattr(model.optimizer, "weights", ())) != len(state.optimizer_weights):
        return False
    model.set_weights(state.weights)
    keras_of(model).backend.batch_set_value([(x, value) for x, value in values if x is not None])
    return True


def _become(model, new):
    """Turn a model into its copy, in place, so that references to the model or its layers stay valid.

    The model's tensors are lost with its worker. So each object gets the attributes of its counterpart in the copy,
    which are consistent with each other, and shares them from now on: no reference has to be replaced anywhere.
    """
    history = vars(model).get("history")
    optimizers = getattr(model, "optimizer", None), getattr(new, "optimizer", None)
    for old_part, new_part in [*pairs(model, new), optimizers]:
        if old_part is not None:
            attributes, shared = dict(vars(new_part)), vars(old_part)
            shared.clear()
            shared.update(attributes)
            new_part.__dict__ = shared
    if history is not None:
        model.history = history


# -- fit() --------------------------------------------------------------------------------------------------

def watched(fit):
    """A ``fit`` that updates the snapshot of a model that has one, and says in which epoch a worker has exited."""
    places = list(inspect.signature(fit).parameters)

    @functools.wraps(fit)
    def call(self, *args, **kwargs):
        def given(name, default):
            place = places.index(name) - 1
            return args[place] if place < len(args) else kwargs.get(name, default)
        callbacks = given("callbacks", None) or []
        if not isinstance(callbacks, (list, tuple)) or any(hasattr(each, "running_epoch") for each in callbacks):
            return fit(self, *args, **kwargs)  # fit() calls fit_generator()
        watch = _watch(self, given("initial_epoch", 0))
        place = places.index("callbacks") - 1
        if place < len(args):
            args = (*args[:place], [*callbacks, watch], *args[place + 1:])
        else:
            kwargs["callbacks"] = [*callbacks, watch]
        try:
            return fit(self, *args, **kwargs)
        except KerasError as error:
            if not is_built(self) or not has_lost_its_values(self):
                raise
            raise _ended(self, watch, error) from error
    return call


def _watch(model, epoch):
    """A callback that tracks the current epoch and takes snapshots."""
    class Watch(importlib.import_module(keras_of(model).__name__ + ".callbacks").Callback):
        running_epoch = epoch

        def on_train_begin(self, logs=None):
            self._take()

        def on_epoch_begin(self, epoch, logs=None):
            self.running_epoch = epoch

        def on_epoch_end(self, epoch, logs=None):
            self.running_epoch = epoch + 1
            try:
                self._take()
            except KerasError:
                self.running_epoch = epoch
                raise

        def epoch_of_all(self):
            """The current epoch as the progress bar counts it: "3 of 10"."""
            epochs = (getattr(self, "params", None) or {}).get("epochs")  # Keras sets it once the data are there
            return str(self.running_epoch + 1) + (" of %d" % epochs if epochs else "")

        def _take(self):
            if kept(model) is not None:
                kept(model).take(model, self.running_epoch)
    return Watch()


def _ended(model, watch, error):
    """The error that a model's worker has exited during an epoch."""
    if kept(model) is None:
        remedy = KEEP
    else:
        remedy = "{restore()} brings the model back as it was before that epoch; go on with {setting}"
    kind = TrainingTimeoutError if isinstance(error, TimeoutError) else TrainingError
    return kind("the worker of backend {backend} exited in epoch {epoch}", "{reason}", remedy,
                backend=model.inputs[0].backend, epoch=watch.epoch_of_all(), reason=error.message.split(". ")[0],
                setting=Setting("initial_epoch", watch.running_epoch), initial_epoch=watch.running_epoch)
