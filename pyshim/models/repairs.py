"""What Keras 2.3.1 needs on a new Python, NumPy or h5py, and on a backend that is not one of its own.

Each repair belongs to one module of Keras, and says why it is there. ``around`` names those that have to be in place
while a module's code runs; they are taken back afterwards. ``after`` names those that change the module itself. Nothing
outside of Keras is changed once it has been imported.
"""

import collections
import collections.abc
import contextlib
import functools
import io
import os
import sys
import tempfile
import types

import numpy as np

import pyshim

from .. import config, session
from ..errors import ArgumentError, FileError
from . import constructed, copies, downloads, hdf5, snapshots, tensorboard, training

_around, _after = {}, {}


def _repair(table, *modules):
    def register(function):
        for module in modules:
            table.setdefault(module, []).append(function)
        return function
    return register


@contextlib.contextmanager
def around(module):
    """The surroundings that a module's code needs while it runs; ``module`` is its name within Keras."""
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
    """A context in which the mapping has that value for the key."""
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
    """``from collections import Iterable``: since Python 3.10, collections.abc alone has it."""
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
    """``collections.Mapping`` and others at run time: since Python 3.10, collections.abc alone has them."""
    module.collections = types.SimpleNamespace(**{**vars(collections.abc), **vars(collections)})


# -- NumPy ----------------------------------------------------------------------------------------------

class _OldNames(types.ModuleType):
    """NumPy with the names that its second version has dropped."""

    old = {"Inf": "inf", "string_": "bytes_", "unicode_": "str_", "float_": "float64", "product": "prod"}

    def __getattr__(self, name):
        return getattr(np, self.old.get(name, name))


_numpy = _OldNames("numpy")


@_repair(_after, "callbacks.callbacks", "utils.io_utils", "keras_preprocessing.sequence")
def names_that_numpy_dropped(module):
    """``np.Inf``, ``np.string_`` and ``np.unicode_``: NumPy 2 has other names for them."""
    module.np = _numpy


@_repair(_after, "datasets.imdb", "datasets.reuters")
def sequences_of_different_lengths(module):
    """``np.array()`` of lists of different lengths: since NumPy 1.24 that has to be asked for."""
    class Numpy(types.ModuleType):
        def __getattr__(self, name):
            return getattr(np, name)

        @staticmethod
        def array(values):
            if isinstance(values[0] if len(values) else None, (list, np.ndarray)):
                made = np.empty(len(values), object)
                for i, value in enumerate(values):
                    made[i] = value
                return made
            return np.array(values)
    module.np = Numpy("numpy")


# -- the backend ----------------------------------------------------------------------------------------

@_repair(_around, "backend.load_backend")
@contextlib.contextmanager
def external_backend():
    """Keras takes its backend from KERAS_BACKEND, and reads and writes keras.json, which is this package's to do."""
    with tempfile.TemporaryDirectory() as nothing, _entry(os.environ, "KERAS_HOME", nothing), \
            _entry(os.environ, "KERAS_BACKEND", "pyshim"), \
            contextlib.redirect_stderr(io.StringIO()):  # "Using pyshim backend."
        yield


@_repair(_around, "engine.saving", "utils.test_utils")
@contextlib.contextmanager
def without_tensorflow():
    """These modules import TensorFlow where the session has it: for files on a remote file system."""
    with _entry(sys.modules, "tensorflow", sys.modules.get("tensorflow")):  # None: it cannot be imported
        yield


SETTINGS = ("epsilon", "set_epsilon", "floatx", "set_floatx", "image_data_format", "set_image_data_format",
            "cast_to_floatx", "symbolic", "eager")


@_repair(_after, "backend.common", "backend.load_backend", "backend")
def one_set_of_settings(module):
    """Keras keeps epsilon, floatx and the data format of its own; here they are this package's."""
    for name in SETTINGS:
        setattr(module, name, getattr(pyshim, name))
    # Layers call it with the argument of their own constructors, whose name an error has to say.
    module.normalize_data_format = functools.partial(config.standard_data_format, argument="data_format")


@_repair(_after, "backend")
def functions_of_some_backends(module):
    """Functions that Keras imports for one of its own backends only."""
    for name in ("clear_session", "get_session", "set_session", "manual_variable_initialization",
                 "pattern_broadcast", "reset_uids"):
        setattr(module, name, getattr(pyshim, name))
    module.backend = _backend_of(module.__name__.rpartition(".")[0])


@_repair(_after, "backend")
def scalars_of_tensors(module):
    """Values without axes, such as the learning rate's, are NumPy's scalars in the original: ``round()`` takes them."""
    for name in ("eval", "get_value", "batch_get_value"):
        function = getattr(module, name)
        setattr(module, name, functools.wraps(function)(training.with_scalars(function)))


# What K.backend() answers within Keras, where "pyshim" would take a detour that its other backends need.
AS_TENSORFLOW = (
    "layers.core",      # Lambda finds its output shape by calling its function
    "engine.saving",    # kernels are stored for correlation, as TensorFlow's are
    "engine.network",   # the same, in a model's description
    "metrics",          # Precision and Recall of the largest k predictions
)


def _backend_of(keras):
    """The function ``backend``: users get the engine's name, Keras's own modules one that takes no detour."""
    def backend():
        """The name of the current backend. Returns: a string."""
        frame = sys._getframe(1)
        caller = frame.f_globals.get("__name__", "")
        if not caller.startswith(keras + "."):
            return session.backend()
        imported = frame.f_code.co_name == "<module>"  # it would import TensorFlow itself
        return "tensorflow" if caller[len(keras) + 1:] in AS_TENSORFLOW and not imported else "pyshim"
    return backend


# -- mistakes of its own --------------------------------------------------------------------------------

@_repair(_after, "layers.wrappers")
def learning_phase_of_time_distributed(module):
    """Where the number of samples is known, TimeDistributed notes in a global variable, which nobody has defined, that
    its layer uses the learning phase, and then reads a local one of that name."""
    call = module.TimeDistributed.call

    @functools.wraps(call)  # Keras looks at the signature
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
        losses, sizes, test = [], [], model.test_on_batch

        def test_on_batch(x, y=None, **more):
            values = test(x, y, **more)
            first = next(iter(x.values())) if isinstance(x, dict) else x[0] if isinstance(x, (list, tuple)) else x
            losses.append(values[0] if isinstance(values, list) else values)
            sizes.append(first.shape[0])
            return values
        model.__dict__["test_on_batch"] = test_on_batch  # in place of the method, as long as it takes
        try:
            values = evaluate(model, *args, **kwargs)
        finally:
            del model.__dict__["test_on_batch"]
        loss = float(np.average(losses, weights=sizes))
        return [loss] + values[1:] if isinstance(values, list) else loss
    module.evaluate_generator = evaluate_generator


@_repair(_after, "metrics")
def metrics_in_files(module):
    """A metric that is an object is a dictionary in a saved model, which Keras takes for a name."""
    get = module.get

    @functools.wraps(get)
    def of_configuration(identifier):
        return module.deserialize(identifier) if isinstance(identifier, dict) else get(identifier)
    module.get = of_configuration


# -- several backends in one session ------------------------------------------------------------------------

def _tensor_in(value):
    """The first tensor in a value of Keras's, None where there is none."""
    if isinstance(value, pyshim.Tensor):
        return value
    if isinstance(value, (list, tuple)):
        return next((each for each in map(_tensor_in, value) if each is not None), None)
    return None


def _on_backend_of(find, function):
    """The function, with the backend of the tensor that is found in its first two arguments as the current one."""
    @functools.wraps(function)
    def call(*args, **kwargs):
        tensor = find(*args[:2])
        if tensor is None:
            return function(*args, **kwargs)
        with session.on(tensor.host):
            return function(*args, **kwargs)
    return call


@_repair(_after, "engine.base_layer")
def layers_of_their_inputs_backend(module):
    """A layer's weights belong to the backend of its inputs, whichever backend is the current one."""
    module.Layer.__call__ = _on_backend_of(lambda layer, inputs=None: _tensor_in(inputs), module.Layer.__call__)


@_repair(_after, "engine.training")
def models_of_their_own_backend(module):
    """A model goes on with its own backend, of which its optimizer's variables have to be, too."""
    def of_model(model, *_):
        return _tensor_in(getattr(model, "inputs", None))
    for name in ("compile", "fit", "fit_generator", "evaluate", "evaluate_generator", "predict", "predict_generator",
                 "train_on_batch", "test_on_batch", "predict_on_batch", "_make_train_function", "_make_test_function",
                 "_make_predict_function"):
        setattr(module.Model, name, _on_backend_of(of_model, getattr(module.Model, name)))


# -- training at the engine's speed -------------------------------------------------------------------------

@_repair(_after, "engine.training")
def scalars_of_batches(module):
    """The loss and metrics of a batch are NumPy's scalars in the original, as TensorFlow returns them."""
    for name in ("train_on_batch", "test_on_batch"):
        method = getattr(module.Model, name)
        setattr(module.Model, name, functools.wraps(method)(training.with_scalars(method)))


@_repair(_after, "engine.training_arrays")
def batches_run_ahead(module):
    """Each batch would cross to the engine's process, one by one."""
    training.run_ahead(module)


# -- models that move to another backend, and survive their own ------------------------------------------------

@_repair(_after, "engine.training")
def models_that_survive_their_worker(module):
    """Training says in which epoch a worker has exited, and keeps snapshots where it is asked to."""
    for name in ("fit", "fit_generator"):
        setattr(module.Model, name, snapshots.watched(getattr(module.Model, name)))


@_repair(_after, "layers.core")
def functions_of_copied_layers(module):
    """A Lambda layer's configuration holds its function's bytecode; a copy in this session has the function."""
    get = module.Lambda.get_config

    def get_config(self):
        return copies.by_name(self, get(self))
    module.Lambda.get_config = get_config


@_repair(_after, "engine.network")
def arguments_of_constructors(module):
    """A model of a user's class has no configuration: a copy gives the constructor the same arguments."""
    def __new__(cls, *args, **kwargs):  # noqa: N807
        model = object.__new__(cls)
        constructed.note(model, args, kwargs)
        return model
    module.Network.__new__ = __new__


@_repair(_after, "engine.network", "engine.sequential")
def models_that_are_constructed_again(module):
    """While a model is copied, its configuration and those around it name it where its class is the user's."""
    base = getattr(module, "Sequential", None) or module.Network
    get, make = base.get_config, base.from_config.__func__

    @functools.wraps(get)
    def get_config(self):
        return copies.of_constructor(self) or get(self)

    @functools.wraps(make)
    def from_config(cls, config, custom_objects=None):
        if constructed.KEY in config:
            model = custom_objects[config[constructed.KEY]]
            return constructed.made_again(model, copies.keras_of(model))
        return make(cls, config, custom_objects)
    base.get_config, base.from_config = get_config, classmethod(from_config)


@_repair(_after, "engine.network")
def outputs_without_layers(module):
    """The outputs of a subclass's ``call`` may be the backend's tensors, which know of no learning phase: layers do."""
    def uses_learning_phase(self):
        outputs = self.outputs or ()
        if not all(hasattr(x, "_uses_learning_phase") for x in outputs):
            outputs = [x for layer in self.layers for node in layer._inbound_nodes for x in node.output_tensors]
        return any(getattr(x, "_uses_learning_phase", False) for x in outputs)
    module.Network.uses_learning_phase = property(uses_learning_phase)


@_repair(_after, "utils.generic_utils")
def bars_of_small_files(module):
    """A download's bar counts blocks: the bar of a file that is smaller than one was as long as the block."""
    update = module.Progbar.update

    @functools.wraps(update)
    def bounded(self, current, values=None):
        update(self, current if self.target is None else min(current, self.target), values)
    module.Progbar.update = bounded


# -- HDF5 -----------------------------------------------------------------------------------------------

@_repair(_after, "utils.io_utils")
def text_of_dictionaries(module):
    """h5py 3 returns text as str, which Keras decodes."""
    original = module.H5Dict.__getitem__

    def get(self, attr):
        return hdf5.decodable(original(self, attr))
    module.H5Dict.__getitem__ = get


@_repair(_after, "utils.io_utils")
def files_in_memory(module):
    """A model that is saved to a stream is written to a file in memory, which h5py 3 opens for reading."""
    def save_to_binary_h5py(save_function, stream):
        """Call a function with an h5py.File in memory, and write the file's bytes to a stream. Returns: its result."""
        with module.h5py.File("in-memory-h5py", "w", driver="core", backing_store=False) as file:
            result = save_function(file)
            file.flush()
            stream.write(file.id.get_file_image())
        return result
    module.save_to_binary_h5py = save_to_binary_h5py


@_repair(_after, "engine.saving")
def text_of_groups(module):
    """The same in the functions that are given a group of a file."""
    for name in ("load_attributes_from_hdf5_group", "load_weights_from_hdf5_group",
                 "load_weights_from_hdf5_group_by_name"):
        setattr(module, name, hdf5.with_decodable_group(getattr(module, name)))


@_repair(_after, "engine.saving")
def names_of_weights(module):
    """TensorFlow numbers variables of one name, and the datasets of a layer's weights have to differ in theirs."""
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
    """A Lambda layer keeps its function's bytecode in the file, and loading it would run whatever is there.

    Bytecode that this session has written is fine: a model that is copied goes the same way.
    """
    dump, load = module.func_dump, module.func_load
    own = set()

    def func_dump(func):
        dumped = dump(func)
        own.add(dumped[0])
        return dumped

    def func_load(code, defaults=None, closure=None, globs=None):
        text = code[0] if isinstance(code, (tuple, list)) else code
        if text not in own and not hdf5.trusted():
            raise FileError("the model holds a Lambda layer with code of its own, which would be run. Load it within "
                            "pyshim.trusting_files() where you trust the file, or name the function in custom_objects")
        return load(code, defaults, closure, globs)
    module.func_dump, module.func_load = func_dump, func_load


# -- downloads ----------------------------------------------------------------------------------------------

@_repair(_after, "utils.data_utils")
def downloads_that_are_checked(module):
    """A file is compared with its checksum where it lies in the cache already, but not when it has been downloaded."""
    module.urlretrieve = downloads.whole(module.urlretrieve)
    module.get_file = downloads.checked(module.get_file, module)


# -- what a GPU is needed for -------------------------------------------------------------------------------

@_repair(_after, "layers.cudnn_recurrent")
def alternatives_to_cudnn(module):
    """These layers are TensorFlow's kernels for a GPU, and Keras says no more than that."""
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
    """It places copies of a model on several GPUs by TensorFlow's own functions."""
    def multi_gpu_model(model, gpus=None, cpu_merge=True, cpu_relocation=False):
        """Refused: no backend here spreads a model over several GPUs."""
        raise ArgumentError("multi_gpu_model() places copies of a model on several GPUs by TensorFlow's own functions, "
                            "which no backend here has", remedy="train the model itself")
    module.multi_gpu_model = multi_gpu_model


# -- what Keras leaves to TensorFlow ------------------------------------------------------------------------

@_repair(_after, "utils.metrics_utils")
def largest_of_each_row(module):
    """The largest k predictions of each row, which Keras finds by TensorFlow's own function."""
    def filter_top_k(x, k):
        """x where it is among the k largest of the last axis, a large negative number elsewhere."""
        size = pyshim.int_shape(x)[-1]
        # How many of the row are larger, or equal and further to the front.
        mine, other = pyshim.expand_dims(x, -1), pyshim.expand_dims(x, -2)
        earlier = np.tril(np.ones((size, size)), -1)  # of place j before place i
        before = (pyshim.cast(other > mine, pyshim.dtype(x))
                  + pyshim.cast(pyshim.equal(other, mine), pyshim.dtype(x)) * earlier)
        chosen = pyshim.cast(pyshim.sum(before, axis=-1) < k, pyshim.dtype(x))
        return x * chosen + module.NEG_INF * (1 - chosen)
    module.filter_top_k = filter_top_k


@_repair(_after, "callbacks.tensorboard_v1")
def logs_without_tensorflow(module):
    """The callback TensorBoard writes by TensorFlow 1."""
    module.TensorBoard = tensorboard.callback_class(module.Callback)
    module.TensorBoard.__module__, module.TensorBoard.__qualname__ = module.__name__, "TensorBoard"


@_repair(_after, "metrics")
def mean_iou(module):
    """MeanIoU, which Keras takes from TensorFlow: by the formula in its documentation."""
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
