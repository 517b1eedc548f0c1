"""Patches for Keras 2.3.1 on a new Python, NumPy or h5py, and on a backend that is not one of its own.

Each repair belongs to one module of Keras and says why it is needed. ``around`` lists those that must be in place
while a module's code runs; they are undone afterwards. ``after`` lists those that change the module itself. Once Keras
has been imported, nothing outside of it remains changed.
"""

import collections
import collections.abc
import contextlib
import functools
import inspect
import io
import os
import random
import statistics
import sys
import types

import numpy as np

import pyshim

from .. import config, session
from ..contract.branches import is_step
from ..errors import ArgumentError, BackendMismatchError, StaleTensorError
from ..hosts.postponing import postponing
from ..messages import Choices, Value
from . import (
    constructed,
    copies,
    damaged,
    downloads,
    given,
    hdf5,
    lambdas,
    names,
    posts,
    snapshots,
    tensorboard,
    training,
)

COMPANIONS = ("keras_preprocessing", "keras_applications")  # packages that Keras consists of, besides itself

_around, _after = {}, {}


def _repair(table, *modules):
    def register(function):
        for module in modules:
            table.setdefault(module, []).append(function)
        return function
    return register


@contextlib.contextmanager
def around(module):
    """A context with the surroundings that a module's code needs; ``module`` is its name within Keras."""
    with contextlib.ExitStack() as stack:
        for repair in _around.get(module, ()):
            stack.enter_context(repair())
        yield


def after(name, module):
    """Repair a module whose code has run."""
    for repair in _after.get("*", []) + _after.get(name, []):
        repair(module)


@contextlib.contextmanager
def _entry(mapping, key, value):
    """A context in which the mapping has this value for the key."""
    there, before = key in mapping, mapping.get(key)
    mapping[key] = value
    try:
        yield
    finally:
        if there:
            mapping[key] = before
        else:
            del mapping[key]


# -- Python ---------------------------------------------------------------------------------------------

@_repair(_around, "callbacks.callbacks")
@contextlib.contextmanager
def iterable_in_collections():
    """``from collections import Iterable``: since Python 3.10 it is only in collections.abc."""
    if hasattr(collections, "Iterable"):
        yield
        return
    collections.Iterable = collections.abc.Iterable
    try:
        yield
    finally:
        del collections.Iterable


@_repair(_after, "engine.training_utils")
def abstract_classes_of_collections(module):
    """``collections.Mapping`` and others at run time: since Python 3.10 they are only in collections.abc."""
    module.collections = types.SimpleNamespace(**{**vars(collections.abc), **vars(collections)})


@_repair(_after, "keras_preprocessing.sequence")
def random_seeds_of_skipgrams(module):
    """``random.randint(0, 10e6)``: Python 3.12 refuses floats."""
    module.random = _with(random, randint=lambda low, high: random.randint(int(low), int(high)))


# -- NumPy ----------------------------------------------------------------------------------------------

class _OldNames(types.ModuleType):
    """NumPy with the names that NumPy 2 has removed."""

    old = {"Inf": "inf", "string_": "bytes_", "unicode_": "str_", "float_": "float64", "product": "prod"}

    def __getattr__(self, name):
        return getattr(np, self.old.get(name, name))


_numpy = _OldNames("numpy")


def _with(module, **others):
    """A module like this one, but with other functions under some names."""
    class Changed(types.ModuleType):
        def __getattr__(self, name):
            return getattr(module, name)
    changed = Changed(module.__name__)
    vars(changed).update(others)
    return changed


@_repair(_after, "callbacks.callbacks", "utils.io_utils", "keras_preprocessing.sequence")
def names_that_numpy_dropped(module):
    """``np.Inf``, ``np.string_`` and ``np.unicode_``: NumPy 2 has other names for them."""
    module.np = _numpy


@_repair(_after, "datasets.imdb", "datasets.reuters")
def sequences_of_different_lengths(module):
    """``np.array()`` of lists of different lengths: since NumPy 1.24 that requires ``dtype=object``."""
    def array(values):
        if isinstance(values[0] if len(values) else None, (list, np.ndarray)):
            made = np.empty(len(values), object)
            for i, value in enumerate(values):
                made[i] = value
            return made
        return np.array(values)
    module.np = _with(np, array=array)


def _wide(value):
    """A floating scalar in float64. Its product with an integer was of that dtype before NumPy 2."""
    is_scalar = isinstance(value, (np.generic, np.ndarray)) and not value.ndim
    return np.float64(value) if is_scalar and value.dtype.kind == "f" else value


@_repair(_after, "callbacks.callbacks")
def averages_of_epochs(module):
    """The loss of an epoch, which the history holds: NumPy 2 would sum it up in float32, which JSON cannot hold."""
    count = module.BaseLogger.on_batch_end

    @functools.wraps(count)
    def on_batch_end(self, batch, logs=None):
        count(self, batch, {name: value if name in self.stateful_metrics else _wide(value)
                            for name, value in (logs or {}).items()})
    module.BaseLogger.on_batch_end = on_batch_end


@_repair(_after, "utils.generic_utils")
def averages_of_bars(module):
    """The same for the averages that a progress bar shows."""
    update = module.Progbar.update

    @functools.wraps(update)
    def updated(self, current, values=None):
        update(self, current, [(name, _wide(value)) for name, value in values or ()])
    module.Progbar.update = updated


# -- the backend ----------------------------------------------------------------------------------------

@_repair(_around, "backend.load_backend")
@contextlib.contextmanager
def external_backend():
    """Keras takes its backend from KERAS_BACKEND, and reads and writes keras.json, which this package handles."""
    config.floatx()  # reads keras.json now, while KERAS_HOME is the user's
    with _entry(os.environ, "KERAS_HOME", os.devnull), _entry(os.environ, "KERAS_BACKEND", "pyshim"), \
            contextlib.redirect_stderr(io.StringIO()):  # "Using pyshim backend."
        yield


@_repair(_around, "engine.saving", "utils.test_utils")
@contextlib.contextmanager
def without_tensorflow():
    """These modules import TensorFlow if the session has it, for files on a remote file system."""
    with _entry(sys.modules, "tensorflow", sys.modules.get("tensorflow")):  # None: it cannot be imported
        yield


SETTINGS = ("epsilon", "set_epsilon", "floatx", "set_floatx", "image_data_format", "set_image_data_format",
            "cast_to_floatx", "symbolic", "eager")


@_repair(_after, "backend.common", "backend.load_backend", "backend")
def one_set_of_settings(module):
    """Keras keeps its own epsilon, floatx and data format; this makes it use this package's."""
    for name in SETTINGS:
        setattr(module, name, getattr(pyshim, name))
    # Layers call it with the argument of their own constructors, whose name an error has to say.
    module.normalize_data_format = functools.partial(config.standard_data_format, argument="data_format")
    module.image_dim_ordering, module.set_image_dim_ordering = image_dim_ordering, set_image_dim_ordering


DIM_ORDERINGS = {"th": "channels_first", "tf": "channels_last"}


def image_dim_ordering():
    """The earlier name of ``image_data_format``. Returns: "th" for channels first, "tf" for channels last."""
    return next(name for name, data_format in DIM_ORDERINGS.items() if data_format == pyshim.image_data_format())


def set_image_dim_ordering(dim_ordering):
    """The earlier name of ``set_image_data_format``.

    Argument: dim_ordering, "th" for channels first or "tf" for channels last. Raises ArgumentError for others.
    """
    if dim_ordering not in DIM_ORDERINGS:
        raise ArgumentError('{argument} must be "th" or "tf", not {value}', argument="dim_ordering",
                            value=Value(dim_ordering))
    pyshim.set_image_data_format(DIM_ORDERINGS[dim_ordering])


@_repair(_after, "backend")
def functions_of_some_backends(module):
    """Functions that Keras imports only for one of its own backends."""
    for name in ("clear_session", "get_session", "set_session", "manual_variable_initialization",
                 "pattern_broadcast", "reset_uids"):
        setattr(module, name, getattr(pyshim, name))
    module.backend = _backend_of(module.__name__.rpartition(".")[0])


@_repair(_after, "backend")
def scalars_of_tensors(module):
    """Scalars, such as the learning rate's value, are NumPy scalars in the original: ``round()`` accepts them."""
    for name in ("eval", "get_value", "batch_get_value"):
        function = getattr(module, name)
        setattr(module, name, functools.wraps(function)(training.with_scalars(function)))


# Modules of Keras where K.backend() returns "tensorflow", to avoid detours that its other backends need.
AS_TENSORFLOW = (
    "layers.core",      # Lambda infers its output shape by calling its function
    "engine.saving",    # kernels are stored for cross-correlation, as with TensorFlow
    "engine.network",   # the same, in a model's description
    "metrics",          # Precision and Recall of the top k predictions
)


def _backend_of(keras):
    """The function ``backend``: users get the engine's name, Keras's own modules the name that avoids detours.

    Its companion packages count as its own: on Theano keras_applications would flip the kernels that it has loaded.
    """
    def backend():
        """The name of the current backend. Returns: a string."""
        frame = sys._getframe(1)
        caller = frame.f_globals.get("__name__", "")
        if caller.partition(".")[0] in COMPANIONS:
            return "pyshim"
        if not caller.startswith(keras + "."):
            return session.backend()
        imported = frame.f_code.co_name == "<module>"  # at import time "tensorflow" would make Keras import TensorFlow
        return "tensorflow" if caller[len(keras) + 1:] in AS_TENSORFLOW and not imported else "pyshim"
    return backend


@_repair(_after, "layers.recurrent", "layers.convolutional_recurrent")
def dropout_masks_of_whole_sequences(module):
    """A cell makes its dropout masks in its first call, for all time steps. The original's backend calls it once before
    the loop, with the first time step. Made within the loop, a mask would be drawn in each time step."""
    rnn = module.K.rnn

    @functools.wraps(rnn)
    def after_a_step(step_function, inputs, initial_states, go_backwards=False, mask=None, constants=None, unroll=False,
                     input_length=None):
        if not unroll:
            step_function(inputs[:, 0], list(initial_states) + list(constants or []))
        return rnn(step_function, inputs, initial_states, go_backwards, mask, constants, unroll, input_length)
    module.K = _with(module.K, rnn=after_a_step)


# -- Keras's own bugs -----------------------------------------------------------------------------------

@_repair(_after, "losses")
def losses_without_a_name(module):
    """The name of a Loss is None unless its class gives one, and is that of a scope."""
    name_scope = module.K.name_scope
    module.K = _with(module.K, name_scope=lambda name: name_scope(name or "loss"))


@_repair(_after, "engine.base_layer")
def tracking_after_errors(module):
    """An error in the constructor of a wrapper or of a recurrent layer would leave models of the user's own classes
    without weights for the rest of the session: attributes are not tracked within such a constructor."""
    tracking = module._DISABLE_TRACKING

    def disable_tracking(function):
        @functools.wraps(function)
        def untracked(*args, **kwargs):
            before = getattr(tracking, "value", False)  # each thread has its own, and Keras sets only its own thread's
            tracking.value = True
            try:
                return function(*args, **kwargs)
            finally:
                tracking.value = before
        return untracked
    module.disable_tracking = disable_tracking


@_repair(_after, "engine.base_layer")
def variables_without_a_message(module):
    """Keras prints each variable that becomes a trainable weight because it is made an attribute of a layer."""
    module.print = lambda *args: None


@_repair(_after, "initializers", "regularizers", "constraints")
def functions_found_by_name(module):
    """A function that is an initializer, a regularizer or a constraint is stored by its name. Keras then takes it for
    one that makes such an object, and calls it without arguments, so that its model could be neither loaded nor copied.
    """
    get = module.get
    custom_objects = sys.modules[module.__name__.rpartition(".")[0] + ".utils.generic_utils"]._GLOBAL_CUSTOM_OBJECTS

    @functools.wraps(get)
    def found(identifier):
        named = custom_objects.get(identifier) if isinstance(identifier, str) else None
        return named if _needs_arguments(named) else get(identifier)
    module.get = found


def _needs_arguments(thing):
    if isinstance(thing, type) or not callable(thing):
        return False
    parameters = inspect.signature(thing).parameters.values()
    return any(each.kind is each.VAR_POSITIONAL
               or each.kind is each.POSITIONAL_OR_KEYWORD and each.default is each.empty for each in parameters)


@_repair(_after, "engine.sequential")
def changed_sequences(module):
    """Sequential.add() would notice a name that is used twice only after it has taken the model apart, and leave it
    without layers, and would leave it without inputs for fit() after a layer that does not fit. After add() and pop(),
    a model would go on using the functions that were compiled before."""
    add, pop = module.Sequential.add, module.Sequential.pop

    def forget_functions(model):
        for name in ("train_function", "test_function", "predict_function"):
            if getattr(model, name, None) is not None:
                setattr(model, name, None)

    @functools.wraps(add)
    def added(self, layer):
        taken = {each.name for each in self.layers if each is not layer}
        if isinstance(layer, module.Layer) and names.is_changeable(layer):
            tensor = _tensor_in(self.inputs)
            with session.on(tensor.host) if tensor is not None else contextlib.nullcontext():
                names.rename(layer, taken, module.K.get_uid)
        if getattr(layer, "name", None) in taken:
            raise ArgumentError("the name {name} is used 2 times in the model; each layer needs a name of its own",
                                name=Value(layer.name))
        before = dict(vars(self))
        try:
            add(self, layer)
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            raise
        forget_functions(self)

    @functools.wraps(pop)
    def popped(self):
        pop(self)
        forget_functions(self)
    module.Sequential.add, module.Sequential.pop = added, popped


@_repair(_after, "utils.metrics_utils")
def updates_of_metrics_as_pairs(module):
    """``update_state`` may return pairs of a variable and its new value, as a layer's updates may be. The result has to
    wait for them, so they must be tensors."""
    wrap = module.update_state_wrapper

    def as_update(update):
        return module.K.update(*update) if isinstance(update, tuple) and len(update) == 2 else update

    @functools.wraps(wrap)
    def wrapped(update_state):
        def updated(*args, **kwargs):
            updates = update_state(*args, **kwargs)
            return list(map(as_update, updates)) if isinstance(updates, list) else as_update(updates)
        return wrap(updated)
    module.update_state_wrapper = wrapped


@_repair(_after, "layers.wrappers")
def weights_and_states_of_both_directions(module):
    """Bidirectional(weights=) sets an attribute of the two layers that nothing reads. That the layers are stateful is
    forgotten, so that predict() begins each batch with the same states, and reset_states() of a model leaves them."""
    create = module.Bidirectional.__init__

    @functools.wraps(create)
    def __init__(self, layer, merge_mode="concat", weights=None, **kwargs):  # noqa: N807
        create(self, layer, merge_mode, **kwargs)
        self._initial_weights = weights
        self.stateful = layer.stateful
    module.Bidirectional.__init__ = __init__


@_repair(_after, "layers.wrappers")
def learning_phase_of_time_distributed(module):
    """If the number of samples is known, TimeDistributed records in an undefined global variable that its layer uses
    the learning phase, and then reads a local variable of the same name."""
    call = module.TimeDistributed.call

    @functools.wraps(call)  # Keras inspects the signature
    def noted(self, inputs, training=None, mask=None):
        module.uses_learning_phase = False
        y = call(self, inputs, training=training, mask=mask)
        if module.uses_learning_phase:
            y._uses_learning_phase = True
        return y
    module.TimeDistributed.call = noted


@_repair(_after, "engine.training_generator")
def loss_of_all_batches(module):
    """evaluate_generator() returns the loss of the last batch, and so does the validation of fit_generator(); Keras's
    other releases return the mean."""
    evaluate = module.evaluate_generator

    @functools.wraps(evaluate)
    def evaluate_generator(model, *args, **kwargs):
        losses, sizes = [], []

        class Noted:  # the model, as Keras's loop sees it; callbacks and other threads have the model itself
            def __getattr__(self, name):
                return getattr(model, name)

            def test_on_batch(self, x, y=None, **more):
                values = model.test_on_batch(x, y, **more)
                inputs = list(x.values()) if isinstance(x, dict) else x if isinstance(x, (list, tuple)) else [x]
                losses.append(values[0] if isinstance(values, list) else values)
                # Keras counts a batch without data as one sample: the inputs are tensors then.
                sizes.append(inputs[0].shape[0] if len(inputs) and inputs[0] is not None else 1)
                return values
        values = evaluate(Noted(), *args, **kwargs)
        loss = float(np.average(losses, weights=sizes))
        return [loss] + values[1:] if isinstance(values, list) else loss
    module.evaluate_generator = evaluate_generator


@_repair(_after, "engine.saving")
def kernels_of_other_shapes(module):
    """Keras transposes the kernel of a convolution that does not fit, which fails where it has not four axes.

    The kernel is left as it is, so that the caller reports both shapes, or skips the layer by ``skip_mismatch``.
    """
    preprocess = module.preprocess_weights_for_loading

    @functools.wraps(preprocess)
    def preprocessed(layer, weights, *args, **kwargs):
        try:
            return preprocess(layer, weights, *args, **kwargs)
        except ValueError as error:
            if str(error) != "axes don't match array":
                raise
            return weights
    module.preprocess_weights_for_loading = preprocessed


NEED_TARGETS = ("fit", "evaluate", "train_on_batch", "test_on_batch")


@_repair(_after, "engine.training")
def samples_without_targets(module):
    """Without targets, as in ``predict``, the inputs' numbers of samples are not compared; the first input's counts.
    Targets that are missing in training are noticed only in Keras's loop over batches, as an index out of range."""
    standardize = module.Model._standardize_user_data

    @functools.wraps(standardize)
    def standardized(model, *args, **kwargs):
        inputs, targets, weights = standardize(model, *args, **kwargs)
        # A model without fixed inputs is not compiled before it has targets.
        needed = getattr(model, "_feed_targets", model.optimizer)
        if not targets and sys._getframe(1).f_code.co_name in NEED_TARGETS and needed:
            raise ArgumentError("{argument} is missing, but the model needs targets", argument="y",
                                remedy="a generator must return inputs and targets for each batch")
        arrays = [x for x in inputs if not pyshim.is_tensor(x)]
        if not targets and len({x.shape[0] for x in arrays}) > 1:
            module.training_utils.check_array_length_consistency(arrays, targets)
        return inputs, targets, weights
    module.Model._standardize_user_data = standardized


@_repair(_after, "initializers")
def distributions_of_later_releases(module):
    """VarianceScaling has the distributions of later releases, whose files name them: "truncated_normal", which is the
    original's "normal" by a clearer name, and "untruncated_normal"."""
    init, call = module.VarianceScaling.__init__, module.VarianceScaling.__call__
    names = {"normal": "normal", "uniform": "uniform", "truncated_normal": "normal", "untruncated_normal": "normal"}

    @functools.wraps(init)
    def __init__(self, scale=1., mode="fan_in", distribution="normal", seed=None):  # noqa: N807
        name = distribution.lower()
        if name not in names:
            raise ArgumentError("{argument} must be {accepted}, not {value}", argument="distribution",
                                accepted=Choices(list(names)), value=Value(distribution))
        init(self, scale, mode, names[name], seed)
        if name == "untruncated_normal":
            self.distribution = name

    @functools.wraps(call)
    def __call__(self, shape, dtype=None):  # noqa: N807
        if self.distribution != "untruncated_normal":
            return call(self, shape, dtype)
        inputs, outputs = module._compute_fans(shape)
        count = {"fan_in": inputs, "fan_out": outputs, "fan_avg": (inputs + outputs) / 2}[self.mode]
        draws = pyshim.random_normal(shape, 0., np.sqrt(self.scale / max(1., count)), dtype=dtype, seed=self.seed)
        if self.seed is not None:
            self.seed += 1
        return draws
    module.VarianceScaling.__init__, module.VarianceScaling.__call__ = __init__, __call__


@_repair(_after, "metrics")
def metrics_in_files(module):
    """In a saved model a metric object is a dictionary, which Keras mistakes for a name."""
    get = module.get

    @functools.wraps(get)
    def of_configuration(identifier):
        return module.deserialize(identifier) if isinstance(identifier, dict) else get(identifier)
    module.get = of_configuration


@_repair(_after, "engine.training")
def compiled_or_not(module):
    """A compile() that fails would leave the model compiled in part: with the new loss and the old functions, say."""
    compile_ = module.Model.compile

    @functools.wraps(compile_)
    def compiled(model, *args, **kwargs):
        before = dict(vars(model))
        try:
            compile_(model, *args, **kwargs)
        except BaseException:
            vars(model).clear()
            vars(model).update(before)
            raise
    module.Model.compile = compiled


@_repair(_after, "engine.training")
def metrics_that_are_compiled_again(module):
    """A metric object keeps the updates of an earlier compile(), whose targets are no longer fed."""
    compile_ = module.Model.compile

    @functools.wraps(compile_)
    def call(self, *args, **kwargs):
        for metric in copies.nested((args, kwargs), module.metrics_module.Metric):
            metric._updates, metric._per_input_updates = [], {}
        return compile_(self, *args, **kwargs)
    module.Model.compile = call


@_repair(_after, "engine.training")
def optimizers_made_under_another_backend(module):
    """An optimizer or metric object holds variables of the backend under which it was made. Its model gets a new one
    with the same configuration, or the same arguments, if it is on another backend."""
    compile_ = module.Model.compile
    kinds = module.optimizers.Optimizer, module.metrics_module.Metric

    def here(value):
        if isinstance(value, dict):
            return {key: here(each) for key, each in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(map(here, value))
        held = _tensor_in(list(vars(value).values())) if isinstance(value, kinds) else None
        if held is None or held.host is session.current_host():
            return value
        values = constructed.values(value) if isinstance(value, module.optimizers.Optimizer) else {}
        return constructed.like(value, value.get_config(), values)

    @functools.wraps(compile_)
    def call(self, *args, **kwargs):
        return compile_(self, *map(here, args), **here(kwargs))
    module.Model.compile = call


@_repair(_after, "engine.training")
def assignments_of_layers_applied_twice(module):
    """A layer that is applied twice may assign to one variable twice, such as the state of a recurrence. TensorFlow
    does both in any order; here the last one counts."""
    keras_backend = module.K

    def last_assignments(updates):
        kept, assigned = [], set()
        for update in reversed(updates):
            variable = update[0] if isinstance(update, tuple) else update.variable
            if variable not in assigned:
                kept.insert(0, update)
                # A tensor that is computed from updates, such as a switch between two, has no variable.
                if variable is not None and (isinstance(update, tuple) or not is_step(update)):
                    assigned.add(variable)
        return kept

    def function(inputs, outputs, updates=(), **kwargs):
        return keras_backend.function(inputs, outputs, updates=last_assignments(updates), **kwargs)
    module.K = _with(keras_backend, function=function)


@_repair(_after, "engine.training")
def weights_that_are_listed_twice(module):
    """A layer that is an attribute of another layer of its model, as in an autoencoder with tied weights, is listed
    twice, and so are its weights. The optimizer would update them twice in each step."""
    make = module.Model._make_train_function

    @functools.wraps(make)
    def made(model):
        optimizer = model.optimizer
        listed = getattr(model, "_collected_trainable_weights", [])  # Keras complains if it is not compiled
        once = list(dict.fromkeys(listed))
        if len(once) == len(listed):
            return make(model)
        get_updates = optimizer.get_updates
        # Shadows the method for the duration of the call. Keras passes all arguments by name.
        vars(optimizer)["get_updates"] = lambda **arguments: get_updates(**{**arguments, "params": once})
        try:
            return make(model)
        finally:
            del vars(optimizer)["get_updates"]
    module.Model._make_train_function = made


@_repair(_after, "engine.training_utils")
def metrics_of_several_outputs(module):
    """A metric object may be given for several outputs: it then counts all of them, one after another."""
    call = module.call_metric_function

    @functools.wraps(call)
    def after_the_others(metric_fn, *args, **kwargs):
        with pyshim.control_dependencies(metric_fn.updates):
            return call(metric_fn, *args, **kwargs)
    module.call_metric_function = after_the_others


# -- several backends in one session ------------------------------------------------------------------------

def _tensor_in(value):
    """The first tensor in a nested value, or None."""
    if isinstance(value, pyshim.Tensor):
        return value
    if isinstance(value, (list, tuple)):
        return next((each for each in map(_tensor_in, value) if each is not None), None)
    return None


def _on_backend_of(find, function):
    """The function, run with the backend of the tensor found in its first two arguments as the current one."""
    @functools.wraps(function)
    def call(*args, **kwargs):
        tensor = find(*args[:2])
        if tensor is None:
            return function(*args, **kwargs)
        with session.on(tensor.host):
            return function(*args, **kwargs)
    return call


@_repair(_after, "engine.base_layer")
def names_that_are_not_taken(module):
    """A layer that Keras has named is renamed before it becomes part of a model that has another layer of that name."""
    init, call = module.Layer.__init__, module.Layer.__call__

    @functools.wraps(init)
    def __init__(self, **kwargs):  # noqa: N807
        init(self, **kwargs)
        self._named_by_keras = not kwargs.get("name")

    @functools.wraps(call)
    def __call__(self, inputs, **kwargs):  # noqa: N807
        tensors = [x for x in (inputs if isinstance(inputs, (list, tuple)) else [inputs]) if pyshim.is_tensor(x)]
        if tensors:
            names.rename_before(self, tensors, module.K.get_uid)
        return call(self, inputs, **kwargs)
    module.Layer.__init__, module.Layer.__call__ = __init__, __call__


@_repair(_after, "engine.base_layer")
def learning_phases_of_calls(module):
    """set_learning_phase() belongs to a backend, and holds for the layers that are applied after it. A copy of a model
    applies each layer in the phase of the original."""
    call = module.Layer.__call__

    @functools.wraps(call)
    def __call__(self, inputs, **kwargs):  # noqa: N807
        contract = session.current_host().contract
        with contract.building_for(copies.phase_of(self)):
            y = call(self, inputs, **kwargs)
            self._inbound_nodes[-1].phase = contract.fixed_phase()
        return y
    module.Layer.__call__ = __call__


@_repair(_after, "engine.base_layer")
def layers_of_their_inputs_backend(module):
    """A layer's weights belong to the backend of its inputs, whichever backend is current."""
    def of_inputs(layer, inputs=None):
        tensor = _tensor_in(inputs)
        weight = None if tensor is None else _tensor_in(layer.weights)
        if weight is not None and weight.host is not tensor.host:
            raise BackendMismatchError("{name} has weights of backend {other}, but was given a tensor of backend "
                                       "{backend}", name=Value(layer.name), other=str(weight.host),
                                       backend=str(tensor.host),
                                       remedy="{to_backend()} copies a model to another backend")
        return tensor
    module.Layer.__call__ = _on_backend_of(of_inputs, module.Layer.__call__)


RUNS = ("fit", "fit_generator", "evaluate", "evaluate_generator", "predict", "predict_generator",
        "train_on_batch", "test_on_batch", "predict_on_batch")  # the methods of a model that run batches


@_repair(_after, "engine.training")
def models_of_their_own_backend(module):
    """A model keeps computing on its own backend, so its optimizer's variables must belong to that, too."""
    def of_model(model, *_):
        return _tensor_in(getattr(model, "inputs", None))
    for name in ("compile", "_make_train_function", "_make_test_function", "_make_predict_function") + RUNS:
        setattr(module.Model, name, _on_backend_of(of_model, getattr(module.Model, name)))


# -- training at the engine's speed -------------------------------------------------------------------------

@_repair(_after, "engine.training")
def scalars_of_batches(module):
    """The loss and metrics of a batch are NumPy scalars in the original, as TensorFlow returns them."""
    for name in ("train_on_batch", "test_on_batch"):
        method = getattr(module.Model, name)
        setattr(module.Model, name, functools.wraps(method)(training.with_scalars(method)))


@_repair(_after, "callbacks.callbacks")
def times_of_callbacks(module):
    """Keras takes a median of ten times twice for each batch, which in NumPy is most of the time of Keras's loop."""
    module.np = _with(module.np, median=statistics.median)


@_repair(_after, "engine.training_arrays")
def batches_run_ahead(module):
    """Without this, each batch would be a round trip to the engine's process."""
    training.run_ahead(module)


@_repair(_after, "engine.training_arrays")
def predictions_of_no_samples(module):
    """Without samples, Keras makes no batch and returns an empty list; here the model computes the shapes."""
    loop = module.predict_loop

    @functools.wraps(loop)
    def predict_loop(model, f, ins, *args, **kwargs):
        outputs = loop(model, f, ins, *args, **kwargs)
        return outputs if len(outputs) else module.unpack_singleton(module.to_list(f(ins)))
    module.predict_loop = predict_loop


@_repair(_after, "optimizers")
def learning_rates_by_their_old_name(module):
    """Keras reads ``optimizer.lr``, but could not set it any more. A number becomes the value of the variable. The
    constructor of an optimizer that was written for Keras 2.2 sets the variable itself."""
    def set_lr(self, value):
        if module.K.is_tensor(value) or not hasattr(self, "learning_rate"):
            self.learning_rate = value
        else:
            module.K.set_value(self.learning_rate, value)
    module.Optimizer.lr = module.Optimizer.lr.setter(set_lr)


@_repair(_after, "engine.sequential")
def layers_may_be_assigned_to_themselves(module):
    """R carries out ``model$layers[[1]]$trainable <- FALSE`` in steps. The last one assigns the same list of layers."""
    def set_layers(self, value):
        if [id(layer) for layer in value] != [id(layer) for layer in self.layers]:
            raise AttributeError("the layers of a model cannot be replaced")
    for model in (module.Model, module.Sequential):
        model.layers = model.layers.setter(set_layers)


@_repair(_after, "engine.base_layer", "optimizers")
def weights_whose_values_are_lost(module):
    """Keras reads the current values only to compare shapes. They may have been lost with a worker."""
    base = getattr(module, "Layer", None) or module.Optimizer
    set_weights = base.set_weights

    @functools.wraps(set_weights)
    def call(self, weights):
        try:
            set_weights(self, weights)
        except StaleTensorError:
            module.K.batch_set_value(list(zip(self.weights, weights)))
    base.set_weights = call


@_repair(_after, "engine.training")
def models_that_survive_interrupts(module):
    """After an interrupt a model has the weights of the last complete batch, whichever way it is trained."""
    for name in RUNS:
        setattr(module.Model, name, postponing()(getattr(module.Model, name)))


# -- models that move to another backend, or outlive their worker ----------------------------------------------

@_repair(_after, "engine.training")
def models_that_survive_their_worker(module):
    """Training says in which epoch a worker has exited, and keeps snapshots on request."""
    for name in ("fit", "fit_generator"):
        setattr(module.Model, name, snapshots.watched(getattr(module.Model, name)))


@_repair(_after, "layers.core")
def functions_of_copied_layers(module):
    """A Lambda layer's configuration holds its function's bytecode; a copy in this session uses the function itself."""
    get = module.Lambda.get_config

    def get_config(self):
        return copies.by_name(self, get(self))
    module.Lambda.get_config = get_config


@_repair(_after, "engine.base_layer", "optimizers")
def arguments_of_constructors(module):
    """Models of users' classes, and many of their layers and optimizers, have no configuration: a copy calls the
    constructor with the same arguments."""
    def __new__(cls, *args, **kwargs):  # noqa: N807
        thing = object.__new__(cls)
        constructed.note(thing, args, kwargs)
        return thing
    base = getattr(module, "Layer", None) or module.Optimizer
    base.__new__ = __new__


@_repair(_after, "metrics")
def arguments_of_metrics(module):
    """The same for metrics, whose class Metric calls Layer's ``__new__`` without the arguments."""
    new = module.Metric.__new__

    @functools.wraps(new)
    def __new__(cls, *args, **kwargs):  # noqa: N807
        metric = new(cls, *args, **kwargs)
        constructed.note_metric(metric, args, kwargs)
        return metric
    module.Metric.__new__ = __new__


@_repair(_after, "engine.base_layer")
def tensors_that_users_add(module):
    """Losses and metrics that users add to a layer as tensors are in no configuration; a copy adds them again."""
    add_loss = module.Layer.add_loss
    # The metric's variables belong to the backend of its value, whichever backend is current.
    add_metric = _on_backend_of(lambda layer, value: _tensor_in(value), module.Layer.add_metric)

    @functools.wraps(add_loss)
    def noted_loss(self, losses, inputs=None):
        add_loss(self, losses, inputs)
        if losses is not None and given.is_users(module.Layer):
            given.note_loss(self, losses, inputs)

    @functools.wraps(add_metric)
    def noted_metric(self, value, name=None):
        count = len(self._metrics)
        add_metric(self, value, name)
        # Keras ignores a second one of the same name. It may be the same metric, added because it is an attribute.
        own = getattr(value, "_metric_obj", None)
        added = self._metrics[count:] or [metric for metric in self._metrics if metric is own]
        if added and given.is_users(module.Layer):
            given.note_metric(self, value, name, added[-1])
    module.Layer.add_loss, module.Layer.add_metric = noted_loss, noted_metric


@_repair(_after, "metrics")
def results_of_metrics(module):
    """The result of a metric that a user adds to a model: a copy calls its own metric with copies of the arguments."""
    call = module.Metric.__call__

    @functools.wraps(call)
    def noted(self, *args, **kwargs):
        result = call(self, *args, **kwargs)
        setattr(result, given.CALLED, (args, kwargs))
        return result
    module.Metric.__call__ = noted


@_repair(_after, "engine.base_layer", "engine.network", "engine.sequential")
def what_is_constructed_again(module):
    """While a model is copied, the configuration of a model or a layer that only its constructor can make refers to it
    by name."""
    base = getattr(module, "Sequential", None) or getattr(module, "Network", None) or module.Layer
    get, make = base.get_config, base.from_config.__func__

    @functools.wraps(get)
    def get_config(self):
        return copies.of_constructor(self) or get(self)

    @functools.wraps(make)
    def from_config(cls, config, *args, **kwargs):
        if constructed.KEY not in config:
            return make(cls, config, *args, **kwargs)
        keras = constructed.keras_of_layer(cls)
        layer = keras.utils.get_custom_objects()[config[constructed.KEY]]
        made = constructed.made_again(layer, keras)
        made.name = layer.name  # before its weights are named after it
        return made
    base.get_config, base.from_config = get_config, classmethod(from_config)


@_repair(_after, "engine.network")
def outputs_without_layers(module):
    """A subclass's ``call`` may return plain backend tensors, which lack the learning-phase flag that layers set."""
    def uses_learning_phase(self):
        outputs = self.outputs or ()
        if not all(hasattr(x, "_uses_learning_phase") for x in outputs):
            outputs = [x for layer in self.layers for node in layer._inbound_nodes for x in node.output_tensors]
        return any(getattr(x, "_uses_learning_phase", False) for x in outputs)
    module.Network.uses_learning_phase = property(uses_learning_phase)


@_repair(_after, "utils.generic_utils")
def bars_of_small_files(module):
    """A download's bar counts blocks, so for a file smaller than one block it showed the block's size."""
    update = module.Progbar.update

    @functools.wraps(update)
    def bounded(self, current, values=None):
        update(self, current if self.target is None else min(current, self.target), values)
    module.Progbar.update = bounded


# -- HDF5 -----------------------------------------------------------------------------------------------

@_repair(_after, "engine.training")
def trained_models_without_gradients(module):
    """A file of a trained model has its optimizer's state, for which Keras makes the function that trains. A backend
    without gradients can still evaluate the model; Keras then warns that the state is not loaded."""
    make = module.Model._make_train_function

    @functools.wraps(make)
    def made(model):
        is_loading = sys._getframe(1).f_globals.get("__name__", "").endswith(".engine.saving")
        if not is_loading or copies.computes_gradients(model):
            make(model)
    module.Model._make_train_function = made


@_repair(_after, "utils.io_utils")
def text_of_dictionaries(module):
    """h5py 3 returns text as str, but Keras calls ``decode`` on it."""
    original = module.H5Dict.__getitem__

    def get(self, attr):
        return hdf5.decodable(original(self, attr))
    module.H5Dict.__getitem__ = get


@_repair(_after, "utils.io_utils")
def files_in_memory(module):
    """A model saved to a stream is written to a file in memory, which h5py 3 opens read-only by default."""
    def save_to_binary_h5py(save_function, stream):
        """Call a function with an in-memory h5py.File, and write its bytes to a stream. Returns: the call's result."""
        with module.h5py.File("in-memory-h5py", "w", driver="core", backing_store=False) as file:
            result = save_function(file)
            file.flush()
            stream.write(file.id.get_file_image())
        return result
    module.save_to_binary_h5py = save_to_binary_h5py


@_repair(_after, "engine.saving")
def text_of_groups(module):
    """The same for the functions that take a group of a file."""
    for name in ("load_attributes_from_hdf5_group", "load_weights_from_hdf5_group",
                 "load_weights_from_hdf5_group_by_name"):
        setattr(module, name, hdf5.with_decodable_group(getattr(module, name)))


@_repair(_after, "engine.saving")
def files_that_are_damaged(module):
    """Keras takes what a foreign or damaged file lacks for a part to be created: "Cannot create group"."""
    module._deserialize_model = damaged.of_whole_models(module._deserialize_model)
    module.load_model = damaged.naming_its_file(module.load_model, 0)
    module.load_weights_from_hdf5_group = damaged.of_weights(module.load_weights_from_hdf5_group)
    module.load_weights_from_hdf5_group_by_name = damaged.of_weights_by_name(
        module.load_weights_from_hdf5_group_by_name)


@_repair(_after, "engine.network")
def weights_that_are_damaged(module):
    """Errors of HDF5 itself do not name the file."""
    module.Network.load_weights = damaged.naming_its_file(module.Network.load_weights, 1)


@_repair(_after, "engine.saving")
def names_of_weights(module):
    """A layer's weights need unique dataset names in a file. TensorFlow numbers variables of the same name."""
    def numbered(layers):
        for layer in layers:
            seen = set()
            for weight in layer.weights:
                name, count = weight.name, 0
                while weight.name and weight.name in seen:
                    count += 1
                    weight.name = "%s_%d" % (name, count)
                seen.add(weight.name)

    def with_names(function, layers_of):
        @functools.wraps(function)
        def call(*args, **kwargs):
            numbered(layers_of(*args))
            return function(*args, **kwargs)
        return call
    module._serialize_model = with_names(module._serialize_model, lambda model, *_: model.layers)
    module.save_weights_to_hdf5_group = with_names(module.save_weights_to_hdf5_group, lambda group, layers: layers)


# -- code in files ----------------------------------------------------------------------------------------

@_repair(_after, "utils.generic_utils")
def code_in_files_is_refused(module):
    """A Lambda layer stores its function's bytecode in the file, and loading it could run arbitrary code.

    Bytecode that this session has written is allowed, since copying a model takes the same path.
    """
    dump, load = module.func_dump, module.func_load
    own = set()

    def func_dump(func):
        dumped = dump(func)
        own.add(dumped[0])
        return dumped

    def func_load(code, defaults=None, closure=None, globs=None):
        text = code[0] if isinstance(code, (tuple, list)) else code
        if text in own:
            return load(code, defaults, closure, globs)
        if not hdf5.trusted():
            raise lambdas.ForeignCode("has code of its own, which would be run",
                                      "load it within {trusting_files()} if you trust the file")
        try:
            return load(code, defaults, closure, globs)
        except Exception as error:  # marshal and the constructors raise many classes for what they cannot read
            raise lambdas.ForeignCode("has bytecode that Python %d.%d cannot read (%s): it is damaged, or of another "
                                      "version" % (*sys.version_info[:2], error)) from error
    module.func_dump, module.func_load = func_dump, func_load


@_repair(_after, "layers.core")
def functions_instead_of_code(module):
    """``custom_objects`` did not replace a function that is stored as bytecode, which only one version can read.

    A callable object, such as a function of R, is stored by its name; where it was missing, Keras failed on a None.
    """
    utils = sys.modules[module.__name__.rpartition(".layers.")[0] + ".utils.generic_utils"]
    module.Lambda.from_config = classmethod(
        lambdas.replaceable(module.Lambda.from_config.__func__, utils.get_custom_objects))


@_repair(_after, "keras_applications.imagenet_utils")
def images_in_tensors(module):
    """For tensors, Keras uses the means of the first mode it was called with, and always scales the last axis."""
    def preprocess(x, data_format="channels_last", mode="caffe", **_):
        """Scale a tensor of images as an array of images is scaled."""
        x = x if pyshim.dtype(x).startswith("float") else pyshim.cast(x, pyshim.floatx())
        if mode == "tf":
            return x / 127.5 - 1
        first = data_format == "channels_first"
        def of_colours(*values):
            return np.reshape(values, (3, 1, 1) if first else 3).astype(pyshim.dtype(x))
        if mode == "torch":
            return (x / 255 - of_colours(0.485, 0.456, 0.406)) / of_colours(0.229, 0.224, 0.225)
        return (x[..., ::-1, :, :] if first else x[..., ::-1]) - of_colours(103.939, 116.779, 123.68)
    module._preprocess_symbolic_input = preprocess


# -- downloads ----------------------------------------------------------------------------------------------

@_repair(_after, "utils.data_utils")
def downloads_that_are_checked(module):
    """Keras verifies the checksum of a file that is already in the cache, but not of one that it has downloaded."""
    module.urlretrieve = downloads.whole(module.urlretrieve)
    module.get_file = downloads.checked(module.get_file, module)


@_repair(_after, "callbacks.callbacks")
def posts_without_requests(module):
    """Without the package requests, RemoteMonitor would end the training after the first epoch."""
    if module.requests is None:
        module.requests = posts.requests


# -- layers that require a GPU ------------------------------------------------------------------------------

@_repair(_after, "layers.cudnn_recurrent")
def alternatives_to_cudnn(module):
    """These layers need TensorFlow's GPU kernels, and Keras's message names no alternative."""
    same = "has the same weights and computes the same on every backend"

    def refuse(instead):
        def __init__(self, *args, **kwargs):  # noqa: N807
            raise RuntimeError("%s runs on a GPU by TensorFlow's own kernel, which no backend here has; use %s, which "
                               "%s" % (type(self).__name__, instead, same))
        return __init__
    module.CuDNNLSTM.__init__ = refuse("LSTM(..., recurrent_activation='sigmoid')")
    module.CuDNNGRU.__init__ = refuse("GRU(..., recurrent_activation='sigmoid', reset_after=True)")


@_repair(_after, "utils.multi_gpu_utils")
def alternative_to_several_gpus(module):
    """The original places copies of a model on several GPUs by TensorFlow's own functions."""
    def multi_gpu_model(model, gpus=None, cpu_merge=True, cpu_relocation=False):
        """Refused: no backend here spreads a model over several GPUs."""
        raise ArgumentError("multi_gpu_model() places copies of a model on several GPUs by TensorFlow's own functions, "
                            "which no backend here has", remedy="train the model itself")
    module.multi_gpu_model = multi_gpu_model


# -- what Keras leaves to TensorFlow ------------------------------------------------------------------------

@_repair(_after, "utils.metrics_utils")
def largest_of_each_row(module):
    """The top k predictions of each row, which Keras finds by a function of TensorFlow."""
    def filter_top_k(x, k):
        """x where it is among the k largest along the last axis, and a large negative number elsewhere."""
        size = pyshim.int_shape(x)[-1]
        # How many elements of the row are larger, or equal and earlier.
        mine, other = pyshim.expand_dims(x, -1), pyshim.expand_dims(x, -2)
        earlier = np.tril(np.ones((size, size)), -1)  # 1 where position j is before position i
        before = (pyshim.cast(other > mine, pyshim.dtype(x))
                  + pyshim.cast(pyshim.equal(other, mine), pyshim.dtype(x)) * earlier)
        chosen = pyshim.cast(pyshim.sum(before, axis=-1) < k, pyshim.dtype(x))
        return x * chosen + module.NEG_INF * (1 - chosen)
    module.filter_top_k = filter_top_k


@_repair(_after, "callbacks.tensorboard_v1")
def logs_without_tensorflow(module):
    """The callback TensorBoard needs TensorFlow 1 for writing."""
    module.TensorBoard = tensorboard.callback_class(module.Callback)
    module.TensorBoard.__module__, module.TensorBoard.__qualname__ = module.__name__, "TensorBoard"


@_repair(_after, "metrics")
def mean_iou(module):
    """MeanIoU, which Keras takes from TensorFlow; here by the formula in its documentation."""
    backend = pyshim

    class MeanIoU(module.Metric):
        __doc__ = module.MeanIoU.__doc__

        def __init__(self, num_classes, name=None, dtype=None):
            super().__init__(name=name, dtype=dtype)
            self.num_classes = num_classes
            self.total_cm = self.add_weight("total_confusion_matrix", shape=(num_classes, num_classes),
                                            initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            true, predicted = (backend.one_hot(backend.cast(backend.flatten(y), "int32"), self.num_classes)
                               for y in (y_true, y_pred))
            if sample_weight is not None:
                true = true * backend.reshape(backend.cast(sample_weight, self.dtype), (-1, 1))
            return [backend.update_add(self.total_cm, backend.dot(backend.transpose(true), predicted))]

        def result(self):
            both = backend.sum(self.total_cm * np.eye(self.num_classes), axis=0)
            either = backend.sum(self.total_cm, axis=0) + backend.sum(self.total_cm, axis=1) - both
            counted = backend.cast(either > 0, self.dtype)
            shares = both / backend.maximum(either, backend.epsilon())
            return backend.sum(shares) / backend.maximum(backend.sum(counted), 1)

        def reset_states(self):
            backend.set_value(self.total_cm, np.zeros((self.num_classes, self.num_classes)))

        def get_config(self):
            return dict(super().get_config(), num_classes=self.num_classes)
    MeanIoU.__module__, MeanIoU.__qualname__ = module.__name__, "MeanIoU"
    module.MeanIoU = MeanIoU
