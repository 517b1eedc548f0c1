"""Running programs on PyTorch, kernel by kernel, with the gradients and loops within them."""

import functools

import numpy as np
import torch

from ...graph.node import RANDOM, reached_by_gradient
from ..numpy import Kernels as NumPyKernels
from ..plan import Loop as AnyLoop
from ..plan import Plan
from .arrays import DTYPES, array_of, tensor_of
from .random import generator_of

_track = torch._C._set_grad_enabled  # what torch.set_grad_enabled() calls, which takes ten times as long

LACKING = frozenset(["uint16", "uint32", "uint64"])  # dtypes for which PyTorch has next to no kernels

_numpy = NumPyKernels()


def compiled(kernels, program):
    """A callable that runs a program."""
    changed = [variable.native for variable in program.updates]
    wanted = program.outputs + program.controls + list(program.updates.values())
    plan = TorchPlan(program.nodes, program.inputs, wanted, kernels=kernels)
    count, first = len(program.outputs), len(wanted) - len(changed)

    def run(arrays):
        tensors = list(map(tensor_of, arrays))
        with torch.no_grad():
            values = plan.run(tensors)
        # A copy, since a value may be the user's array, a part of it, or what a variable or constant holds.
        outputs = [np.array(array_of(value)) for value in values[:count]]
        fed = {x.untyped_storage().data_ptr() for x in tensors}
        new = [_alone(value.detach(), fed) for value in values[first:]]
        for variable, value in zip(changed, new):
            if value.shape != variable.value.shape:
                raise ValueError("the new value of a variable of shape %s has shape %s"
                                 % (tuple(variable.value.shape), tuple(value.shape)))
        for variable, value in zip(changed, new):
            variable.value = value
        return outputs
    return run


def _alone(value, fed):
    """A value in row-major order, in memory of its own: not in a part of something larger, or of what is fed."""
    storage = value.untyped_storage()
    if not value.is_contiguous() or storage.nbytes() > value.nbytes or storage.data_ptr() in fed:
        return value.clone(memory_format=torch.contiguous_format)
    return value


class _Computing:
    """A function of a plan: whether PyTorch tracks what it computes, and whether that is differentiated by."""

    gives_source = False

    def __init__(self, function, tracked):
        self.function = function
        self.tracked = tracked

    def __call__(self):  # of a constant, once and for all
        value = self.function()
        return _source(value) if self.gives_source else value


class TorchPlan(Plan):
    """A plan on PyTorch's tensors.

    Arguments: shown, whether ``print_tensor`` prints; tracked, whether a gradient flows back through all of it.
    Gradients are computed of what lies between the loss and what it is differentiated by. Only that is tracked by
    PyTorch, which costs time and memory.
    """

    def __init__(self, nodes, given, wanted, kernels, shown=True, tracked=False):
        self.kernels = kernels
        self.shown = shown
        self.all_tracked = tracked
        gradients = {node.operation: None for node in nodes if node.kind == "gradient"}
        self.several = len(gradients) > 1
        self.between = {operation for gradient in gradients for operation in _between(gradient, nodes)}
        self.sources = {x for gradient in gradients for x in gradient.inputs[1:]}
        self.marked = [node in self.sources for node in given]
        super().__init__(nodes, given, wanted)
        self.steps = [(function.function, inputs, attributes, place, function.tracked, function.gives_source)
                      for function, inputs, attributes, place in self.steps]
        self.between = self.sources = None  # nodes are not kept

    def run(self, values):
        now, before = list(self.values), torch.is_grad_enabled()
        tracking = before
        for place, value, marked in zip(self.given, values, self.marked):
            now[place] = _source(value) if marked else value
        try:
            for (function, inputs, attributes, place, tracked, gives_source), unneeded in zip(self.steps, self.dropped):
                if tracked is not tracking:
                    _track(tracked)
                    tracking = tracked
                value = function(*[now[i] for i in inputs], **attributes)
                now[place] = _source(value) if gives_source else value
                for i in unneeded:
                    now[i] = None
        finally:
            _track(before)
        return [now[place] for place in self.wanted]

    def constant(self, node):
        return tensor_of(node.value)

    def giving(self, node, function):
        if not isinstance(function, _Computing):
            function = _Computing(function, self.all_tracked)
        function.gives_source = node in self.sources
        return function

    def function(self, operation):
        tracked = self.all_tracked or operation in self.between
        return _Computing(self._computing(operation, tracked), tracked)

    def _computing(self, operation, tracked):
        kernel = operation.kernel
        if kernel == "gradient":
            return functools.partial(_gradients, again=tracked, kept=tracked or self.several)
        if kernel == "loop":
            return Loop(operation.attributes["body"], self.shown, kernels=self.kernels, tracked=tracked)
        if kernel == "print_tensor" and not self.shown:
            return _unseen
        dtypes = [node.dtype for node in operation.inputs] + [operation.attributes.get("dtype")]
        if kernel != "print_tensor" and not LACKING.isdisjoint(dtypes):
            return _by_numpy(getattr(_numpy, kernel))
        return getattr(self.kernels, kernel)

    def attributes(self, operation):
        if operation.kernel == "loop":
            return {}
        if operation.kernel in RANDOM:
            return dict(operation.attributes, generator=generator_of(operation))
        return operation.attributes


class Loop(AnyLoop):

    def plan(self, nodes, given, wanted, **settings):
        return TorchPlan(nodes, given, wanted, **settings)

    def zeros(self, shape, dtype):
        return torch.zeros(shape, dtype=DTYPES.get(dtype, dtype))

    def slices(self, sequence):
        return sequence.unbind(0)

    def joined(self, values):
        return torch.stack(values)


def _between(gradient, nodes):
    """The operations that compute what is between a loss and what it is differentiated by, the loss itself included."""
    loss, after, found = gradient.inputs[0], set(gradient.inputs[1:]), set()
    reached = reached_by_gradient(loss)
    for node in nodes:
        if node in reached and not after.isdisjoint(node.inputs):
            after.add(node)
            found.add(node.operation)
    return found


def _source(value):
    """A tensor of its own, which a loss can be differentiated by."""
    if value.requires_grad:
        with torch.enable_grad():
            return value.view_as(value)
    return value.detach().requires_grad_()


def _gradients(loss, *sources, again, kept):
    """The gradients of a loss. ``again``: that they be differentiated themselves; ``kept``: that what was computed on
    the way to the loss is used again."""
    if not loss.requires_grad:
        return [torch.zeros_like(x) for x in sources]
    return torch.autograd.grad(loss, sources, torch.ones_like(loss), retain_graph=kept, create_graph=again,
                               materialize_grads=True)


def _by_numpy(kernel):
    """A kernel of NumPy's, on tensors."""
    def computed(*inputs, **attributes):
        with np.errstate(all="ignore"):
            result = kernel(*map(array_of, inputs), **attributes)
        return list(map(tensor_of, result)) if isinstance(result, (list, tuple)) else tensor_of(result)
    return computed


def _unseen(x, message):
    return x
