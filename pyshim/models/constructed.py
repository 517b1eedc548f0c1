"""Objects of a user's own class without a configuration: copies call the class's constructor again.

A model whose class has its own ``call`` or its own constructor can only be made by that code, and so can a layer whose
class has its own constructor, but no ``get_config``. The repaired base class records the constructor's arguments, so
that they can be passed again. If other code makes the model, as R's does, the model's attribute ``make_again`` is a
function that makes another one. The same is done for optimizers and metrics.
"""

import importlib
import re

from ..errors import ArgumentError
from ..messages import Value
from ..tensors import Tensor

NOTED = "_constructor_arguments"
KEY = "constructed"  # in a configuration: the name of a model or a layer that its constructor makes

_BASE = re.compile(r"(.+)\.(engine\.base_layer\.Layer|optimizers\.Optimizer)")  # Keras's base classes


def note(thing, args, kwargs):
    """Record the arguments of the constructor of a model, a layer or an optimizer, if the class defines its own."""
    if _own(type(thing), "__init__"):
        vars(thing)[NOTED] = args, kwargs


def note_metric(metric, args, kwargs):
    """Record the arguments of the constructor of a metric, of which the configuration may lack a function."""
    vars(metric)[NOTED] = args, kwargs


def is_constructed(layer):
    """Whether a model or a layer is made by its class's constructor, not from a configuration. Returns: a bool."""
    cls, keras = type(layer), keras_of_layer(type(layer))
    if isinstance(layer, keras.engine.network.Network):
        return _own(cls, "__init__") or _own(cls, "call")
    default = cls.from_config.__func__ is keras.layers.Layer.from_config.__func__ and not _own(cls, "get_config")
    return default and NOTED in vars(layer) and not _is_of_backend(vars(layer)[NOTED], keras)


def keras_of_layer(cls):
    """The Keras package whose class Layer is a base class of this one, under whichever name it was imported."""
    return importlib.import_module(_package(cls))


def _package(cls):
    bases = (_BASE.fullmatch("%s.%s" % (each.__module__, each.__qualname__)) for each in reversed(cls.__mro__))
    return next(base for base in bases if base).group(1)


def _own(cls, name):
    """Whether a method is defined by the user's class. Returns: a bool."""
    definer = next(each for each in cls.__mro__ if name in vars(each))
    return not definer.__module__.startswith(_package(cls) + ".")


def made_again(model, keras):
    """Make a model or a layer on the current backend by the constructor of another one's class. Returns: the new one.
    """
    if hasattr(model, "make_again"):
        return model.make_again()
    args, kwargs = vars(model).get(NOTED, ((), {}))
    cls = type(model)
    if not _is_of_backend((args, kwargs), keras):
        return cls(*args, **kwargs)
    if _own(cls, "get_config"):
        config = model.get_config()
        return cls.from_config(config) if _own(cls, "from_config") else cls(**config)
    raise ArgumentError("the constructor of {cls} was given layers or tensors, which belong to their own backend",
                        remedy="have it make them itself, or give the class a get_config() that returns other "
                               "arguments of the constructor, by name", cls=cls.__name__, argument="model")


def _is_of_backend(value, keras):
    """Whether a value is, or contains, an object that belongs to a backend."""
    if isinstance(value, (list, tuple, dict)):
        return any(_is_of_backend(part, keras) for part in (value.values() if isinstance(value, dict) else value))
    return isinstance(value, (Tensor, keras.layers.Layer, keras.optimizers.Optimizer))


def values(optimizer):
    """The values of an optimizer's variables that its configuration may lack, such as the learning rate. Returns: a
    dict of the attributes' names; it is empty if the class has a configuration."""
    if optimizer is None or not _is_like_by_arguments(optimizer):
        return {}
    variables = {name: value for name, value in vars(optimizer).items() if _is_variable(value)}
    read = keras_of_layer(type(optimizer)).backend.batch_get_value
    return dict(zip(variables, read(list(variables.values()))))


def like(thing, config, values=()):
    """Make an optimizer or metric like another one, on the current backend.

    Arguments: config, the other one's configuration; values, those of its variables, for which see ``values``.
    """
    cls = type(thing)
    if not _is_like_by_arguments(thing):
        return cls.from_config(config)
    args, kwargs = vars(thing)[NOTED]
    new = cls(*args, **kwargs)
    if "name" in config:  # a metric's
        new.name = config["name"]
    keras_of_layer(cls).backend.batch_set_value([(vars(new)[name], values[name]) for name in values
                                                 if _is_variable(vars(new).get(name))])
    return new


def _is_like_by_arguments(thing):
    """Whether the arguments of its constructor, not its configuration, say what an optimizer or metric is."""
    cls = type(thing)
    return (NOTED in vars(thing) and not _own(cls, "get_config")
            and not _is_of_backend(vars(thing)[NOTED], keras_of_layer(cls)))


def _is_variable(value):
    return isinstance(value, Tensor) and value.kind == "variable"


def number_calls(config, things):
    """Correct the configuration of a network whose layers are models with their own ``call``.

    Keras numbers the calls of a model within a network from 1, because making a network calls it once; making a model
    with its own ``call`` does not. Arguments: things, a dict of the models by their names in the configuration.
    """
    if isinstance(config, list):
        for part in config:
            number_calls(part, things)
    if not isinstance(config, dict):
        return
    layers = config.get("layers")
    if isinstance(layers, list) and "output_layers" in config:
        uncalled = {layer["name"] for layer in layers if layer["config"].get(KEY) in things
                    and not getattr(things[layer["config"][KEY]], "_is_graph_network", True)}
        calls = [call for layer in layers for node in layer["inbound_nodes"] for call in node]
        for call in calls + config["output_layers"]:
            if call[0] in uncalled:
                call[1] -= 1
    for part in config.values():
        number_calls(part, things)


def give_inputs(model, new, keras):
    """Set the inputs of a model that was made again, as they are in the original."""
    if new.inputs:
        return
    if isinstance(new, keras.models.Sequential):
        new.build(model.inputs[0].shape)
    else:
        new._set_inputs([keras.backend.placeholder(shape=x.shape, dtype=x.dtype, name=x.name) for x in model.inputs])


def check_weights(model, weights, values):
    """Raise ArgumentError unless the weights of a model that was made again have the shapes of these values."""
    expected, found = [value.shape for value in values], [tuple(weight.shape) for weight in weights]
    if found != expected:
        raise ArgumentError("the constructor of {cls} makes weights of shapes {found}, but the model has {expected}",
                            remedy="have the constructor make all layers", cls=type(model).__name__, found=Value(found),
                            expected=Value(expected), argument="model")
