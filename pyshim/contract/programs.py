"""Making programs: collecting the nodes that an evaluation or a function needs, and checking them."""

from ..errors import ArgumentError, PlaceholderError
from ..graph.node import ancestors
from ..graph.program import Program
from ..messages import Argument, Value
from . import branches


def program_of(contract, inputs, outputs, updates):
    """The program that takes the inputs, computes the outputs, and carries out the updates, all lists of nodes.

    Placeholders with a default that are not among the inputs are appended to these. Raises PlaceholderError for a
    placeholder without a value, ArgumentError for a tensor that has a value only inside a loop, or a variable that is
    updated twice.
    """
    needed, fed = ancestors(inputs + outputs + updates), set(inputs)
    open_ones = [node for node in needed if node.kind == "placeholder" and node not in fed]
    missing = [node for node in open_ones if node.value is None]
    if missing:
        names = {"placeholder_%d" % i: Value(node) for i, node in enumerate(missing)}
        raise PlaceholderError("a value is needed for %s: make it an input of {function()}"
                               % ", ".join("the {%s}" % name for name in names), **names)
    need_no_loop(needed)
    inputs = inputs + open_ones
    # Include control dependencies, such as updates and prints, that no output is computed from.
    controls = list(dict.fromkeys(node for owner in needed for node in owner.controls))
    new_values = branches.new_values(contract, needed, outputs + updates)
    nodes = ancestors(inputs + outputs + controls + list(new_values.values()))
    return Program(inputs, outputs, controls, new_values, nodes)


def need_no_loop(nodes):
    """Raise ArgumentError if one of the nodes has a value only inside a loop."""
    for node in nodes:
        if node.kind == "loop input":
            raise ArgumentError("the tensor depends on a slice or state of the loop that calls {function}, and has a "
                                "value only in that loop", remedy="return it from {function} to have it outside",
                                function=Argument(node.value.name))
