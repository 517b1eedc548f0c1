"""Values that cross between a session and an engine: nested lists, tuples and dicts with leaves."""

from ..sparse_array import is_sparse_value


def mapped(value, change):
    """The same nesting of lists, tuples and dicts, with every leaf changed."""
    if isinstance(value, list):
        return [mapped(part, change) for part in value]
    if isinstance(value, tuple):
        return tuple(mapped(part, change) for part in value)
    if isinstance(value, dict) and not is_sparse_value(value):  # SciPy's "dok" is a dict
        return {key: mapped(part, change) for key, part in value.items()}
    return change(value)
