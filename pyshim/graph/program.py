"""Programs: the part of a graph that an evaluation or a function needs. Engines get these."""

from typing import Dict, List, Set

from .node import Node


class Program:
    """What an engine compiles.

    ``inputs`` are the placeholders that are fed, in the order of the arrays; ``outputs`` are the nodes whose values are
    returned; ``controls`` must be evaluated too; ``updates`` maps variables to the nodes of their new values.
    Outputs and new values are computed from the old values of the variables; then the variables change.
    ``nodes`` are all nodes that are needed, in topological order (inputs first), without the bodies of loops.
    """

    def __init__(self, inputs: List[Node], outputs: List[Node], controls: List[Node], updates: Dict[Node, Node],
                 nodes: List[Node]):
        self.inputs = inputs
        self.outputs = outputs
        self.controls = controls
        self.updates = updates
        self.nodes = nodes

    def kernels(self) -> Set[str]:
        """Returns: the names of its kernels, without those in the bodies of loops."""
        return {node.operation.kernel for node in self.nodes if node.operation is not None}

    def variables(self) -> List[Node]:
        """Returns: the variables that it reads or changes, without duplicates."""
        return list(dict.fromkeys([node for node in self.nodes if node.kind == "variable"] + list(self.updates)))
