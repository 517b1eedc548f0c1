"""Messages of errors: templates and fields, as Python text and as data that the wire carries."""

import json

import numpy as np
import pytest

from pyshim import errors
from pyshim.messages import Argument, Axis, Call, Choices, Position, Setting, Shape, Type, Value
from pyshim.wire.values import pack, unpack

WRITTEN = [
    (Argument("axis"), "axis"), (Argument("tensors", 1), "tensors[1]"), (Argument("inputs", 0, "x"), "inputs[0] (x)"),
    (Axis(-1), "-1"), (Axis([0, 1]), "[0, 1]"), (Position(2), "2"), (Axis(1.5), "1.5"),
    (Shape((None, 3)), "(None, 3)"), (Shape((2,)), "(2,)"), (Shape(()), "()"), (Shape(("samples", 1)), "(samples, 1)"),
    (Value("a"), "'a'"), (Value(None), "None"), (Value([1, "b"]), "[1, 'b']"), (Value(np.float32(0.5)), "0.5"),
    (Value(len), "a function"), (Type("a"), "str"), (Type(None), "NoneType"), (Value(float("nan")), "nan"),
    (Choices(("valid", "same")), "valid, same"), (Setting("threads", 2), "threads=2"),
    (Call("install_backend", "cntk", force=True), 'install_backend("cntk", force=True)'),
]


@pytest.mark.parametrize("field, text", WRITTEN, ids=lambda each: str(each))
def test_a_field_is_written_and_travels(field, text):
    error = errors.ShapeError("it is {field}, not {True}", detail="`x` is {field}", remedy="use {cast()}", field=field)
    message = "it is %s, not True: x is %s; use cast()" % (text, text)
    assert error.message == message
    data = error.to_data()
    data["fields"] = json.loads(json.dumps(pack(data["fields"], [])))
    back = errors.KerasError.from_data(dict(data, fields=unpack(data["fields"], [])))
    assert (type(back), back.message) == (errors.ShapeError, message)


def test_texts_are_never_templates():
    error = errors.FileError("{path} cannot be read", path="/a[1]/{axis}/{True}/`x`", axis=Axis(1))
    assert str(error) == "/a[1]/{axis}/{True}/`x` cannot be read"
    assert str(errors.EngineError("old {style} message")) == "old {style} message"


def test_a_misspelt_name_is_answered_with_the_one_that_was_meant():
    error = errors.unknown(errors.ArgumentError, "padding", "smae", ("valid", "same"))
    assert str(error) == "unknown padding 'smae'; accepted: valid, same. Did you mean 'same'?"
    assert "mean" not in str(errors.unknown(errors.ArgumentError, "padding", "zzz", ("valid", "same")))
    # "float" is the beginning of several names, so none is suggested.
    assert "mean" not in str(errors.unknown(errors.DtypeError, "dtype", "float", ("float32", "float64")))


def test_long_values_are_shortened():
    for value in ("a" * 10000, list(range(10000)), np.zeros(10000), {i: i for i in range(1000)}):
        assert len(str(Value(value))) < 200
