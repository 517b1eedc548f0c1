"""The native tensors of nodes on JAX: arrays, or what stands for them while a function is traced."""

import jax
import jax.numpy as jnp
import numpy as np

from ...graph.node import RANDOM, ancestors
from ..natives import Natives
from ..numpy import Kernels as NumpyKernels
from . import checks
from .control_flow import loop
from .random import draws_of, key_of
from .sizes import LONGEST, is_known, known

_numpy = NumpyKernels()


def leaf(array):
    """An array of what is not traced: small integers may be sizes."""
    return array if array.dtype.kind in "iub" and array.size <= LONGEST else jnp.asarray(array)


class JaxNatives(Natives):
    """``times`` are the numbers of the steps of the loops around, ``step`` the nodes of the innermost one's body."""

    times = ()
    step = None
    added = {}  # what is added to the natives of nodes that are differentiated by

    def __init__(self, kernels, made, evaluations, is_traced):
        super().__init__(kernels, made)
        self.is_traced = is_traced      # whether values are to be known when the function is compiled
        self.evaluations = evaluations  # by operation that draws
        self.parts = {}

    def source(self, node):
        return leaf(node.value)

    def fitted(self, node, native):
        return native + self.added[node] if node in self.added else native

    def in_step(self, body, given, time):
        """The natives of a loop's step."""
        inner = self.within(body, given)
        inner.times = self.times + (time,)
        inner.step = inner.inside
        return inner

    def apply(self, operation, inputs):
        if operation.kernel == "loop":
            return loop(operation, inputs, self)
        if operation.kernel == "gradient":
            return self._gradients(operation)
        if operation.kernel in RANDOM:
            key = key_of(draws_of(operation), self.evaluations[operation], self.times)
            shape = tuple(known(inputs[0]).tolist())
            return getattr(self.kernels, operation.kernel)(shape, key=key, **operation.attributes)
        if operation.kernel in ("ctc_sparse", "ctc_decode", "print_tensor") or not inputs \
                or not all(map(is_known, inputs)):
            return getattr(self.kernels, operation.kernel)(*inputs, **operation.attributes)
        # What is made of sizes stays known, so that it may be a size.
        return np.asarray(getattr(_numpy, operation.kernel)(*inputs, **operation.attributes))

    # -- gradients ----------------------------------------------------------------------------------------

    def make_gradients(self, nodes):
        """Make the gradients among nodes, the last ones first, whose losses may be made of others."""
        for node in reversed(nodes):
            if node.kind == "gradient":
                self[node]

    def needed(self, node):
        if node.operation.kernel != "gradient":
            return super().needed(node)
        return self._part(node.operation).needed

    def _part(self, operation):
        if operation not in self.parts:
            self.parts[operation] = Differentiated(operation, self.step)
        return self.parts[operation]

    def _gradients(self, operation):
        part = self._part(operation)
        # The forward pass is computed once: what the loss is made of is taken from it, unless it is there.
        first, made = self.made.keys().isdisjoint(part.nodes), _Made()

        def computed(*values):
            given = dict(zip(part.by, values))
            inner = self.within(part, {x: value for x, value in given.items() if x not in part.nodes})
            # What is computed from another of them stays so, and is given by how much it differs.
            inner.added = dict(self.added)
            inner.added.update((x, value) for x, value in given.items() if x in part.nodes)
            with (checks.noting() if first else checks.noted_already()) as noted:
                loss = jnp.asarray(inner[part.loss])
            return loss, made.take({x: value for x, value in inner.made.items() if x in part.made}, noted or [])
        result, back, arrays = jax.vjp(computed, *self._values(part), has_aux=True)
        if first:
            natives, noted = made.give(arrays)
            self.made.update(natives)
            for condition, message in noted:
                checks.need(condition, message)
        return list(back(jnp.ones_like(result)))

    def _values(self, part):
        """What the loss is differentiated by."""
        outer = {x: jnp.asarray(self.made[x]) for x in part.by if x not in part.nodes}
        values = dict(outer)
        if len(values) < len(set(part.by)):
            with checks.noted_already():
                inner = self.within(part, outer)
                values.update((x, jnp.zeros_like(inner[x])) for x in part.by if x in part.nodes)
        return [values[x] for x in part.by]


class Differentiated:
    """What is computed apart for a gradient: ``nodes``, all that the loss needs and that depends on what it is
    differentiated by, the list ``by``; ``made`` are these and their operations, ``needed`` the nodes outside."""

    def __init__(self, operation, step):
        self.loss, self.by = operation.inputs[0], operation.inputs[1:]
        order, depending = ancestors([self.loss]), set(self.by)
        self.nodes = set()
        for node in order:
            if not depending.isdisjoint(node.inputs) and (step is None or node in step):
                depending.add(node)
                self.nodes.add(node)
        self.made = self.nodes.union(node.operation for node in self.nodes)
        used = [x for node in order if node in self.nodes for x in node.inputs] + [self.loss, *self.by]
        self.needed = [x for x in dict.fromkeys(used) if x not in self.nodes]


class _Made:
    """What has been made while a function was differentiated: its arrays leave it as a further result."""

    def take(self, natives, noted):
        """The arrays among natives and conditions."""
        self.messages = [message for _, message in noted]
        self.leaves, self.structure = jax.tree.flatten((list(natives.values()), [condition for condition, _ in noted]))
        self.of = list(natives)
        self.places = [i for i, leaf in enumerate(self.leaves) if isinstance(leaf, jax.Array)]
        return [self.leaves[i] for i in self.places]

    def give(self, arrays):
        """The natives and conditions, with these arrays in place of those."""
        for i, array in zip(self.places, arrays):
            self.leaves[i] = array
        natives, conditions = jax.tree.unflatten(self.structure, self.leaves)
        return dict(zip(self.of, natives)), list(zip(conditions, self.messages))
