"""The Python side of the R package's models: R calls Keras's classes, functions and methods through these.

Values arrive in R's form: column-major arrays of doubles, lists, vectors. ``data`` converts them to what Keras
computes with.
"""

import importlib
import random
import re
import weakref

import numpy as np
from keras_descriptions import described, entries  # noqa: F401 -- R calls them by name
from keras_progress import progress

import pyshim
from pyshim import config
from pyshim.engines.numpy_cast import quiet
from pyshim.errors import ArgumentError
from pyshim.models import copies
from pyshim.wire.reordering import row_major


def keras_call(path, args, kwargs):
    """Call a class or function of Keras, such as "layers.Dense"."""
    return keras_get(path)(*args, **kwargs)


def keras_get(path):
    """The object of Keras with that dotted name, such as "layers.Dense"."""
    from pyshim import keras
    target = keras
    for name in path.split("."):
        if not hasattr(target, name):
            importlib.import_module(target.__name__ + "." + name)  # applications.imagenet_utils
        target = getattr(target, name)
    return target


def object_call(target, name, args, kwargs):
    """Call a method of an object, or the object itself if the name is empty."""
    return (getattr(target, name) if name else target)(*args, **kwargs)


def object_get(target, name):
    """An attribute of an object."""
    return getattr(target, name)


def as_dict(value):
    """The entries of a dict of another class."""
    return dict(value)


def object_set(target, name, value):
    """Set an attribute of an object."""
    setattr(target, name, value)


def seed_python(seed):
    """Seed NumPy's generator, from which Keras draws initial weights, shuffling and dropout seeds, and Python's, from
    which it draws the order of a generator's batches."""
    np.random.seed(seed)
    random.seed(seed)


def data(value):
    """R's arrays as Keras computes with them: floats cast to floatx, row-major. Also for lists and dicts of arrays."""
    if isinstance(value, (list, tuple)):
        return [data(part) for part in value]
    if isinstance(value, dict):
        return {key: data(part) for key, part in value.items()}
    if isinstance(value, np.ndarray):
        dtype = config.floatx() if value.dtype == np.float64 else value.dtype
        if value.flags.c_contiguous and value.dtype == dtype:
            return value
        with quiet():  # casting the payload of R's NA would warn
            return row_major(value, dtype)
    return value


def fit(model, name, x, y, kwargs, keep=False):
    """Fit a model, and keep snapshots of it on request. Returns: its history and parameters."""
    if keep and pyshim.models.snapshots.kept(model) is None and pyshim.models.copies.is_built(model):
        pyshim.snapshot(model)
    for argument in ("validation_data", "sample_weight"):
        if kwargs.get(argument) is not None:
            kwargs[argument] = data(kwargs[argument])
    if isinstance(kwargs.get("validation_data"), list):
        kwargs["validation_data"] = tuple(kwargs["validation_data"])
    if y is not None:
        kwargs["y"] = data(y)
    # A bar of Keras among the callbacks would show the same twice, and with verbose = 0 it fails.
    bar_class = keras_get("callbacks.ProgbarLogger")
    kwargs["callbacks"] = [callback for callback in kwargs.get("callbacks") or () if type(callback) is not bar_class]
    if kwargs.get("verbose") == 1:
        kwargs.update(verbose=0, callbacks=[progress(keras_get("callbacks.Callback")), *kwargs["callbacks"]])
    if kwargs.get("batch_size") is None and kwargs.get("steps_per_epoch") is None and name == "fit":
        kwargs["batch_size"] = _batch_size_of(model)
    history = getattr(model, name)(data(x), **kwargs)
    return {"params": dict(history.params),
            "metrics": {key: [float(number) for number in values] for key, values in history.history.items()},
            "epochs": [epoch + 1 for epoch in history.epoch]}


def metric(name):
    """A metric by its name, or that of its class, such as "AUC": Keras itself would take the class for a function."""
    found = getattr(keras_get("metrics"), name, None)
    if not (isinstance(found, type) and issubclass(found, keras_get("metrics.Metric"))):
        return name
    made = found()
    made.name = re.sub(r"_\d+$", "", made.name)  # Keras numbers them: auc_1
    return made


def output_names(model):
    """The names of a model's outputs, as far as they are known."""
    return list(getattr(model, "output_names", None) or [])


def weights_of(target):
    """The weights of a layer or a model, in the order of ``get_weights()``."""
    return copies.weights_of(target)


def set_weights(target, weights):
    """Set the weights of a layer or a model. For a weight without axes, R gives an array with one element."""
    weights, needed = data(weights), weights_of(target)
    if len(weights) == len(needed):
        weights = [np.reshape(value, ()) if weight.shape == () and np.size(value) == 1 else value
                   for value, weight in zip(weights, needed)]
    target.set_weights(weights)


def _batch_size_of(model):
    """The number of samples that each batch of a model has, as of a stateful one; None if it may have any."""
    inputs = getattr(model, "inputs", None)
    return pyshim.int_shape(inputs[0])[0] if inputs else None


def with_data(model, name, values, kwargs):
    """Call a method of a model with arrays."""
    if "batch_size" in kwargs and kwargs["batch_size"] is None and kwargs.get("steps") is None:
        kwargs["batch_size"] = _batch_size_of(model)
    return getattr(model, name)(*[data(value) for value in values], **{key: data(value) if key in (
        "sample_weight", "validation_data") else value for key, value in kwargs.items()})


def summary_lines(model, line_length, positions):
    """The lines that ``summary`` prints."""
    lines = []
    model.summary(line_length=line_length, positions=positions, print_fn=lines.append)
    return lines


class Configuration:
    """The configuration of a layer or a model, and its class. R reads its entries by ``$`` and ``[[``."""

    def __init__(self, owner, config):
        self._owner = owner
        self._config = config

    def __getattr__(self, name):
        if name.startswith("_") or name not in self._config:
            raise AttributeError("the configuration has no %r, but %s" % (name, ", ".join(map(str, self._config))))
        return self._config[name]

    def __getitem__(self, name):
        return self._config[name]

    def __dir__(self):
        return list(self._config)

    def __len__(self):
        return len(self._config)

    def __repr__(self):
        return "<configuration of a %s: %s>" % (self._owner.__name__, self._config)


def configuration(target):
    """The configuration of a layer or a model."""
    return Configuration(type(target), target.get_config())


def changed_configuration(made, name, value):
    """A copy of a configuration with another value of one entry; R's values do not change in place."""
    return Configuration(made._owner, {**made._config, name: value})


def from_configuration(made):
    """A layer or a model made from a configuration. Keras removes entries from what it is given."""
    return made._owner.from_config(_copied(made._config))


def _copied(value):
    """A copy of nested dicts and lists; what they hold is shared."""
    if isinstance(value, dict):
        return {key: _copied(part) for key, part in value.items()}
    return [_copied(part) for part in value] if isinstance(value, list) else value


# -- R classes --------------------------------------------------------------------------------------------

SHARED = ("name", "trainable", "batch_input_shape", "dtype")  # the configuration that all layers have


def layer_of_class(name, methods, supports_masking, arguments, own):
    """A layer whose methods are R functions; its Python class is named after the R6 class.

    ``arguments`` are the layer's arguments, or the configuration of the layer that it is a copy of; ``own`` are those
    of its class that a file can hold.
    """
    layer_class = keras_get("layers.Layer")

    class RLayer(layer_class):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.supports_masking = supports_masking

        def build(self, input_shape):
            methods["build"](_shape(input_shape))
            super().build(input_shape)

        def call(self, inputs, mask=None):
            return methods["call"](inputs, mask)

        def compute_mask(self, inputs, mask=None):
            return methods["compute_mask"](inputs, mask) if "compute_mask" in methods else super().compute_mask(
                inputs, mask)

        def compute_output_shape(self, input_shape):
            return _shape_of_r(methods["compute_output_shape"](_shape(input_shape)))

        def get_config(self):
            more = methods["get_config"]() if "get_config" in methods else {}
            return {**own, **(more or {}), **super().get_config()}

        @classmethod
        def from_config(cls, config):
            # A copy needs its own R6 object, and R makes it.
            return methods["copy"](Configuration(cls, config))
    RLayer.__name__ = RLayer.__qualname__ = name
    if isinstance(arguments, Configuration):
        arguments = {key: value for key, value in arguments._config.items() if key in SHARED}
    return RLayer(**arguments)


class ClassOfR:
    """A class of layers defined in R, for Keras to make layers of from their configurations in a file."""

    def __init__(self, make):
        self._make = make

    def from_config(self, config):
        """The layer that R makes from a configuration."""
        return self._make(config)


def class_of_r(make):
    """The class whose layers an R function makes from a configuration."""
    return ClassOfR(make)


def _shape(shape):
    """A shape, or a list of them, as lists."""
    return [_shape(size) if isinstance(size, (list, tuple)) else size for size in shape]


def _shape_of_r(shape):
    if isinstance(shape, (list, tuple)):
        if any(isinstance(size, (list, tuple)) for size in shape):
            return [_shape_of_r(size) for size in shape]
        return tuple(None if size is None else int(size) for size in shape)
    return tuple(int(size) for size in np.atleast_1d(shape))


def callback_of_functions(functions):
    """A callback whose methods are R functions that take arguments by position."""
    def method(function):
        return lambda *args, logs=None: function(*args, *([] if logs is None else [logs]))
    callback = keras_get("callbacks.Callback")()
    for name, function in functions.items():
        setattr(callback, name, method(function))
    return callback


def track_layer(wrapper, layer):
    """Make a layer part of the layer that wraps it: Keras tracks attributes."""
    wrapper.layer = layer


def custom_model(name):
    """A model whose ``call`` is an R function, set as its attribute ``r_call``; ``make_again`` makes another one.

    Layers in a list that is set as an attribute are the model's, too.
    """
    layer_class = keras_get("layers.Layer")

    class RModel(keras_get("models.Model")):
        def __setattr__(self, name, value):
            super().__setattr__(name, value)
            for i, part in enumerate(value if isinstance(value, (list, tuple)) else []):
                if isinstance(part, layer_class):
                    super().__setattr__("%s_%d" % (name, i), part)

        def call(self, inputs, mask=None):
            outputs = self.r_call(inputs, mask)
            shapes = [pyshim.int_shape(x) for x in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]
            super().__setattr__("last_shapes", shapes)
            return outputs

        def compute_output_shape(self, input_shape):
            return self.last_shapes if len(self.last_shapes) > 1 else self.last_shapes[0]  # Keras asks after a call
    return RModel(name=name)


def is_keras_installed():
    """Whether Keras is installed for this Python."""
    from pyshim.models.install import Packages
    return Packages().is_installed()


class Kept:
    """A holder of an array, on its way to R: the array itself would be converted."""

    def __init__(self, array):
        self.array = array


def as_numpy(value, dtype):
    """Arrays as Keras computes with them; R keeps them unconverted."""
    if isinstance(value, (list, tuple)):
        return [as_numpy(part, dtype) for part in value]
    array = data(np.asarray(value))
    return Kept(array if dtype is None else array.astype(dtype))


def as_numpy_array(value):
    """An array as Keras computes with it."""
    return data(np.asarray(value))


def preprocessed(module, x, kwargs):
    """Images, an array or a tensor, as a network of keras.applications expects them. R's memory is not modified."""
    images = x if pyshim.is_tensor(x) else np.array(data(np.asarray(x)))
    return keras_get("applications.%s.preprocess_input" % module)(images, **kwargs)


def densenet(arguments):
    """A DenseNet with any number of blocks, which Keras's module has under another name."""
    arguments = _submodules(arguments)  # this imports Keras, which makes keras_applications importable
    from keras_applications import densenet as module
    return module.DenseNet(**arguments)


def nasnet(arguments):
    """A NASNet of any size."""
    arguments = _submodules(arguments)
    from keras_applications import nasnet as module
    shape = arguments.pop("default_size")
    return module.NASNet(default_size=shape or 331, **arguments)


def _submodules(arguments):
    """The arguments, and the modules of Keras that keras_applications must be given."""
    return dict(arguments, **{name: keras_get(name) for name in ("backend", "layers", "models", "utils")})


def resized_images(images, height, width, data_format):
    """One image or several, resized to that many rows and columns by nearest neighbour."""
    images = np.asarray(images)
    rows_axis = images.ndim - (3 if data_format == "channels_last" else 2)
    for axis, size in ((rows_axis, height), (rows_axis + 1, width)):
        places = (np.arange(size) * images.shape[axis] / size).astype(int)
        images = images.take(places, axis)
    return images


def flow_of_files(generator, names, paths, classes, labels, class_indices, arguments):
    """Batches of image files, as ``flow_from_dataframe`` makes them, but without pandas.

    ``names`` are the files' names as they were given. ``classes`` are class indices, ``labels`` other targets; either
    may be None.
    """
    from keras_preprocessing.image.iterator import BatchFromFilesMixin
    options = ("target_size", "color_mode", "save_to_dir", "save_prefix", "save_format", "subset", "interpolation")
    shown = {name: arguments[name] for name in options}

    class Files(BatchFromFilesMixin, keras_get("preprocessing.image.Iterator")):
        filepaths = filenames = labels = classes = sample_weight = None

        def __init__(self):
            self.set_processing_attrs(generator, data_format=generator.data_format, **shown)
            start, stop = (int(share * len(paths)) for share in self.split or (0, 1))
            self.filenames, self.filepaths = list(names)[start:stop], list(paths)[start:stop]
            self.classes = None if classes is None else np.ravel(classes)[start:stop].astype("int64")
            if isinstance(labels, (list, tuple)):
                self.labels = [np.asarray(label)[start:stop] for label in labels]
            elif labels is not None:
                self.labels = np.asarray(labels)[start:stop]
            self.class_indices = {name: i for i, name in enumerate(class_indices or ())}
            self.class_mode = arguments["class_mode"]
            self.dtype = generator.dtype
            self.samples = len(self.filepaths)
            super().__init__(self.samples, arguments["batch_size"], arguments["shuffle"], arguments["seed"])
    return Files()


def need_batches(generator):
    """Raise an error for a flow of images or a Sequence without samples: Keras would look for a batch for ever."""
    if getattr(generator, "n", None) == 0:
        raise ArgumentError("{argument} has no samples", argument="generator",
                            remedy="in flow_images_from_directory(), the images are in one folder for each class")


_positions = weakref.WeakKeyDictionary()  # the number of the next batch of each Sequence, which is no iterator


def next_batch(generator):
    """The next batch of a generator. Returns: whether there is one, and the batch."""
    need_batches(generator)
    is_iterator = hasattr(generator, "__next__")
    if is_iterator or not isinstance(generator, keras_get("utils.Sequence")):
        try:
            return True, next(generator if is_iterator else iter(generator))
        except StopIteration:
            return False, None
    position = _positions.get(generator, 0)
    if position >= len(generator):
        return False, None
    _positions[generator] = position + 1
    return True, generator[position]


def comparison(model, x, backends):
    """Compare a model's predictions on backends. Returns: the table's columns, and the predictions by backend."""
    return table_of(pyshim.compare_backends(model, data(x), backends))


def graph_comparison(outputs, feeds, backends):
    """Compare tensors' values on backends. Returns: the table's columns, and the values by backend."""
    return table_of(pyshim.compare_backends(outputs, feeds, backends))


def table_of(compared):
    """A comparison in the form that R reads."""
    return ({name: [row[name] for row in compared] for name in ("backend", "absolute", "relative", "seconds")},
            compared.values)
