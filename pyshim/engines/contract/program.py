"""Programs: the part of a graph that an evaluation or a function needs, as an engine gets it."""

from ...errors import ArgumentError, PlaceholderError
from ...messages import Argument, Value
from . import branches
from .node import ancestors


class Program:
    """What an engine compiles.

    ``inputs`` are the placeholders that are fed, in the order of the arrays; ``outputs`` are nodes whose values are
    wanted; ``controls`` have to be evaluated, too; ``updates`` maps variables to the nodes of their new values.
    Outputs and new values are computed from the variables as they are before; then the variables change.
    ``nodes`` are all nodes that are needed, inputs before their users; the bodies of loops are apart.
    """

    def __init__(self, contract, inputs, outputs, updates):
        needed = ancestors(inputs + outputs + updates)
        self.defaults = [node for node in needed
                         if node.kind == "placeholder" and node.value is not None and node not in inputs]
        missing = [node for node in needed if node.kind == "placeholder" and node.value is None and node not in inputs]
        if missing:
            names = {"placeholder_%d" % i: Value(node) for i, node in enumerate(missing)}
            raise PlaceholderError("a value is needed for %s: make it an input of {function()}"
                                   % ", ".join("the {%s}" % name for name in names), **names)
        need_no_loop(needed)
        self.inputs = inputs + self.defaults
        self.outputs = outputs
        # What is only to be done alongside (updates and prints under control dependencies) is done too.
        self.controls = list(dict.fromkeys(node for owner in needed for node in owner.controls))
        self.updates = branches.new_values(contract, needed, outputs + updates)
        self.nodes = ancestors(self.inputs + outputs + self.controls + list(self.updates.values()))

    def kernels(self):
        """The names of the kernels that it is made of, those in bodies of loops left out."""
        return {node.operation.kernel for node in self.nodes if node.operation is not None}


def need_no_loop(nodes):
    """ArgumentError where one of the nodes has a value in the steps of a loop only."""
    for node in nodes:
        if node.kind == "loop input":
            raise ArgumentError("the tensor depends on a slice or state of the loop that calls {function}, and has a "
                                "value only in that loop", remedy="return it from {function} to have it outside",
                                function=Argument(node.value.name))
