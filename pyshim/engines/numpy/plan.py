"""Running programs on NumPy, kernel by kernel, and loops within them."""

import numpy as np

from ...graph.node import RANDOM
from ..plan import Plan
from .random import generator_of


def compiled(kernels, program):
    """A callable that runs a program."""
    changed = [variable.native for variable in program.updates]
    wanted = program.outputs + program.controls + list(program.updates.values())
    plan = NumPyPlan(kernels, program.nodes, program.inputs, wanted)
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


class NumPyPlan(Plan):
    """A plan on NumPy's arrays; ``shown`` is whether ``print_tensor`` prints."""

    def __init__(self, kernels, nodes, given, wanted, shown=True):
        self.kernels = kernels
        self.shown = shown
        super().__init__(nodes, given, wanted)

    def constant(self, node):
        return node.value

    def function(self, operation):
        if operation.kernel == "loop":
            return Loop(self.kernels, operation.attributes["body"], self.shown)
        if operation.kernel == "print_tensor" and not self.shown:
            return _unseen
        return getattr(self.kernels, operation.kernel)

    def attributes(self, operation):
        if operation.kernel == "loop":
            return {}
        if operation.kernel in RANDOM:
            return dict(operation.attributes, generator=generator_of(operation))
        return operation.attributes

    def fitted(self, result):
        # NumPy makes scalars of arrays without dimensions.
        return np.asarray(result) if isinstance(result, np.generic) else result


class Loop:
    """The step of a loop, as a function of the loop's inputs."""

    def __init__(self, kernels, body, shown=True):
        self.sequences, self.states, self.outputs = len(body.slices), len(body.states), len(body.outputs)
        given = body.loop_inputs + list(body.captured)
        self.plan = NumPyPlan(kernels, body.nodes, given, body.results, shown)
        # What no step has made has the shape of what one would make of zeros.
        self.made = [(x.shape, x.dtype) for x in body.outputs]
        self.of_zeros = None
        if any(None in shape for shape, _ in self.made):
            self.of_zeros = NumPyPlan(kernels, body.nodes, given, body.outputs, shown=False)

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


def _unseen(x, message):
    return x
