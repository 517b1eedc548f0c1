"""Running programs on PyTorch, kernel by kernel, and the gradients and loops in them."""

import functools

import numpy as np
import torch

from ...graph.node import RANDOM, operations_inside
from ..numpy import Kernels as NumPyKernels
from ..plan import Loop as AnyLoop
from ..plan import Plan, replace_values, unseen
from ..repeating import can_repeat, gradient_operations, operations_between
from . import checks, optimizers
from .arrays import DEVICE, DTYPES, array_of, tensor_of
from .merging import FUNCTIONS, merged
from .random import generators

_track = torch._C._set_grad_enabled  # called by torch.set_grad_enabled(), which takes ten times as long

LACKING = frozenset(["uint16", "uint32", "uint64"])  # dtypes for which PyTorch has hardly any kernels
FLOAT_ON_GPU = frozenset(["dot", "batch_dot"])  # kernels that PyTorch has only for floats on a GPU

_numpy = NumPyKernels()


def compiled(kernels, program):
    """Returns: a callable that runs a program."""
    # Steps of optimizers, and the look for nan in gradients, need numbers in Python. A GPU would idle meanwhile.
    on_processor = DEVICE.type == "cpu"
    steps, others = optimizers.steps(program.updates) if on_processor else ([], program.updates)
    changed = [variable.native for variable in others]
    held = [variable.native for variable in program.variables()]
    wanted = program.outputs + program.controls + list(others.values()) + [x for step in steps for x in step.inputs]
    operations = operations_inside(program.nodes)
    guarded = not on_processor or not can_repeat(program.nodes)
    plan = TorchPlan(_needed(program.nodes, wanted), program.inputs, wanted, kernels=kernels, guarded=guarded)
    compute = plan.run if on_processor else checks.checked(plan.run)
    draws = [generators.of(operation) for operation in operations if operation.kernel in RANDOM]
    count, first, last = len(program.outputs), len(program.outputs + program.controls), len(wanted)
    last -= sum(len(step.inputs) for step in steps)

    def run(arrays):
        tensors = list(map(tensor_of, arrays))
        with torch.no_grad():
            states = None if plan.guarded else [generator.get_state() for generator in draws]
            try:
                values = compute(tensors)
            except _NanGradient:
                plan.guard()
                for generator, state in zip(draws, states):
                    generator.set_state(state)
                values = plan.run(tensors)
            # Copy the results, because a value may share memory with the user's array, a variable or a constant.
            outputs = [np.array(array_of(value)) for value in values[:count]]
            shared = {x.untyped_storage().data_ptr() for x in tensors + [variable.value for variable in held]}
            replace_values(changed, [_alone(value.detach(), shared) for value in values[first:last]])
            inputs = iter([_unshared(value.detach(), shared) for value in values[last:]])
            for step in steps:
                step.run([next(inputs) for _ in step.inputs])
        return outputs
    return run


def _alone(value, shared):
    """Returns: a value in row-major order that owns its memory: not a view of a larger tensor, and not in the memory of
    a fed array or of a variable."""
    storage = value.untyped_storage()
    if not value.is_contiguous() or storage.nbytes() > value.nbytes or storage.data_ptr() in shared:
        return value.clone(memory_format=torch.contiguous_format)
    return value


def _unshared(value, shared):
    """Returns: a value in row-major order that does not change when a variable does."""
    return value.clone() if value.untyped_storage().data_ptr() in shared else value.contiguous()


def _needed(nodes, wanted):
    """Returns: those of the nodes, in topological order, that the wanted nodes need."""
    needed = set(wanted)
    for node in reversed(nodes):
        if node in needed:
            needed.update(node.inputs + node.controls)
    return [node for node in nodes if node in needed]


class _NanGradient(Exception):
    """A gradient is nan, perhaps because PyTorch's own derivatives multiplied 0 by infinity."""


class _Computing:
    """A function of a plan. ``tracked``: PyTorch records it for autograd; ``gives_source``: a loss is differentiated
    with respect to its value; ``guard``: the function that replaces it after a gradient was nan, or None."""

    gives_source = False

    def __init__(self, function, tracked, guard=None):
        self.function = function
        self.tracked = tracked
        self.guard = guard

    def __call__(self):  # only for constants, once
        value = self.function()
        return _source(value) if self.gives_source else value


class TorchPlan(Plan):
    """A plan on PyTorch's tensors.

    Arguments: shown, whether ``print_tensor`` prints; tracked, whether a gradient flows back through the whole plan;
    guarded, whether derivatives are computed by our own functions from the start.

    PyTorch records only the operations between a loss and the tensors that it is differentiated with respect to,
    because recording costs time and memory. If the plan is not guarded, its gradients are PyTorch's own, and those that
    are nan raise ``_NanGradient``. A run can be repeated after ``guard()``.
    """

    generators = generators

    def __init__(self, nodes, given, wanted, kernels, shown=True, tracked=False, guarded=True):
        self.kernels = kernels
        self.shown = shown
        self.all_tracked = tracked
        self.guarded = guarded
        self.checked = False  # whether a function so far has a derivative that can be nan where ours is not
        gradients = gradient_operations(nodes)
        self.several = len(gradients) > 1
        self.between = {operation for gradient in gradients for operation in operations_between(gradient, nodes)}
        self.sources = {x for gradient in gradients for x in gradient.inputs[1:]}
        self.marked = [node in self.sources for node in given]
        self.outputs = _outputs(nodes)
        self.merged, nodes = merged(nodes, wanted)
        self.between.update([operation for old, (operation, _) in self.merged.items() if old in self.between])
        super().__init__(nodes, given, wanted)
        self.guards = [function.guard for function, _, _, _ in self.steps]
        self.steps = [(function.function, inputs, attributes, place, function.tracked, function.gives_source)
                      for function, inputs, attributes, place in self.steps]
        # Don't keep the nodes alive.
        self.between = self.sources = self.outputs = self.merged = None

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

    def guard(self):
        """Use our own functions for derivatives from now on."""
        self.guarded = True
        self.steps = [step if guard is None else (guard, *step[1:]) for step, guard in zip(self.steps, self.guards)]
        for function, *_ in self.steps:
            if isinstance(function, Loop):
                function.guard()

    def constant(self, node):
        return tensor_of(node.value)

    def computed_by(self, node):
        return self.merged.get(node.operation) or super().computed_by(node)

    def giving(self, node, function):
        if not isinstance(function, _Computing):
            function = _Computing(function, self.all_tracked)
        function.gives_source = node in self.sources
        return function

    def function(self, operation):
        tracked = self.all_tracked or operation in self.between
        return _Computing(*self._computing(operation, tracked))

    def _computing(self, operation, tracked):
        """Returns: the function, whether it is tracked, and its guard."""
        kernel = operation.kernel
        if kernel in FUNCTIONS:
            return FUNCTIONS[kernel], tracked
        if kernel == "gradient":
            options = {"again": tracked, "kept": tracked or self.several}
            exact = functools.partial(_gradients, **options)
            return (functools.partial(_checked, **options), tracked, exact) if self.checked else (exact, tracked)
        if kernel == "loop":
            loop = Loop(operation.attributes["body"], self.shown, self.outputs[operation], kernels=self.kernels,
                        tracked=tracked, guarded=self.guarded)
            self.checked |= loop.step.checked
            return loop, tracked
        if kernel == "print_tensor" and not self.shown:
            return unseen, tracked
        if kernel != "print_tensor" and _is_lacking(operation):
            return _by_numpy(getattr(_numpy, kernel)), tracked
        function = getattr(self.kernels, kernel)
        if not tracked:
            return getattr(function, "bare", function), tracked
        if getattr(function, "alike", False) and not self.guarded:
            self.checked = True
            return function.bare, tracked, function
        return function, tracked


class Loop(AnyLoop):

    def plan(self, nodes, given, wanted, **settings):
        return TorchPlan(nodes, given, wanted, **settings)

    def guard(self):
        self.step.guard()

    def filled(self, shape, number, dtype):
        return torch.full(shape, number, dtype=DTYPES.get(dtype, dtype), device=DEVICE)

    def slices(self, sequence):
        return sequence.unbind(0)

    def joined(self, values):
        return torch.stack(values)


def _is_lacking(operation):
    """Whether PyTorch has no kernel for the operation's dtypes."""
    dtypes = [node.dtype for node in operation.inputs] + [operation.attributes.get("dtype")]
    if DEVICE.type != "cpu" and operation.kernel in FLOAT_ON_GPU and not dtypes[0].startswith("float"):
        return True
    return not LACKING.isdisjoint(dtypes)


def _outputs(nodes):
    """Returns: a dict from operations to the set of their needed outputs."""
    found = {}
    for node in nodes:
        if node.operation is not None:
            found.setdefault(node.operation, set()).add(node.output)
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


def _checked(loss, *sources, **options):
    """The gradients of a loss. Raises ``_NanGradient`` if the sum of one of them is nan."""
    gradients = _gradients(loss, *sources, **options)
    for gradient in gradients:
        total = gradient.sum().item()  # faster than examining each element
        if total != total:
            raise _NanGradient
    return gradients


def _by_numpy(kernel):
    """Returns: a NumPy kernel, wrapped for tensors."""
    def computed(*inputs, **attributes):
        with np.errstate(all="ignore"):
            result = kernel(*map(array_of, inputs), **attributes)
        return list(map(tensor_of, result)) if isinstance(result, (list, tuple)) else tensor_of(result)
    return computed
