"""Loops on Theano, as our own op: the body is a graph, interpreted or compiled like the graph around it.

Theano's scan would draw different random numbers in the gradient than in the loop, takes seconds to optimize, and
fails for zero time steps.
"""

from collections import OrderedDict

import numpy as np
import theano
import theano.tensor as T
from theano.gof.graph import Constant, io_toposort

from .broadcasting import note_sizes, sizes
from .graph import Print, compiled, differentiable, interpreted


def loop(operation, inputs, natives):
    """Returns: the native tensors of a loop's results."""
    body, count = operation.attributes["body"], len(operation.attributes["body"].slices)
    sequences, states = inputs[:count], inputs[count:count + len(body.states)]
    time = T.lscalar()
    slices = [note_sizes(T.TensorType(x.dtype, x.broadcastable[1:])(), sizes(x)[1:]) for x in sequences]
    current = [note_sizes(x.type(), sizes(x)) for x in states]
    inside = natives.within(body, dict(zip(body.loop_inputs, slices + current)))
    inside.times = natives.times + (time,)
    outputs = [inside[x] for x in body.outputs]
    new_states = [_like(inside[x], state) for x, state in zip(body.new_states, states)]
    captured = _captured(outputs + new_states, [time] + slices + current)
    stand_ins = [x.type() for x in captured]
    copied = _copied(outputs + new_states, dict(zip(captured, stand_ins)))
    step = Loop([time] + slices, current, stand_ins, copied[:len(outputs)], copied[len(outputs):])
    results = step(T.arange(sequences[0].shape[0]), *sequences + states + captured, return_list=True)
    return results[:len(outputs) + len(states)]


class Loop(theano.Op):
    """A loop. Its body computes outputs and new states from slices of the sequences, the states and captured variables.

    Its results are the stacked outputs, the last states, and the stacked states before each step. The latter are kept
    only if a gradient has been requested, since the backward pass needs them.
    """

    def __init__(self, slices, states, captured, outputs, new_states, keeps=False):
        self.slices = slices
        self.states = states
        self.captured = captured
        self.outputs = outputs
        self.new_states = new_states
        self.keeps = keeps

    @property
    def inputs(self):
        return self.slices + self.states + self.captured

    def make_node(self, *inputs):
        stacked = [T.TensorType(x.dtype, (False,) + x.broadcastable)() for x in self.outputs + self.states]
        count = len(self.outputs)
        return theano.Apply(self, list(inputs), stacked[:count] + [x.type() for x in self.states] + stacked[count:])

    def make_thunk(self, node, storage_map, compute_map, no_recycling, impl=None):
        build = interpreted if impl == "py" else compiled
        node.tag.step = build(self.inputs, self.outputs + self.new_states, [], [])
        return super().make_thunk(node, storage_map, compute_map, no_recycling, impl="py")

    def perform(self, node, inputs, outputs):
        sequences, states, captured = self._split(inputs)
        count, made, kept = len(self.outputs), [], []
        lengths = set(map(len, sequences))
        if len(lengths) > 1:
            raise ValueError("the sequences have different lengths: %s" % sorted(lengths))
        for slices in zip(*sequences):
            values = node.tag.step(list(map(np.asarray, slices)) + states + captured)
            made.append(values[:count])
            if self.keeps:
                kept.append(states)
            states = values[count:]
        stacked = list(map(np.array, zip(*made))) if made else self._of_no_steps(sequences, states, captured)
        history = list(map(np.array, zip(*kept))) if kept else [np.empty((0,) + x.shape, x.dtype) for x in states]
        for output, array in zip(outputs, stacked + list(map(np.array, states)) + history):
            output[0] = array

    def _of_no_steps(self, sequences, states, captured):
        """Returns: the outputs of zero steps. Their shapes are found by running a step on zeros or ones."""
        step = interpreted(self.inputs, quiet(self.outputs), [], [])
        try:
            values = step([np.zeros(x.shape[1:], x.dtype) for x in sequences] + states + captured)
        except Exception:  # perhaps an integer is divided by 0
            values = step([np.ones(x.shape[1:], x.dtype) for x in sequences] + states + captured)
        return [np.empty((0,) + x.shape, x.dtype) for x in values]

    def _split(self, values):
        values = list(values)
        first, second = len(self.slices), len(self.slices) + len(self.states)
        return values[:first], values[first:second], values[second:]

    def connection_pattern(self, node):
        of_states = [differentiable(x) for x in self.new_states]
        changed = True
        while changed:
            sizes_before = list(map(len, of_states))
            of_states = [self._with_earlier(reached, of_states) for reached in of_states]
            changed = sizes_before != list(map(len, of_states))
        of_outputs = [self._with_earlier(differentiable(x), of_states) for x in self.outputs]
        of_states = [reached | differentiable(state) for reached, state in zip(of_states, self.states)]
        return [[x in reached for reached in of_outputs + of_states + of_states] for x in self.inputs]

    def _with_earlier(self, reached, of_states):
        """Returns: the inputs that a step depends on, and those that earlier steps depend on through the states."""
        return reached.union(*[of_state for state, of_state in zip(self.states, of_states) if state in reached])

    def L_op(self, inputs, outputs, gradients):
        """The gradient: a loop over the time steps in reverse. Its states are the gradients of the states and the
        accumulated gradients of the captured variables."""
        self.keeps = True
        connected = [not isinstance(g.type, theano.gradient.DisconnectedType) for g in gradients]
        needed = [x for x, pattern in zip(self.inputs, self.connection_pattern(None))
                  if any(a and b for a, b in zip(pattern, connected))]
        slices, captured = [[x for x in group if x in needed] for group in (self.slices, self.captured)]
        floats = [x for x in self.states if x.dtype in T.float_dtypes]
        count, after = len(self.outputs), len(self.outputs) + len(self.states)
        history = outputs[after:]
        sequences = dict(zip(self.slices + self.states, self._split(inputs)[0] + history))
        upstream = OrderedDict()  # results of a step -> variables that stand for their upstream gradients
        further = {}  # states -> variables for further gradients, those of the stacked states
        last = {}
        for x, g, is_one in zip(self.outputs, gradients, connected):
            if is_one:
                upstream[T.tensor_copy(x)] = stand_in = x.type()
                sequences[stand_in] = g
        for i, state in enumerate(self.states):
            if state in floats:
                upstream[T.tensor_copy(self.new_states[i])] = stand_in = state.type()
                last[stand_in] = gradients[count + i] if connected[count + i] else T.zeros_like(outputs[count + i])
                if connected[after + i]:
                    further[state] = state.type()
                    sequences[further[state]] = gradients[after + i]
        found = theano.grad(None, slices + floats + captured, known_grads=upstream, disconnected_inputs="ignore",
                            return_disconnected="zero")
        found = dict(zip(slices + floats + captured, quiet(found)))
        totals = [x.type() for x in captured]
        last.update((total, T.zeros_like(x)) for total, x in zip(totals, self._of(captured, inputs)))
        new = [found[x] + further[x] if x in further else found[x] for x in floats]
        new += [total + found[x] for total, x in zip(totals, captured)]
        back = Loop(list(sequences), list(last), self.captured, [_like(found[x], x) for x in slices],
                    [_like(value, x) for value, x in zip(new, last)])
        results = back(*[x[::-1] for x in sequences.values()], *last.values(), *self._split(inputs)[2],
                       return_list=True)
        results = [x[::-1] for x in results[:len(slices)]] + results[len(slices):]
        of_inputs = dict(zip(slices + floats + captured, results))
        return [of_inputs[x] if x in needed else theano.gradient.disconnected_type() for x in self.inputs]

    def _of(self, variables, inputs):
        """Returns: the node's inputs that correspond to these variables of the body."""
        there = dict(zip(self.inputs, inputs))
        return [there[x] for x in variables]

    def quiet(self):
        """Returns: the loop without its prints."""
        inside = quiet(self.outputs + self.new_states)
        count = len(self.outputs)
        return Loop(self.slices, self.states, self.captured, inside[:count], inside[count:], self.keeps)


def _like(x, other):
    """Returns: the tensor, cast to the type of another one."""
    return T.patternbroadcast(T.cast(x, other.dtype), other.broadcastable)


def _captured(outputs, own):
    """Returns: the variables from outside the body that the outputs use. A variable is outside if it depends on none of
    the body's own."""
    inside, captured = set(own), {}
    for node in io_toposort([], outputs):
        if not inside.isdisjoint(node.inputs):
            inside.update(node.outputs)
            captured.update(dict.fromkeys(node.inputs))
    captured.update(dict.fromkeys(outputs))
    return [x for x in captured if x not in inside and not isinstance(x, Constant)]


def _copied(outputs, now, silent=False):
    """Returns: copies of the outputs in which variables are replaced as ``now`` says. If ``silent``, without prints."""
    now = dict(now)
    for node in io_toposort([], outputs):
        inputs = [now.get(x, x) for x in node.inputs]
        if node.outputs[0] in now:
            continue
        if silent and isinstance(node.op, Print):
            now[node.outputs[0]] = inputs[0]
        elif silent and isinstance(node.op, Loop):
            now.update(zip(node.outputs, node.op.quiet()(*inputs, return_list=True)))
        elif inputs != node.inputs:
            now.update(zip(node.outputs, node.clone_with_new_inputs(inputs).outputs))
    return [now.get(x, x) for x in outputs]


def quiet(outputs):
    """Returns: the outputs without prints."""
    return _copied(outputs, {}, silent=True)
