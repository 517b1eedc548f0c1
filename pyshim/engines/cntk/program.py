"""Programs: they evaluate descriptions, given the values of the placeholders.

A program is a sequence of steps. CNTK's steps are stages; integer computations run on NumPy, between the stages. A
gradient is computed in the stage of its loss, and whatever depends on the gradient in a later stage. A program with
loops first finds their lengths, and then runs a further program, cached for each combination of lengths, in which the
loops are unrolled.
"""

import collections

import numpy as np

from .. import report
from . import integers, native
from .control_flow import NONE_OF, next_loops, unrolled
from .description import Constant, Gradient, Source, Variable, ordered
from .stage import Stage
from .updates import Updates, is_arithmetic
from .variables import SHAPE

KEPT = 16  # how many combinations of lengths a program caches
DEEPEST = 1000  # most descriptions in a stage without gradients, as CNTK traverses a function recursively


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
            self.unrolled = collections.OrderedDict()  # keyed by the lengths, most recently used last
        else:
            self.printed = _printed(order, roots)
            others = outputs + controls + _printing(self.printed)
            steps = schedule(order, others, list(updates.values()))
            arithmetic = _only_for_updates(steps, others)
            self.assignments = Updates(updates, arithmetic)
            self.steps = [step for step in steps if step not in set(arithmetic)]

    def __call__(self, arrays):
        values = dict(zip(self.inputs, arrays))
        with np.errstate(all="ignore"):
            program = self
            while program.loops:
                program = program._unrolled(values)
            program._run(values)
            return program._finish(values)

    def _unrolled(self, values):
        """Returns: the program for the current lengths of the loops."""
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
        """Add the values that the steps compute. Values that NumPy has already computed, such as random draws, are
        kept."""
        for description in self.sources:
            if isinstance(description, (Constant, Variable)):
                values[description] = description.array
        for step in self.steps:
            if isinstance(step, Stage):
                step.run(values)
            elif step not in values:
                values[step] = integers.compute(step, [self._array(values, x) for x in step.inputs])

    def _finish(self, values):
        """Print what ``print_tensor`` prints and update the variables, now that everything has been computed.

        Returns: the outputs.
        """
        results = [np.array(self._array(values, description)) for description in self.outputs]
        for description in self.printed:
            if self._array(values, description.inputs[1]):
                report.show(description.attributes["message"], self._array(values, description))
        self.assignments.run([self._array(values, x) for x in self.assignments.given])
        return results

    @staticmethod
    def _array(values, description):
        """Returns: the value as an array of the description's dtype."""
        value = values[description]
        if description.kernel and description.kernel.several:
            return value
        if not isinstance(value, np.ndarray):
            value = values[description] = native.borrowed(value)
        return value.astype(description.dtype, copy=False)


def _printed(order, roots):
    """Returns: the descriptions to print. Those that are needed only for the output shapes of a loop of zero steps are
    left out."""
    run = set(roots)
    for description in reversed(order):
        if description in run and description.kernel is not NONE_OF:
            run.update(description.inputs)
    return [description for description in order
            if description in run and description.kernel and description.kernel.name == "print_tensor"]


def _printing(printed):
    """Returns: what printing needs: the values, and whether to print them."""
    return [x for description in printed for x in (description, description.inputs[1])]


def schedule(order, others, new):
    """Returns: the steps of a program: descriptions that NumPy computes, and stages. ``new`` has the new values of
    variables, and ``others`` what else the program has to compute.

    Each description gets the lowest level that its inputs allow. In a level, NumPy's descriptions run before the
    stage, and gradients are computed with the stage.
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
        rows.extend(_groups([description for description in here if not description.on_numpy], order, level))
    # Go from last to first. A description that several stages could compute is computed by the last of them, because
    # the stage of a gradient contains its whole loss.
    steps, needed = [], set(others + new)
    by_others = set(others)  # what is needed, and not only by the arithmetic of updates
    for row in reversed(rows):
        if isinstance(row, list):
            steps.extend(reversed(row))
            needed.difference_update(row)
            more = {x for description in row for x in description.inputs}
            by_others.update(more)
        else:
            descriptions, group, gradients = row
            gradients = [gradient for gradient in gradients if gradient in needed]
            wanted = [description for description in descriptions if description in needed]
            if not (gradients or wanted):
                continue
            needed.difference_update(wanted + gradients)
            whole = Stage(descriptions, wanted, group if gradients else None, gradients)
            if _is_update(whole):
                of_update, wanted = whole.descriptions, []
            else:
                of_update = _of_updates(descriptions, [x for x in wanted if x not in by_others])
                wanted = [x for x in wanted if x not in of_update]
            steps.extend(reversed(of_update))
            more = {x for description in of_update for x in description.inputs}.difference(of_update)
            if gradients or wanted:
                stage = Stage(descriptions, wanted, whole.group, gradients) if of_update else whole
                steps.append(stage)
                by_others.update(stage.needed)
                more.update(stage.needed)
        needed.update(more)
    return steps[::-1]


def _is_update(stage):
    """Whether a stage is an optimizer's elementwise arithmetic on gradients. CNTK is slow where one operand is a
    scalar."""
    return (any(isinstance(x, Gradient) for x in stage.needed)
            and all(map(is_arithmetic, stage.descriptions)))


def _of_updates(descriptions, wanted):
    """Returns: those of the wanted descriptions, and of what they need, that are an optimizer's arithmetic on
    variables, numbers and gradients alone, such as a momentum times a velocity."""
    found = set()
    for description in descriptions:  # inputs come first
        if is_arithmetic(description) and all(
                x in found or x.on_numpy or isinstance(x, (Constant, Variable, Gradient)) for x in description.inputs):
            found.add(description)
    used = found.intersection(wanted)
    for description in reversed(descriptions):
        if description in used:
            used.update(found.intersection(description.inputs))
    return [description for description in descriptions if description in used]


def _only_for_updates(steps, others):
    """Returns: those of the steps, inputs first, that are arithmetic and that nothing but updates needs."""
    found, others = [], set(others)
    for step in reversed(steps):
        if isinstance(step, Stage):
            others.update(step.needed)
        elif is_arithmetic(step) and step not in others:
            found.append(step)
        else:
            others.update(step.inputs)
    return found[::-1]


def _step_up(description, needed):
    """Returns: by how many levels, 0 or 1, a description comes after one that it needs."""
    if isinstance(needed, Source) or needed.on_numpy or isinstance(description, Gradient):
        return 0
    if needed.by_shape and not description.on_numpy:
        return 0
    return int(description.on_numpy or isinstance(needed, Gradient) or needed in description.given_by_numpy())


def _groups(here, order, level):
    """Returns: the content of each stage of a level: its descriptions, the group, and the group's gradients.

    Without gradients, the stages share the level's descriptions, and the group is None. With gradients, there is a
    stage for each loss, and the first also has the level's other descriptions, and those of former levels, which often
    need the same as the loss: otherwise a stage of their own would compute that, too.

    If several stages share a level, what shapes determine has one of its own: it finds the shapes when it is built,
    and computes nothing, whereas a stage that gets a tensor from the one before needs the tensor's value.
    """
    groups = collections.OrderedDict()
    for description in here:
        if isinstance(description, Gradient):
            groups.setdefault(description.group, []).append(description)
    parts = [description for description in here if not isinstance(description, Gradient)]
    if not groups:
        if len(parts) <= DEEPEST:
            return [(parts, None, [])] if parts else []
        values = [description for description in parts if not description.by_shape]
        return [(parts, None, [])] + [(values[i:i + DEEPEST], None, []) for i in range(0, len(values), DEEPEST)]
    rows = []
    so_far = [description for description in order if level[description] <= level[here[0]]]
    for group, gradients in groups.items():
        # A gradient flows back through all levels, so its stage rebuilds all of the loss that CNTK computes.
        needed = _of_cntk([group.loss] + group.by)
        if not rows:
            needed.update(parts, _without_gradients(so_far))
        rows.append(([description for description in so_far if description in needed], group, gradients))
    return rows


def _without_gradients(order):
    """Returns: the descriptions that CNTK computes from sources and NumPy's results, without gradients."""
    found = set()
    for description in order:  # inputs come first
        if not (description.on_numpy or isinstance(description, (Source, Gradient))) and all(
                x in found or x.on_numpy or isinstance(x, Source) for x in description.inputs):
            found.add(description)
    return found


def _of_cntk(roots):
    """Returns: the descriptions that CNTK computes on the way to the roots, back to sources, NumPy's results and
    gradients."""
    found, stack = set(), list(roots)
    while stack:
        description = stack.pop()
        if not (description in found or description.on_numpy or isinstance(description, (Source, Gradient))):
            found.add(description)
            stack.extend(description.inputs)
    return found
