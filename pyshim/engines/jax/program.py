"""Running programs on JAX: each is one function, traced and compiled for each combination of input shapes."""

import collections
import contextlib
import functools
import threading

import jax
import jax.numpy as jnp
import numpy as np

from ... import memory
from ...graph.node import RANDOM, operations_inside
from ..batches import BLOCK
from ..plan import need_same_shapes
from . import checks
from .natives import JaxNatives, leaf
from .random import drawn, is_drawn_before, states
from .sizes import UNTRACEABLE

PATIENCE = 1000  # how many batches run one by one before a block is compiled as one loop; compiling takes as long
KEPT = 16  # how many combinations of shapes a function stays compiled for; the least recently used one is dropped

# Kernels that call Python while a program runs. That may raise an error, which the variables' values must survive.
CALLING = frozenset(["ctc_batch_cost", "print_tensor"])

# On a processor, XLA's convolutions take 25 times as long inside a loop as outside of one.
SLOW_IN_LOOPS = frozenset(["convolution", "convolution_transpose", "depthwise_convolution"])

# Settings for programs that are evaluated once and need not be fast: they reduce the time to compile to a third.
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
        operations = operations_inside(program.nodes)
        self.draws = {operation: states.of(operation) for operation in operations if operation.kernel in RANDOM}
        # Random draws must be reproducible to the last bit, so they are always compiled with the same settings.
        self.settings = ONCE if once and not self.draws else None
        # Most programs that run once compute a new variable's value. Their draws are made before, by generators that
        # they share, because compiling one takes longer than all the rest.
        self.drawn = [node for node in program.nodes
                      if once and node.operation in self.draws and is_drawn_before(node.operation)]
        self.is_calling = any(operation.kernel in CALLING for operation in operations)
        self.is_slow_in_loops = jax.default_backend() == "cpu" and any(
            operation.kernel in SLOW_IN_LOOPS for operation in operations)
        self.traces = collections.OrderedDict()  # keyed by the shapes of the inputs
        self.blocks = collections.OrderedDict()  # keyed by the shapes of the rows' indices and of the arrays
        self.batches = 0

    def __call__(self, arrays):
        trace = self._kept(self.traces, tuple(array.shape for array in arrays), Trace)
        fed = arrays + [drawn(node.operation, self.draws[node.operation].evaluations) for node in self.drawn]
        outputs, new, conditions = trace(fed, *self._values())
        if self.is_calling:
            jax.effects_barrier()  # wait until everything has been printed
        # If a condition is false, the new values equal the old ones, but the old arrays' memory may have been donated.
        self._update(new)
        checks.raise_first(conditions, trace.messages)
        self._count(1)
        return [np.array(value) for value in outputs]

    def several(self, arrays, whole, rows):
        """Run as many of the batches as fill whole blocks: see ``engines/batches.py``."""
        results = []
        self.batches += len(rows)
        if (self.batches <= PATIENCE or self.is_calling or self.is_slow_in_loops
                or not all(map(memory.is_usable, arrays))):
            return results
        split = [array.ndim > 0 for array in arrays] + [False] * len(whole)
        arrays = list(map(_shared, arrays))
        for start in range(0, len(rows) - BLOCK + 1, BLOCK):
            fed, block_rows = _needed(arrays, rows[start:start + BLOCK])
            key = tuple(array.shape for array in [block_rows] + fed)
            made = self._kept(self.blocks, key, lambda run: Block(run, split))(fed + whole, block_rows, *self._values())
            if made is None:  # then the batches run one by one, up to the one that fails
                break
            outputs, new = made
            self._update(new)
            self._count(BLOCK)
            results.extend(map(list, zip(*map(np.asarray, outputs))) if outputs else [[] for _ in range(BLOCK)])
        return results

    def _kept(self, table, key, make):
        """Returns: the entry of a table, made if it is not there. The least recently used ones are dropped."""
        if key not in table:
            table[key] = make(self)
            if len(table) > KEPT:
                table.popitem(last=False)
        table.move_to_end(key)
        return table[key]

    def _values(self):
        """Returns: the values of the variables, and how often each random operation has been evaluated."""
        return ([node.native.value for node in self.kept], [node.native.value for node in self.changing],
                [draws.evaluations for draws in self.draws.values()])

    def _update(self, new):
        for node, value in zip(self.changing, new):
            node.native.value = value

    def _count(self, evaluations):
        for draws in self.draws.values():
            draws.evaluations += evaluations

    def computed(self, fed, kept, old, evaluations, is_traced=True):
        """Returns: the outputs, the new values of the variables, and pairs of a condition to check and its message."""
        made = dict(zip(self.program.inputs + self.drawn, fed))
        made.update(zip(self.kept + self.changing, list(kept) + list(old)))
        natives = JaxNatives(self.kernels, made, dict(zip(self.draws, evaluations)), is_traced)
        with checks.noting() as noted:
            natives.make_gradients(self.program.nodes)
            outputs = [natives[node] for node in self.program.outputs]
            for node in self.program.controls:
                natives[node]
            new = [jnp.asarray(natives[node]) for node in self.program.updates.values()]
        need_same_shapes(old, new)
        if noted:
            hold = functools.reduce(jnp.logical_and, [jnp.all(condition) for condition, _ in noted])
            new = [jnp.where(hold, value, before) for before, value in zip(old, new)]
        return outputs, new, noted


class Trace:
    """A function, compiled for the shapes of its first call."""

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
        outputs, new, conditions = self._traced(list(map(leaf, fed)), *others, is_traced=False)
        # Copy the new values: each variable needs memory of its own, since a later run may donate it.
        return outputs, [jnp.array(value) for value in new], conditions

    def _traced(self, fed, *others, is_traced=True):
        outputs, new, noted = self.function.computed(fed, *others, is_traced)
        self.messages = [message for _, message in noted]
        return outputs, new, [condition for condition, _ in noted]


class Block:
    """A function, compiled as one loop over a block of batches, which gathers their rows. ``split`` says for each input
    whether it has a row for each sample; the others are the same for all batches.

    It is compiled when it is called a second time, since arrays read from a file in parts may come in any number of
    sizes, and in a background thread, so that a user's interrupt during training need not wait for the compiler. A
    call returns the outputs and the new values. It returns None, and changes nothing, until the function is compiled,
    or if a condition is false.
    """

    calls = 0
    thread = run = None

    def __init__(self, function, split):
        self.function = function
        self.split = split

    def __call__(self, *arguments):
        self.calls += 1
        if self.thread is None and self.calls > 1:
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

    def _traced(self, fed, indices, kept, old, evaluations):
        def step(values, each):
            i, rows = each
            now = [jnp.take(array, rows, axis=0, mode="clip") if is_split else array
                   for is_split, array in zip(self.split, fed)]
            outputs, new, noted = self.function.computed(now, kept, values, [count + i for count in evaluations])
            return new, (outputs, [jnp.all(condition) for condition, _ in noted])
        new, (outputs, conditions) = jax.lax.scan(step, old, (jnp.arange(BLOCK), indices), length=BLOCK)
        return outputs, new, jnp.all(jnp.asarray([jnp.all(condition) for condition in conditions] + [True]))


def _shared(array):
    """Returns: the array for XLA, which on a processor uses the memory of a large one."""
    return jax.dlpack.from_dlpack(array) if jax.default_backend() == "cpu" and memory.is_large(array) else array


def _needed(arrays, rows):
    """Returns: the arrays, and the rows of batches in them. A GPU gets only these rows of the arrays."""
    if jax.default_backend() == "cpu":
        return arrays, rows
    return ([np.take(array, rows.ravel(), axis=0) if array.ndim else array for array in arrays],
            np.arange(rows.size).reshape(rows.shape))


def _kind(x):
    """Returns: the shape and dtype of an array, for which a function is compiled."""
    return jax.ShapeDtypeStruct(x.shape, x.dtype) if hasattr(x, "dtype") else x
