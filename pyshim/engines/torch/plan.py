"""Running programs on PyTorch, kernel by kernel, and the gradients and loops in them."""

import functools

import numpy as np
import torch

from ...graph.node import reached_by_gradient
from ..numpy import Kernels as NumPyKernels
from ..plan import Loop as AnyLoop
from ..plan import Plan, replace_values, unseen
from .arrays import DTYPES, array_of, tensor_of
from .random import generators

_track = torch._C._set_grad_enabled  # called by torch.set_grad_enabled(), which takes ten times as long

LACKING = frozenset(["uint16", "uint32", "uint64"])  # dtypes for which PyTorch has hardly any kernels

_numpy = NumPyKernels()


def compiled(kernels, program):
    """Returns: a callable that runs a program."""
    changed = [variable.native for variable in program.updates]
    wanted = program.outputs + program.controls + list(program.updates.values())
    plan = TorchPlan(program.nodes, program.inputs, wanted, kernels=kernels)
    count, first = len(program.outputs), len(wanted) - len(changed)

    def run(arrays):
        tensors = list(map(tensor_of, arrays))
        with torch.no_grad():
            values = plan.run(tensors)
        # Copy the results, because a value may share memory with the user's array, a variable or a constant.
        outputs = [np.array(array_of(value)) for value in values[:count]]
        fed = {x.untyped_storage().data_ptr() for x in tensors}
        new = [_alone(value.detach(), fed) for value in values[first:]]
        replace_values(changed, new)
        return outputs
    return run


def _alone(value, fed):
    """Returns: a value in row-major order that owns its memory: not a view of a larger tensor or of a fed array."""
    storage = value.untyped_storage()
    if not value.is_contiguous() or storage.nbytes() > value.nbytes or storage.data_ptr() in fed:
        return value.clone(memory_format=torch.contiguous_format)
    return value


class _Computing:
    """A function of a plan. ``tracked``: PyTorch records it for autograd; ``gives_source``: a loss is differentiated
    with respect to its value."""

    gives_source = False

    def __init__(self, function, tracked):
        self.function = function
        self.tracked = tracked

    def __call__(self):  # only for constants, once
        value = self.function()
        return _source(value) if self.gives_source else value


class TorchPlan(Plan):
    """A plan on PyTorch's tensors.

    Arguments: shown, whether ``print_tensor`` prints; tracked, whether a gradient flows back through the whole plan.

    PyTorch records only the operations between a loss and the tensors that it is differentiated with respect to,
    because recording costs time and memory.
    """

    generators = generators

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
        self.between = self.sources = None  # don't keep the nodes alive

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
            return unseen
        dtypes = [node.dtype for node in operation.inputs] + [operation.attributes.get("dtype")]
        if kernel != "print_tensor" and not LACKING.isdisjoint(dtypes):
            return _by_numpy(getattr(_numpy, kernel))
        return getattr(self.kernels, kernel)


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
    """Returns: the operations between a loss and the tensors it is differentiated with respect to, including the one
    that computes the loss."""
    loss, after, found = gradient.inputs[0], set(gradient.inputs[1:]), set()
    reached = reached_by_gradient(loss)
    for node in nodes:
        if node in reached and not after.isdisjoint(node.inputs):
            after.add(node)
            found.add(node.operation)
    return found


def _source(value):
    """Returns: a new tensor that a loss can be differentiated with respect to."""
    if value.requires_grad:
        with torch.enable_grad():
            return value.view_as(value)
    return value.detach().requires_grad_()


def _gradients(loss, *sources, again, kept):
    """Returns: the gradients of a loss. With ``again``, they can be differentiated too. With ``kept``, what autograd
    recorded is kept, because it is used again."""
    if not loss.requires_grad:
        return [torch.zeros_like(x) for x in sources]
    return torch.autograd.grad(loss, sources, torch.ones_like(loss), retain_graph=kept, create_graph=again,
                               materialize_grads=True)


def _by_numpy(kernel):
    """Returns: a NumPy kernel, wrapped for tensors."""
    def computed(*inputs, **attributes):
        with np.errstate(all="ignore"):
            result = kernel(*map(array_of, inputs), **attributes)
        return list(map(tensor_of, result)) if isinstance(result, (list, tuple)) else tensor_of(result)
    return computed
