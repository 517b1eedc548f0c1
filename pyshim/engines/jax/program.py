"""Running programs on JAX: one function for each, traced for the shapes that it meets."""

import jax
import jax.numpy as jnp
import numpy as np

from ...graph.node import RANDOM, ancestors, reached_by_gradient
from ..natives import Natives
from ..numpy import Kernels as NumpyKernels
from . import checks
from .control_flow import loop
from .random import draws_of, key_of
from .sizes import LONGEST, is_known, known

# What a function cannot be traced for: sizes that depend on what is fed.
UNTRACEABLE = (jax.errors.ConcretizationTypeError, jax.errors.TracerArrayConversionError,
               jax.errors.TracerIntegerConversionError, jax.errors.NonConcreteBooleanIndexError)


def compiled(kernels, program, once):
    """A callable that runs a program."""
    variables = [node for node in program.nodes if node.kind == "variable" and node.operation is None]
    changed = [variable.native for variable in program.updates]
    draws = {operation: draws_of(operation) for operation in _drawing(program.nodes)}
    messages = []

    def traced(fed, values, evaluations):
        made = dict(zip(program.inputs, fed))
        made.update(zip(variables, values))
        natives = JaxNatives(kernels, made, dict(zip(draws, evaluations)))
        with checks.noting() as noted:
            outputs = [natives[node] for node in program.outputs]
            for node in program.controls:
                natives[node]
            new = [jnp.asarray(natives[node]) for node in program.updates.values()]
        messages[:] = [message for _, message in noted]
        return outputs, new, [condition for condition, _ in noted]

    owners, counted = [node.native for node in variables], list(draws.values())
    simple = once and program.kernels().isdisjoint(("loop", "gradient"))
    state = {"run": traced if simple else jax.jit(traced)}

    def run(arrays):
        arguments = arrays, [owner.value for owner in owners], [each.evaluations for each in counted]
        if simple:
            arguments = (list(map(_leaf, arrays)),) + arguments[1:]
        with np.errstate(all="ignore"):
            try:
                outputs, new, conditions = state["run"](*arguments)
            except UNTRACEABLE:
                if state["run"] is traced:
                    raise
                state["run"] = traced
                outputs, new, conditions = traced(list(map(_leaf, arrays)), *arguments[1:])
        checks.raise_first(conditions, messages)
        jax.effects_barrier()
        for owner, value in zip(changed, new):
            if value.shape != owner.value.shape:
                raise ValueError("the new value of a variable of shape %s has shape %s"
                                 % (owner.value.shape, value.shape))
        for owner, value in zip(changed, new):
            owner.value = value
        for each in counted:
            each.evaluations += 1
        return [np.array(value) for value in outputs]
    return run


def _leaf(array):
    """An array of a function that is not traced: small integers may be sizes."""
    return array if array.dtype.kind in "iub" and array.size <= LONGEST else jnp.asarray(array)


def _drawing(nodes):
    """The operations that draw, those in bodies of loops too."""
    found = {}
    for node in nodes:
        if node.operation is not None and node.operation.kernel in RANDOM:
            found[node.operation] = None
        elif node.operation is not None and node.operation.kernel == "loop":
            found.update(_drawing(node.operation.attributes["body"].nodes))
    return found


def _between(loss, by):
    """The nodes through which a gradient of the loss flows back to others, the loss itself included."""
    reached, after, found = reached_by_gradient(loss), set(by), set()
    for node in ancestors([loss]):
        if node in reached and not after.isdisjoint(node.inputs):
            after.add(node)
            found.add(node)
    return found


class Part:
    """Nodes that are computed apart."""

    def __init__(self, nodes):
        self.nodes = nodes


class JaxNatives(Natives):

    times = ()  # the numbers of the steps of the loops around
    added = {}  # what is added to the natives of nodes that are differentiated by

    def fitted(self, node, native):
        return native + self.added[node] if node in self.added else native

    def __init__(self, kernels, made, evaluations):
        super().__init__(kernels, made)
        self.evaluations = evaluations

    def source(self, node):
        return _leaf(node.value)

    def apply(self, operation, inputs):
        if operation.kernel == "loop":
            return loop(operation, inputs, self)
        if operation.kernel == "gradient":
            return self._gradients(operation, inputs)
        if operation.kernel in RANDOM:
            key = key_of(draws_of(operation), self.evaluations[operation], self.times)
            shape = tuple(known(inputs[0]).tolist())
            return getattr(self.kernels, operation.kernel)(shape, key=key, **operation.attributes)
        if inputs and all(map(is_known, inputs)) and operation.kernel != "print_tensor":
            return np.asarray(getattr(_numpy, operation.kernel)(*inputs, **operation.attributes)) \
                if operation.kernel not in ("ctc_sparse", "ctc_decode") \
                else getattr(self.kernels, operation.kernel)(*inputs, **operation.attributes)
        return getattr(self.kernels, operation.kernel)(*inputs, **operation.attributes)

    def _gradients(self, operation, inputs):
        loss, by = operation.inputs[0], operation.inputs[1:]
        part = Part(_between(loss, by))

        def computed(*values):
            given = dict(zip(by, values))
            inner = self.within(part, {x: value for x, value in given.items() if x not in part.nodes})
            # What is computed from another of them stays so, and is given by how much it differs.
            inner.added = dict(self.added)
            inner.added.update((x, value) for x, value in given.items() if x in part.nodes)
            with checks.noted_already():
                return jnp.asarray(inner[loss])
        values = [jnp.zeros_like(value) if x in part.nodes else jnp.asarray(value)
                  for x, value in zip(by, inputs[1:])]
        result, back = jax.vjp(computed, *values)
        return list(back(jnp.ones_like(result)))


_numpy = NumpyKernels()
