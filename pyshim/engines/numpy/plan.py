"""Running programs on NumPy: a list of steps, each of them a kernel."""

import numpy as np

from ...graph.node import RANDOM
from .random import generator_of


def compiled(kernels, program):
    """A callable that runs a program."""
    changed = [variable.native for variable in program.updates]
    wanted = program.outputs + program.controls + list(program.updates.values())
    plan = Plan(kernels, program.nodes, program.inputs, wanted)
    count, first = len(program.outputs), len(wanted) - len(changed)

    def run(arrays):
        with np.errstate(all="ignore"):
            values = plan.run(arrays)
        # Copies, since a value may be the user's array, a part of it, or what a variable or constant holds.
        outputs = [np.array(value) for value in values[:count]]
        new = [np.array(value) for value in values[first:]]
        for variable, value in zip(changed, new):
            if value.shape != variable.value.shape:
                raise ValueError("the new value of a variable of shape %s has shape %s"
                                 % (variable.value.shape, value.shape))
        for variable, value in zip(changed, new):
            variable.value = value
        return outputs
    return run


class Plan:
    """How the values of nodes are computed, without the nodes themselves.

    Arguments: kernels; nodes, inputs before their users; given, the nodes whose values come with each run; wanted,
    those whose values a run returns; shown, whether ``print_tensor`` prints.
    """

    def __init__(self, kernels, nodes, given, wanted, shown=True):
        self.values = []  # by place; None where a run puts them
        self.steps = []   # a function, where its inputs are, its attributes, where its result goes
        places = {}

        def place_of(thing, value=None):
            places[thing] = len(self.values)
            self.values.append(value)
            return places[thing]

        def add(thing, function, inputs=(), attributes=None):
            self.steps.append((function, [places[x] for x in inputs], attributes or {}, place_of(thing)))

        self.given = [place_of(node) for node in given]
        for node in nodes:
            if node in places:
                continue
            operation = node.operation
            if node.kind == "variable" and operation is None:
                add(node, node.native.read)
            elif operation is None:
                place_of(node, node.value)
            elif node.output is None:
                add(node, _function(kernels, operation, shown), operation.inputs, _attributes(operation))
            else:
                if operation not in places:
                    add(operation, _function(kernels, operation, shown), operation.inputs, _attributes(operation))
                add(node, lambda results, i=node.output: results[i], [operation])
        self.wanted = [places[node] for node in wanted]
        self.dropped = self._last_uses()

    def _last_uses(self):
        """For each step, the places of what is not needed after it."""
        last = {}
        for i, (_, inputs, _, place) in enumerate(self.steps):
            last[place] = i
            last.update(dict.fromkeys(inputs, i))
        dropped, kept = [[] for _ in self.steps], set(self.wanted)
        for place, i in last.items():
            if place not in kept and self.values[place] is None:
                dropped[i].append(place)
        return dropped

    def run(self, arrays):
        """The values of the wanted nodes, from those of the given ones."""
        now = list(self.values)
        for place, array in zip(self.given, arrays):
            now[place] = array
        for (function, inputs, attributes, place), unneeded in zip(self.steps, self.dropped):
            result = function(*[now[i] for i in inputs], **attributes)
            # NumPy makes scalars of arrays without dimensions.
            now[place] = np.asarray(result) if isinstance(result, np.generic) else result
            for i in unneeded:
                now[i] = None
        return [now[place] for place in self.wanted]


class Loop:
    """The step of a loop, as a function of the loop's inputs."""

    def __init__(self, kernels, body, shown=True):
        self.sequences, self.states, self.outputs = len(body.slices), len(body.states), len(body.outputs)
        given = body.loop_inputs + list(body.captured)
        self.plan = Plan(kernels, body.nodes, given, body.results, shown)
        # What no step has made has the shape of what one would make of zeros.
        self.made = [(x.shape, x.dtype) for x in body.outputs]
        self.of_zeros = None
        if any(None in shape for shape, _ in self.made):
            self.of_zeros = Plan(kernels, body.nodes, given, body.outputs, shown=False)

    def __call__(self, *inputs):
        sequences, states = inputs[:self.sequences], list(inputs[self.sequences:self.sequences + self.states])
        captured = list(inputs[self.sequences + self.states:])
        lengths = set(map(len, sequences))
        if len(lengths) > 1:
            raise ValueError("the sequences have different lengths: %s" % sorted(lengths))
        made = []
        for slices in zip(*sequences):
            results = self.plan.run(list(map(np.asarray, slices)) + states + captured)
            made.append(results[:self.outputs])
            states = results[self.outputs:]
        return (list(map(np.stack, zip(*made))) if made else self._of_no_steps(sequences, states, captured)) + states

    def _of_no_steps(self, sequences, states, captured):
        shapes = [shape for shape, _ in self.made]
        if self.of_zeros is not None:
            zeros = [np.zeros(x.shape[1:], x.dtype) for x in sequences]
            shapes = [x.shape for x in self.of_zeros.run(zeros + states + captured)]
        return [np.zeros((0,) + shape, dtype) for shape, (_, dtype) in zip(shapes, self.made)]


def _function(kernels, operation, shown):
    """What computes an operation's results of its inputs."""
    if operation.kernel == "loop":
        return Loop(kernels, operation.attributes["body"], shown)
    if operation.kernel == "print_tensor" and not shown:
        return _unseen
    return getattr(kernels, operation.kernel)


def _unseen(x, message):
    return x


def _attributes(operation):
    """The arguments of a kernel besides the inputs."""
    if operation.kernel == "loop":
        return {}
    if operation.kernel in RANDOM:
        return dict(operation.attributes, generator=generator_of(operation))
    return operation.attributes
