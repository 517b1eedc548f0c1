"""Values that cross between a session and an engine: nested lists, tuples, dicts and slices with leaves."""

from ..sparse_array import is_sparse_value


def mapped(value, change):
    """The same nesting of lists, tuples, dicts and slices, with every leaf changed."""
    if isinstance(value, list):
        return [mapped(part, change) for part in value]
    if isinstance(value, tuple):
        return tuple(mapped(part, change) for part in value)
    if isinstance(value, dict) and not is_sparse_value(value):  # SciPy's "dok" is a dict
        return {key: mapped(part, change) for key, part in value.items()}
    if isinstance(value, slice):  # whose bounds may be tensors
        return slice(*[mapped(part, change) for part in (value.start, value.stop, value.step)])
    return change(value)
