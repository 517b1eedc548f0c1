"""Snapshots: models that survive their worker.

``fit`` says in which epoch a worker has exited, and a model whose snapshot was kept can be brought back with the values
that it had at the end of the last whole epoch. Its graph is in the session, so on its own backend its variables get
their values again; on another one it is built again.
"""

import functools
import importlib
import inspect
import weakref

from .. import session
from ..errors import ArgumentError, KerasError, TrainingError, naming
from ..messages import Setting
from . import copies
from .copies import State, check_model, copied, current_state, has_lost_its_values, is_built, keras_of, pairs

KEEP = "keep its values by {snapshot()} before training, or load the model from a file"

_kept = weakref.WeakKeyDictionary()  # model -> Snapshot


class Snapshot:
    """The values of a model at the end of its last whole epoch.

    ``epoch`` counts the epochs that were complete, and so is the ``initial_epoch`` to go on with. ``weights`` and
    ``optimizer_weights`` are lists of arrays.
    """

    def __init__(self, model):
        self.take(model, 0)

    def take(self, model, epoch):
        """Take the values that the model has now."""
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
        model: a model of Keras's.
        keep: False to let go of the snapshot, and to keep none from now on.
    Returns: the Snapshot, which is brought up to date by ``fit``: ``epoch``, ``weights`` and ``optimizer_weights``.
    None where ``keep`` is False.

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
    """The snapshot of a model, None where none is kept."""
    return _kept.get(model)


def restore(model, backend=None, custom_objects=None):
    """Bring a model back as it was when its snapshot was taken, after its worker has exited or to go back.

    Arguments:
        model: a model whose snapshot is kept, by ``snapshot``.
        backend: name of the backend to go on with; that of the model by default.
        custom_objects: as of ``to_backend``.
    Returns: the model, the same object; its layers and its optimizer are live again, too. On another backend, tensors
    that were taken from it, such as ``model.output``, have to be taken again.

    Raises ArgumentError where no snapshot is kept, or the model cannot be copied to another backend: see
    ``to_backend``.

    Example:
        >>> K.restore(model).fit(x, y, epochs=9, initial_epoch=4)     # doctest: +SKIP
    """
    with naming("restore"):
        check_model(model)
        if kept(model) is None:
            raise ArgumentError("no snapshot of the model is kept", remedy=KEEP, argument="model")
        has_lost_its_values(model)  # then the backend is started again
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
    """Give the variables of a model the values of a snapshot. Returns: whether the model has the same variables yet."""
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
    """Make a model what its copy is, so that whoever has the model or a layer of it has that of the copy.

    All tensors of the model are gone with its worker. So each object gets the attributes of its counterpart, which
    are consistent among each other, and shares them with it from now on: no object has to be replaced anywhere.
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
    """``fit``, which takes snapshots of a model whose snapshot is kept, and says in which epoch its worker exited."""
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
    """A callback that knows the running epoch, and takes snapshots."""
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
            """The running epoch as the progress bar counts it: "3 of 10"."""
            epochs = (self.params or {}).get("epochs")
            return str(self.running_epoch + 1) + (" of %d" % epochs if epochs else "")

        def _take(self):
            if kept(model) is not None:
                kept(model).take(model, self.running_epoch)
    return Watch()


def _ended(model, watch, error):
    """The error that a model's worker has exited in an epoch."""
    if kept(model) is None:
        remedy = KEEP
    else:
        remedy = "{restore()} brings the model back as it was before that epoch; go on with {setting}"
    return TrainingError("the worker of backend {backend} exited in epoch {epoch}", "{reason}", remedy,
                         backend=model.inputs[0].backend, epoch=watch.epoch_of_all(),
                         reason=error.message.split(". ")[0], setting=Setting("initial_epoch", watch.running_epoch),
                         initial_epoch=watch.running_epoch)
