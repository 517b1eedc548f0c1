"""Stages: the parts of a program that CNTK computes, each as one function.

``Stage`` says what a stage contains; ``BuiltStage`` is its CNTK function for one combination of input shapes. A stage
caches the functions for the most recently used combinations.
"""

import collections
import itertools

import numpy as np

from ...errors import EngineError
from . import integers, native
from .checks import CHECKED, has_nan
from .description import Constant, Variable
from .images import elementwise
from .native import C
from .operation import Cell, Operation

# CNTK traverses the whole graph for each function that is added to it. Within a block it traverses only the block,
# and a block counts as one function in the graph around it, so the build time is linear in the number of nodes
# instead of quadratic.
BLOCK_SIZE = 100


STILL = elementwise(C.stop_gradient)  # elementwise, so images keep CNTK's layout

# CNTK computes gradients recursively, and takes some 400 bytes of the stack for an operation. The worker has 100 MB.
DEEPEST_LOSS = 100000

KEPT = 16  # how many combinations of shapes a stage caches


class Stage:
    """What CNTK computes as one function.

    Arguments:
        descriptions: the descriptions to compute, inputs first.
        wanted: those whose values are needed outside the stage.
        group: a loss in this stage that is differentiated, or None.
        gradients: the gradients of the group to compute.
    """

    def __init__(self, descriptions, wanted, group=None, gradients=()):
        self.wanted = wanted
        self.group = group
        self.gradients = gradients
        used = set(wanted)
        if group:
            used.update([group.loss] + group.by)
        # Leave out descriptions that nothing in this stage needs.
        parts = []
        for description in reversed(descriptions):
            if description in used:
                parts.append(description)
                used.update(description.inputs)
        self.descriptions = parts[::-1]
        if group and len(parts) > DEEPEST_LOSS and _depth(self.descriptions) > DEEPEST_LOSS:
            raise EngineError("a gradient flows back through {depth} operations, one after another; CNTK computes "
                              "gradients through {limit} at most", depth=_depth(self.descriptions), limit=DEEPEST_LOSS,
                              remedy="use another backend, or a shorter loop")
        self.flowing = set(group.by) if group else set()  # the descriptions that requested gradients flow through
        for description in self.descriptions:
            if not self.flowing.isdisjoint(description.differentiable_inputs()):
                self.flowing.add(description)
        self.needed = [x for x in used.difference(parts)
                       if not (isinstance(x, Constant) or isinstance(x, Variable) and x.parameter is not None)]
        self.sizes = list({x for description in parts for x in description.sizes()}.difference(parts))
        self.parallel = any(description.kernel.parallel for description in self.descriptions)
        self.built = collections.OrderedDict()  # keyed by the shapes of the inputs, most recently used last
        self.exact = False    # whether to build kernels with ``Kernel.exact``, and not with ``Kernel.fast``
        self.careful = set()  # names of further kernels not to build with ``Kernel.fast``

    def run(self, values):
        """Add the values of the wanted descriptions and of the gradients to ``values``."""
        key = (tuple(native.shape_of(values[x]) for x in self.needed), tuple(values[x].tobytes() for x in self.sizes))
        native.in_parallel(self.parallel)
        built = self.built.pop(key, None) or BuiltStage(self, values)
        if len(self.built) == KEPT:
            self.built.popitem(last=False)
        self.built[key] = built
        built.run(values)
        while built.wrong:
            self.careful.update(built.wrong)
            built = self._run_anew(key, values)
        if built.has_nan_gradient and not self.exact:
            # CNTK's gradients multiply 0 by infinity, which gives nan; our own kernels avoid that. They are much
            # slower, so the stage switches to them only after a gradient has been nan. That the loss is nan explains
            # only some of its elements, perhaps.
            self.exact = True
            self._run_anew(key, values)

    def _run_anew(self, key, values):
        """Build the stage again, with other builders of kernels, and run it. Returns: what was built."""
        self.built = collections.OrderedDict([(key, BuiltStage(self, values))])
        self.built[key].run(values)
        return self.built[key]

    def builder(self, kernel):
        """Returns: the builder of a kernel's CNTK function."""
        if self.exact:
            return kernel.exact or kernel.build
        return kernel.build if kernel.name in self.careful else kernel.fast or kernel.build

    def outside_block(self):
        """Returns: the descriptions whose values are needed outside their block."""
        needed = set(self.wanted)
        if self.group:
            needed.update([self.group.loss] + self.group.by)
        block_of = {description: i // BLOCK_SIZE for i, description in enumerate(self.descriptions)}
        for description, block in block_of.items():
            needed.update(x for x in description.inputs if block_of.get(x) != block)
        return needed


def _depth(descriptions):
    """Returns: the number of descriptions in the longest chain of them, each an input of the next."""
    depth = {}
    for description in descriptions:  # inputs come first
        depth[description] = 1 + max([depth.get(x, 0) for x in description.inputs] or [0])
    return max(depth.values())


class BuiltStage:

    def __init__(self, stage, values):
        self.stage = stage
        # CNTK requires all fed values to have the same dtype.
        self.fed = np.float64 if any(x.dtype == "float64" for x in stage.needed) else np.float32
        self.given = {}    # descriptions computed elsewhere -> their CNTK input variables
        self.moved = {}    # descriptions that gradients are taken with respect to -> their parameters, see _movable
        self.shapes = {}   # and -> their shapes
        self.still = {}    # id of a CNTK variable that needs no gradient -> the variable, and its stop_gradient
        self.cells = {}    # integer inputs of operations -> their cells
        self.built = {}    # descriptions -> CNTK variables, or arrays if shapes alone determine the value
        self.checks = {}   # descriptions -> CNTK variables and functions that find values that are wrong
        self.known = {}    # descriptions whose values, and gradients that, are known before the function runs -> arrays
        with Operation.kept.here() as self.operations, native.quiet():
            self._build(values)
            self._combine()

    # -- running --------------------------------------------------------------------------------------

    def run(self, values):
        values.update(self.known)
        self.wrong = set()  # the names of kernels that CNTK's function computed wrong
        self.has_nan_gradient = False
        if self.function is None:
            return
        arguments = {variable: _fed(values[description], self.fed)
                     for description, variable in self.given.items()}
        for description, cell in self.cells.items():
            cell.put(values[description])
        if self.operations:
            # CNTK recomputes only what has changed, and its backward pass skips operations that did not run in this
            # forward pass. So mark all parameters as changed.
            for parameter in self.moved.values():
                parameter.record_value_update()
        keep = [self.root] if self.moved else []
        state, results = native.forward(self.function, arguments, self.results, keep)
        Operation.check()
        self.wrong = {name for name, variable, is_wrong in self.checked if is_wrong(native.borrowed(results[variable]))}
        if self.wrong:
            return
        for description, variable in self.outputs.items():
            # The backward pass may overwrite the results, so copy them.
            values[description] = native.array(results[variable]) if self.moved else results[variable]
        if self.moved:
            gradients = native.backward(self.function, state, self.root, self.seed, self.moved.values())
            Operation.check()
            for gradient in self.stage.gradients:
                if gradient.variable in self.moved:
                    values[gradient] = gradients[self.moved[gradient.variable]]
            self.has_nan_gradient = any(has_nan(native.borrowed(gradient)) for gradient in gradients.values())

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
        arguments = []  # pairs of a placeholder and the outer variable it stands for

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
            if isinstance(inner[description], np.ndarray):
                self.built[description] = inner[description]
        outer = {id(place): found for place, found in arguments}
        outputs = {}
        for description in needed:
            made = inner[description]
            if isinstance(made, np.ndarray):  # it is in ``self.built``
                continue
            if id(made) in outer:
                self.built[description] = outer[id(made)]
            elif not made.is_output:
                self.built[description] = made
            else:
                outputs.setdefault(id(made), (made, []))[1].append(description)
        checks = {description: self.checks.pop(description, ()) for description in part}
        if outputs:
            for made, _ in itertools.chain(*checks.values()):
                outputs.setdefault(id(made), (made, []))
            functions = [made for made, _ in outputs.values()]
            if any(made.dtype != functions[0].dtype for made in functions):  # a block's outputs must share a dtype
                functions = [native.output(C.cast(made, np.float64)) if made.dtype == np.float32 else made
                             for made in functions]
            combined = C.combine(functions)
            _put_double_first(arguments, combined)
            block = C.as_block(combined, arguments, "block", "")
            for output, (_, descriptions) in zip(block.outputs, outputs.values()):
                for description in descriptions:
                    self.built[description] = output
            found = dict(zip(outputs, block.outputs))
            self.checks.update((description, [(found[id(made)], is_wrong) for made, is_wrong in inside])
                               for description, inside in checks.items())

    def _outer(self, description):
        """Returns: what is built for a description. Sources and inputs from other stages are built on first use."""
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
        if description.by_shape:
            return self._movable(description, self._computed(description, inputs))
        if description in self.stage.flowing:
            inputs = [made if x in self.stage.flowing else self._still(made)
                      for x, made in zip(description.inputs, inputs)]
        cells = [self._cell(x) for x in description.given_by_numpy()]
        with CHECKED.here() as self.checks[description]:
            made = _build_kernel(description, inputs, cells, self.stage)
        return self._movable(description, made)

    def _computed(self, description, inputs):
        """Returns: the array for a description that shapes alone determine."""
        self.known[description] = integers.compute(description, [
            x.array if isinstance(x, Constant) else made for x, made in zip(description.inputs, inputs)])
        return self.known[description]

    def _still(self, made):
        """Stop the gradient at a variable that needs none. CNTK does not know which gradients are wanted, and would
        run a needless backward pass through it."""
        if isinstance(made, np.ndarray) or not made.needs_gradient:
            return made
        if id(made) not in self.still:
            self.still[id(made)] = made, native.output(STILL(made))
        return self.still[id(made)][1]

    def _cell(self, description):
        if description not in self.cells:
            self.cells[description] = Cell((self.known if description in self.known else self.values)[description])
        return self.cells[description]

    def _movable(self, description, made):
        """If a gradient is taken with respect to the description, add a zero parameter: CNTK returns its gradient.

        The parameter is -0.0, because adding that keeps the sign of 0 and -0.
        """
        if self.stage.group is None or description not in self.stage.group.by:
            return made
        self.shapes[description] = made.shape
        if isinstance(made, np.ndarray) and made.size:
            made = native.constant(made)
        if isinstance(made, np.ndarray):
            return made
        if isinstance(description, Variable):
            self.moved[description] = made
            return made
        change = native.parameter(np.full(made.shape, -0.0, made.dtype))
        self.moved[description] = change
        return native.output(C.plus(made, change))

    def _combine(self):
        """Combine all outputs into one function, and find the gradients that are 0 because the loss does not depend
        on their variable."""
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
        checked = self._to_check()
        functions.update((id(made), made) for _, made, _ in checked)
        self.function = C.combine(list(functions.values())) if functions else None
        variables = dict(zip(functions, self.function.outputs)) if functions else {}
        # Don't feed inputs of which only the shape is used: CNTK would warn that they are not arguments.
        taken = set(self.function.arguments) if functions else ()
        self.given = {description: variable for description, variable in self.given.items() if variable in taken}
        self.outputs = {description: variables[id(made)] for description, made in outputs.items()}
        self.checked = [(name, variables[id(made)], is_wrong) for name, made, is_wrong in checked]
        self.results = list(variables.values())
        reached = () if loss is None else set(C.combine([loss]).parameters)
        self.moved = {description: change for description, change in self.moved.items() if change in reached}
        if self.moved:
            self.root = variables[id(loss)]
            self.seed = native.value(np.ones(self.root.shape, self.root.dtype))
        for gradient in self.stage.gradients:
            if gradient.variable not in self.moved:
                self.known[gradient] = np.zeros(self.shapes[gradient.variable], gradient.dtype)

    def _to_check(self):
        """Returns: what to check: the name of a kernel, a CNTK variable, and a function that finds wrong values in it.
        Variables that no output needs, or only for their shapes, are left out."""
        group = self.stage.group
        stack, seen, found = self.stage.wanted + ([group.loss] if group else []), set(), []
        while stack:
            description = stack.pop()
            if description not in seen and not isinstance(self.built.get(description), np.ndarray):
                seen.add(description)
                found.extend((description.kernel.name, made, is_wrong)
                             for made, is_wrong in self.checks.get(description, ()))
                stack.extend(description.inputs)
        return found


def _put_double_first(arguments, combined):
    """Make the first argument of a block a double if it has double constants. CNTK converts a block's constants to
    the dtype of its first other input, which fails from double to float.

    ``arguments`` is a list of pairs, of a placeholder and the outer variable it stands for, and is changed.
    """
    arguments.sort(key=lambda pair: pair[1].dtype != np.float64)
    if arguments and arguments[0][1].dtype != np.float64 and any(
            given.is_constant and given.dtype == np.float64 for given in combined.inputs):
        place, found = arguments[0]
        double = native.placeholder(found.shape, np.float64)
        combined.replace_placeholders({place: native.output(C.cast(double, np.float32))})
        arguments[0] = double, native.output(C.cast(found, np.float64))


def _build_kernel(description, inputs, cells, stage):
    """Returns: the CNTK variable for a description, or an array if the shapes of the inputs determine the value.

    ``stage`` says which builders to use.
    """
    sizes = [np.prod(x.shape, dtype=int) for x in inputs]
    if not all(sizes) and description.kernel.name == "concatenate":
        np.concatenate([np.broadcast_to(0, x.shape) for x in inputs], **description.attributes)  # checks the shapes
        inputs = [x for x, size in zip(inputs, sizes) if size] or inputs
        sizes = [size for size in sizes if size] or sizes
    if not all(sizes):
        arrays = [np.zeros(x.shape, of.dtype) for x, of in zip(inputs, description.inputs)]
        arrays[len(arrays) - len(cells):] = [cell.array for cell in cells]
        return integers.compute(description, arrays)
    inputs = [native.constant(x) if isinstance(x, np.ndarray) else x for x in inputs]
    if any(x.dtype != inputs[0].dtype for x in inputs):  # a bool (carried as float32) and a float64
        inputs = [x if x.dtype == np.float64 else native.output(C.cast(x, np.float64)) for x in inputs]
    try:
        more = dict(description.attributes, cells=cells) if cells else description.attributes
        kernel = description.kernel
        return native.output(stage.builder(kernel)(*inputs, **more))
    except EngineError:  # our own error, which already says what is wrong
        raise
    except Exception as error:
        shapes = " and ".join(str(x.shape) for x in inputs)
        reason = str(error).split("\n")[0]
        raise EngineError("cntk refused {kernel} of shape {shapes}: {words}", kernel=description.kernel.name,
                          shapes=shapes, words=reason) from error


def _carried(made, description):
    """Returns: the CNTK variable, cast to the dtype in which CNTK carries the description's dtype."""
    wanted = np.dtype(native.carrier(description.dtype)).type
    return made if made.dtype == wanted else native.output(C.cast(made, wanted))


def _output(made, description):
    """Returns: the CNTK variable as an output of the stage: of the carrier dtype, and not a leaf of the graph."""
    made = _carried(made, description)
    return made if made.is_output else native.output(C.reshape(made, made.shape))


def _fed(value, dtype):
    """Returns: the value as a CNTK value of the given dtype."""
    if not isinstance(value, np.ndarray):
        if native.dtype(value) == dtype:
            return value
        value = native.borrowed(value)
    return native.value(value.astype(dtype, copy=False))
