"""Programs: what runs descriptions with the values of placeholders.

A program is a row of steps. CNTK's steps are stages; what is made of integers is computed by NumPy, between
them. A gradient is computed with the stage of its loss, and what is computed from it in a later one.
Where there are loops, the program has a first part that finds their lengths, and one further program for each
combination of lengths, in which the loops are unrolled.
"""

import collections

import numpy as np

from ...errors import EngineError
from .. import report
from . import integers, native
from .control_flow import NONE_OF, next_loops, unrolled
from .description import Constant, Gradient, Source, Variable, ordered
from .stage import Stage
from .variables import SHAPE

KEPT = 16  # combinations of lengths
DEEPEST = 1000  # descriptions in a stage without gradients: CNTK walks a function by recursion, several times


class Program:

    def __init__(self, inputs, outputs, controls, updates):
        self.inputs = inputs
        self.outputs = outputs
        self.controls = controls
        self.updates = updates
        roots = outputs + controls + list(updates.values())
        order = ordered(roots)
        self.sources = [description for description in order if isinstance(description, Source)]
        self.loops = next_loops(order)
        if self.loops:
            shapes = [SHAPE(loop.sequences[0]) for loop in self.loops]
            self.lengths = Program(inputs, shapes, [], {})
            self.unrolled = collections.OrderedDict()  # by lengths, the last used at the end
        else:
            self.printed = _printed(order, roots)
            steps = schedule(order, set(roots + self.printed))
            self.last = _last_steps(steps, roots + self.printed, updates)
            self.steps = [step for step in steps if step not in self.last]

    def __call__(self, arrays):
        values = dict(zip(self.inputs, arrays))
        with np.errstate(all="ignore"):
            program = self
            while program.loops:
                program = program._unrolled(values)
            program._run(values)
            return program._finish(values)

    def _unrolled(self, values):
        """The program for the lengths that the loops have now."""
        self.lengths._run(values)
        lengths = tuple(int(self._array(values, shape)[0]) for shape in self.lengths.outputs)
        program = self.unrolled.pop(lengths, None)
        if program is None:
            now = unrolled(ordered(self.outputs + self.controls + list(self.updates.values())),
                           dict(zip(self.loops, lengths)))
            program = Program(self.inputs, [now[x] for x in self.outputs], [now[x] for x in self.controls],
                              {variable: now[x] for variable, x in self.updates.items()})
        if len(self.unrolled) == KEPT:
            self.unrolled.popitem(last=False)
        self.unrolled[lengths] = program
        return program

    def _run(self, values):
        """Add the values that the steps compute. What NumPy has computed before, such as draws, stays."""
        for description in self.sources:
            if isinstance(description, (Constant, Variable)):
                values[description] = description.array
        for step in self.steps:
            if isinstance(step, Stage):
                step.run(values)
            elif step not in values:
                values[step] = integers.compute(step, [self._array(values, x) for x in step.inputs])

    def _finish(self, values):
        """The outputs; what is printed is printed, and variables change, when everything has been computed."""
        results = [np.array(self._array(values, description)) for description in self.outputs]
        for description in self.printed:
            report.show(description.attributes["message"], self._array(values, description))
        changes = []
        for variable, description in self.updates.items():
            parts = description.inputs if description in self.last else [description]
            arrays = [self._array(values, x) for x in parts]
            shape = np.broadcast(*arrays).shape
            if shape != variable.array.shape:
                raise EngineError("a variable of shape {shape} cannot have a value of shape {value}",
                                  shape=variable.array.shape, value=tuple(shape))
            if isinstance(description, Variable):
                arrays = [arrays[0].copy()]  # which no change of the other variable changes
            changes.append((variable, self.last.get(description), arrays))
        for variable, function, arrays in changes:
            if function:
                variable.compute(function, arrays)
            else:
                variable.set(*arrays)
        return results

    @staticmethod
    def _array(values, description):
        """The value as an array of the description's dtype."""
        value = values[description]
        if description.kernel and description.kernel.several:
            return value
        if not isinstance(value, np.ndarray):
            value = values[description] = native.borrowed(value)
        return value.astype(description.dtype, copy=False)


def _printed(order, roots):
    """What is printed; not what only tells the shape of the outputs of a loop that is not run."""
    run = set(roots)
    for description in reversed(order):
        if description in run and description.kernel is not NONE_OF:
            run.update(description.inputs)
    return [description for description in order
            if description in run and description.kernel and description.kernel.name == "print_tensor"]


def schedule(order, roots):
    """The steps of a program: descriptions for NumPy, and stages.

    Each description has a level: CNTK's are as early as what they need allows, those of NumPy come before
    the stage of their level, and gradients with it.
    """
    level = {}
    for description in order:
        level[description] = max([level[x] + _step_up(description, x) for x in description.inputs] or [0])
    by_level = collections.defaultdict(list)
    for description in order:
        if not isinstance(description, Source):
            by_level[level[description]].append(description)
    rows = []
    for number in sorted(by_level):
        here = by_level[number]
        rows.append([description for description in here if description.on_numpy])
        rows.extend(_groups([description for description in here if not description.on_numpy], order))
    # From the last to the first, since what several stages could compute is computed by the last of them:
    # the stage of a gradient has all of its loss in it.
    steps, needed = [], set(roots)
    for row in reversed(rows):
        if isinstance(row, list):
            computed = row
            steps.extend(reversed(row))
            more = [x for description in row for x in description.inputs]
        else:
            descriptions, group, gradients = row
            gradients = [gradient for gradient in gradients if gradient in needed]
            wanted = [description for description in descriptions if description in needed]
            if not (gradients or wanted):
                continue
            stage = Stage(descriptions, wanted, group if gradients else None, gradients)
            computed = wanted + gradients
            steps.extend(reversed(stage.descriptions) if _is_update(stage) else [stage])
            more = stage.needed
        needed.difference_update(computed)
        needed.update(more)
    return steps[::-1]


def _is_update(stage):
    """Whether a stage is what an optimizer makes of gradients, element by element. NumPy does that in a third of
    CNTK's time, which is slow where one side is a number."""
    return (any(isinstance(x, Gradient) for x in stage.needed)
            and all(x.kernel.name in integers.OF_UPDATES and x.dtype != "float16" for x in stage.descriptions))


def _last_steps(steps, roots, updates):
    """The last steps of updates that NumPy can compute where the variables are, and its functions: nobody else
    needs their results, and they need no other variable that changes."""
    uses = collections.Counter(roots)
    for step in steps:
        uses.update(step.needed if isinstance(step, Stage) else step.inputs)
    steps = set(steps)
    return {description: integers.KERNELS[description.kernel.name] for variable, description in updates.items()
            if description in steps and uses[description] == 1 and variable.parameter is not None
            and description.kernel.name in integers.OF_UPDATES and description.dtype != "float16"
            and updates.keys().isdisjoint(set(description.inputs) - {variable})}


def _step_up(description, needed):
    """By how many levels a description comes after one that it needs."""
    if isinstance(needed, Source) or needed.on_numpy or isinstance(description, Gradient):
        return 0
    return int(description.on_numpy or isinstance(needed, Gradient) or needed in description.given_by_numpy())


def _groups(here, order):
    """What stages of a level are made of: its descriptions, or for each loss that is differentiated those
    of the loss (with the first, those of the level too), the group, and its gradients."""
    groups = collections.OrderedDict()
    for description in here:
        if isinstance(description, Gradient):
            groups.setdefault(description.group, []).append(description)
    parts = [description for description in here if not isinstance(description, Gradient)]
    if not groups:
        return [(parts[i:i + DEEPEST], None, []) for i in range(0, len(parts), DEEPEST)]
    rows = []
    for group, gradients in groups.items():
        # A gradient flows back through all levels: the loss is built from what CNTK has not computed.
        needed = set(parts if not rows else [])
        needed.update(_of_cntk([group.loss] + group.by))
        rows.append(([description for description in order if description in needed], group, gradients))
    return rows


def _of_cntk(roots):
    """The descriptions between roots and what CNTK does not compute from other things, or as a gradient."""
    found, stack = set(), list(roots)
    while stack:
        description = stack.pop()
        if not (description in found or description.on_numpy or isinstance(description, (Source, Gradient))):
            found.add(description)
            stack.extend(description.inputs)
    return found
