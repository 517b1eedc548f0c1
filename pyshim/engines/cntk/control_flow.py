"""Loops: they are unrolled when a program runs, since their length is known only then.

The body is traced once, with sources that stand for the slices and the states. For each time step, the descriptions
that depend on them are copied.
"""

import numpy as np

from . import native
from .description import Description, Gradient, Group, Kernel, Source, ordered
from .native import C
from .shapes import get_item

# Kernels that run at each time step even if they depend on no slice or state.
EFFECTS = ("random_uniform", "random_normal", "truncated_normal", "print_tensor")


def element(x, i, length):
    """A slice of a sequence that must have this length."""
    _need_length(x, length)
    return get_item(x, (i,) + (slice(None),) * (len(x.shape) - 1))


def element_by_numpy(x, i, length):
    """A slice. If there are none, a slice of zeros, which is used to find the shapes of the loop's outputs."""
    _need_length(x, length)
    return x[i] if len(x) else np.zeros(x.shape[1:], x.dtype)


def _need_length(x, length):
    if x.shape[0] != length:
        raise ValueError("the sequences have different lengths: %s" % sorted([x.shape[0], length]))


def stack(*slices):
    return C.splice(*[native.output(C.reshape(x, (1,) + x.shape)) for x in slices], axis=0)


ELEMENT = Kernel("element", element, by_numpy=element_by_numpy)
STACK = Kernel("stack", stack, by_numpy=lambda *slices: np.stack(slices))
NONE_OF = Kernel("none_of", lambda x: np.empty((0,) + x.shape), by_numpy=lambda x: np.empty((0,) + x.shape))


class Body:
    """A traced loop body.

    ``order`` has the descriptions that differ at each time step, inputs first. ``captured`` has the descriptions from
    outside that the body uses.
    """

    def __init__(self, slices, states, outputs, new_states, start):
        self.slices = slices
        self.states = states
        self.outputs = outputs
        self.new_states = new_states
        own = set(slices + states)
        self.order = []
        for description in ordered(outputs + new_states):
            if description.number >= start and description not in own and (
                    _has_effects(description) or own.intersection(description.inputs)):
                own.add(description)
                self.order.append(description)
        self.has_effects = any(map(_has_effects, self.order))
        used = [x for description in self.order for x in description.inputs] + outputs + new_states
        self.captured = list(dict.fromkeys(x for x in used if x not in own))

    def reached(self, result):
        """Returns: all descriptions that a gradient of a result flows back to, slices, states and captured ones
        among them."""
        found, stack = set(), [result]
        while stack:
            description = stack.pop()
            if description not in found:
                found.add(description)
                stack.extend(description.differentiable_inputs())
                if description in self.states:
                    stack.append(self.new_states[self.states.index(description)])
        return found


def _has_effects(description):
    if isinstance(description, LoopResult):
        return description.loop.body.has_effects
    return description.kernel is not None and description.kernel.name in EFFECTS


class Loop:
    """A body with its sequences, its initial states, and the descriptions that replace the captured ones."""

    def __init__(self, body, sequences, states, captured):
        self.body = body
        self.sequences = sequences
        self.states = states
        self.captured = captured

    @property
    def inputs(self):
        return tuple(self.sequences + self.states + self.captured)

    def copy(self, now):
        return Loop(self.body, *[[now.get(x, x) for x in group]
                                 for group in (self.sequences, self.states, self.captured)])

    def unrolled(self, length):
        """Returns: the outputs, stacked, and the last states."""
        outputs, states = [], self.states
        for i in range(length):
            made, states = self._step(i, length, states)
            outputs.append(made)
        if not length:
            return [NONE_OF(output) for output in self._step(0, 0, states)[0]], states
        return [STACK(*parts) for parts in zip(*outputs)], states

    def _step(self, i, length, states):
        body = self.body
        now = dict(zip(body.captured, self.captured))
        now.update(zip(body.slices, [ELEMENT(sequence, i=i, length=length) for sequence in self.sequences]))
        now.update(zip(body.states, states))
        copying = Copying(now)
        for description in body.order:
            now[description] = copying.copy(description)
        return [now[x] for x in body.outputs], [now[x] for x in body.new_states]


class LoopResult(Description):
    """A stacked output of a loop, or one of its last states. The loop is unrolled before it is run."""

    __slots__ = ("loop", "stacked", "index")

    def __init__(self, loop, stacked, index):
        self.loop = loop
        self.stacked = stacked
        self.index = index
        super().__init__(None, loop.inputs, {}, self._traced().dtype)

    def _traced(self):
        return (self.loop.body.outputs if self.stacked else self.loop.body.new_states)[self.index]

    def _on_numpy(self):
        return False

    def differentiable_inputs(self):
        body = self.loop.body
        reached = body.reached(self._traced())
        if not self.stacked:
            reached.add(body.states[self.index])
        return tuple(x for x, inside in zip(self.inputs, body.slices + body.states + body.captured)
                     if inside in reached)


class Copying:
    """Copies descriptions, with those of their inputs that have a replacement in ``now`` replaced."""

    def __init__(self, now):
        self.now = now
        self.loops = {}
        self.groups = {}

    def copy(self, description):
        if isinstance(description, LoopResult):
            loop = self._once(self.loops, description.loop, lambda loop: loop.copy(self.now))
            return LoopResult(loop, description.stacked, description.index)
        if isinstance(description, Gradient):
            group = self._once(self.groups, description.group,
                               lambda group: Group(self._new(group.loss), list(map(self._new, group.by))))
            return Gradient(group, self._new(description.variable))
        return Description(description.kernel, tuple(map(self._new, description.inputs)), description.attributes,
                           description.dtype)

    def _new(self, description):
        return self.now.get(description, description)

    @staticmethod
    def _once(made, old, make):
        if old not in made:
            made[old] = make(old)
        return made[old]


def next_loops(order):
    """Returns: the loops that do not depend on another loop's results."""
    after, loops = set(), []
    for description in order:
        if isinstance(description, LoopResult):
            if after.isdisjoint(description.inputs) and description.loop not in loops:
                loops.append(description.loop)
            after.add(description)
        elif not after.isdisjoint(description.inputs):
            after.add(description)
    return loops


def unrolled(order, lengths):
    """Unroll the loops in ``lengths``.

    Returns: for each description its replacement, which is itself if it depends on none of these loops.
    """
    results = {loop: loop.unrolled(length) for loop, length in lengths.items()}
    now = {}
    copying = Copying(now)
    for description in order:
        if isinstance(description, LoopResult) and description.loop in results:
            now[description] = results[description.loop][not description.stacked][description.index]
        elif any(now[x] is not x for x in description.inputs):
            now[description] = copying.copy(description)
        else:
            now[description] = description
    return now


def loop(operation, inputs, natives):
    """Returns: the descriptions of a loop's results."""
    step, count = operation.attributes["body"], len(operation.attributes["body"].slices)
    sequences, states = inputs[:count], inputs[count:count + len(step.states)]
    start = next(Description.numbers)
    slices, current = [Source(x.dtype) for x in sequences], [Source(x.dtype) for x in states]
    inside = natives.within(step, dict(zip(step.loop_inputs, slices + current)))
    outputs, new_states = [inside[x] for x in step.outputs], [inside[x] for x in step.new_states]
    body = Body(slices, current, outputs, new_states, start)
    made = Loop(body, sequences, states, body.captured)
    return ([LoopResult(made, True, i) for i in range(len(outputs))]
            + [LoopResult(made, False, i) for i in range(len(states))])
