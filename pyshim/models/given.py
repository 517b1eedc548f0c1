"""Losses, metrics and targets that a user gives to a model as tensors.

They are given by ``add_loss``, ``add_metric`` and ``target_tensors``. No configuration holds them, but they are part of
the graph, which is data. So a copy of a model gets copies of their nodes, in which the model's inputs, the outputs of
its layers and its variables are replaced by those of the copy.

What a layer adds in its own ``call`` or constructor is not among them: the copy's layer adds it again.
"""

import sys
import warnings

from .. import session
from ..contract.moving import moved
from ..errors import ArgumentError
from ..graph.node import ancestors
from ..messages import Value
from ..tensors import Tensor
from . import constructed

LOSSES = "_given_losses"    # of a layer: the pairs of losses and inputs that add_loss() was given
METRICS = "_given_metrics"  # of a layer: the triples of value, name and metric of add_metric()
CALLED = "_called_with"     # of a metric's result: the arguments that computed it

_OWN_CODE = ("__init__", "__call__", "build", "call", "add_weight")


def is_users(layer_class):
    """Whether the user calls a method, and not the code of a layer, which a copy's layer runs again."""
    frame = sys._getframe(1).f_back  # None if R calls the method
    while frame is not None:
        code = frame.f_code
        if code.co_name in _OWN_CODE and code.co_argcount and isinstance(frame.f_locals.get(code.co_varnames[0]),
                                                                         layer_class):
            return False
        frame = frame.f_back
    return True


def note_loss(layer, losses, inputs):
    """Record the arguments of ``add_loss``."""
    vars(layer).setdefault(LOSSES, []).append((losses, inputs))


def note_metric(layer, value, name, metric):
    """Record the arguments of ``add_metric``, and the layer's metric for them."""
    if not any(metric is each for *_, each in vars(layer).get(METRICS, ())):
        vars(layer).setdefault(METRICS, []).append((value, name, metric))


def check(layer):
    """Raise ArgumentError if the layer has metrics that a copy would lack."""
    given = vars(layer).get(METRICS, ())
    for metric in layer._metrics:
        if not any(metric is each for *_, each in given):
            raise ArgumentError("the model has the metric {metric} as an attribute, which is no part of its "
                                "configuration", remedy="pass its result to `add_metric`", metric=Value(metric.name),
                                argument="model")


class Given:
    """Copies of the tensors that a user gave to a model, for a copy of the model on the current backend.

    Arguments: keras, the package of the model's class; pairs, those of the model's layers and the copy's; reread, those
    that add their own losses and metrics again.
    """

    def __init__(self, model, keras, pairs):
        self.model, self.keras, self.pairs = model, keras, list(pairs)
        self.now = None  # the model's tensors and the copy's; found when the first tensor has to be copied

    def add(self):
        """Add the losses and metrics to the copy's layers."""
        for old, new in self.pairs:
            for losses, inputs in vars(old).get(LOSSES, ()):
                losses, inputs = self.of(losses), self.of(inputs)
                new.add_loss(losses, inputs)
                if not vars(new).get(LOSSES) or vars(new)[LOSSES][-1][0] is not losses:
                    note_loss(new, losses, inputs)  # a layer's own code makes the copy
            for value, name, metric in vars(old).get(METRICS, ()):
                new.add_metric(self._metric(value, metric), name)

    def _metric(self, value, metric):
        called = getattr(value, CALLED, None)
        if called is None:
            return self.of(value)
        args, kwargs = called
        again = constructed.like(metric, metric.get_config())
        return again(*self.of(args), **self.of(kwargs))

    def targets(self):
        """The copy's ``target_tensors``; None if the model was compiled without."""
        targets = list(getattr(self.model, "targets", None) or ())
        if all(each is None or each.kind == "placeholder" and each.name == name + "_target"
               for each, name in zip(targets, self.model.output_names)):
            return None
        return self.of(targets)

    def of(self, value):
        """A copy of a nested value of tensors, lists and dicts."""
        if isinstance(value, dict):
            return {key: self.of(part) for key, part in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(self.of(part) for part in value)
        return self._tensor(value) if isinstance(value, Tensor) else value

    def _tensor(self, tensor):
        if self.now is None:
            self.now = dict(self._own())
        if tensor not in self.now:
            contract = session.current_host().contract
            for x in ancestors([tensor], ends=self.now):
                if x.kind == "variable" and x.parts is None:
                    self.now[x] = self._variable(x)
                elif x.kind == "placeholder" and x.name == "learning_phase":
                    phase = contract.learning_phase()
                    self.now[x] = phase if isinstance(phase, Tensor) else contract.constant(phase, "bool")
            with contract.outside_scopes():
                self.now = moved([tensor], contract, self.now)
            if getattr(tensor, "_uses_learning_phase", False):
                self.now[tensor]._uses_learning_phase = True
        return self.now[tensor]

    def _variable(self, variable):
        warnings.warn("variable %r belongs to no layer of the model: the copy has a copy of it, which set_value() of "
                      "the original does not change. Make it a weight of a layer by add_weight()" % variable.name,
                      stacklevel=2)
        backend = self.keras.backend
        return backend.variable(backend.get_value(variable), dtype=variable.dtype, name=variable.name)

    def _own(self):
        """Pairs of corresponding tensors of the model and the copy."""
        for old, new in self.pairs:
            yield from _both(old, new)
            if isinstance(old, self.keras.engine.network.Network):
                yield from _with_parts(old.inputs or (), new.inputs or ())
                if old._is_graph_network:
                    for old_layer, new_layer in zip(old._layers, new._layers):
                        for old_node, new_node in zip(_nodes(old, old_layer), _nodes(new, new_layer)):
                            yield from _with_parts(old_node.output_tensors, new_node.output_tensors)
                else:
                    yield from _with_parts(old.outputs or (), new.outputs or ())


def _with_parts(olds, news):
    """Pairs of corresponding tensors, and of the nodes that make up sparse tensors among them."""
    for old, new in zip(olds, news):
        yield old, new
        yield from zip(old.parts or (), new.parts or ())


def _nodes(network, layer):
    """The calls of a layer that are part of a network, in order."""
    return [node for i, node in enumerate(layer._inbound_nodes)
            if network._node_key(layer, i) in network._network_nodes]


def _both(old, new):
    """Pairs of variables in the same positions of two layers."""
    waiting = [(vars(old), vars(new))]
    while waiting:
        one, other = waiting.pop()
        if isinstance(one, dict) and isinstance(other, dict):
            waiting += [(one[key], other[key]) for key in one if key in other]
        elif isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
            waiting += zip(one, other)
        elif isinstance(one, Tensor) and isinstance(other, Tensor) and one.kind == other.kind == "variable":
            yield one, other
