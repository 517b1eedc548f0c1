"""The native tensors of nodes on JAX: arrays, or tracers while a function is traced."""

import jax
import jax.numpy as jnp
import numpy as np

from ...graph.node import RANDOM, ancestors
from ..natives import Natives
from ..numpy import Kernels as NumpyKernels
from . import checks
from .control_flow import loop
from .random import key_of, states
from .sizes import LONGEST, is_known, known

_numpy = NumpyKernels()


def leaf(array):
    """Returns: a constant as a JAX array, or unchanged if it is a small integer array, which may be used as sizes."""
    return array if array.dtype.kind in "iub" and array.size <= LONGEST else jnp.asarray(array)


class JaxNatives(Natives):
    """The native tensors of a program's nodes. ``times`` has the indices of the current time steps of the enclosing
    loops, ``step`` the nodes of the innermost loop's body."""

    times = ()
    step = None
    added = {}  # node -> what is added to its native tensor, to differentiate with respect to it

    def __init__(self, kernels, made, evaluations, is_traced):
        super().__init__(kernels, made)
        self.is_traced = is_traced      # whether a compiled function is being traced, so that fed values are unknown
        self.evaluations = evaluations  # how often each random operation has been evaluated
        self.parts = {}

    def source(self, node):
        return leaf(node.value)

    def fitted(self, node, native):
        return native + self.added[node] if node in self.added else native

    def in_step(self, body, given, time):
        """Returns: the ``JaxNatives`` of a step of a loop."""
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
            key = key_of(states.of(operation).seed, self.evaluations[operation], self.times)
            shape = tuple(known(inputs[0]).tolist())
            return getattr(self.kernels, operation.kernel)(shape, key=key, **operation.attributes)
        if operation.kernel in ("ctc_sparse", "ctc_decode", "print_tensor") or not inputs \
                or not all(map(is_known, inputs)):
            return getattr(self.kernels, operation.kernel)(*inputs, **operation.attributes)
        # Compute with NumPy what depends only on known sizes, so that the result is known and may be used as a size.
        return np.asarray(getattr(_numpy, operation.kernel)(*inputs, **operation.attributes))

    # -- gradients ----------------------------------------------------------------------------------------

    def make_gradients(self, nodes):
        """Compute the gradients among nodes, the last ones first, because their losses may depend on earlier ones."""
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
        # Run the forward pass only once: unless these nodes have been computed already, keep the values that it
        # computes.
        first, made = self.made.keys().isdisjoint(part.nodes), _Made()

        def computed(*values):
            given = dict(zip(part.by, values))
            inner = self.within(part, {x: value for x, value in given.items() if x not in part.nodes})
            # If one of them is computed from another, it still is, and the derivative is taken with respect to an
            # addend.
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
        """Returns: the values at which the loss is differentiated; zeros for addends."""
        outer = {x: jnp.asarray(self.made[x]) for x in part.by if x not in part.nodes}
        values = dict(outer)
        if len(values) < len(set(part.by)):
            with checks.noted_already():
                inner = self.within(part, outer)
                values.update((x, jnp.zeros_like(inner[x])) for x in part.by if x in part.nodes)
        return [values[x] for x in part.by]


class Differentiated:
    """The part of the graph that is recomputed for a gradient.

    The loss is differentiated with respect to the list ``by``. ``nodes`` are those that the loss depends on and that
    depend on ``by``. ``made`` has these nodes and their operations, and ``needed`` the nodes from outside that they
    use.
    """

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
    """The native tensors created while a function is differentiated. The function returns their arrays as an auxiliary
    result."""

    def take(self, natives, noted):
        """Returns: the arrays among the native tensors and conditions."""
        self.messages = [message for _, message in noted]
        self.leaves, self.structure = jax.tree.flatten((list(natives.values()), [condition for condition, _ in noted]))
        self.of = list(natives)
        self.places = [i for i, leaf in enumerate(self.leaves) if isinstance(leaf, jax.Array)]
        return [self.leaves[i] for i in self.places]

    def give(self, arrays):
        """Returns: the native tensors and conditions, with the arrays replaced by the given ones."""
        for i, array in zip(self.places, arrays):
            self.leaves[i] = array
        natives, conditions = jax.tree.unflatten(self.structure, self.leaves)
        return dict(zip(self.of, natives)), list(zip(conditions, self.messages))
