"""Updates in the branches of ``switch``: an update that only one branch needs is run only if that is chosen.

The condition under which a node is needed is a set of ways, any of which suffices. A way is a set of choices that must
all be made: pairs of a scalar condition's node and its required value. The empty way is always taken.
"""

from typing import FrozenSet

from ..errors import ArgumentError
from ..graph.node import ancestors, position
from ..messages import Value

ALWAYS: FrozenSet[FrozenSet] = frozenset([frozenset()])


def new_values(contract, needed, roots):
    """The updated variables, and the nodes of their new values.

    ``needed`` are the nodes of a program, inputs before their users; ``roots`` are those that were requested.
    Raises ArgumentError for a variable that two updates may change in one evaluation, unless the second is computed
    from the first, or both are steps from the variable's value.
    """
    updates = [node for node in needed if node.kind == "update"]
    if not updates:
        return {}
    ways = _ways(needed, roots)
    of_variable = {}
    for update in updates:
        of_variable.setdefault(update.variable, []).append(update)
    with contract.outside_scopes():
        return {variable: _new_value(contract, variable, _last(variable, several, ways), ways)
                for variable, several in of_variable.items()}


def _ways(needed, roots):
    """The ways in which each node is needed."""
    ways = dict.fromkeys(roots, ALWAYS)
    for node in reversed(needed):
        of_node = ways.get(node)
        if of_node is None:  # an input that nothing needs
            continue
        inputs = [(x, None) for x in node.inputs + node.controls]
        if node.operation is not None and node.operation.kernel == "switch":
            condition, x, y = node.inputs
            inputs = [(condition, None), (x, (condition, True)), (y, (condition, False))]
            inputs += [(x, None) for x in node.controls]
        for x, choice in inputs:
            more = of_node if choice is None else frozenset(
                way | {choice} for way in of_node if (choice[0], not choice[1]) not in way)
            ways[x] = more if x not in ways else _either(ways[x], more)
    return ways


def _either(ways, others):
    """The union of two sets of ways, simplified: a node that both branches need is always needed."""
    ways = set(ways | others)
    changed = True
    while changed:
        changed = False
        for way in list(ways):
            if any(other < way for other in ways):
                ways.discard(way)
                changed = True
                continue
            for condition, chosen in way:
                rest = way - {(condition, chosen)}
                if rest | {(condition, not chosen)} in ways:
                    ways.add(rest)
                    changed = True
    return frozenset(ways)


def _last(variable, updates, ways):
    """The updates of a variable that no later update depends on. Only one of them may be carried out."""
    if len(updates) == 1:  # an optimizer has hundreds of these, and the nodes before each one are thousands
        return updates
    last = []
    for update in updates:
        before = set(ancestors([update]))
        last = [each for each in last if each not in before or not _implies(ways[each], ways[update])]
        last.append(update)
    for i, update in enumerate(last):
        for other in last[:i]:
            if position(other, ancestors([update])) is None and not _exclude(ways[update], ways[other]):
                if ways[update] == ways[other] == ALWAYS and is_step(update) and is_step(other):
                    continue
                raise ArgumentError("the {variable} is updated a second time, not on top of the first update",
                                    variable=Value(variable))
    return last


def is_step(update):
    """Whether it adds to the variable's value, or moves it towards another value.

    Several steps are made one after another: a batch normalization that a model applies twice has two such updates.
    """
    operation = update.inputs[0].operation
    if operation is None or operation.kernel not in ("add", "subtract"):
        return False
    start = operation.inputs[0]
    scaled = operation.kernel == "add" and start.operation is not None and start.operation.kernel == "multiply"
    return (start.operation.inputs[0] if scaled else start) is update.variable


def _step_from(contract, update, value):
    """The node of a step's new value if it starts from another value than the variable's."""
    operation = update.inputs[0].operation
    start, change = operation.inputs
    if start is not update.variable:
        value = contract.multiply(value, start.operation.inputs[1])
    return getattr(contract, operation.kernel)(value, change)


def _implies(ways, others):
    """Whether one of the others is taken whenever one of these ways is."""
    return all(any(other <= way for other in others) for way in ways)


def _exclude(ways, others):
    """Whether no way can be taken together with one of the others."""
    return all(any((condition, not chosen) in other for condition, chosen in way) for way in ways for other in others)


def _new_value(contract, variable, updates, ways):
    """The node of the new value: that of whichever update is carried out, else the old value."""
    value = variable
    for update in updates:
        new = update.inputs[0]
        if ways[update] == ALWAYS and value is not variable:
            new = _step_from(contract, update, value)
        value = new if ways[update] == ALWAYS else contract.select(_condition(contract, ways[update]), new, value)
    return value


def _condition(contract, ways):
    """The node of a bool: whether one of the ways is taken."""
    either = None
    for way in sorted(ways, key=len):
        both = None
        for condition, chosen in way:
            one = condition if chosen else contract.logical_not(condition)
            both = one if both is None else contract.logical_and(both, one)
        either = both if either is None else contract.logical_or(either, both)
    return either
