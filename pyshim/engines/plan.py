"""Running a program kernel by kernel, for engines whose kernels compute at once."""

from abc import ABC, abstractmethod


class Plan(ABC):
    """How the values of nodes are computed, one after the other, without the nodes themselves.

    Arguments: nodes, inputs before their users; given, the nodes whose values come with each run; wanted, those whose
    values a run returns.
    """

    def __init__(self, nodes, given, wanted):
        self.values = []  # by place; None where a run puts them
        self.steps = []   # a function, where its inputs are, its attributes, where its result goes
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
            operation = node.operation
            if node.kind == "variable" and operation is None:
                add(node, node.native.read)
            elif operation is None:
                place_of(node, self.constant(node))
            elif node.output is None:
                add(node, self.function(operation), operation.inputs, self.attributes(operation))
            else:
                if operation not in places:
                    add(operation, self.function(operation), operation.inputs, self.attributes(operation))
                add(node, lambda results, i=node.output: results[i], [operation])
        self.wanted = [places[node] for node in wanted]
        self.dropped = self._last_uses()

    @abstractmethod
    def constant(self, node):
        """The native value of a constant."""

    @abstractmethod
    def function(self, operation):
        """What computes an operation's results from its inputs."""

    @abstractmethod
    def attributes(self, operation):
        """The arguments of that function besides the inputs, a dict."""

    def fitted(self, result):
        """What a function has computed, as the next ones take it."""
        return result

    def _last_uses(self):
        """For each step, the places of what is not needed after it."""
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
        """The values of the wanted nodes, from those of the given ones."""
        now = list(self.values)
        for place, value in zip(self.given, values):
            now[place] = value
        for (function, inputs, attributes, place), unneeded in zip(self.steps, self.dropped):
            now[place] = self.fitted(function(*[now[i] for i in inputs], **attributes))
            for i in unneeded:
                now[i] = None
        return [now[place] for place in self.wanted]
