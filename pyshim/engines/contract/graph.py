"""Building and running the graph: function, gradients, scopes, printing."""

import numpy as np

from ...errors import ArgumentError, DtypeError, GradientError, PlaceholderError, StaleTensorError
from . import rules
from .node import Node, ancestors


class Graph:

    def clear_session(self):
        """Drop the graph with all its tensors, names and the learning phase, and begin a new one.

        Tensors made before, variables among them, are gone: using one raises StaleTensorError.
        """
        self.start_graph()

    def function(self, inputs, outputs, updates=None, **kwargs):
        """Compile a part of the graph into a function of arrays.

        Arguments:
            inputs: list of placeholders, sparse ones among them.
            outputs: list of tensors, or one.
            updates: list of results of ``update``, ``update_add``, ``update_sub`` and
                ``moving_average_update``, or of (variable, new value) pairs.
        Value: a callable. It takes the list of the inputs' values and returns the list of the outputs'
        values as NumPy arrays (one array where ``outputs`` is one tensor). All outputs and all new values
        are computed from the variables as they were before the call; then the variables change.

        Raises ArgumentError for an input that is no placeholder or a variable updated twice,
        PlaceholderError where an output needs a placeholder that is not among the inputs. Called with
        a value of the wrong shape or dtype, the function raises ShapeError or DtypeError.

        Example:
            >>> x = K.placeholder((None, 2)); double = K.function([x], [x * 2])
            >>> double([[[1, 2]]])
            [array([[2., 4.]], dtype=float32)]
        """
        if kwargs:
            raise ArgumentError("unknown argument%s %s; accepted: inputs, outputs, updates"
                                % ("s" if len(kwargs) > 1 else "", ", ".join(sorted(kwargs))))
        if isinstance(inputs, Node) or not isinstance(inputs, (list, tuple)):
            inputs = [inputs]
        inputs = [self.node(node, "inputs[%d]" % i, sparse=True) for i, node in enumerate(inputs)]
        for i, node in enumerate(inputs):
            if node.kind != "placeholder":
                raise ArgumentError("inputs[%d] must be a placeholder, not %s" % (i, node))
            if node in inputs[:i]:
                raise ArgumentError("inputs[%d], the %s, is among the inputs twice" % (i, node))
        single = isinstance(outputs, Node)
        return Function(self, inputs, self.nodes(outputs, "outputs"), self._update_nodes(updates), single)

    def _update_nodes(self, updates):
        """The updates as update nodes."""
        if updates is not None and not isinstance(updates, (list, tuple)):
            raise ArgumentError("updates must be a list, not %s"
                                % (updates if isinstance(updates, Node) else type(updates).__name__))
        nodes = []
        for i, update in enumerate(updates or []):
            if isinstance(update, (list, tuple)) and len(update) == 2:
                update = self.update(update[0], update[1])
            if not isinstance(update, Node) or update.kind != "update":
                raise ArgumentError("updates[%d] must be the result of update() or a (variable, new value) "
                                    "pair, not %s" % (i, update))
            nodes.append(update)
        return nodes

    def evaluate(self, node):
        """The value of one node, as ``eval`` gives it; what was compiled for it stays with the node."""
        if node.parts is not None:
            node = self.to_dense(node)
        if node.kind == "variable":
            return np.asarray(self._get_value(node.native))
        if node.evaluator is None:
            node.evaluator = Function(self, [], [node], [], single=True, once=True)
        return node.evaluator([])

    def gradients(self, loss, variables):
        """The gradients of a loss with respect to variables (or any tensors it is computed from).

        Arguments:
            loss: a tensor of a floating dtype. If it is not a scalar, the gradient is that of its sum.
            variables: list of floating tensors, or one.
        Value: a list of tensors, each of its variable's shape and dtype.
        Raises GradientError naming a variable that the loss does not depend on.

        Example:
            >>> w = K.variable([1., 2.])
            >>> K.eval(K.gradients(K.sum(K.square(w)), [w])[0])
            array([2., 4.], dtype=float32)
        """
        if not isinstance(loss, Node):
            raise DtypeError("loss must be a tensor, not %s" % type(loss).__name__)
        rules.need_dtype(loss, "loss", rules.FLOATS, "a floating dtype is needed,")
        variables = self.nodes(variables, "variables")
        known = set(map(id, ancestors([loss], controls=False)))
        for i, variable in enumerate(variables):
            rules.need_dtype(variable, "variables[%d]" % i, rules.FLOATS, "a floating dtype is needed,")
            if id(variable) not in known:
                self._refuse_gradient(i, variable)
        natives = self._gradients(loss, variables)
        for i, (variable, native) in enumerate(zip(variables, natives)):
            if native is None:
                self._refuse_gradient(i, variable)
        return [self.new_node(native, variable.dtype, variable.shape, inputs=[loss, variable])
                for variable, native in zip(variables, natives)]

    @staticmethod
    def _refuse_gradient(i, variable):
        raise GradientError("the loss does not depend on variables[%d], the %s, through differentiable "
                            "functions" % (i, variable))

    def stop_gradient(self, variables):
        """The same tensor, which gradients take for a constant.

        Arguments: variables, a tensor or a list of tensors. Value: the same number of tensors.
        """
        if isinstance(variables, (list, tuple)):
            return [self.stop_gradient(variable) for variable in variables]
        x = self.node(variables, "variables")
        return self.apply("stop_gradient", [x], x.dtype, x.shape)

    def enter_name_scope(self, name):
        """Begin a name scope; ``pyshim.name_scope`` is its public form."""
        self.name_scopes.append(rules.text(name, "name"))

    def leave_name_scope(self):
        """End the innermost name scope."""
        del self.name_scopes[-1:]  # clear_session() may have ended it already

    def enter_control_dependencies(self, control_inputs):
        """Begin control dependencies; ``pyshim.control_dependencies`` is their public form."""
        self.control_scopes.append(self.nodes(control_inputs, "control_inputs"))

    def leave_control_dependencies(self):
        """End the innermost control dependencies."""
        del self.control_scopes[-1:]  # clear_session() may have ended it already

    def print_tensor(self, x, message=""):
        """The same tensor, whose value is printed each time it is evaluated.

        Arguments: x, a tensor; message, a string printed before the value. Value: a tensor like x.
        """
        x = self.node(x, "x")
        return self.apply("print_tensor", [x], x.dtype, x.shape, message=str(message))


class Function:
    """A compiled part of the graph: checks the values it is called with, and runs."""

    def __init__(self, engine, inputs, outputs, updates, single, once=False):
        # A sparse input is fed by the placeholders of its parts.
        fed = [part for node in inputs for part in node.parts or (node,)]
        needed = ancestors(fed + outputs + updates)
        defaults = [node for node in needed if node.default is not None and node not in fed]
        missing = [node for node in needed if node.kind == "placeholder" and node.default is None
                   and node not in fed]
        if missing:
            raise PlaceholderError("a value is needed for %s: make it an input of function()"
                                   % ", ".join("the " + str(node) for node in missing))
        self.graph = engine.graph_number
        self.engine = engine
        self.inputs = inputs
        self.outputs = [[node.dtype, node.shape] for node in outputs]
        self.single = single
        self.defaults = [engine.array(node.default, "default", node.dtype) for node in defaults]
        # What is only to be done alongside (updates and prints under control dependencies) is done too.
        controls = list({id(node): node for owner in needed for node in owner.controls}.values())
        last = {}
        for node in needed:
            if node.kind == "update":
                # An update that comes after another one of the same variable is built upon it.
                if last.setdefault(node.variable, node) is not node and last[node.variable] not in ancestors([node]):
                    raise ArgumentError("the %s is updated a second time" % node.variable)
                last[node.variable] = node
        self.run = engine._compile(fed + defaults, outputs, controls, last, once)

    def describe_inputs(self):
        """Name, dtype and shape of each input, as the handle in the session tells them."""
        return [[node.name, node.dtype, node.shape] for node in self.inputs]

    def __call__(self, values):
        if self.engine.graph_number != self.graph:
            raise StaleTensorError("the function belongs to a graph that clear_session() has dropped")
        if len(values) != len(self.inputs):
            raise ArgumentError("%d value%s given, one for each of the %d inputs needed"
                                % (len(values), "" if len(values) == 1 else "s", len(self.inputs)))
        arrays = [array for i, value in enumerate(values) for array in self._arrays(i, value)]
        results = [np.asarray(result) for result in self.run(arrays + self.defaults)]
        return results[0] if self.single else results

    def _arrays(self, i, value):
        """The value of an input as an array; that of a sparse one as several."""
        node = self.inputs[i]
        argument = "inputs[%d]%s" % (i, " (%s)" % node.name if node.name else "")
        if node.parts is not None:
            return self.engine.sparse_fed(node, value, argument)
        return [self.engine.fitting_array(value, argument, node.dtype, node.shape)]
