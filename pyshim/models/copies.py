"""Copies of models: the same architecture, weights, optimizer state and compile arguments, built on another backend.

A copy is built from the model's configuration, or by the constructor of its class (``constructed.py``). The model's
own engine need not run for that: only its values are needed, as a ``State``.
"""

import collections
import contextlib
import json
import threading

import numpy as np

from .. import environments, session
from ..errors import ArgumentError, KerasError, StaleTensorError, TimeoutError, WorkerError, naming
from ..graph.node import ancestors
from ..messages import Choices, Type, Value
from ..tensors import Tensor
from . import constructed, given

_copying = threading.local()  # while a model is copied, things: objects that no configuration can hold, by name;
                              # phases: the learning phases of layers, by name
# Held by a copy while Keras's dict of custom objects, which is of all threads, has those of a model. Loading a model
# with custom objects in another thread does not wait for it.
_known = threading.RLock()


class State:
    """The values of a model's weights and of its optimizer, in the session's memory."""

    def __init__(self, model):
        optimizer = getattr(model, "optimizer", None)
        self.weights = model.get_weights()
        self.optimizer = optimizer.get_config() if optimizer else None
        self.optimizer_weights = optimizer.get_weights() if optimizer else []
        self.optimizer_values = constructed.values(optimizer)


def to_backend(model, backend, custom_objects=None):
    """Copy a model to another backend: architecture, weights, optimizer state and compile arguments.

    Arguments:
        model: a Keras model.
        backend: name of the backend, which is started if it is not running. The current backend does not change.
        custom_objects: a dict of functions and classes that the model uses, by name. Those that its layers hold are
            found automatically.
    Returns: the new model. The old one is unchanged, and both can be trained. States of stateful layers are not
    copied. A model whose worker has exited is copied from its snapshot.

    A model of a user's own class is made by its constructor, with the original arguments, and so is a layer of such a
    class without ``get_config``.

    Losses, metrics and targets that the model was given as tensors, by ``add_loss``, ``add_metric`` and
    ``target_tensors``, are copied. A variable that they read and that belongs to no layer is copied with its value, and
    a warning.

    Raises ArgumentError for models that cannot be copied, such as those with layers as constructor arguments.

    Example:
        >>> moved = K.to_backend(model, "cntk")                       # doctest: +SKIP
    """
    with naming("to_backend"):
        check_model(model)
        with session.select(backend, False, False, None, []):
            return copied(model, current_state(model), custom_objects)


def current_state(model):
    """The state of a model: its current one or, if its worker has exited, that of its snapshot."""
    from . import snapshots  # here, since snapshots imports this module
    if not is_built(model):
        raise ArgumentError("the model has no weights yet: it does not know the shape of its inputs",
                            remedy="give its first layer `input_shape`, or train it first", argument="model")
    if not has_lost_its_values(model):
        return State(model)
    kept = snapshots.kept(model)
    if kept is None:
        raise StaleTensorError("the worker of backend {backend}, which held the model's weights, has exited",
                               remedy=snapshots.KEEP, backend=model.inputs[0].backend)
    return kept.state


def is_built(model):
    """Whether the model has weights. Returns: a bool."""
    return bool(getattr(model, "inputs", None))


def computes_gradients(model):
    """Whether a model's backend can train it."""
    return environments.find(model.inputs[0].backend).gradients


def has_lost_its_values(model):
    """Whether the worker that held a model's values has exited. Returns: a bool."""
    weights, graph = model.weights, model.inputs[0].graph
    if graph.contract.graph is not graph:
        return False  # clear_session() has dropped the model
    if not weights:
        return not model.inputs[0].host.running
    try:  # the session may not have noticed the exit yet
        session.call_on(weights[0].host, "get_value", (weights[0],), {})
    except (StaleTensorError, WorkerError, TimeoutError):
        return True
    return False


def keras_of(model):
    """The Keras package that defines a model's class, under whichever name it was imported; None if not Keras."""
    for each in type(model).__mro__:
        if each.__module__.endswith(".engine.network") and each.__name__ == "Network":
            return constructed.keras_of_layer(each)
    return None


def weights_of(target):
    """The weights of a layer or a model, in the order of ``get_weights()``. Returns: a list of variables.

    In the attribute ``weights`` of a model, those that are trained come first.
    """
    if keras_of(target) is None:
        return target.weights
    own = target._trainable_weights + target._non_trainable_weights
    return own + [weight for layer in target.layers for weight in layer.weights]


def check_model(model):
    """Raise ArgumentError unless it is a Keras model on this package's backends."""
    keras = keras_of(model)
    if keras is None or any(not isinstance(each, Tensor) for each in getattr(model, "inputs", None) or ()):
        raise ArgumentError("{argument} must be a Keras model, not {value}", argument="model", value=Type(model))


# -- copying ----------------------------------------------------------------------------------------------

def copied(model, state, custom_objects=None, compiled=True):
    """A copy of a model on the current backend with these values, compiled in the same way.

    ``compiled`` is False if only predictions are needed: some engines cannot train.
    """
    keras = keras_of(model)
    _check_what_can_be_copied(model, keras)
    if constructed.is_constructed(model):
        config, things = {}, {}
    else:
        with _named_things() as things:
            config = model.get_config()
        constructed.number_calls(config, things)
    known = {**_custom_objects(model, config, keras), **things, **(custom_objects or {})}
    with _known, keras.utils.CustomObjectScope(known), _learning_phases(model, keras):
        if config:
            new = _from_config(type(model), config)
        else:
            new = constructed.made_again(model, keras)
            constructed.give_inputs(model, new, keras)
        for old_layer, new_layer in pairs(model, new):
            _give_variables(old_layer, new_layer, keras.backend)
        if not config:
            constructed.check_weights(model, weights_of(new), state.weights)
        _check_copy(model, new, compiled)
        for old_layer, new_layer in pairs(model, new):  # not part of a network's configuration
            if new_layer.trainable != old_layer.trainable:
                new_layer.trainable = old_layer.trainable
            new_layer.name = old_layer.name
        for _, new_layer in pairs(model, new):
            if getattr(new_layer, "_is_graph_network", False):
                _take_names(new_layer)
        new.set_weights(state.weights)
        if compiled:
            tensors = given.Given(model, keras, pairs(model, new))
            tensors.add()
            if getattr(model, "optimizer", None):
                _compile(model, new, state, keras, tensors.targets())
    return new


def _from_config(cls, config):
    """Make a model from its configuration. Errors of the constructors of the user's own layers are explained."""
    try:
        return cls.from_config(config)
    except KerasError:
        raise
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise ArgumentError("the model cannot be made again from its configuration: {words}", words=error,
                            remedy="give the classes of its own layers a get_config() that returns all arguments of "
                                   "the constructor, by name", argument="model") from error


def _give_variables(old, new, backend):
    """Give a layer or a model the variables that the user has set as attributes of the original, which makes them
    weights."""
    for name in ("_trainable_weights", "_non_trainable_weights"):
        weights = vars(new)[name]
        for weight in vars(old)[name][len(weights):]:
            variable = backend.variable(np.zeros(weight.shape), dtype=weight.dtype)
            variable.name, variable.constraint, variable._tracked = weight.name, weight.constraint, True
            weights.append(variable)
            vars(new).update((attribute, variable) for attribute, value in vars(old).items() if value is weight)


def _check_copy(model, new, compiled):
    """Raise ArgumentError if the copy lacks something that a network's configuration does not hold."""
    missing = len(model.inputs or ()) - len(new.inputs or ())
    if missing > 0:
        raise ArgumentError("inputs of the model that lead to no output ({count}) are not part of its configuration",
                            remedy="let the outputs depend on all inputs", count=missing, argument="model")
    if compiled and len(set(map(id, new.weights))) > len(set(map(id, model.weights))):
        networks = [part for part in parts(model) if keras_of(part)]
        counts = collections.Counter(layer for network in networks for layer in network.layers)
        names = [layer.name for layer, count in counts.items() if count > 1]
        raise ArgumentError("layers that belong to several of the model's networks would be trained apart in a copy: "
                            "{names}", remedy="make one network of them, and apply that where it is needed",
                            names=Choices(names or ["one within another layer"]), argument="model")


def _take_names(network):
    """Correct what a network keeps under the names of its layers, which have changed."""
    network._network_nodes = {network._node_key(node.outbound_layer, node.outbound_layer._inbound_nodes.index(node))
                              for node in _nodes(network)}
    network.input_names = [layer.name for layer in network._input_layers]
    network._feed_input_names = [layer.name for layer in network._input_layers if layer.is_placeholder]
    network.output_names = [layer.name for layer in network._output_layers]


def _compile(model, new, state, keras, targets):
    """Compile the copy in the same way as the model, and copy its optimizer's state."""
    metrics = {}  # of the model, and the copy's

    def own(value):
        if isinstance(value, keras.metrics.Metric):  # it has variables, so it must be a new one
            if value not in metrics:
                config = dict(value.get_config(), name=_first_name(model, value))
                metrics[value] = constructed.like(value, config)
            return metrics[value]
        if isinstance(value, (list, tuple)):
            return [own(part) for part in value]
        return {key: own(part) for key, part in value.items()} if isinstance(value, dict) else value
    optimizer = constructed.like(model.optimizer, state.optimizer, state.optimizer_values)
    new.compile(optimizer, own(model.loss), own(model._compile_metrics),
                model.loss_weights, model.sample_weight_mode, own(model._compile_weighted_metrics), targets,
                **getattr(model, "_function_kwargs", {}))
    # What is trained was settled when the model was compiled; `trainable` may have changed since then.
    settled = getattr(model, "_collected_trainable_weights", None)  # not if it was compiled before it was built
    if settled is not None:
        copies = dict(zip(weights_of(model), weights_of(new)))
        new._collected_trainable_weights = [copies[weight] for weight in settled if weight in copies]
    if state.optimizer_weights and computes_gradients(new):
        new._make_train_function()
        if len(new.optimizer.weights) != len(state.optimizer_weights):
            raise ArgumentError("the optimizer's state does not fit: the layers of the model have changed since it was "
                                "compiled", remedy="compile the model again", argument="model")
        new.optimizer.set_weights(state.optimizer_weights)


def _first_name(model, metric):
    """The name of a metric without the output's name that ``compile`` prepends if there are several outputs."""
    outputs = model.output_names if len(model.output_names) > 1 else []
    return next((metric.name[len(output) + 1:] for output in sorted(outputs, key=len, reverse=True)
                 if metric.name.startswith(output + "_")), metric.name)


def parts(model):
    """The model, its layers, and the layers within those: wrapped layers, cells, metrics."""
    return (old for old, _ in pairs(model, model))


def variables(model):
    """The variables that a model computes with: weights, the learning rate, metrics, states of layers, and those that
    the user's functions read. Returns: a list."""
    graph, optimizer = model.inputs[0].graph, getattr(model, "optimizer", None)
    held = [x for part in [*parts(model), *([optimizer] if optimizer else [])] for x in nested(vars(part), Tensor)]
    return [x for x in ancestors([x for x in held if x.graph is graph]) if x.kind == "variable" and x.parts is None]


def pairs(old, new):
    """Pairs of corresponding layers of a model and its copy, beginning with the models themselves."""
    seen = set()
    waiting = [(old, new)]
    layer_class = keras_of(old).layers.Layer
    while waiting:
        first, second = waiting.pop(0)
        if not isinstance(first, layer_class) or id(first) in seen or second is None:
            continue
        seen.add(id(first))
        yield first, second
        for name, value in list(vars(first).items()):
            other = vars(second).get(name)
            if isinstance(value, (list, tuple)) and isinstance(other, (list, tuple)):
                waiting += zip(value, other)
            else:
                waiting.append((value, other))


# -- learning phases --------------------------------------------------------------------------------------

@contextlib.contextmanager
def _learning_phases(model, keras):
    """A context in which layers are applied in the fixed learning phases in which those of the model were applied."""
    phases, of_all = {}, set()
    for network in parts(model):
        if isinstance(network, keras.engine.network.Network):
            for node in _nodes(network):
                if hasattr(node, "phase"):  # not if it is an input
                    of_all.add(node.phase)
                    if network._is_graph_network:
                        phases.setdefault(node.outbound_layer.name, set()).add(node.phase)
    several = [name for name, found in phases.items() if len(found) > 1]
    if several:
        raise ArgumentError("layers were applied in different learning phases, which no configuration can hold: "
                            "{names}", remedy="apply them in one phase, or call them with `training`",
                            names=Choices(several), argument="model")
    before = getattr(_copying, "phases", {})  # a constructor may copy another model
    _copying.phases = {name: phase for name, (phase,) in phases.items()}
    # A layer that a constructor makes gets another name at first.
    with session.current_host().contract.building_for(of_all.pop() if len(of_all) == 1 else None):
        try:
            yield
        finally:
            _copying.phases = before


def phase_of(layer):
    """The fixed learning phase in which a layer is applied while a model is copied; None if there is none."""
    return getattr(_copying, "phases", {}).get(layer.name)


def _nodes(network):
    """The calls of a network's layers."""
    if network._is_graph_network:
        return [node for nodes in network._nodes_by_depth.values() for node in nodes]
    return [node for layer in network.layers for node in layer._inbound_nodes]


# -- what configurations do not contain -------------------------------------------------------------------

@contextlib.contextmanager
def _named_things():
    """A context in which configurations refer by name to functions of Lambda layers and to models of users' classes.
    Returns: a dict of these functions and models.

    A file must contain a function's bytecode. A copy in this session uses the same function object, which may also be a
    callable that is not a Python function, or a function that needs its own module's globals.
    """
    _copying.things = {}
    try:
        yield _copying.things
    finally:
        del _copying.things


def by_name(layer, config):
    """The configuration of a Lambda layer, with its functions by name while a model is copied."""
    things = getattr(_copying, "things", None)
    if things is None:
        return config
    for key, function in (("function", layer.function), ("output_shape", layer._output_shape)):
        if callable(function):
            name = "%s/%s/%d" % (layer.name, key, len(things))
            things[name] = function
            config.update({key: name, key + "_type": "function"})
    return config


def of_constructor(layer):
    """The configuration of a model or a layer that its constructor makes, while it is copied: it names the layer. None
    otherwise."""
    things = getattr(_copying, "things", None)
    if things is None or not constructed.is_constructed(layer):
        return None
    name = "%s/%d" % (layer.name, len(things))
    things[name] = layer
    return {constructed.KEY: name}


def _custom_objects(model, config, keras):
    """The classes and functions that the model's layers hold and Keras does not define, by name."""
    named = set(nested(config, str))
    found = {}
    for layer in parts(model):
        for thing in [type(layer), *vars(layer).values()]:
            if not callable(thing) or isinstance(thing, keras.layers.Layer):
                continue
            if hasattr(thing, "get_config") and not isinstance(thing, type):
                thing = type(thing)
            name = getattr(thing, "__name__", None)
            if name not in named:
                continue
            if found.setdefault(name, thing) is not thing:
                raise ArgumentError("two functions or classes that the model uses have the name {name}",
                                    remedy="give each of them a name of its own", name=Value(name), argument="model")
    return {name: thing for name, thing in found.items()
            if not getattr(thing, "__module__", "").startswith(keras.__name__ + ".")}


def nested(value, kind):
    """All values of a type in nested lists and dicts."""
    if isinstance(value, kind):
        yield value
    elif isinstance(value, (list, tuple, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from nested(part, kind)


def _check_what_can_be_copied(model, keras):
    networks = [part for part in parts(model) if isinstance(part, keras.engine.network.Network)]
    # Layers that a constructor has made are made by it again.
    made = {id(part) for network in networks if constructed.is_constructed(network) for part in parts(network)}
    for network in networks:
        if id(network) in made:
            continue
        given.check(network)
        for layer in network.layers:
            if not getattr(layer, "is_placeholder", True):
                raise ArgumentError("input {layer} of the model was made from a tensor of backend {backend}, which no "
                                    "configuration can hold", remedy="use an input without `tensor` and feed the data",
                                    layer=Value(layer.name), backend=model.inputs[0].backend, argument="model")
        for node in (node for nodes in network._nodes_by_depth.values() for node in nodes):
            try:
                json.dumps(node.arguments)
            except TypeError:
                raise ArgumentError("layer {layer} was called with arguments that no configuration can hold",
                                    remedy="make them part of the layer, or inputs of the model",
                                    layer=Value(node.outbound_layer.name), argument="model") from None
