"""HDF5 files that are foreign or damaged: what is wrong with them is said before Keras reads them.

Keras takes a missing part for one that it has to create, so its own errors are about files opened for reading.
"""

import contextlib
import functools
import itertools
import json
import os
import warnings

from ..errors import FileError

AGAIN = "save it again, or load another copy"
OTHER = "files that {save_model()} and {save_weights()} have written are accepted"
UNREADABLE = (OSError, RuntimeError, KeyError)  # from HDF5, for what it cannot read


@contextlib.contextmanager
def reading(path):
    """A context in which a file is opened and read: errors of HDF5 name the file."""
    try:
        yield
    except OSError as error:
        # Other classes, such as FileNotFoundError, say enough, and those of streams concern no path.
        if type(error) is not OSError or not isinstance(path, (str, os.PathLike)) or not os.path.isfile(path):
            raise
        raise FileError("{path} is not a whole HDF5 file", "{reason}", remedy=AGAIN, path=str(path),
                        reason=str(error)) from error


def naming_its_file(function, position):
    """The function, whose argument at that position is the path of a file, with errors of HDF5 that name the file."""
    @functools.wraps(function)
    def call(*args, **kwargs):
        with reading(kwargs["filepath"] if "filepath" in kwargs else args[position] if len(args) > position else None):
            return function(*args, **kwargs)
    return call


def of_whole_models(deserialize):
    """The function that makes a model from a file, preceded by a check of the file."""
    @functools.wraps(deserialize)
    def call(h5dict, custom_objects=None, compile=True):
        if hasattr(h5dict.data, "attrs"):  # not the dictionary of a pickled model
            _Part(h5dict.data).check_model(compile)
        return deserialize(h5dict, custom_objects, compile)
    return call


def of_weights(load):
    """A function that loads weights from a group into layers, preceded by a check of the group."""
    @functools.wraps(load)
    def call(group, layers, *args, **kwargs):
        _Part(group).check_layers()
        return load(group, layers, *args, **kwargs)
    return call


def of_weights_by_name(load):
    """The same for the function that loads weights by name, which skips all layers of a model with other names."""
    @functools.wraps(load)
    def call(group, layers, *args, **kwargs):
        part = _Part(group)
        names = part.check_layers()
        mine = {layer.name for layer in layers if layer.weights}
        if mine and not mine.intersection(names):
            warnings.warn("no weights were loaded: %s holds weights of layers named %s, and the model's layers are "
                          "named %s" % (part.path, _listed(names), _listed(mine)), stacklevel=3)
        return load(group, layers, *args, **kwargs)
    return call


def _listed(names, most=5):
    names = sorted(names)
    return ", ".join(map(repr, names[:most])) + (", ..." if len(names) > most else "") or "(none)"


class _Part:
    """A group of a file."""

    def __init__(self, group, path=None):
        self.group = group
        self.path = path or group.file.filename

    def _error(self, problem, remedy=AGAIN, **fields):
        return FileError("{path} " + problem, remedy=remedy, path=self.path, **fields)

    def check_model(self, compiled):
        """Check a file of a whole model, and of its training if ``compiled``."""
        if "model_config" not in self.group.attrs:
            if self._has_names("layer_names"):
                raise self._error("holds weights only, and no model",
                                  "make the model, and give the file to {load_weights()}")
            raise self._error("is an HDF5 file, but holds no model of Keras", OTHER)
        self._check_description("model_config")
        self._below("model_weights").check_layers()
        if compiled and "training_config" in self.group.attrs:
            self._check_description("training_config")
            if "optimizer_weights" in self.group:
                self._below("optimizer_weights").check_arrays()

    def check_layers(self):
        """Check the weights of layers. Returns: the names of the layers that have weights in the file."""
        if not self._has_names("layer_names"):
            raise self._error("is an HDF5 file, but holds no weights of Keras: it has no \"layer_names\"",
                              OTHER)
        return [name for name in self._names("layer_names") if self._below(name).check_arrays()]

    def check_arrays(self):
        """Check the arrays of a layer or an optimizer. Returns: how many there are."""
        if not self._has_names("weight_names"):
            raise self._error("is damaged: the attribute \"weight_names\" of {group} is missing", group=self.group.name)
        names = self._names("weight_names")
        for name in names:
            array = self._found(name)
            if getattr(array, "dtype", None) is None:
                raise self._error("is damaged: {group} has no array {name}", group=self.group.name, name=name)
            if array.dtype.kind not in "biufc":
                raise self._error("is damaged: {name} has the dtype {dtype}, and weights are numbers", name=array.name,
                                  dtype=str(array.dtype))
        return len(names)

    def _check_description(self, attribute):
        text = self.group.attrs[attribute]
        try:
            description = json.loads(text)
        except (ValueError, TypeError, RecursionError) as error:
            raise self._error("is damaged: the attribute {attribute} is no JSON ({reason})", attribute=attribute,
                              reason=str(error)) from error
        if not isinstance(description, dict) or attribute == "model_config" and "class_name" not in description:
            raise self._error("is damaged: the attribute {attribute} does not describe a model", attribute=attribute)

    def _below(self, name):
        group = self._found(name)
        if not hasattr(group, "attrs") or hasattr(group, "dtype"):
            raise self._error("is damaged: the group {name} is missing", name=name)
        return _Part(group, self.path)

    def _found(self, name):
        try:
            return self.group[name] if name in self.group else None
        except UNREADABLE as error:
            raise self._error("is damaged: {name} cannot be read ({reason})", name=name, reason=str(error)) from error

    def _has_names(self, attribute):
        return attribute in self.group.attrs or attribute + "0" in self.group.attrs  # long lists come in pieces

    def _names(self, attribute):
        found, names = self.group.attrs, []
        pieces = [attribute] if attribute in found else itertools.takewhile(
            found.__contains__, (attribute + str(i) for i in itertools.count()))
        try:
            for piece in pieces:
                names += list(found[piece])
        except (TypeError, *UNREADABLE) as error:
            raise self._error("is damaged: the attribute {attribute} of {group} is no list of names",
                              attribute=attribute, group=self.group.name) from error
        return [name.decode("utf-8") if isinstance(name, bytes) else str(name) for name in names]
