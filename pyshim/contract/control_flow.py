"""Functions that take functions as arguments: recurrent networks, maps and folds, branches.

The functions are called while the graph is built, once per loop whatever its length, with tensors that stand for an
element or a state. ``print_tensor`` and random tensors work inside; updates do not.
"""

import operator

import numpy as np

from ..errors import ArgumentError, DtypeError, EngineError, ShapeError
from ..graph.node import Body, Node, ancestors, position, substituted
from ..messages import Argument, Position, Value
from . import guards, rules
from .marks import calls_functions


class ControlFlow:

    # -- branches -----------------------------------------------------------------------------------

    @calls_functions
    def switch(self, condition, then_expression, else_expression):
        """One of two tensors, chosen by a condition as a whole or element by element.

        Arguments: condition, a tensor of bools or numbers: a scalar, or of the shape of the expressions' first axes
        (or size 1 there); then_expression, else_expression, tensors of the same dtype that broadcast, or functions
        without arguments that return them. Returns: a tensor. Both expressions are in the graph and are computed; the
        gradient of elements that are not chosen is 0. With a scalar condition, updates that only one of the
        expressions needs are carried out only if that one is chosen, and what a function computes neither prints nor
        raises errors about values, such as indices, unless it is chosen.
        """
        return self._switched(condition, (then_expression, else_expression), ("then_expression", "else_expression"))

    def _switched(self, condition, expressions, names):
        condition = self.node(condition, "condition")
        if not condition.ndim:
            condition = self.cast(condition, "bool")
            expressions = [self._branch(expression, condition, chosen)
                           for expression, chosen in zip(expressions, (True, False))]
        x, y, shape = self.pair(*map(_called, expressions), names=names)
        first = shape[:condition.ndim]
        if condition.ndim > len(shape) or any(size not in (1, None, of_them) and of_them is not None
                                              for size, of_them in zip(condition.shape, first)):
            raise ShapeError("{argument} of shape {condition} does not fit expressions of shape {shape}",
                             remedy="it must be a scalar or have their first axes", argument="condition",
                             condition=condition.shape, shape=shape)
        if not condition.ndim:
            return self.apply("switch", [condition, x, y], x.dtype, shape)
        for _ in range(len(shape) - condition.ndim):
            condition = self.expand_dims(condition)
        return self.select(condition, x, y)

    def _branch(self, expression, condition, chosen):
        """The expression of a branch. What a function computes neither prints nor fails if it is not chosen."""
        if not callable(expression):
            return expression
        scopes = self.scopes
        before, scopes.way = scopes.way, guards.Way(condition, chosen, scopes.way)
        try:
            return expression()
        finally:
            scopes.way = before

    @calls_functions
    def in_train_phase(self, x, alt, training=None):
        """x in the training phase, alt in the test phase.

        Arguments: x, alt, tensors, or functions without arguments that make them; training, a bool, 0 or 1,
        or a scalar tensor; by default ``learning_phase()``. Returns: a tensor.
        """
        return self._in_phase(training, (x, alt), ("x", "alt"))

    @calls_functions
    def in_test_phase(self, x, alt, training=None):
        """x in the test phase, alt in the training phase. Arguments and return value as of ``in_train_phase``."""
        return self._in_phase(training, (alt, x), ("alt", "x"))

    def _in_phase(self, training, expressions, names):
        """The expression of the training phase or that of the test phase. If the phase is known, only that one is
        called."""
        fed = training is None
        training = self.learning_phase() if fed else training
        if isinstance(training, Node):
            if training.ndim:
                raise ShapeError("{argument} must be a scalar; its shape is {shape}", argument="training",
                                 shape=training.shape)
            result = self._switched(training, expressions, names)
            if fed:
                result._uses_learning_phase = True  # tells Keras to feed the phase
            return result
        training = rules.flag(training, "training", "{True}, {False}, a scalar tensor or {None}")
        chosen = 0 if training else 1
        values = list(expressions)
        values[chosen] = _called(values[chosen])
        if callable(values[1 - chosen]):
            return self.node(values[chosen], names[chosen])
        if all(isinstance(value, Node) for value in values):
            return [self.node(value, name) for value, name in zip(values, names)][chosen]
        # A number takes the dtype of the tensor beside it. The value that is not chosen must be a valid one, too.
        return self.operands(*values, names=names)[chosen]

    # -- maps and folds -----------------------------------------------------------------------------

    @calls_functions
    def map_fn(self, fn, elems, name=None, dtype=None):
        """Apply a function to each slice along the first axis, and stack the results.

        Arguments: fn, a function of a slice that returns a tensor, or a list or tuple of tensors; elems, a tensor with
        at least one dimension, or a list or tuple of tensors with first axes of the same size: then fn takes a list or
        tuple with a slice of each; name, a string; dtype, that of the results, by default fn's, or a list or tuple of
        them. Returns: a tensor, or a list or tuple of tensors if fn returns one.

        Example:
            >>> K.eval(K.map_fn(lambda row: K.sum(row), K.ones((3, 2))))
            array([2., 2., 2.], dtype=float32)
        """
        _need_function(fn, "fn")
        sequences, given = self._elements(elems)

        kinds = []  # of what fn returns: None for a single tensor

        def step(elements, states, state_like):
            value = fn(given(elements))
            several = isinstance(value, (list, tuple)) and any(isinstance(x, Node) for x in value)
            kinds.append((list if isinstance(value, list) else tuple) if several else None)
            values = list(value) if several else [value]
            dtypes = dtype if several and isinstance(dtype, (list, tuple)) else [dtype] * len(values)
            if len(dtypes) != len(values):
                raise ArgumentError("{argument} holds {count} dtypes, but fn returns {needed} tensors",
                                    argument="dtype", count=len(dtypes), needed=len(values))
            results = [self.node(x, "the value of fn") for x in values]
            return [x if each is None else self.cast(x, each) for x, each in zip(results, dtypes)], []
        results = self.loop("fn", step, sequences, [])[0]
        return self._named(results[0], name) if kinds[-1] is None else kinds[-1](results)

    @calls_functions
    def foldl(self, fn, elems, initializer=None, name=None):
        """Apply a function to an accumulator and each slice along the first axis in turn.

        Arguments: fn, a function of the accumulator and a slice that returns the next accumulator, of the
        same shape and dtype; elems, as for ``map_fn``; initializer, the first accumulator, by default the first slice
        of a single tensor; name, a string. Returns: a tensor, the last accumulator.
        """
        return self._folded(fn, elems, initializer, name, backwards=False)

    @calls_functions
    def foldr(self, fn, elems, initializer=None, name=None):
        """As ``foldl``, from the last slice to the first."""
        return self._folded(fn, elems, initializer, name, backwards=True)

    def _folded(self, fn, elems, initializer, name, backwards):
        _need_function(fn, "fn")
        sequences, given = self._elements(elems)
        if backwards:
            sequences = [self.reverse(x, 0) for x in sequences]
        if initializer is None:
            if len(sequences) > 1:
                raise ArgumentError("{argument} is needed, since {elems} is a list", argument="initializer",
                                    elems=Argument("elems"))
            if sequences[0].shape[0] == 0:
                raise ShapeError("{argument} has no slice to begin with", remedy="give an `initializer`",
                                 argument="elems")
            initializer = self.get_item(sequences[0], 0)
            sequences = [self.get_item(sequences[0], slice(1, None))]

        def step(elements, states, state_like):
            return [], [fn(states[0], given(elements))]
        start = self._in_dtype_of(sequences[0], initializer, "initializer")
        return self._named(self.loop("fn", step, sequences, [start])[1][0], name)

    def _elements(self, elems):
        """Returns: a list of the tensors to take slices of, and a function that makes the user's argument of the list
        of their slices."""
        # Numbers, and lists of them, are the elements of one tensor.
        if not isinstance(elems, (list, tuple)) or not any(
                isinstance(x, Node) or isinstance(x, np.ndarray) and x.ndim for x in elems):
            return [self._sliced(elems, "elems")], operator.itemgetter(0)
        sequences = [self._sliced(x, Argument("elems", i)) for i, x in enumerate(elems)]
        for i, x in enumerate(sequences[1:], 1):
            sizes = sequences[0].shape[0], x.shape[0]
            if None not in sizes and sizes[0] != sizes[1]:
                raise ShapeError("the first axis of {argument} has size {size}, but that of {other} {needed}",
                                 argument=Argument("elems", i), size=sizes[1], other=Argument("elems", 0),
                                 needed=sizes[0])
            if None in sizes:
                same = self.equal(self.get_item(self.shape(x), 0), self.get_item(self.shape(sequences[0]), 0))
                error = EngineError("the tensors of `elems` have first axes of different sizes")
                sequences[i] = self._asserted(x, same, error)
        return sequences, list if isinstance(elems, list) else tuple

    def _sliced(self, x, argument):
        x = self.node(x, argument)
        if not x.ndim:
            raise ShapeError("{argument} must have at least one dimension", argument=argument)
        return x

    # -- recurrent networks -------------------------------------------------------------------------

    @calls_functions
    def rnn(self, step_function, inputs, initial_states, go_backwards=False, mask=None, constants=None,
            unroll=False, input_length=None):
        """Apply a step to each time step of a sequence, with states carried from one to the next.

        Arguments:
            step_function: a function of the input of one time step, of shape (samples, ...), and the list of
                states followed by the constants. It returns the output, of shape (samples, ...), and the list
                of new states, each of its state's shape and dtype.
            inputs: a tensor of shape (samples, time steps, ...).
            initial_states: list of tensors.
            go_backwards: begin with the last time step; outputs are in the order in which they are computed.
            mask: a tensor of shape (samples, time steps) or (samples, time steps, 1); where it is 0, the output is that
                of the previous time step (0 at first), and the states do not change.
            constants: list of tensors that are passed to each step.
            unroll: put each step into the graph separately; the number of time steps must be known then.
            input_length: the number of time steps, if unroll needs it and the shape of inputs does not say.
        Returns: the last output, the outputs of shape (samples, time steps, ...), and the list of the last states.

        Example:
            >>> step = lambda x, states: (x + states[0], [x + states[0]])
            >>> K.eval(K.rnn(step, K.ones((1, 3, 1)), [K.zeros((1, 1))])[1]).ravel()
            array([1., 2., 3.], dtype=float32)
        """
        _need_function(step_function, "step_function")
        inputs = self.node(inputs, "inputs")
        if inputs.ndim < 2:
            raise ShapeError("{argument} must have at least two dimensions; its shape is {shape}", argument="inputs",
                             shape=inputs.shape)
        if inputs.shape[1] == 0:
            raise ShapeError("{argument} of shape {shape} have no time steps, and so no last output", argument="inputs",
                             shape=inputs.shape)
        if input_length is not None and not isinstance(input_length, Node):
            input_length = rules.integer(input_length, "input_length", least=1)
            if inputs.shape[1] not in (None, input_length):
                raise ShapeError("{argument} is {value}, `inputs` has {count} time step" + "s" * (inputs.shape[1] != 1),
                                 argument="input_length", value=Value(input_length), count=inputs.shape[1])
        states = self.nodes(initial_states, "initial_states", beside=inputs)
        constants = [] if constants is None else self.nodes(constants, "constants", beside=inputs)
        sequences = [self._time_first(inputs)]
        if mask is not None:
            mask = self.cast(self.node(mask, "mask"), "bool")
            if not rules.compatible(mask.shape, (inputs.shape[:2] + (1,))[:max(mask.ndim, 2)]):
                raise ShapeError("{argument} must have the shape {expected}; its shape is {shape}", argument="mask",
                                 expected=inputs.shape[:2], shape=mask.shape)
            sequences.append(self._time_first(self.expand_dims(mask) if mask.ndim == 2 else mask))
        if rules.flag(go_backwards, "go_backwards"):
            sequences = [self.reverse(sequence, 0) for sequence in sequences]

        def plain(elements, states, state_like):
            output, new_states = self._stepped(step_function, elements[0], states, constants)
            return [output], new_states

        def masked(elements, states, state_like):
            before, states = states[len(initial):], states[:len(initial)]
            output, new_states = self._stepped(step_function, elements[0], states, constants)
            new_states = self._fitting_states("step_function", new_states, initial)
            before = before or [state_like(output)]
            new = [self._where(elements[1], x, old) for x, old in zip([output] + new_states, before + states)]
            return new[:1], new[1:] + new[:1]

        initial = states
        step = plain if mask is None else masked
        if rules.flag(unroll, "unroll"):
            outputs, states = self._unrolled("step_function", step, sequences, states, input_length)
        else:
            outputs, states = self.loop("step_function", step, sequences, states)
        last = self._last_output(outputs[0], states)
        # Such as a cell with dropout.
        if isinstance(self.phase, Node) and any(node is self.phase for node in ancestors([last])):
            last._uses_learning_phase = True  # tells Keras to feed the phase
        return last, self._time_first(outputs[0]), states[:-1] if mask is not None else states

    def _last_output(self, outputs, states):
        """The last of a loop's outputs; if it surely exists and equals a state, that last state, which is faster."""
        body = outputs.operation.attributes.get("body")
        state = None if body is None or not outputs.shape[0] else position(body.outputs[0], body.new_states)
        if state is not None:
            return states[state]
        return self.get_item(outputs, -1)

    def _stepped(self, step_function, element, states, constants):
        result = step_function(element, list(states) + constants)
        if not isinstance(result, (list, tuple)) or len(result) != 2 or not isinstance(result[1], (list, tuple)):
            raise ArgumentError("{argument} must return an output and the list of new states, not {returned}",
                                argument="step_function", returned=Value(result))
        output, new_states = result
        if len(new_states) != len(states):
            raise ArgumentError("{argument} returns {new} new states for {old} states", argument="step_function",
                                new=len(new_states), old=len(states))
        return self.node(output, "the output of step_function"), list(new_states)

    def _where(self, mask, x, y):
        """x where the mask, of shape (samples, 1), is true, else y."""
        for _ in range(x.ndim - 2):
            mask = self.expand_dims(mask)
        return self.select(mask if x.ndim > 1 else self.squeeze(mask, 1), x, y)

    def _time_first(self, x):
        """x with its first two axes swapped."""
        return self.permute_dimensions(x, (1, 0) + tuple(range(2, x.ndim)))

    # -- loops --------------------------------------------------------------------------------------

    def loop(self, name, step, sequences, states):
        """Apply a step to each slice along the sequences' first axis, in the engine's own loop.

        Arguments: name, the function that the user called; step, a function of a list of slices, a list of states, and
        a function that adds another state, initially 0, with the shape of a tensor of the step; it returns a list of
        outputs and the list of all new states; sequences, states, lists of nodes.
        Returns: a list of stacked outputs, and a list of the last states.
        """
        body = Body(name, [], [])
        body.slices = [self._loop_input(body, x.dtype, x.shape[1:]) for x in sequences]
        body.states = [self._loop_input(body, x.dtype, x.shape) for x in states]
        further = []  # nodes of the step, with one additional state for each

        def state_like(node):
            further.append(node)
            state = self._loop_input(body, node.dtype, node.shape)
            body.states.append(state)
            return state

        scopes = self.scopes
        before, scopes.bodies = scopes.bodies, scopes.bodies + [body]
        try:
            outputs, new_states = step(list(body.slices), list(body.states), state_like)
            new_states = self._fitting_states(name, new_states, body.states)
        finally:
            scopes.bodies = before
        body.close(outputs, new_states)
        own = set(body.nodes)
        if any(node.kind == "update" and (node in own or node.operation.traced_in is body)
               for node in ancestors(body.results)):
            raise ArgumentError("{argument} updates a variable, which a loop cannot do", argument=name)
        states = states + [self._zeros_in_first_step(node, body, sequences, states) for node in further]
        time = sequences[0].shape[:1]
        results = [(x.dtype, time + x.shape) for x in outputs] + [(x.dtype, x.shape) for x in states]
        nodes = self.apply_several("loop", list(sequences) + states + body.captured, results, body=body)
        return nodes[:len(outputs)], nodes[len(outputs):]

    def _loop_input(self, body, dtype, shape):
        with self.outside_scopes():
            return self.new_node("loop input", dtype, shape, value=body)

    def _zeros_in_first_step(self, node, body, sequences, states):
        """Zeros of the shape that a node of a loop's body has in the first step."""
        if None not in node.shape:
            return self.constant_node(np.zeros(node.shape, node.dtype))
        needed = set(ancestors([node]))
        now = {inside: self.get_item(x, 0) for inside, x in zip(body.slices, sequences) if inside in needed}
        now.update(zip(body.states, states))
        for x in needed:  # without printing
            if x.operation is not None and x.operation.kernel == "print_tensor":
                now[x] = substituted(x.inputs, now)[0]
        return self.zeros_like(substituted([node], now)[0])

    def _unrolled(self, name, step, sequences, states, length):
        """As ``loop``, but unrolled; ``length`` is the number of steps if the sequences do not say."""
        time = sequences[0].shape[0] if sequences[0].shape[0] is not None else length
        if time is None or isinstance(time, Node):
            steps, samples, *rest = sequences[0].shape
            raise ShapeError("`unroll` needs a known number of time steps; `inputs` has the shape {shape}",
                             shape=(samples, steps) + tuple(rest))
        if not time:
            raise ShapeError("`unroll` needs at least one time step")
        stacked, first = [], states
        for i in range(time):
            outputs, new = step([self.get_item(sequence, i) for sequence in sequences], states, self.zeros_like)
            states = self._fitting_states(name, new, first if i == 0 else states)
            stacked.append(outputs)
        return [self.stack(list(parts)) for parts in zip(*stacked)], states

    def _fitting_states(self, name, new, states):
        new = [self.node(value, "a state of " + name, dtype=state.dtype) for value, state in zip(new, states)] \
            + new[len(states):]
        for i, (x, state) in enumerate(zip(new, states)):
            if x.dtype != state.dtype:
                raise DtypeError("{argument} makes a state of dtype {dtype} of state {position} of dtype {expected}",
                                 argument=name, dtype=x.dtype, position=Position(i), expected=state.dtype)
            if not rules.compatible(x.shape, state.shape):
                raise ShapeError("{argument} makes a state of shape {shape} of state {position} of shape {expected}",
                                 argument=name, shape=x.shape, position=Position(i), expected=state.shape)
        return new


def _need_function(value, argument):
    if not callable(value):
        raise ArgumentError("{argument} must be a function, not {value}", argument=argument, value=Value(value))


def _called(expression):
    return expression() if callable(expression) else expression
