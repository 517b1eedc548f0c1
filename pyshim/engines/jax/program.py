"""Running programs on JAX: one function for each, traced and compiled for the shapes that it meets."""

import collections
import contextlib
import functools
import threading

import jax
import jax.numpy as jnp
import numpy as np

from ...graph.node import RANDOM
from . import checks
from .natives import JaxNatives, leaf
from .random import draws_of
from .sizes import UNTRACEABLE

BLOCK = 32       # batches that are compiled as one loop, where so many are asked for at once since each is short
PATIENCE = 1000  # batches that are run one by one before; compiling the loop takes as long as some thousand of them
KEPT = 16  # shapes for which a function stays compiled; the one that was used longest ago goes first

# Kernels that call Python while a program runs, which may raise: the values of variables have to outlive that.
CALLING = frozenset(["ctc_batch_cost", "print_tensor"])

# What is evaluated once need not be fast: compiling takes a third of the time then.
ONCE = {"xla_backend_optimization_level": 0}


class Function:
    """A callable that runs a program."""

    def __init__(self, kernels, program, once):
        self.kernels = kernels
        self.program = program
        self.changing = list(program.updates)
        changing = set(self.changing)
        self.kept = [node for node in program.nodes
                     if node.kind == "variable" and node.operation is None and node not in changing]
        operations = _inside(program.nodes)
        self.draws = {operation: draws_of(operation) for operation in operations if operation.kernel in RANDOM}
        # Draws repeat in functions, to the last bit.
        self.settings = ONCE if once and not self.draws else None
        self.is_calling = any(operation.kernel in CALLING for operation in operations)
        self.traces = collections.OrderedDict()  # by the shapes of the inputs
        self.batches = 0

    def __call__(self, arrays):
        trace = self._trace(arrays, None)
        outputs, new, conditions = trace(arrays, *self._values())
        if self.is_calling:
            jax.effects_barrier()  # what is printed is there before the call returns
        self._update(new)  # where a condition does not hold, they are the old ones, whose memory may have been taken
        checks.raise_first(conditions, trace.messages)
        self._count(1)
        return [np.array(value) for value in outputs]

    def several(self, arrays, whole, rows, sizes):
        """Run as many of the first batches as fill blocks: see ``engines/batches.py``."""
        equal = next((i for i, size in enumerate(sizes) if size != sizes[0]), len(sizes))
        split = [array.ndim > 0 for array in arrays] + [False] * len(whole)
        results = []
        self.batches += len(sizes)
        is_worth_it = self.batches > PATIENCE and not self.is_calling
        while is_worth_it and equal - len(results) >= BLOCK:
            block, rows = np.split(rows, [BLOCK * sizes[0]])
            fed = [np.take(array, block, axis=0).reshape((BLOCK, sizes[0]) + array.shape[1:]) if array.ndim else array
                   for array in arrays]
            made = self._trace(fed + whole, split)(fed + whole, *self._values())
            if made is None:  # the batches are run one by one, up to the one that fails
                break
            outputs, new = made
            self._update(new)
            self._count(BLOCK)
            results.extend(map(list, zip(*map(np.asarray, outputs))) if outputs else [[] for _ in range(BLOCK)])
        return results

    def _trace(self, arrays, split):
        """The function compiled for the shapes of arrays; with ``split``, for blocks of batches."""
        key = (split is None, *(array.shape for array in arrays))
        if key not in self.traces:
            self.traces[key] = Trace(self) if split is None else Block(self, split)
            if len(self.traces) > KEPT:
                self.traces.popitem(last=False)
        self.traces.move_to_end(key)
        return self.traces[key]

    def _values(self):
        """The values of variables, and how often what draws has been evaluated."""
        return ([node.native.value for node in self.kept], [node.native.value for node in self.changing],
                [draws.evaluations for draws in self.draws.values()])

    def _update(self, new):
        for node, value in zip(self.changing, new):
            node.native.value = value

    def _count(self, evaluations):
        for draws in self.draws.values():
            draws.evaluations += evaluations

    def computed(self, fed, kept, old, evaluations, is_traced=True):
        """The outputs, the new values of variables, and the pairs of a condition that has to hold and its message."""
        made = dict(zip(self.program.inputs, fed))
        made.update(zip(self.kept + self.changing, list(kept) + list(old)))
        natives = JaxNatives(self.kernels, made, dict(zip(self.draws, evaluations)), is_traced)
        with checks.noting() as noted:
            natives.make_gradients(self.program.nodes)
            outputs = [natives[node] for node in self.program.outputs]
            for node in self.program.controls:
                natives[node]
            new = [jnp.asarray(natives[node]) for node in self.program.updates.values()]
        for before, value in zip(old, new):
            if value.shape != before.shape:
                raise ValueError("the new value of a variable of shape %s has shape %s" % (before.shape, value.shape))
        if noted:
            hold = functools.reduce(jnp.logical_and, [jnp.all(condition) for condition, _ in noted])
            new = [jnp.where(hold, value, before) for before, value in zip(old, new)]
        return outputs, new, noted


class Trace:
    """A function, compiled for the shapes that it is called with first."""

    def __init__(self, function):
        self.function = function
        self.messages = []
        self.run = jax.jit(self._traced, donate_argnums=() if function.is_calling else (2,),
                           compiler_options=function.settings)

    def __call__(self, fed, *others):
        with np.errstate(all="ignore"):
            try:
                return self.run(fed, *others)
            except UNTRACEABLE:
                if self.run == self._interpreted:
                    raise
                self.run = self._interpreted
                return self.run(fed, *others)

    def _interpreted(self, fed, *others):
        return self._traced(list(map(leaf, fed)), *others, is_traced=False)

    def _traced(self, fed, *others, is_traced=True):
        outputs, new, noted = self.function.computed(fed, *others, is_traced)
        self.messages = [message for _, message in noted]
        return outputs, new, [condition for condition, _ in noted]


class Block:
    """A function, compiled for a block of batches as one loop; ``split`` tells which inputs have an element for each.

    It is compiled by a thread beside, since an interrupt in the midst of a training waits for no compiler. It returns
    the outputs and the new values, or None: until it is compiled, and where a condition does not hold. Then nothing
    has changed.
    """

    thread = run = None

    def __init__(self, function, split):
        self.function = function
        self.split = split

    def __call__(self, *arguments):
        if self.thread is None:
            kinds = jax.tree.map(_kind, arguments)
            self.thread = threading.Thread(target=self._compile, args=kinds, daemon=True)
            self.thread.start()
        if self.run is None:
            return None
        outputs, new, hold = self.run(*arguments)
        return (outputs, new) if hold else None

    def _compile(self, *kinds):
        with contextlib.suppress(*UNTRACEABLE):
            self.run = jax.jit(self._traced).lower(*kinds).compile()

    def _traced(self, fed, kept, old, evaluations):
        def step(values, each):
            i, parts = each
            parts = iter(parts)
            now = [next(parts) if is_split else array for is_split, array in zip(self.split, fed)]
            outputs, new, noted = self.function.computed(now, kept, values, [count + i for count in evaluations])
            return new, (outputs, [jnp.all(condition) for condition, _ in noted])
        parts = [array for is_split, array in zip(self.split, fed) if is_split]
        new, (outputs, conditions) = jax.lax.scan(step, old, (jnp.arange(BLOCK), parts), length=BLOCK)
        return outputs, new, jnp.all(jnp.asarray([jnp.all(condition) for condition in conditions] + [True]))


def _kind(x):
    """What a function is compiled for: the shape and dtype of an array."""
    return jax.ShapeDtypeStruct(x.shape, x.dtype) if hasattr(x, "dtype") else x


def _inside(nodes):
    """The operations of nodes, those in bodies of loops too, in order."""
    found = {}
    for operation in [node.operation for node in nodes if node.operation is not None]:
        found[operation] = None
        if operation.kernel == "loop":
            found.update(dict.fromkeys(_inside(operation.attributes["body"].nodes)))
    return list(found)
