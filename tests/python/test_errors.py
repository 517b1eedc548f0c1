"""Every bad input raises a clear error, and the session continues to work."""

import contextlib

import numpy as np
import pytest
from checks import check, check_array

import pyshim


@pytest.fixture
def refused(K, engine):
    """A context that expects an error and then checks that earlier tensors still work."""
    kept = K.variable([1.0, 2.0])
    x = K.placeholder((None,))
    add = K.function([x], [x + kept])

    @contextlib.contextmanager
    def context(error, message):
        current = K.backend()
        with pytest.raises(error, match=message) as caught:
            yield caught
        assert isinstance(caught.value, K.errors.KerasError)
        assert K.backend() == current
        with K.use_backend(engine):
            check(K, kept * 2, np.array([2, 4], "float32"))
        check_array(add([[1, 1]])[0], np.array([2, 3], "float32"))
    return context


# -- backends -------------------------------------------------------------------------------------------

def test_unknown_backend_lists_the_known_ones(K, refused):
    for name in ("tensorfow", "", "os", "TensorFlow", "pyshim.session", "../theano", "theano "):
        with refused(K.errors.UnknownBackendError,
                     r"use_backend\(\): unknown backend '%s'; accepted: tensorflow, theano, cntk" % name):
            K.use_backend(name)
    for name in (None, 5, ["theano"], {"theano"}, np.array(["theano"]), K.ones(())):
        with refused(K.errors.UnknownBackendError,
                     "a backend's name is a string, one of tensorflow, theano, cntk"):
            K.use_backend(name)
    with refused(K.errors.UnknownBackendError, "unknown backend 'caffe'; accepted"):
        K.stop_backend("caffe")
    with refused(ValueError, "unknown backend 'caffe'"), K.use_backend("caffe"):
        raise AssertionError("never reached")


def test_tensor_of_another_backend_names_both(K, engine, refused):
    other = "theano" if engine != "theano" else "cntk"
    x = K.variable([1.0, 2.0])
    f = K.function([], [x])
    with K.use_backend(other):
        y = K.variable([1.0, 2.0])
        p = K.placeholder((2,))
        g = K.function([p], [p])
    message = r"a tensor of backend %s .* was given to backend %s .*; give its value"
    with K.use_backend(other):
        for use in (lambda: K.dot(x, y), lambda: y + x, lambda: K.concatenate([y, x]),
                    lambda: K.function([p], [x]), lambda: g([x]), lambda: K.set_value(y, x), lambda: y[x],
                    lambda: K.sum(y, axis=x), lambda: K.gradients(K.sum(y), [x]), lambda: K.clip(y, x, 1.0),
                    lambda: K.update(y, x)):
            with refused(K.errors.BackendMismatchError, message % (engine, other)):
                use()
    with refused(K.errors.BackendMismatchError, message % (other, engine)):
        K.function([], [x, y])
    with K.use_backend(other):
        check(K, y * 2, np.array([2, 4], "float32"))
        check_array(f([])[0], np.array([1, 2], "float32"))  # a function runs on its own backend
        check_array(g([K.get_value(y)])[0], np.array([1, 2], "float32"))
        check_array(K.eval(K.dot(K.expand_dims(K.eval(x), 0), K.expand_dims(y))), np.array([[5]], "float32"))


# -- shapes and dtypes ----------------------------------------------------------------------------------

def nested(depth):
    value = 1.0
    for _ in range(depth):
        value = [value]
    return value


# Calls, with the error and a message that names the function and the argument.
WRONG = [
    (lambda K, x: K.dot(x, K.ones((3, 2))), "ShapeError",
     r"dot\(\): x of shape \(2, 2\) and y of shape \(3, 2\)"),
    (lambda K, x: x + K.ones((3,)), "ShapeError", r"add\(\): x of shape \(2, 2\) and y of shape \(3,\)"),
    (lambda K, x: K.reshape(x, (3,)), "ShapeError", r"reshape\(\): x of shape \(2, 2\) has 4 elements"),
    (lambda K, x: K.concatenate([x, K.ones((3, 3))]), "ShapeError",
     r"concatenate\(\): tensors\[1\] of shape \(3, 3\)"),
    (lambda K, x: K.sum(x, axis=2), "ShapeError",
     r"sum\(\): axis 2 is out of range for a tensor with 2 dimensions"),
    (lambda K, x: K.squeeze(x, 0), "ShapeError", r"squeeze\(\): axis 0 of x has size 2"),
    (lambda K, x: K.softmax(x, 5), "ShapeError", r"softmax\(\): axis 5 is out of range"),
    (lambda K, x: x[5], "ShapeError", r"get_item\(\): position 5 is out of range for axis 0 of size 2"),
    (lambda K, x: K.update(x, K.ones((3,))), "ShapeError", r"update\(\): new_x has shape \(3,\)"),
    (lambda K, x: K.set_value(x, 1), "ShapeError", r"set_value\(\): value has shape \(\)"),
    (lambda K, x: K.binary_crossentropy(K.ones((3,)), x), "ShapeError",
     r"binary_crossentropy\(\): target has shape"),
    (lambda K, x: K.zeros((None,)), "ShapeError", r"zeros\(\): shape must be known in every dimension"),
    (lambda K, x: K.exp(K.ones((2,), "int32")), "DtypeError",
     r"exp\(\): x has dtype int32; a floating dtype is needed"),
    (lambda K, x: K.max(K.ones((2,), "bool")), "DtypeError",
     r"max\(\): x has dtype bool; numbers are needed"),
    (lambda K, x: x * K.ones((2, 2), "int64"), "DtypeError",
     r"multiply\(\): x has dtype float32 and y has dtype int64"),
    (lambda K, x: K.one_hot(x, 3), "DtypeError",
     r"one_hot\(\): indices has dtype float32; integers are needed"),
    (lambda K, x: K.variable(1, dtype="int"), "DtypeError", r"variable\(\): unknown dtype 'int'; accepted: float16, "),
    (lambda K, x: K.cast(x, "decimal"), "DtypeError",
     r"cast\(\): unknown dtype 'decimal'; accepted: float16"),
    (lambda K, x: K.sum("text"), "DtypeError",
     r"sum\(\): x must be a tensor, a number or an array of numbers, not str"),
    (lambda K, x: K.mean(None), "DtypeError",
     r"mean\(\): x must be a tensor, a number or an array .*, not NoneType"),
    (lambda K, x: K.set_value(x + 1, 1), "DtypeError", r"set_value\(\): x must be a variable, not tensor"),
    (lambda K, x: K.sum(x, axis="rows"), "ArgumentError",
     r"sum\(\): axis must be a whole number, not 'rows'"),
    (lambda K, x: K.sum(x, axis=True), "ArgumentError", r"sum\(\): axis must be a whole number, not True"),
    (lambda K, x: K.sum(x, axis=float("inf")), "ArgumentError",
     r"sum\(\): axis must be a whole number, not inf"),
    (lambda K, x: K.sum(x, axis=x), "ArgumentError",
     r"sum\(\): axis must be a whole number, not variable 'w'"),
    (lambda K, x: K.clip(x, 2, 1), "ArgumentError", r"clip\(\): min_value 2 is larger than max_value 1"),
    (lambda K, x: K.placeholder(), "ArgumentError", r"placeholder\(\): shape or ndim must be given"),
    (lambda K, x: K.function([x], [x]), "ArgumentError", r"function\(\): inputs\[0\] must be a placeholder"),
    (lambda K, x: K.gradients(x, [K.ones(())]), "GradientError",
     r"gradients\(\): the loss does not depend on"),
    (lambda K, x: K.sum(), "ArgumentError", r"sum\(\): missing a required argument: 'x'"),
    (lambda K, x: K.sum(x, 0, False, 3), "ArgumentError", r"sum\(\): too many positional arguments"),
    (lambda K, x: K.sum(x, axes=0), "ArgumentError", r"sum\(\): got an unexpected keyword argument 'axes'"),
    (lambda K, x: K.constant(1, x=2), "ArgumentError",
     r"constant\(\): got an unexpected keyword argument 'x'"),
    (lambda K, x: K.sum({1, 2}), "DtypeError", r"sum\(\): x must be a tensor, .* or an array of numbers, not set"),
    (lambda K, x: K.sum(np.array(["a"])), "DtypeError", r"sum\(\): x must be .* not an array of dtype <U1"),
    (lambda K, x: K.sum(np.array([None])), "DtypeError", r"sum\(\): x must be .* not an array of dtype object"),
    (lambda K, x: K.sum(nested(5000)), "ArgumentError", r"sum\(\): a value is nested too deeply"),
    (lambda K, x: K.sum([[x, K.cast(x, "float64")]]), "DtypeError",
     r"sum\(\): x\[0\]\[1\] has dtype float64, x\[0\]\[0\] has dtype float32"),
    (lambda K, x: K.stack([[x, x[0]], [x, x]]), "ShapeError",
     r"stack\(\): x\[0\]\[1\] has shape \(2,\), x\[0\]\[0\] has shape \(2, 2\); they must be equal"),
    (lambda K, x: K.concatenate([[x, x[0]]]), "ShapeError",
     r"concatenate\(\): tensors\[0\]\[1\] has shape \(2,\), tensors\[0\]\[0\] has shape \(2, 2\)"),
    (lambda K, x: K.concatenate([x, [[1, "a"], [2, 3]]]), "DtypeError", r"concatenate\(\): tensors\[1\] must be"),
    (lambda K, x: K.sum(1j), "DtypeError", r"sum\(\): x must be a tensor, .* or an array of numbers, not complex"),
]


@pytest.mark.parametrize("case", range(len(WRONG)), ids=lambda i: str(WRONG[i][2])[:20])
def test_the_error_names_function_and_argument(K, refused, case):
    call, error, message = WRONG[case]
    x = K.variable(np.ones((2, 2)), name="w")
    with refused(getattr(K.errors, error), "^" + message):
        call(K, x)


def test_errors_are_of_pythons_own_classes_too(K):
    for ours, pythons in [("ShapeError", ValueError), ("ArgumentError", ValueError),
                          ("DtypeError", TypeError),
                          ("UnknownBackendError", ValueError), ("BackendMismatchError", ValueError),
                          ("PlaceholderError", ValueError), ("StaleTensorError", RuntimeError),
                          ("EngineError", RuntimeError), ("WorkerError", RuntimeError),
                          ("EagerError", RuntimeError)]:
        assert issubclass(getattr(K.errors, ours), (K.errors.KerasError, pythons))
    with pytest.raises(K.errors.ShapeError) as caught:
        K.sum(K.ones((2,)), axis=3)
    assert caught.value.function == "sum"
    assert caught.value.message == "axis 3 is out of range for a tensor with 1 dimension"
    assert str(caught.value) == "sum(): " + caught.value.message


@pytest.mark.worker
def test_a_native_error_keeps_its_own_words(K, refused):
    x = K.placeholder((None, None))
    f = K.function([x], [K.reshape(x, (2, 2))])
    with refused(K.errors.KerasError, r"^function\(\): ") as caught:
        f([np.ones((3, 3))])
    if isinstance(caught.value, K.errors.EngineError):
        assert "%s refused" % K.backend() in caught.value.message
        assert "Traceback (most recent call last)" in caught.value.native


# -- placeholders without a value -----------------------------------------------------------------------

def test_placeholder_without_a_value_is_named(K, refused):
    x, y = K.placeholder((2,), name="x"), K.placeholder((None,), name="y")
    for use, function, names in [
            (lambda: K.eval(x), "eval", "the placeholder 'x' (float32, (2,))"),
            (lambda: K.get_value(x + 1), "get_value", "the placeholder 'x'"),
            (lambda: K.eval(K.sum(x) * K.sum(y)), "eval",
             "the placeholder 'x' (float32, (2,)), the placeholder 'y'"),
            (lambda: K.function([x], [x * y]), "function", "the placeholder 'y' (float32, (None,))"),
            (lambda: K.function([x], [], [K.update_add(K.ones((2,)), y)]), "function", "the placeholder 'y'"),
            (lambda: K.variable(x), "variable", "the placeholder 'x'"),
            (lambda: K.set_value(K.ones((2,)), x), "set_value", "the placeholder 'x'"),
            (lambda: np.asarray(x), "eval", "the placeholder 'x'"),
            (lambda: K.eager(lambda: x + 1)(), "add", "the placeholder 'x'")]:
        with refused(K.errors.PlaceholderError, r"^%s\(\): a value is needed for " % function) as caught:
            use()
        assert names in str(caught.value)
        assert "make it an input of function()" in str(caught.value)


# -- tensors that no longer exist -----------------------------------------------------------------------

def test_tensors_of_a_cleared_graph(K, engine):
    x, p = K.variable([1.0, 2.0], name="x"), K.placeholder((2,))
    f = K.function([p], [p + x])
    K.clear_session()
    kept = K.variable([3.0])
    for use in (lambda: K.eval(x), lambda: x * 2, lambda: x[0], lambda: -x, lambda: float(x),
                lambda: f([[1, 2]]),
                lambda: K.function([p], [p]), lambda: K.set_value(x, [0.0, 0.0]), lambda: kept + x,
                lambda: K.update(kept, x), lambda: K.sum(x), lambda: K.concatenate([kept, x]),
                lambda: K.gradients(K.sum(kept), [x]), lambda: K.variable(x)):
        with pytest.raises(K.errors.StaleTensorError,
                           match=r"\(\): the (tensor|function) belongs to a graph that clear_session\(\)"):
            use()
        check(K, kept + 1, np.array([4], "float32"))
    assert (x.shape, x.dtype, x.name, K.int_shape(x), K.is_variable(x)) == ((2,), "float32", "x", (2,), True)


@pytest.mark.worker
def test_tensors_of_a_stopped_backend(K, engine):
    """The graph survives; variables have no values until they get new ones."""
    x, p = K.variable([1.0, 2.0], name="x"), K.placeholder((2,))
    y, constant = x * 2, K.constant([1.0, 2.0]) + 1
    f = K.function([p], [p + x], [K.update_add(x, p)])
    K.stop_backend(engine)
    fresh = K.variable([3.0])  # starts the backend again
    for use in (lambda: K.eval(x), lambda: K.eval(y), lambda: K.eval(fresh + x), lambda: f([[1, 2]]),
                lambda: K.get_value(x), lambda: float(x[0]), lambda: K.batch_get_value([fresh, x])):
        with pytest.raises(K.errors.StaleTensorError, match=r"the variable 'x' \(float32, \(2,\)\) has lost its value: "
                           r"its worker was stopped; give it one with set_value\(\) or load_variables\(\)"):
            use()
    check(K, fresh + 1, np.array([4], "float32"))
    check(K, constant, np.array([2, 3], "float32"))
    K.set_value(x, [5.0, 6.0])
    check(K, y, np.array([10, 12], "float32"))
    check_array(f([[1, 2]])[0], np.array([6, 8], "float32"))
    check(K, x, np.array([6, 8], "float32"))


def test_errors_in_scopes_and_modes_leave_them(K):
    with pytest.raises(K.errors.UnknownBackendError), K.name_scope("a"), K.use_backend("caffe"):
        pass
    with pytest.raises(K.errors.PlaceholderError):
        K.eager(K.symbolic(lambda: K.eval(K.placeholder(()))))()
    x = K.variable(1.0, name="x")
    assert (x.name, (x * 2).kind) == ("x", "tensor")


def test_every_error_says_what_to_do():
    for name in ("KerasError", "ShapeError", "DtypeError", "ArgumentError"):
        error = getattr(pyshim.errors, name)("what was wrong")
        assert (str(error), error.message, error.function, error.native) == ("what was wrong",) * 2 + (None,
                                                                                                       ) * 2
        with pytest.raises(pyshim.errors.KerasError,
                           match=r"^outer\(\): what"), pyshim.errors.naming("outer"):
            raise error
        with pytest.raises(pyshim.errors.KerasError,
                           match=r"^outer\(\): what"), pyshim.errors.naming("inner"):
            raise error  # the outer name was set first and stays
