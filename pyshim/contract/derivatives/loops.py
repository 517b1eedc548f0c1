"""The gradient of a loop: another loop, which runs backwards."""

from ...dtypes import FLOATS
from ...errors import GradientError
from ...graph.node import RANDOM
from ..moving import Copies


def gradients(k, operation, given, wanted, backward):
    """The gradients with respect to a loop's inputs, None for those that are not wanted.

    Arguments: given, the upstream gradients by the index of the loop's result; wanted, a bool for each input; backward,
    the function that walks back through a step.
    """
    body = operation.attributes["body"]
    _need_no_draws(k, body)
    sequences, first, captured = _parts(body, operation.inputs)
    histories = _histories(k, body, sequences, first, captured)
    stacked = [i for i in range(len(body.outputs)) if i in given]
    floats = [i for i, state in enumerate(body.states) if state.dtype in FLOATS]
    of_sequences, _, of_captured = _parts(body, wanted)
    of_sequences = [i for i, is_wanted in enumerate(of_sequences) if is_wanted]
    of_captured = [i for i, is_wanted in enumerate(of_captured) if is_wanted]

    def step(slices, states, state_like):
        """The backward pass of one step: gradients of its slices and states, and accumulated ones of captured nodes."""
        now, before = slices[:len(sequences)], slices[len(sequences):len(sequences) + len(first)]
        copies = _copied(k, body, now, before, captured, Copies)
        losses = [(copies.now[body.outputs[i]], gradient)
                  for i, gradient in zip(stacked, slices[len(sequences) + len(first):])]
        losses += [(copies.now[body.new_states[i]], gradient) for i, gradient in zip(floats, states)]
        by = [now[i] for i in of_sequences] + [before[i] for i in floats] + [captured[i] for i in of_captured]
        found = backward(k, losses, by, [copies.now[node] for node in body.nodes])
        found = [k.zeros_like(x) if gradient is None else gradient for x, gradient in zip(by, found)]
        count = len(of_sequences) + len(floats)
        return found[:len(of_sequences)], found[len(of_sequences):count] + [
            k.add(total, more) for total, more in zip(states[len(floats):], found[count:])]

    start = [given.get(len(body.outputs) + i) for i in floats]
    start = [k.zeros_like(first[i]) if gradient is None else gradient for i, gradient in zip(floats, start)]
    start += [k.zeros_like(captured[i]) for i in of_captured]
    backwards = [k.reverse(x, 0) for x in sequences + histories + [given[i] for i in stacked]]
    made, last = k.loop(body.name, step, backwards, start)
    found = [None] * len(operation.inputs)
    for i, gradient in zip(of_sequences, made):
        found[i] = k.reverse(gradient, 0)
    for i, gradient in zip(floats, last):
        found[len(sequences) + i] = gradient
    for i, gradient in zip(of_captured, last[len(floats):]):
        found[len(sequences) + len(first) + i] = gradient
    return [gradient if is_wanted else None for gradient, is_wanted in zip(found, wanted)]


def traced_again(k, operation, inputs, composed):
    """The results of the same loop with other inputs, and with gradients in its body composed of kernels."""
    body = operation.attributes["body"]
    _need_no_draws(k, body)
    sequences, first, captured = _parts(body, inputs)

    class Composing(Copies):

        def gradients(self, loss, variables):
            return composed(k, loss, variables)

    def step(slices, states, state_like):
        now = _copied(k, body, slices, states, captured, Composing).now
        return [now[x] for x in body.outputs], [now[x] for x in body.new_states]
    outputs, states = k.loop(body.name, step, sequences, first)
    return outputs + states


def _histories(k, body, sequences, first, captured):
    """The states before each step, stacked."""
    if not first:
        return []

    def step(slices, states, state_like):
        now = _copied(k, body, slices, states, captured, Copies).now
        return [k.identity(state) for state in states], [now[x] for x in body.new_states]
    return k.loop(body.name, step, sequences, first)[0]


def _parts(body, inputs):
    """Split inputs into those for the sequences, the initial states, and the captured nodes."""
    inputs, count = list(inputs), len(body.slices)
    return inputs[:count], inputs[count:count + len(body.states)], inputs[count + len(body.states):]


def _copied(k, body, slices, states, captured, kind):
    """Copies of a body's nodes, in the body that is being traced."""
    copies = kind(k, dict(zip(body.loop_inputs + list(body.captured), list(slices) + list(states) + list(captured))))
    copies.bodies[body] = k.scopes.bodies[-1]
    for node in body.nodes:
        if node.operation.kernel == "print_tensor":  # the original loop prints
            copies.now[node] = copies.now[node.operation.inputs[0]]
        copies.add(node)
    return copies


def _need_no_draws(k, body):
    """Raise GradientError if a step draws random numbers: a second loop cannot reproduce those of the first."""
    for node in body.nodes:
        inner = node.operation.attributes.get("body")
        if node.operation.kernel in RANDOM:
            raise GradientError("{engine} has no second derivatives of a loop whose step draws random numbers",
                                engine=k.host.traits["title"])
        if inner is not None:
            _need_no_draws(k, inner)
