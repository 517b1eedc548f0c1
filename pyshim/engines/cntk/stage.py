"""Stages: the parts of a program that CNTK computes, each as one function.

``Stage`` says what is in it; ``BuiltStage`` is its function for values of certain shapes. A stage keeps those of
the last few combinations of shapes.
"""

import collections

import numpy as np

from ...errors import EngineError
from . import integers, native
from .description import Constant, Variable
from .images import elementwise
from .native import C
from .operation import Cell, Operation, kept

# CNTK walks the whole graph for each function that is added to it. Within a block it walks the block only,
# and a block is one function of the graph around it: so the time grows with the number of nodes, not its square.
BLOCK_SIZE = 100


STILL = elementwise(C.stop_gradient)  # images stay in their form

KEPT = 16  # combinations of shapes


class Stage:
    """What CNTK computes together: descriptions, inputs first, those of them that are ``wanted`` outside,
    and the gradients of one ``group``, a loss among them."""

    def __init__(self, descriptions, wanted, group=None, gradients=()):
        self.wanted = wanted
        self.group = group
        self.gradients = gradients
        used = set(wanted)
        if group:
            used.update([group.loss] + group.by)
        # What only others would have needed is left out.
        parts = []
        for description in reversed(descriptions):
            if description in used:
                parts.append(description)
                used.update(description.inputs)
        self.descriptions = parts[::-1]
        self.flowing = set(group.by) if group else set()  # what a gradient that is asked for flows through
        for description in self.descriptions:
            if not self.flowing.isdisjoint(description.differentiable_inputs()):
                self.flowing.add(description)
        self.needed = [x for x in used.difference(parts)
                       if not (isinstance(x, Constant) or isinstance(x, Variable) and x.parameter is not None)]
        self.sizes = list({x for description in parts for x in description.sizes()})
        self.parallel = any(description.kernel.parallel for description in self.descriptions)
        self.built = collections.OrderedDict()  # by the shapes of what is needed, the last used at the end
        self.exact = False  # whether kernels are built as ``Kernel.exact``

    def run(self, values):
        """Add the values of the wanted descriptions and of the gradients to those that are there."""
        key = (tuple(native.shape_of(values[x]) for x in self.needed), tuple(values[x].tobytes() for x in self.sizes))
        native.in_parallel(self.parallel)
        built = self.built.pop(key, None) or BuiltStage(self, values)
        if len(self.built) == KEPT:
            self.built.popitem(last=False)
        self.built[key] = built
        built.run(values)
        if built.has_unexplained_nan and not self.exact:
            # CNTK multiplies 0 by infinity, which our own kernels do not. They take much longer, so they are used
            # once they have been needed.
            self.exact = True
            self.built = collections.OrderedDict([(key, BuiltStage(self, values))])
            self.built[key].run(values)

    def outside_block(self):
        """The descriptions whose values are needed outside the block that they are in."""
        needed = set(self.wanted)
        if self.group:
            needed.update([self.group.loss] + self.group.by)
        block_of = {description: i // BLOCK_SIZE for i, description in enumerate(self.descriptions)}
        for description, block in block_of.items():
            needed.update(x for x in description.inputs if block_of.get(x) != block)
        return needed


class BuiltStage:

    def __init__(self, stage, values):
        self.stage = stage
        # CNTK wants all that it is fed to be of one dtype.
        self.fed = np.float64 if any(x.dtype == "float64" for x in stage.needed) else np.float32
        self.given = {}    # the descriptions that are computed elsewhere: their input variables
        self.moved = {}    # what gradients are taken by: the parameters that stand for a change of it
        self.shapes = {}   # and their shapes
        self.still = {}    # by the id of what gradients are not taken by: itself, and where CNTK stops at it
        self.cells = {}    # the integers that operations take
        self.built = {}    # descriptions: variables of CNTK, arrays where shapes decide the value
        with kept() as self.operations, native.quiet():
            self._build(values)
            self._combine()

    # -- running --------------------------------------------------------------------------------------

    def run(self, values):
        values.update(self.known)
        self.has_unexplained_nan = False
        if self.function is None:
            return
        arguments = {variable: _fed(values[description], self.fed)
                     for description, variable in self.given.items()}
        for description, cell in self.cells.items():
            cell.put(values[description])
        if self.operations:
            # CNTK computes only what has changed, and goes back through no operation that it has not run now.
            for parameter in self.moved.values():
                parameter.record_value_update()
        keep = [self.root] if self.moved else []
        state, results = native.forward(self.function, arguments, self.results, keep)
        Operation.check()
        for description, variable in self.outputs.items():
            # Going backward may overwrite the results.
            values[description] = native.array(results[variable]) if self.moved else results[variable]
        if self.moved:
            gradients = native.backward(self.function, state, self.root, self.seed, self.moved.values())
            Operation.check()
            for gradient in self.stage.gradients:
                if gradient.variable in self.moved:
                    values[gradient] = gradients[self.moved[gradient.variable]]
            self.has_unexplained_nan = (any(map(_has_nan, gradients.values()))
                                        and not _has_nan(results[self.root]))

    # -- building -------------------------------------------------------------------------------------

    def _build(self, values):
        self.values = values
        descriptions = self.stage.descriptions
        needed = self.stage.outside_block() if len(descriptions) > BLOCK_SIZE else None
        for start in range(0, len(descriptions), BLOCK_SIZE):
            part = descriptions[start:start + BLOCK_SIZE]
            if needed is None:
                for description in part:
                    self.built[description] = self._function(description, self._outer)
            else:
                self._build_block(part, [description for description in part if description in needed])
        if self.stage.group:
            for description in [self.stage.group.loss] + self.stage.group.by:
                self._outer(description)
        del self.values

    def _build_block(self, part, needed):
        inner = {}
        arguments = []  # pairs of a placeholder and what it stands for

        def find(description):
            if description not in inner:
                found = self._outer(description)
                if not isinstance(found, np.ndarray) and (found.is_input or found.is_output):
                    place = native.placeholder(found.shape, found.dtype)
                    arguments.append((place, found))
                    found = place
                inner[description] = found
            return inner[description]

        for description in part:
            inner[description] = self._function(description, find)
        outer = {id(place): found for place, found in arguments}
        outputs = {}
        for description in needed:
            made = inner[description]
            if id(made) in outer:
                self.built[description] = outer[id(made)]
            elif isinstance(made, np.ndarray) or not made.is_output:
                self.built[description] = made
            else:
                outputs.setdefault(id(made), (made, []))[1].append(description)
        if outputs:
            functions = [made for made, _ in outputs.values()]
            if any(made.dtype != functions[0].dtype for made in functions):  # CNTK wants those of a block of one dtype
                functions = [native.output(C.cast(made, np.float64)) if made.dtype == np.float32 else made
                             for made in functions]
            block = C.as_block(C.combine(functions), arguments, "block", "")
            for output, (_, descriptions) in zip(block.outputs, outputs.values()):
                for description in descriptions:
                    self.built[description] = output

    def _outer(self, description):
        """What is built for a description; sources and what is computed elsewhere, as they are met."""
        if description not in self.built:
            self.built[description] = self._source(description)
        return self.built[description]

    def _source(self, description):
        if isinstance(description, Variable) and description.parameter is not None:
            by = self.stage.group.by if self.stage.group else ()
            return self._movable(description, description.parameter if description in by else description.constant)
        value = self.values[description]
        if isinstance(value, np.ndarray) and not value.size:
            made = value
        elif isinstance(description, Constant):
            made = description.constant
        else:
            made = C.input_variable(native.shape_of(value), self.fed, dynamic_axes=[])
            self.given[description] = made
            made = _carried(made, description)
        return self._movable(description, made)

    def _function(self, description, find):
        inputs = [find(x) for x in description.inputs]
        if description in self.stage.flowing:
            inputs = [made if x in self.stage.flowing else self._still(made)
                      for x, made in zip(description.inputs, inputs)]
        cells = [self._cell(x) for x in description.given_by_numpy()]
        return self._movable(description, _build_kernel(description, inputs, cells, self.stage.exact))

    def _still(self, made):
        """What is made, where CNTK would go back through it for nothing: it is not told what is asked for."""
        if isinstance(made, np.ndarray) or not made.needs_gradient:
            return made
        if id(made) not in self.still:
            self.still[id(made)] = made, native.output(STILL(made))
        return self.still[id(made)][1]

    def _cell(self, description):
        if description not in self.cells:
            self.cells[description] = Cell(self.values[description])
        return self.cells[description]

    def _movable(self, description, made):
        """What is made; where a gradient is taken by it, plus a parameter that is 0, whose gradient it is.

        It is the 0 that, added, changes no sign of another 0.
        """
        if self.stage.group is None or description not in self.stage.group.by:
            return made
        self.shapes[description] = made.shape
        if isinstance(made, np.ndarray):
            return made
        if isinstance(description, Variable):
            self.moved[description] = made
            return made
        change = native.parameter(np.full(made.shape, -0.0, made.dtype))
        self.moved[description] = change
        return native.output(C.plus(made, change))

    def _combine(self):
        """One function of all outputs, and the gradients that are 0 because nothing computed depends on them."""
        self.known = {}
        outputs = {}
        for description in self.stage.wanted:
            made = self.built[description]
            if isinstance(made, np.ndarray):
                self.known[description] = made
            else:
                outputs[description] = _output(made, description)
        functions = {id(made): made for made in outputs.values()}
        loss = self.built[self.stage.group.loss] if self.stage.group else None
        if isinstance(loss, np.ndarray):
            loss = None
        if loss is not None:
            loss = _output(loss, self.stage.group.loss)
            functions.setdefault(id(loss), loss)
        self.function = C.combine(list(functions.values())) if functions else None
        variables = dict(zip(functions, self.function.outputs)) if functions else {}
        # What only shapes were asked of is not given to CNTK, which would warn.
        taken = set(self.function.arguments) if functions else ()
        self.given = {description: variable for description, variable in self.given.items() if variable in taken}
        self.outputs = {description: variables[id(made)] for description, made in outputs.items()}
        self.results = list(variables.values())
        reached = () if loss is None else set(C.combine([loss]).parameters)
        self.moved = {description: change for description, change in self.moved.items() if change in reached}
        if self.moved:
            self.root = variables[id(loss)]
            self.seed = native.value(np.ones(self.root.shape, self.root.dtype))
        for gradient in self.stage.gradients:
            if gradient.variable not in self.moved:
                self.known[gradient] = np.zeros(self.shapes[gradient.variable], gradient.dtype)


def _has_nan(value):
    return bool(np.isnan(native.borrowed(value).sum()))  # quicker than to look at each


def _build_kernel(description, inputs, cells, exact):
    """CNTK's function of a description, or an array where the shapes of the inputs decide the value."""
    sizes = [np.prod(x.shape, dtype=int) for x in inputs]
    if not all(sizes) and description.kernel.name == "concatenate":
        np.concatenate([np.broadcast_to(0, x.shape) for x in inputs], **description.attributes)  # the shapes fit
        inputs = [x for x, size in zip(inputs, sizes) if size] or inputs
        sizes = [size for size in sizes if size] or sizes
    if not all(sizes):
        arrays = [np.zeros(x.shape, of.dtype) for x, of in zip(inputs, description.inputs)]
        arrays[len(arrays) - len(cells):] = [cell.array for cell in cells]
        return integers.compute(description, arrays)
    inputs = [native.constant(x.astype(native.carrier(x.dtype.name))) if isinstance(x, np.ndarray) else x
              for x in inputs]
    if any(x.dtype != inputs[0].dtype for x in inputs):  # a bool beside float64
        inputs = [x if x.dtype == np.float64 else native.output(C.cast(x, np.float64)) for x in inputs]
    try:
        more = dict(description.attributes, cells=cells) if cells else description.attributes
        build = exact and description.kernel.exact or description.kernel.build
        return native.output(build(*inputs, **more))
    except EngineError:  # ours, which says what is wrong
        raise
    except Exception as error:
        shapes = " and ".join(str(x.shape) for x in inputs)
        reason = str(error).split("\n")[0]
        raise EngineError("cntk refused {kernel} of shape {shapes}: {words}", kernel=description.kernel.name,
                          shapes=shapes, words=reason) from error


def _carried(made, description):
    """What is built, of the dtype that its description's is carried in."""
    wanted = np.dtype(native.carrier(description.dtype)).type
    return made if made.dtype == wanted else native.output(C.cast(made, wanted))


def _output(made, description):
    """What is built as an output of the stage: no leaf, and of the dtype that bools are carried in."""
    made = _carried(made, description)
    return made if made.is_output else native.output(C.reshape(made, made.shape))


def _fed(value, dtype):
    """A value as CNTK takes it."""
    if not isinstance(value, np.ndarray):
        if native.dtype(value) == dtype:
            return value
        value = native.borrowed(value)
    return native.value(value.astype(dtype, copy=False))
