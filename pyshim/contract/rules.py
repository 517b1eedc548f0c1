"""The rules of dtypes, shapes and axes that every function of the contract shares.

They apply to all engines, and are checked before an engine sees a call, so that the same program has the same shapes,
dtypes and errors everywhere. An unknown size is ``None``.
"""

import numpy as np

from ..dtypes import DTYPES, FLOATS, INTEGERS  # noqa: F401 -- the contract finds them here
from ..engines.numpy_shape import reduced  # noqa: F401 -- as well
from ..errors import ArgumentError, DtypeError, ShapeError, unknown
from ..messages import Argument, Axis, Choices, Shape, Value


def dtype_name(dtype, default=None):
    """The name of a dtype: one of DTYPES, or the type or NumPy dtype of that name. None stands for the default.

    Raises DtypeError for anything else. NumPy's other names are refused, too: "float" and Python's float mean 64 bits
    in NumPy and 32 in TensorFlow, and floatx in neither.
    """
    dtype = default if dtype is None else dtype
    name = dtype
    if isinstance(dtype, np.dtype):
        name = dtype.name
    elif isinstance(dtype, type):
        name = dtype.__name__.rstrip("_")  # NumPy's bool_ is "bool"
    if not isinstance(name, (str, int, float)):
        raise DtypeError("{argument} must be the name of a dtype, not {value}", remedy="accepted: {accepted}",
                         argument="dtype", value=Value(dtype), accepted=Choices(DTYPES))
    if name not in DTYPES:
        raise unknown(DtypeError, "dtype", name, DTYPES)
    return name


def need_dtype(node, argument, accepted, what):
    """Raise DtypeError unless the node's dtype is among the accepted ones."""
    if node.dtype not in accepted:
        raise DtypeError("{argument} has dtype {dtype}; %s accepted: {accepted}" % what,
                         remedy="convert it first with {cast()}", argument=argument, dtype=node.dtype,
                         accepted=Choices(accepted))


def choice(value, argument, accepted):
    """The value, which must be one of the accepted names."""
    if text(value, argument) not in accepted:
        raise unknown(ArgumentError, argument, value, accepted)
    return value


SEQUENCES = (list, tuple, range, np.ndarray)


def scalar(value):
    """An array without dimensions, such as ``eval`` returns, as a number; other values unchanged."""
    return value[()] if isinstance(value, np.ndarray) and not value.ndim else value


def integer(value, argument, least=None, kind=Value):
    """A whole number as an int; 5.0 is accepted, since R passes that. ``kind`` is the class of the message's field."""
    value = scalar(value)
    number = isinstance(value, (int, float, np.number)) and not isinstance(value, (bool, np.bool_))
    # NumPy's isfinite() takes no integer of more than 64 bits.
    if not number or not abs(value) < float("inf") or value != int(value):
        raise ArgumentError("{argument} must be a whole number, not {value}", argument=argument, value=kind(value))
    if least is not None and value < least:
        raise ArgumentError("{argument} must be at least {least}, not {value}", argument=argument, least=least,
                            value=kind(value))
    return int(value)


def number(value, argument, least=None):
    """A number; nan is refused if a least number is given."""
    value = scalar(value)
    if not isinstance(value, (int, float, np.number)) or isinstance(value, bool):
        raise ArgumentError("{argument} must be a number, not {value}", argument=argument, value=Value(value))
    if least is not None and not value >= least:
        raise ArgumentError("{argument} must be at least {least}, not {value}", argument=argument, least=least,
                            value=Value(value))
    return value


def flag(value, argument, accepted="{True} or {False}"):
    """True or False, or 1 or 0, as a bool."""
    if not isinstance(value, (int, float, np.number, np.bool_)) or value not in (0, 1):
        raise ArgumentError("{argument} must be %s, not {value}" % accepted, argument=argument, value=Value(value))
    return bool(value)


def text(value, argument):
    """A string."""
    if not isinstance(value, str):
        raise ArgumentError("{argument} must be a string, not {value}", argument=argument, value=Value(value))
    return value


def static_shape(shape, argument="shape"):
    """A shape, given as a tuple, list, array or single size, as a tuple of sizes and ``None``."""
    return tuple(None if size is None else integer(size, "a size in %s" % argument, least=0)
                 for size in sizes(shape, argument))


def part(argument, position):
    """The part of an argument at a position; the argument is a name, or a part itself."""
    return (argument if isinstance(argument, Argument) else Argument(argument)).part(position)


def sizes(shape, argument):
    """A shape, given as a tuple, list, array or single size, as a tuple of its items."""
    shape = scalar(shape)
    if isinstance(shape, (int, float, np.number)):
        return (shape,)
    if isinstance(shape, (tuple, list, range)) or isinstance(shape, np.ndarray) and shape.ndim == 1:
        return tuple(shape)
    raise ArgumentError("{argument} must be a {tuple} of sizes, not {value}", argument=argument,
                        value=Value(shape))


def known_shape(shape, argument="shape"):
    """A shape without unknown sizes."""
    shape = static_shape(shape, argument)
    if None in shape:
        raise ShapeError("{argument} must be known in every dimension, not {shape}", argument=argument,
                         shape=Shape(shape))
    return shape


def one_axis(axis, ndim, argument="axis"):
    """A possibly negative axis of a tensor with that many dimensions, counted from the front."""
    number = integer(axis, argument, kind=Axis)
    if not -ndim <= number < ndim:
        raise ShapeError("{argument} {axis} is out of range for a tensor with {ndim} dimension" + "s" * (ndim != 1),
                         argument=argument, axis=Axis(number), ndim=ndim)
    return number % ndim


def need_ndim(node, argument, *accepted):
    """Raise ShapeError unless the node has one of the accepted numbers of dimensions."""
    if node.ndim not in accepted:
        raise ShapeError("{argument} must have {accepted} dimension%s; its shape is {shape}"
                         % ("s" * (accepted != (1,))), argument=argument, accepted=" or ".join(map(str, accepted)),
                         shape=Shape(node.shape))


def several(value, count, argument, least=None):
    """Whole numbers, one for each of several axes, given as a list or as one number for all."""
    value = scalar(value)
    values = list(value) if isinstance(value, SEQUENCES) else [value] * count
    if len(values) != count:
        raise ArgumentError("{argument} must be one number or {count}, not {value}", argument=argument, count=count,
                            value=Value(value))
    return tuple(integer(v, argument, least) for v in values)


def spatial_axis(data_format):
    """The first spatial axis of images in that data format."""
    return 1 if data_format == "channels_last" else 2


def many_axes(axis, ndim, argument="axis"):
    """Axes given as None (all), a number or several, as a sorted tuple counted from the front."""
    if axis is None:
        return tuple(range(ndim))
    axis = scalar(axis)
    if isinstance(axis, SEQUENCES):
        axes = [one_axis(a, ndim, argument) for a in axis]
    else:
        axes = [one_axis(axis, ndim, argument)]
    if len(set(axes)) != len(axes):
        raise ShapeError("{argument} {axis} names the same dimension twice", argument=argument, axis=Axis(axis))
    return tuple(sorted(axes))


def broadcast(x, y, names=("x", "y")):
    """The shape of an elementwise function of two tensors (NumPy's rule, unknown sizes allowed)."""
    result = []
    for i in range(1, max(len(x), len(y)) + 1):
        a = x[-i] if i <= len(x) else 1
        b = y[-i] if i <= len(y) else 1
        if a == 1 or a == b:
            result.append(b)
        elif b == 1:
            result.append(a)
        elif a is None or b is None:
            result.append(b if a is None else a)
        else:
            raise ShapeError("{x} of shape {x_shape} and {y} of shape {y_shape} do not broadcast",
                             detail="%d is not %d" % (a, b), x=Argument(names[0]), x_shape=Shape(x),
                             y=Argument(names[1]), y_shape=Shape(y))
    return tuple(reversed(result))


def compatible(x, y):
    """Whether two static shapes can be those of one array."""
    return len(x) == len(y) and all(a is None or b is None or a == b for a, b in zip(x, y))


def merge(x, y):
    """The most specific shape that two compatible static shapes imply."""
    return tuple(b if a is None else a for a, b in zip(x, y))


def without(shape, axis):
    """The shape without an axis."""
    return shape[:axis] + shape[axis + 1:]


def times(size, factor):
    """A size multiplied by a factor; None if it is unknown."""
    return None if size is None else size * factor


def product(sizes):
    """The number of elements; None if a size is unknown."""
    total = 1
    for size in sizes:
        if size is None:
            return None
        total *= size
    return total
