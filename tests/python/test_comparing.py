"""One graph on several backends: the variables' current values, the same results, a table."""

import numpy as np
import pytest
from checks import check, check_array

import pyshim
from pyshim.comparing import Comparison


@pytest.fixture
def other(engine):
    return "theano" if engine == "cntk" else "cntk"


def test_values_of_several_backends(K, engine, other):
    x, w = K.placeholder((None, 3), name="x"), K.variable([[1.0], [2.0], [3.0]], name="w")
    K.set_value(w, [[0.5], [-1.0], [2.0]])
    value = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    compared = K.compare_backends(K.tanh(K.dot(x, w)), {x: value}, [engine, other, "numpy"])
    assert isinstance(compared, Comparison)
    assert [row["backend"] for row in compared] == list(dict.fromkeys([engine, other, "numpy"]))
    expected = np.tanh(value @ [[0.5], [-1.0], [2.0]])
    for row in compared:
        check_array(compared.values[row["backend"]], expected, "float32")
        assert row["absolute"] <= 1e-6 and row["seconds"] > 0
    assert compared[0]["absolute"] == compared[0]["relative"] == 0
    assert repr(compared).splitlines()[0].split() == ["backend", "absolute", "relative", "seconds"]
    assert K.backend() == engine


def test_loops_gradients_and_updates(K, engine, other):
    """Bodies, gradients and conditions are translated to the other backends; no variable changes."""
    w = K.variable([1.0, 2.0], name="w")
    x = K.placeholder((None, 2))
    outputs = [
        K.map_fn(lambda row: K.sum(K.map_fn(lambda e: e * w[0], row)) + K.logsumexp(row), x),
        K.rnn(lambda e, states: (e + states[0] * w, [e + states[0] * w]), K.expand_dims(x, 0), [K.zeros((1, 2))],
              mask=K.constant([[1, 0, 1]]))[1],
        K.update_add(w, [1.0, 1.0]),
        K.switch(K.constant(True), w * 2, w * 3),
        K.logsumexp(x, axis=1),
    ]
    feeds = [(x, [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])]
    compared = K.compare_backends(outputs, feeds, [engine, other])
    assert compared[1]["absolute"] < 1e-5
    first = compared.values[engine]
    check_array(first[2], np.array([2, 3], "float32"))
    check_array(first[4], np.log(np.exp([[1.0, 2], [3, 4], [5, 6]]).sum(1)), "float32")
    check(K, w, np.array([1, 2], "float32"))
    gradient = K.gradients(K.sum(K.square(w) * K.sum(x)), [w])[0]
    compared = K.compare_backends(gradient, feeds, [engine, other])
    for name in (engine, other):
        check_array(compared.values[name], np.array([42, 84], "float32"))


def test_backends_without_gradients_are_left_out(K, engine):
    w = K.variable([1.0, 2.0])
    gradient = K.gradients(K.sum(K.square(w)), [w])[0]
    with pytest.raises(K.errors.GradientError, match=r"^compare_backends\(\): NumPy computes no gradients"):
        K.compare_backends(gradient, backends=["numpy"])
    compared = K.compare_backends(gradient)
    assert compared[0]["backend"] == engine
    assert {"tensorflow", "theano", "cntk"} <= {row["backend"] for row in compared}
    assert "numpy" not in {row["backend"] for row in compared}


def test_sparse_tensors(K, engine, other):
    sparse = pytest.importorskip("scipy.sparse")
    x = K.placeholder((2, 2), sparse=True)
    compared = K.compare_backends(K.dot(x, K.constant([[1.0], [2.0]])), {x: sparse.csr_matrix([[0, 3.0], [1, 0]])},
                                  [engine, other])
    check_array(compared.values[other], np.array([[6], [1]], "float32"))


@pytest.mark.parametrize("outputs, feeds, error, words", [
    (3, None, "ArgumentError", "outputs must be a tensor, a list of tensors or a Keras model, not int"),
    ([3], None, "ArgumentError", r"outputs\[0\] must be a tensor"),
    ([], None, "ArgumentError", "outputs holds no tensor"),
    ("x", [3], "ArgumentError", r"feeds\[0\] must be a \(placeholder, value\) pair, not 3"),
    ("x", None, "PlaceholderError", "a value is needed for the placeholder 'p'"),
    ("x", {"p": [[1, 2, 3]]}, "ArgumentError", r"feeds\[0\] must be a \(placeholder, value\) pair"),
])
def test_mistakes(K, outputs, feeds, error, words):
    p = K.placeholder((2,), name="p")
    with pytest.raises(getattr(K.errors, error), match=r"^compare_backends\(\): .*" + words):
        K.compare_backends(p * 2 if outputs == "x" else outputs, feeds)


def test_tensors_of_two_backends(K, other):
    x = K.ones((2,))
    with K.use_backend(other):
        y = K.ones((2,))
    with pytest.raises(K.errors.BackendMismatchError):
        K.compare_backends([x, y])
    assert pyshim.backend() == x.backend
