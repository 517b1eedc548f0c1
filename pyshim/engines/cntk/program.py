"""Programs: what runs descriptions with the values of placeholders.

A program is a row of steps. CNTK's steps are stages; what is made of integers is computed by NumPy, between
them. A gradient is computed with the stage of its loss, and what is computed from it in a later one. The
stages are built for the shapes of the inputs; a program keeps them for the last few combinations of shapes.
"""

import collections

import numpy as np

from ..contract import report
from . import integers, native
from .description import Constant, Gradient, Source, Variable, ordered
from .stage import BuiltStage, Stage

KEPT_PLANS = 16


class Program:

    def __init__(self, inputs, outputs, controls, updates):
        self.inputs = inputs
        self.outputs = outputs
        self.updates = updates
        roots = outputs + controls + list(updates.values())
        order = ordered(roots)
        self.printed = [description for description in order
                        if description.kernel and description.kernel.name == "print_tensor"]
        self.sources = [description for description in order if isinstance(description, Source)]
        self.steps = schedule(order, set(roots + self.printed))
        self.plans = collections.OrderedDict()  # by the shapes of the inputs, the last used at the end

    def __call__(self, arrays):
        signature = tuple(array.shape for array in arrays)
        plan = self.plans.pop(signature, None) or {}
        if len(self.plans) == KEPT_PLANS:
            self.plans.popitem(last=False)
        self.plans[signature] = plan
        with np.errstate(all="ignore"):
            values = self._values(arrays)
            for step in self.steps:
                if isinstance(step, Stage):
                    if step not in plan:
                        plan[step] = BuiltStage(step, values)
                    plan[step].run(values)
                else:
                    values[step] = integers.compute(step, [self._array(values, x) for x in step.inputs])
            return self._finish(values)

    def _values(self, arrays):
        values = dict(zip(self.inputs, arrays))
        for description in self.sources:
            if isinstance(description, Constant):
                values[description] = description.array
            elif isinstance(description, Variable) and description.parameter is None:
                values[description] = description.get()
        return values

    def _finish(self, values):
        """The outputs; what is printed is printed, and variables change, when everything has been computed."""
        results = [np.array(self._array(values, description)) for description in self.outputs]
        for description in self.printed:
            report.show(description.attributes["message"], self._array(values, description))
        changes = [(variable, self._new_value(values, variable, description))
                   for variable, description in self.updates.items()]
        for variable, value in changes:
            variable.set(value)
        return results

    def _new_value(self, values, variable, description):
        """A new value that no change of another variable changes."""
        direct = variable.parameter is not None and variable.dtype != "float16" and description in values
        return values[description] if direct else self._array(values, description)

    @staticmethod
    def _array(values, description):
        """The value as an array of the description's dtype."""
        if isinstance(description, Variable):
            return description.get()
        value = values[description]
        if not isinstance(value, np.ndarray):
            value = native.array(value)
        return value.astype(description.dtype, copy=False)


def schedule(order, roots):
    """The steps of a program: descriptions for NumPy, and stages.

    Each description has a level: CNTK's are as early as what they need allows, those of NumPy come before
    the stage of their level, and gradients with it.
    """
    level = {}
    for description in order:
        level[description] = max([level[x] + _step_up(description, x) for x in description.inputs] or [0])
    steps = []
    wanted = _wanted(order, level, roots)
    by_level = collections.defaultdict(list)
    for description in order:
        if not isinstance(description, Source):
            by_level[level[description]].append(description)
    for number in sorted(by_level):
        here = by_level[number]
        steps.extend(description for description in here if description.on_numpy)
        steps.extend(_stages([description for description in here if not description.on_numpy], order, wanted))
    return steps


def _step_up(description, needed):
    """By how many levels a description comes after one that it needs."""
    if isinstance(needed, Source) or needed.on_numpy or isinstance(description, Gradient):
        return 0
    return int(description.on_numpy or isinstance(needed, Gradient))


def _wanted(order, level, roots):
    """The descriptions of CNTK's stages whose values are needed outside their stage."""
    wanted = set(roots)
    for description in order:
        if not isinstance(description, Gradient):
            wanted.update(x for x in description.inputs
                          if description.on_numpy or level[description] > level[x])
    return wanted


def _stages(here, order, wanted):
    """The stages of a level: one, and one more for each further loss that is differentiated."""
    groups = collections.OrderedDict()
    for description in here:
        if isinstance(description, Gradient):
            groups.setdefault(description.group, []).append(description)
    parts = [description for description in here if not isinstance(description, Gradient)]
    values = [description for description in parts if description in wanted]
    if not groups:
        return [Stage(parts, values)] if parts else []
    stages = []
    for group, gradients in groups.items():
        # A gradient flows back through all levels: the loss is built from what CNTK has not computed.
        needed = set(parts if not stages else [])
        needed.update(_of_cntk(group.loss))
        parts_of_loss = [description for description in order if description in needed]
        stages.append(Stage(parts_of_loss, [] if stages else values, group, gradients))
    return stages


def _of_cntk(loss):
    """The descriptions between the loss and what CNTK does not compute from other things, or as a gradient."""
    found, stack = set(), [loss]
    while stack:
        description = stack.pop()
        if not (description in found or description.on_numpy or isinstance(description, (Source, Gradient))):
            found.add(description)
            stack.extend(description.inputs)
    return found
