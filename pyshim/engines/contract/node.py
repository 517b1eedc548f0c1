"""Node: a tensor as an engine sees it."""


class Node:
    """A node of an engine's graph: the native tensor with the contract's dtype and static shape.

    The native tensor is made when it is first needed: ``make`` makes it of those of the inputs.
    ``kind`` is one of "tensor", "variable", "placeholder", "constant" and "update"; ``inputs`` are the
    nodes its value is computed from, ``controls`` those that only have to be evaluated with it.
    An update node holds in ``variable`` what it changes; its value is the new one.
    A sparse node has no native tensor, and ``parts`` are the nodes of its coordinates.
    """

    __slots__ = ("_native", "make", "dtype", "shape", "kind", "name", "inputs", "controls", "variable",
                 "default", "evaluator", "parts", "__weakref__")

    def __init__(self, native, dtype, shape, kind="tensor", name=None, inputs=(), controls=(),
                 variable=None, default=None):
        self._native = native
        self.make = None
        self.dtype = dtype
        self.shape = tuple(shape)
        self.kind = kind
        self.name = name
        self.inputs = tuple(inputs)
        self.controls = tuple(controls)
        self.variable = variable
        self.default = default
        self.evaluator = None
        self.parts = None

    @property
    def native(self):
        """The engine's own tensor, made now if it has not been needed yet."""
        needed = [self] if self.make is not None else []
        while needed:  # iterative, since a graph may be deeper than Python's recursion limit
            node = needed[-1]
            before = [each for each in node.inputs if each.make is not None]
            if node.make is None:
                needed.pop()
            elif before:
                needed.extend(before)
            else:
                node._native = node.make(*[each._native for each in node.inputs])
                node.make = None
        return self._native

    @property
    def ndim(self):
        return len(self.shape)

    def __str__(self):
        name = "'%s' " % self.name if self.name else ""
        return "%s %s(%s, %s)" % (self.kind, name, self.dtype, self.shape)

    __repr__ = __str__


def ancestors(nodes, controls=True):
    """Every node that ``nodes`` need, themselves included, inputs before their users.

    Iterative, since a graph may be deeper than Python's recursion limit. With ``controls`` the nodes
    that only have to be evaluated alongside are walked too.
    """
    order, seen = [], set()
    stack = [(node, False) for node in reversed(nodes)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            needed = node.inputs + node.controls if controls else node.inputs
            stack.extend((needs, False) for needs in reversed(needed))
    return order
