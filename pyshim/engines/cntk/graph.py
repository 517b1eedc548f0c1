"""Running descriptions, and their gradients."""

from ...errors import EngineError, GradientError
from .description import Gradient, Group, Kernel, kernel, ordered
from .native import C
from .program import Program


def asserted(x, condition, message, cells=()):
    """x. The condition is an integer, whose value a stage is built for."""
    if not (cells[0].array if cells else condition):
        raise EngineError(message)
    return x


ASSERTED = Kernel("asserted", asserted, by_numpy=asserted, indexed=True, sized_by=(1,))


class Graph:

    def _compile(self, inputs, outputs, controls, updates, once):
        new_values = {variable.native: update.inputs[0].native for variable, update in updates.items()}
        return Program(_natives(inputs), _natives(outputs), _natives(controls), new_values)

    def _gradients(self, loss, variables):
        loss, by = loss.native, _natives(variables)
        reached = _reached(loss)
        by_gradients = [description for description in reached if isinstance(description, Gradient)]
        if by_gradients and set(by) & set(ordered(by_gradients)):
            raise GradientError("the loss is computed from a gradient with respect to the same variables; CNTK "
                                "has no second derivatives")
        group = Group(loss, [description for description in by if description in reached])
        return [Gradient(group, description) if description in reached else None for description in by]

    def _asserted(self, x, condition, message):
        return ASSERTED(x, self._cast(condition, dtype="int32"), message=message)

    _stop_gradient = kernel("stop_gradient", C.stop_gradient, differentiable=False)
    # Printed by the program when all is computed.
    _print_tensor = kernel("print_tensor", lambda x, message: x)


def _natives(nodes):
    return [node.native for node in nodes]


def _reached(loss):
    """The descriptions that a gradient of the loss flows back to, itself included."""
    reached, stack = set(), [loss]
    while stack:
        description = stack.pop()
        if description not in reached:
            reached.add(description)
            stack.extend(description.differentiable_inputs())
    return reached
