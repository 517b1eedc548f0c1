"""Error messages: a template and its fields, which each language writes in its own notation.

A template is English text with fields in braces: ``"{argument} must be a whole number, not {value}"``. The classes
below say what a field is, so that Python writes axis 0, ``None`` and ``cast()`` where R writes axis 1, ``NULL`` and
``k_cast()``. A tuple is a shape. A string or a number is written unchanged in every language: a path, a name, a
size, the words of a native library. A template may also contain ``{True}``, ``{False}``,
``{None}``, ``{tuple}`` (a vector in R), ``{dict}`` (a named list in R), functions, ``{cast()}``, and names of arguments
in backticks.

Workers import this file, so it must run on Python 3.6. It must not need NumPy either: that may be what is missing.
"""

import difflib
import re
import reprlib

FIELD = re.compile(r"\{(\w+)(\(\))?\}|`(\w+)`")
CONSTANTS = ("True", "False", "None", "tuple", "dict")
LONGEST = 200    # characters shown of a string
MOST_PARTS = 20  # items shown of a list

_short = reprlib.Repr()
_short.maxstring = _short.maxother = 80
_short.maxlist = _short.maxtuple = _short.maxset = _short.maxdict = 6


def filled(template, fields):
    """The template, its fields filled in as Python writes them."""
    def write(match):
        name, called, argument = match.groups()
        if argument:
            return argument
        if called:
            return name + "()"
        return str(fields[name]) if name in fields else name if name in CONSTANTS else match.group()
    return FIELD.sub(write, template)


class Field:
    """A field: ``data`` is sent to another process or language, ``str()`` is what Python writes."""

    def __init__(self, data):
        self.data = data

    def __str__(self):
        return str(self.data)


class Argument(Field):
    """An argument, or a part of it: ``Argument("tensors", 1)`` is ``tensors[1]``, and ``tensors[[2]]`` in R.

    A string at the end is the part's own name: ``Argument("inputs", 0, "x")`` is ``inputs[0] (x)``.
    """

    def __init__(self, name, *path):
        super().__init__([name] + list(path))

    def part(self, position):
        """The argument's part at that position."""
        return Argument(*(self.data + [position]))

    def __str__(self):
        parts = [" (%s)" % part if isinstance(part, str) else "[%d]" % part for part in self.data[1:]]
        return self.data[0] + "".join(parts)


class Value(Field):
    """A value that the user gave. The field ``value`` is that of the field ``argument``."""

    def __init__(self, value):
        super().__init__(_described(value))

    def __str__(self):
        return self.data["text"] if isinstance(self.data, dict) else _short.repr(self.data)


class Type(Value):
    """A value of a type that is not accepted: Python writes its type, R describes it."""

    def __init__(self, value):
        super().__init__(value)
        if not isinstance(self.data, dict):
            self.data = {"type": type(value).__name__, "value": self.data}

    def __str__(self):
        return self.data.get("text", "") if self.data["type"] == "tensor" else self.data["type"]


class Position(Field):
    """A position, from 0 in Python and from 1 in R; a negative one counts from the end in both."""

    def __init__(self, number):
        super().__init__(_described(number))

    __str__ = Value.__str__


class Axis(Position):
    """An axis, or several of them."""


class Shape(Field):
    """A shape. Its sizes are numbers, None, tensors, or names of what they count: ``("samples", 1)``."""

    def __init__(self, shape):
        super().__init__([_described(size) for size in shape])

    def __str__(self):
        sizes = [size["text"] if isinstance(size, dict) else str(size) for size in self.data]
        return "(%s%s)" % (", ".join(sizes), "," if len(sizes) == 1 else "")


class Choices(Field):
    """The values that are accepted: names or numbers."""

    def __init__(self, choices):
        super().__init__(list(choices))

    def __str__(self):
        return ", ".join(map(str, self.data))


class Setting(Field):
    """An argument with a value: ``Setting("threads", 2)`` is ``threads=2``, and ``threads = 2`` in R."""

    def __init__(self, name, value):
        super().__init__([name, _described(value)])

    def __str__(self):
        return "%s=%r" % tuple(self.data)


class Call(Field):
    """A call that helps, with its arguments: ``Call("install_backend", "cntk", force=True)``."""

    def __init__(self, name, *args, **kwargs):
        super().__init__({"name": name, "args": list(args), "kwargs": kwargs})

    def __str__(self):
        def text(value):
            return '"%s"' % value if isinstance(value, str) else repr(value)
        given = [text(value) for value in self.data["args"]]
        given += ["%s=%s" % (name, text(value)) for name, value in self.data["kwargs"].items()]
        return "%s(%s)" % (self.data["name"], ", ".join(given))


KINDS = {kind.__name__.lower(): kind for kind in (Argument, Value, Type, Position, Axis, Shape, Choices, Setting, Call)}


def to_data(fields):
    """The fields as plain data: a dict of (kind, data) pairs; the kind "text" is written unchanged."""
    return {name: (type(field).__name__.lower(), field.data) if isinstance(field, Field) else ("text", str(field))
            for name, field in fields.items()}


def from_data(data):
    """The fields that ``to_data`` has written."""
    return {name: content if kind == "text" else _restored(kind, content) for name, (kind, content) in data.items()}


def _restored(kind, data):
    field = KINDS[kind].__new__(KINDS[kind])
    field.data = data
    return field


def suggestion(value, accepted):
    """The accepted name closest to a misspelt one, or None; also None for "float", a prefix of several."""
    if not isinstance(value, str) or sum(name.startswith(value.lower()) for name in accepted) > 1:
        return None
    found = difflib.get_close_matches(value.lower(), accepted, 1)
    return found[0] if found else None


def _described(value, depth=3):
    """The value as plain data: numbers, strings, None and short lists unchanged, anything else as a description."""
    if getattr(value, "shape", None) == () and hasattr(value, "item"):  # a scalar of NumPy
        value = value.item()
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return value if len(value) <= LONGEST else value[:LONGEST] + "..."
    if type(value) in (list, tuple) and depth and len(value) <= MOST_PARTS:
        parts = [_described(part, depth - 1) for part in value]
        if not any(isinstance(part, dict) for part in parts):
            return type(value)(parts)
    if all(hasattr(value, name) for name in ("kind", "name", "dtype", "shape")):  # a node, or the session's tensor
        name = "'%s' " % value.name if value.name else ""
        shape = list(value.shape)
        return {"type": "tensor", "kind": value.kind, "name": value.name, "dtype": value.dtype, "shape": shape,
                "text": "%s %s(%s, %s)" % (value.kind, name, value.dtype, tuple(shape))}
    if callable(value) and not isinstance(value, type):
        return {"type": "function", "text": "a function"}
    return {"type": type(value).__name__, "text": _short.repr(value)}
