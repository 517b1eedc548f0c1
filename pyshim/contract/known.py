"""Values of small integer tensors that are known while the graph is built: sizes, and results computed from them.

``Node.known`` is None if nothing is known. For a scalar it is an element, for a vector a tuple of elements. An
element is a number, ``(node, axis)`` for the unknown size of a tensor's axis, or None if it is unknown.
"""

import operator

import numpy as np

from . import rules

LONGEST = 64  # vectors with more elements are data, not sizes


def of_array(array):
    """The known value of a constant."""
    if array.dtype.name not in rules.INTEGERS or array.ndim > 1 or array.size > LONGEST:
        return None
    return tuple(array.tolist()) if array.ndim else array.item()


def of_result(kernel, inputs, attributes, dtype, shape):
    """The known part of the value that a kernel computes."""
    compute = COMPUTED.get(kernel)
    if compute is None or dtype not in rules.INTEGERS or len(shape) > 1:
        return None
    if kernel != "shape" and all(x.known is None for x in inputs):
        return None
    known = compute(*inputs, **attributes)
    if isinstance(known, list):
        return tuple(_held(element, dtype) for element in known) if len(known) <= LONGEST else None
    return _held(known, dtype)


def is_number(element):
    """Whether an element is a known number."""
    return isinstance(element, int)


def _held(element, dtype):
    """The element, or None if it overflows the dtype: wraparound is left to the engine."""
    if not is_number(element):
        return element
    limits = np.iinfo(dtype)
    return element if limits.min <= element <= limits.max else None


def _elements(x):
    """The elements of a scalar or vector as a list; None if the length is unknown."""
    if x.known is None:
        return [None] * rules.product(x.shape) if None not in x.shape else None
    return list(x.known) if x.ndim else [x.known]


def _shape(x):
    return [(x, axis) if size is None else size for axis, size in enumerate(x.shape)]


def _elementwise(function):
    def compute(x, y):
        if x.ndim == y.ndim == 0:
            return function(x.known, y.known) if is_number(x.known) and is_number(y.known) else None
        left, right = _elements(x), _elements(y)
        if left is None or right is None:
            return None
        count = max(len(left), len(right)) if min(len(left), len(right)) == 1 else len(left)
        left, right = [part * count if len(part) == 1 else part for part in (left, right)]
        return [function(a, b) if is_number(a) and is_number(b) else None for a, b in zip(left, right)]
    return compute


def _reduction(function):
    def compute(x, axis, keepdims):
        elements = _elements(x)
        if elements is None or not all(map(is_number, elements)):
            return None
        total = function(elements)
        return [total] if keepdims and x.ndim else total
    return compute


def _product(elements):
    total = 1
    for element in elements:
        total *= element
    return total


def _floor_divide(x, y):
    return x // y if y else None


def _concatenate(*inputs, axis):
    parts = [_elements(x) for x in inputs]
    return None if None in parts else [element for part in parts for element in part]


def _get_item(x, key):
    if x.ndim == 0:
        return [x.known] if key else x.known
    if len(key) > 1:
        return None
    return list(x.known)[key[0]]


def _reshape(x, shape):
    elements = _elements(x)
    return elements if shape or elements is None else elements[0]


def _gather(reference, indices):
    wanted = _elements(indices)
    if reference.known is None or reference.ndim != 1 or wanted is None:
        return None
    found = [reference.known[i] if is_number(i) and 0 <= i < len(reference.known) else None for i in wanted]
    return found if indices.ndim else found[0]


COMPUTED = {
    "shape": _shape,
    "cast": lambda x, dtype: x.known if x.ndim == 0 or x.known is None else list(x.known),
    "add": _elementwise(operator.add),
    "subtract": _elementwise(operator.sub),
    "multiply": _elementwise(operator.mul),
    "floor_divide": _elementwise(_floor_divide),
    "maximum": _elementwise(max),
    "minimum": _elementwise(min),
    "prod": _reduction(_product),
    "sum": _reduction(sum),
    "concatenate": _concatenate,
    "expand_dims": lambda x, axis: _elements(x),
    "squeeze": lambda x, axis: _elements(x)[0],
    "reshape": _reshape,
    "get_item": _get_item,
    "gather": _gather,
}
