"""Running a program kernel by kernel, for engines whose kernels compute eagerly."""

from abc import ABC, abstractmethod


def need_same_shapes(old, new):
    """ValueError where the new value of a variable has another shape than the old one."""
    for before, value in zip(old, new):
        if value.shape != before.shape:
            raise ValueError("the new value of a variable of shape %s has shape %s"
                             % (tuple(before.shape), tuple(value.shape)))


def replace_values(variables, values):
    """Give all variables new values, or none of them: ValueError where a shape differs."""
    need_same_shapes([variable.value for variable in variables], values)
    for variable, value in zip(variables, values):
        variable.value = value


def unseen(x, condition, message):
    """The kernel ``print_tensor`` where nothing is to be printed."""
    return x


class Plan(ABC):
    """The sequence of steps that computes the values of nodes. It does not refer to the nodes themselves.

    ``generators`` is the engine's ``RandomState``.

    Arguments: nodes, in topological order (inputs first); given, the nodes whose values are passed to each run; wanted,
    the nodes whose values a run returns.
    """

    def __init__(self, nodes, given, wanted):
        self.values = []  # by place: the values of constants, None for values that a run computes
        self.steps = []   # each a function, the places of its inputs, its attributes, and the place of its result
        places = {}

        def place_of(thing, value=None):
            places[thing] = len(self.values)
            self.values.append(value)
            return places[thing]

        def add(thing, function, inputs=(), attributes=None):
            self.steps.append((function, [places[x] for x in inputs], attributes or {}, place_of(thing)))

        self.given = [place_of(node) for node in given]
        for node in nodes:
            if node in places:
                continue
            operation, output = self.computed_by(node)
            if node.kind == "variable" and operation is None:
                add(node, self.giving(node, node.native.read))
            elif operation is None:
                place_of(node, self.giving(node, lambda node=node: self.constant(node))())
            elif output is None:
                add(node, self.giving(node, self.function(operation)), operation.inputs, self.attributes(operation))
            else:
                if operation not in places:
                    add(operation, self.function(operation), operation.inputs, self.attributes(operation))
                add(node, self.giving(node, lambda results, i=output: results[i]), [operation])
        self.wanted = [places[node] for node in wanted]
        self.dropped = self._last_uses()

    def computed_by(self, node):
        """Returns: the operation that computes a node, and which of its results the node is; None if it has one."""
        return node.operation, node.output

    @abstractmethod
    def constant(self, node):
        """Returns: the native value of a constant."""

    @abstractmethod
    def function(self, operation):
        """Returns: the function that computes an operation's results from its inputs."""

    def attributes(self, operation):
        """Returns: a dict of the function's keyword arguments. The function of a loop has its body already."""
        return {} if operation.kernel == "loop" else self.generators.attributes(operation)

    def giving(self, node, function):
        """Returns: the function to call for a node's value, here the function itself. Subclasses may wrap it."""
        return function

    def fitted(self, result):
        """Returns: the result of a function, in the form that the next functions expect."""
        return result

    def _last_uses(self):
        """Returns: for each step, the places of the values that are not needed after it."""
        last = {}
        for i, (_, inputs, _, place) in enumerate(self.steps):
            last[place] = i
            last.update(dict.fromkeys(inputs, i))
        dropped, kept = [[] for _ in self.steps], set(self.wanted)
        for place, i in last.items():
            if place not in kept and self.values[place] is None:
                dropped[i].append(place)
        return dropped

    def run(self, values):
        """Returns: the values of the wanted nodes, computed from those of the given nodes."""
        now = list(self.values)
        for place, value in zip(self.given, values):
            now[place] = value
        for (function, inputs, attributes, place), unneeded in zip(self.steps, self.dropped):
            now[place] = self.fitted(function(*[now[i] for i in inputs], **attributes))
            for i in unneeded:
                now[i] = None
        return [now[place] for place in self.wanted]


class Loop(ABC):
    """A loop, as a function of the loop's inputs.

    Arguments: body, a ``Body``; shown, whether ``print_tensor`` prints; needed, the positions of the results that are
    needed, by default all of them: the other outputs are None; ``**settings``, further arguments of ``plan``.
    """

    def __init__(self, body, shown=True, needed=None, **settings):
        self.needed = needed
        self.sequences, self.states, self.outputs = len(body.slices), len(body.states), len(body.outputs)
        given = body.loop_inputs + list(body.captured)
        self.step = self.plan(body.nodes, given, body.results, shown=shown, **settings)
        # With zero steps, a step on zeros or ones determines the shapes of the outputs.
        self.made = [(x.shape, x.dtype) for x in body.outputs]
        self.trial = None
        if any(None in shape for shape, _ in self.made):
            self.trial = self.plan(body.nodes, given, body.outputs, shown=False, **settings)

    @abstractmethod
    def plan(self, nodes, given, wanted, **settings):
        """Returns: the plan of a step."""

    @abstractmethod
    def filled(self, shape, number, dtype):
        """Returns: a native tensor filled with a number; the dtype is a name or a native dtype."""

    @abstractmethod
    def slices(self, sequence):
        """Returns: the slices of a sequence, one for each time step."""

    @abstractmethod
    def joined(self, values):
        """Returns: the values of all time steps, stacked along a new first axis."""

    def __call__(self, *inputs):
        sequences, states = inputs[:self.sequences], list(inputs[self.sequences:self.sequences + self.states])
        captured = list(inputs[self.sequences + self.states:])
        lengths = set(map(len, sequences))
        if len(lengths) > 1:
            raise ValueError("the sequences have different lengths: %s" % sorted(lengths))
        made = []
        for slices in zip(*map(self.slices, sequences)):
            results = self.step.run(list(slices) + states + captured)
            made.append(results[:self.outputs])
            states = results[self.outputs:]
        if not made:
            return self._of_no_steps(sequences, states, captured) + states
        return [self.joined(values) if self.needed is None or i in self.needed else None
                for i, values in enumerate(zip(*made))] + states

    def _of_no_steps(self, sequences, states, captured):
        shapes = [shape for shape, _ in self.made]
        if self.trial is not None:
            try:
                made = self._try(0, sequences, states + captured)
            except Exception:  # perhaps an integer is divided by 0
                made = self._try(1, sequences, states + captured)
            shapes = [x.shape for x in made]
        return [self.filled((0,) + tuple(shape), 0, dtype) for shape, (_, dtype) in zip(shapes, self.made)]

    def _try(self, number, sequences, others):
        return self.trial.run([self.filled(x.shape[1:], number, x.dtype) for x in sequences] + others)
