"""The branches of ``switch`` that are not chosen: they print nothing and raise no errors about values.

Engines compute both branches. So each kernel that prints, or that raises an error for some values of its inputs, is
listed here, with a function that replaces its inputs in a branch: if the branch is not chosen, by harmless ones.
Sizes that do not fit are not covered: the result would have no shape.
"""

from ..dtypes import INTEGERS
from ..errors import EngineError
from ..graph.positions import At


class Way:
    """The branch whose function is being called: a scalar condition, the value of it that chooses the branch, and the
    way that leads to the ``switch``, or None."""

    def __init__(self, condition, chosen, outer):
        self.condition = condition
        self.chosen = chosen
        self.outer = outer
        self._taken = None

    def taken(self, contract):
        """The node of a bool: whether the branch is chosen, and also all branches around it."""
        if self._taken is None:
            taken = self.condition if self.chosen else contract.logical_not(self.condition)
            self._taken = taken if self.outer is None else contract.logical_and(taken, self.outer.taken(contract))
        return self._taken


def guarded(contract, kernel, inputs, attributes):
    """The inputs to apply a kernel to, in the branch whose function is being called, if any."""
    way = contract.scopes.way
    if way is None or kernel not in GUARDS:
        return inputs
    with contract.outside_scopes():
        return GUARDS[kernel](contract, way.taken(contract), *inputs, **attributes)


def long_enough(contract, x, axis, least):
    """x; in a branch, with zeros appended along an axis of unknown size that is shorter than ``least``."""
    if contract.scopes.way is None or x.shape[axis] is not None:
        return x
    with contract.outside_scopes():
        return _padded(contract, x, axis, least)


def within_bounds(contract, x, axis, first, count):
    """x and the first position of a block of ``count`` elements; in a branch, both changed so that the block fits."""
    if contract.scopes.way is not None:
        with contract.outside_scopes():
            x = _padded(contract, x, axis, count)
            last = contract.subtract(contract.length(x, axis), count)
            first = contract.maximum(contract.minimum(first, last), 0)
    return x, first


def _padded(k, x, axis, least):
    sizes = [k.length(x, i) for i in range(x.ndim)]
    if isinstance(sizes[axis], int):
        missing = max(least - sizes[axis], 0)
    else:
        missing = k.maximum(k.subtract(least, sizes[axis]), 0)
    if isinstance(missing, int) and not missing:
        return x
    sizes[axis] = missing
    return k.concatenate([x, k.filled(k.node(0, "x", dtype=x.dtype), sizes)], axis)


def _or_not_taken(k, taken, condition):
    return k.logical_or(condition, k.logical_not(taken))


def _print(k, taken, x, shown, message):
    return [x, taken]


def _asserted(k, taken, x, condition, message):
    return [x, _or_not_taken(k, taken, condition)]


def _division(k, taken, x, y):
    if y.dtype in INTEGERS and not (y.kind == "constant" and y.value.all()):
        y = k.select(taken, y, 1)
    return [x, y]


def _power(k, taken, x, y):
    if y.dtype in INTEGERS and not (y.kind == "constant" and (y.value >= 0).all()):
        y = k.select(taken, y, 0)
    return [x, y]


def _gather(k, taken, reference, indices):
    count = reference.shape[0]
    if not (count and indices.kind == "constant" and (indices.value >= 0).all() and (indices.value < count).all()):
        indices = k.select(taken, indices, 0)
    if not count:
        if count is None:
            found = k.logical_or(k.greater(k.length(reference, 0), 0), k.equal(k.size(indices), 0))
            reference = _checked(k, taken, reference, found)
        reference = _padded(k, reference, 0, 1)
    return [reference, indices]


def _checked(k, taken, x, fits):
    return k._asserted(x, _or_not_taken(k, taken, fits), EngineError("a position or index is out of range"))


def _squeeze(k, taken, x, axis):
    for each in axis:
        if x.shape[each] is None:
            x = _checked(k, taken, x, k.equal(k.length(x, each), 1))
            x = k.get_item(_padded(k, x, each, 1), (slice(None),) * each + (slice(0, 1),))
    return [x]


def _get_item(k, taken, x, key):
    return _get_item_at(k, taken, x, None, key)


def _get_item_at(k, taken, x, positions, key):
    """Positions are clipped rather than chosen by the condition: on JAX they are sizes, which it has to know."""
    axis, now, checks = 0, {}, []
    for part in key:
        if isinstance(part, At):
            size, position = k.length(x, axis), k.get_item(positions, part.index)
            longest = k.maximum(size, 1)
            checks.append(k.logical_and(k.less(position, size), k.greater_equal(position, k.negative(size))))
            now[part.index] = k.maximum(k.minimum(position, k.subtract(longest, 1)), k.negative(longest))
        elif isinstance(part, int) and x.shape[axis] is None:
            checks.append(k.greater(k.length(x, axis), part) if part >= 0
                          else k.greater_equal(k.length(x, axis), -part))
        axis += part is not None
    for fits in checks:
        x = _checked(k, taken, x, fits)
    axis = 0
    for part in key:
        if isinstance(part, (int, At)):
            least = 1 if isinstance(part, At) else part + 1 if part >= 0 else -part
            x = _padded(k, x, axis, least)
        axis += part is not None
    if now:
        count = positions.shape[0]
        positions = k.packed([now.get(i, k.get_item(positions, i)) for i in range(count)])
    return [x] if positions is None else [x, positions]


def _ctc(k, taken, first, *others, **attributes):
    """The labels and lengths are replaced by 0."""
    if first.dtype in INTEGERS:
        first = k.select(taken, first, 0)
    return [first] + [k.select(taken, x, 0) for x in others]


GUARDS = {
    "print_tensor": _print,
    "asserted": _asserted,
    "floor_divide": _division,
    "remainder": _division,
    "pow": _power,
    "gather": _gather,
    "squeeze": _squeeze,
    "get_item": _get_item,
    "get_item_at": _get_item_at,
    "ctc_batch_cost": _ctc,
    "ctc_decode": _ctc,
    "ctc_sparse": _ctc,
}
