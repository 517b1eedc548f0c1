"""Loops on JAX: a scan, or step by step if a size in the body depends on values that are fed."""

import jax
import jax.numpy as jnp
import numpy as np

from . import checks
from .sizes import UNTRACEABLE


def loop(operation, inputs, natives):
    """Returns: the native tensors of a loop's results."""
    body = operation.attributes["body"]
    count, states = len(body.slices), len(body.states)
    sequences = tuple(map(jnp.asarray, inputs[:count]))
    first = tuple(map(jnp.asarray, inputs[count:count + states]))
    captured = dict(zip(body.captured, inputs[count + states:]))
    lengths = {len(sequence) for sequence in sequences}
    if len(lengths) > 1:
        raise ValueError("the sequences have different lengths: %s" % sorted(lengths))
    steps = np.arange(lengths.pop())
    messages = []

    def step(current, each):
        time, slices = each
        given = dict(captured)
        given.update(zip(body.loop_inputs, slices + current))
        inner = natives.in_step(body, given, time)
        with checks.noting() as noted:
            inner.make_gradients(body.nodes)
            outputs = tuple(jnp.asarray(inner[x]) for x in body.outputs)
            new = tuple(jnp.asarray(inner[x]) for x in body.new_states)
        messages[:] = [message for _, message in noted]
        return new, (outputs, [jnp.all(condition) for condition, _ in noted])
    try:
        last, (outputs, conditions) = jax.lax.scan(step, first, (steps, sequences))
    except UNTRACEABLE:
        if natives.is_traced:
            raise
        last, made = first, []
        for time in steps:
            last, results = step(last, (time, tuple(sequence[time] for sequence in sequences)))
            made.append(results)
        if made:
            outputs, conditions = jax.tree.map(lambda *results: jnp.stack(results), *made)
        else:  # a step on zeros determines the shapes of the outputs
            zeros = tuple(jnp.zeros(sequence.shape[1:], sequence.dtype) for sequence in sequences)
            outputs = [jnp.zeros((0,) + x.shape, x.dtype) for x in step(first, (0, zeros))[1][0]]
            conditions = []
    for condition, message in zip(conditions, messages):
        checks.need(jnp.all(condition), message)
    return list(outputs) + list(last)
