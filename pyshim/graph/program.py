"""Programs: the part of a graph that an evaluation or a function needs, as an engine gets it."""

from typing import Dict, List, Set

from .node import Node


class Program:
    """What an engine compiles.

    ``inputs`` are the placeholders that are fed, in the order of the arrays; ``outputs`` are nodes whose values are
    wanted; ``controls`` have to be evaluated, too; ``updates`` maps variables to the nodes of their new values.
    Outputs and new values are computed from the variables as they are before; then the variables change.
    ``nodes`` are all nodes that are needed, inputs before their users; the bodies of loops are apart.
    """

    def __init__(self, inputs: List[Node], outputs: List[Node], controls: List[Node], updates: Dict[Node, Node],
                 nodes: List[Node]):
        self.inputs = inputs
        self.outputs = outputs
        self.controls = controls
        self.updates = updates
        self.nodes = nodes

    def kernels(self) -> Set[str]:
        """The names of the kernels that it is made of, those in bodies of loops left out."""
        return {node.operation.kernel for node in self.nodes if node.operation is not None}

    def variables(self) -> List[Node]:
        """The variables that it reads or changes, without duplicates."""
        return list(dict.fromkeys([node for node in self.nodes if node.kind == "variable"] + list(self.updates)))
