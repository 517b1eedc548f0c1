"""Building and running the graph: function, gradients, scopes, printing."""

import collections
import weakref

import numpy as np

from .. import environments
from ..errors import ArgumentError, DtypeError, GradientError
from ..graph.node import Node, ancestors, described, position, reached_by_gradient, substituted
from ..messages import Argument, Choices, Type, Value
from . import rules
from .derivatives import need_second_derivatives, without_gradients
from .function import Function
from .moving import Elsewhere

NO_GRADIENTS = "{engine} computes no gradients"
KEPT = 64  # the number of nodes that keep their compiled evaluators


class Graph:

    def begin_graph(self):
        super().begin_graph()
        self.evaluated = collections.deque()  # weak references to nodes that keep compiled evaluators

    def clear_session(self):
        """Discard the graph with all its tensors, names and the learning phase, and start a new one.

        Existing tensors, including variables, become invalid: using one raises StaleTensorError.
        """
        self.begin_graph()
        self.host.start_graph()

    def function(self, inputs, outputs, updates=None, name=None, **kwargs):
        """Compile a part of the graph into a function of arrays.

        Arguments:
            inputs: list of placeholders, sparse ones among them, and of computed tensors, whose values are then given
                instead of computed.
            outputs: list of tensors, or one.
            updates: list of results of ``update``, ``update_add``, ``update_sub`` and
                ``moving_average_update``, of tensors computed from these, such as a ``switch`` between two of them,
                or of (variable, new value) pairs.
            name: a string, kept only for inspection.
        Returns: a callable. It takes the list of the inputs' values and returns the list of the outputs'
        values as NumPy arrays (one array where ``outputs`` is one tensor). All outputs and all new values
        are computed from the variables as they were before the call; then the variables change.

        Raises ArgumentError for an input that is a variable or a constant, or a variable that is updated twice,
        PlaceholderError if an output needs a placeholder that is not among the inputs. Called with
        a value of the wrong shape or dtype, the function raises ShapeError or DtypeError.

        Example:
            >>> x = K.placeholder((None, 2)); double = K.function([x], [x * 2])
            >>> double([[[1, 2]]])
            [array([[2., 4.]], dtype=float32)]
        """
        if kwargs:
            raise ArgumentError("unknown argument" + "s" * (len(kwargs) > 1) + " {names}",
                                remedy="accepted: inputs, outputs, updates, name", names=", ".join(sorted(kwargs)))
        if isinstance(inputs, Node) or not isinstance(inputs, (list, tuple)):
            inputs = [inputs]
        inputs = [self.node(node, Argument("inputs", i), sparse=True) for i, node in enumerate(inputs)]
        for i, node in enumerate(inputs):
            computed = node.kind in ("tensor", "gradient") and node.parts is None
            if node.kind != "placeholder" and not computed:
                raise ArgumentError("{argument} must be a placeholder or a computed tensor, not {value}",
                                    argument=Argument("inputs", i), value=Value(node))
            if position(node, inputs[:i]) is not None:
                raise ArgumentError("{argument}, the {value}, is among the inputs twice",
                                    argument=Argument("inputs", i), value=Value(node))
        single = isinstance(outputs, Node)
        outputs, updates = self.nodes(outputs, "outputs"), self._update_nodes(updates)
        given = {node: self.placeholder(node.shape, dtype=node.dtype, name=node.name)
                 for node in inputs if node.kind != "placeholder"}
        if given:
            inputs = [given.get(node, node) for node in inputs]
            nodes = substituted(outputs + updates, given)
            outputs, updates = nodes[:len(outputs)], nodes[len(outputs):]
        return Function(self, inputs, outputs, updates, single)

    def _update_nodes(self, updates):
        """The updates as nodes that are updates, or are computed from some."""
        if updates is not None and not isinstance(updates, (list, tuple)):
            raise ArgumentError("{argument} must be a list, not {value}", argument="updates", value=Type(updates))
        nodes = []
        for i, update in enumerate(updates or []):
            if isinstance(update, (list, tuple)) and len(update) == 2:
                update = self.update(update[0], update[1])
            # The kind is looked at first: an optimizer has hundreds of updates, each with thousands of ancestors.
            if not isinstance(update, Node) or update.kind != "update" and not any(
                    node.kind == "update" for node in ancestors([update])):
                raise ArgumentError("{argument} must be the result of {update()} or a (variable, new value) "
                                    "pair, not {value}", argument=Argument("updates", i), value=Value(update))
            nodes.append(update)
        return nodes

    def evaluate(self, node):
        """The value of one node, as ``eval`` returns it. A node of another backend is computed on this one.

        The compiled evaluator is cached on the node until many other nodes have been evaluated.
        """
        own = node.graph.contract
        own.need_own(node)
        if node.parts is not None:
            node = own.to_dense(node)
        if node.kind == "variable":
            return own.host.get_values([node])[0]
        if node.kind == "constant" and not node.controls:
            return node.value.copy()
        evaluator = (node.evaluators or {}).get(self.graph)
        if evaluator is None or evaluator.outdated:
            evaluator = self._evaluator(node)
        return evaluator.results([])

    def _evaluator(self, node):
        """The compiled evaluator of a node on this backend, cached on the node."""
        if len(self.evaluated) >= KEPT:  # more, if several threads have added one at the same time
            oldest = self.evaluated.popleft()()
            if oldest is not None:
                oldest.evaluators.pop(self.graph, None)
        if node.graph is self.graph:
            evaluator = Function(self, [], [node], [], single=True, once=True)
        else:
            evaluator = Elsewhere(self, node)
        # Drop evaluators of graphs that clear_session() has discarded.
        kept = {graph: each for graph, each in (node.evaluators or {}).items() if graph.contract.graph is graph}
        node.evaluators = {**kept, self.graph: evaluator}
        self.evaluated.append(weakref.ref(node))
        return evaluator

    def gradients(self, loss, variables):
        """The gradients of a loss with respect to variables (or any tensors it is computed from).

        Arguments:
            loss: a tensor of a floating dtype. If it is not a scalar, the gradient is that of its sum.
            variables: list of floating tensors, or one.
        Returns: a list of tensors, each of its variable's shape and dtype.
        Raises GradientError naming a variable that the loss does not depend on, and on an engine without gradients.

        Example:
            >>> w = K.variable([1., 2.])
            >>> K.eval(K.gradients(K.sum(K.square(w)), [w])[0])
            array([2., 4.], dtype=float32)
        """
        if not isinstance(loss, Node):
            raise DtypeError("{argument} must be a tensor, not {value}", argument="loss", value=Type(loss))
        rules.need_dtype(loss, "loss", rules.FLOATS, "a floating dtype is needed,")
        variables = self.nodes(variables, "variables")
        reached = reached_by_gradient(loss)
        for i, variable in enumerate(variables):
            rules.need_dtype(variable, Argument("variables", i), rules.FLOATS, "a floating dtype is needed,")
            if variable not in reached:
                raise GradientError("the loss does not depend on {argument}, the {value}, through differentiable "
                                    "functions", argument=Argument("variables", i), value=Value(variable))
        if not self.host.environment.gradients:
            others = [name for name in environments.names() if environments.find(name).gradients]
            raise GradientError(NO_GRADIENTS, remedy="backends that do: {accepted}", engine=self.host.traits["title"],
                                accepted=Choices(others))
        results, alongside = [(x.dtype, x.shape) for x in variables], []
        if self.host.traits["second_derivatives"]:
            need_second_derivatives(self, loss, variables)
        else:
            with self.outside_scopes():
                loss, variables, alongside = without_gradients(self, loss, variables)
        gradients = self.apply_several("gradient", [loss] + variables, results, kind="gradient")
        for gradient in gradients:
            gradient.controls += tuple(alongside)
        return gradients

    def describe_graph(self, x):
        """The computation of a tensor as text: one line for each node, inputs before their users.

        Arguments: x, a tensor. Returns: a string.
        """
        return described([self.node(x, "x", sparse=True)])

    def stop_gradient(self, variables):
        """The same tensor, treated as a constant by gradients.

        Arguments: variables, a tensor or a list of tensors. Returns: the same number of tensors.
        """
        if isinstance(variables, (list, tuple)):
            return [self.stop_gradient(variable) for variable in variables]
        x = self.node(variables, "variables")
        return self.apply("stop_gradient", [x], x.dtype, x.shape)

    def enter_name_scope(self, name):
        """Begin a name scope; ``pyshim.name_scope`` is its public form."""
        self.scopes.names.append(rules.text(name, "name"))

    def leave_name_scope(self):
        """End the innermost name scope."""
        del self.scopes.names[-1:]  # clear_session() may have ended it already

    def enter_control_dependencies(self, control_inputs):
        """Begin control dependencies; ``pyshim.control_dependencies`` is their public form."""
        self.scopes.controls.append(self.nodes(control_inputs, "control_inputs"))

    def leave_control_dependencies(self):
        """End the innermost control dependencies."""
        del self.scopes.controls[-1:]  # clear_session() may have ended it already

    def print_tensor(self, x, message=""):
        """The same tensor, which prints its value each time it is evaluated.

        Arguments: x, a tensor; message, a string or number printed before the value, None for none.
        Returns: a tensor like x.
        """
        x = self.node(x, "x")
        if not isinstance(message, (int, float, np.number)):
            message = "" if message is None else rules.text(message, "message")
        with self.outside_scopes():
            always = self.constant_node(np.array(True))
        return self.apply("print_tensor", [x, always], x.dtype, x.shape, message=str(message))

