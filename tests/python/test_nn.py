"""The family nn."""

import numpy as np
import pytest
from checks import FLOATS, NUMBERS, SIGNED, check, check_array, check_fed, check_gradient, sample
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's, about nan and inf

SHAPES = [(), (3,), (2, 3), (2, 3, 4), (2, 1, 3, 2), (1, 2, 1, 2, 3)]


def relu(x, alpha=0.0, max_value=None, threshold=0.0):
    """By its definition: max_value above max_value, x from threshold on, alpha * (x - threshold) below."""
    below = alpha * (x - threshold) if alpha else np.zeros_like(x)
    above = x if max_value is None else np.minimum(x, np.array(max_value, x.dtype))
    return np.where(x < threshold, below, above).astype(x.dtype)


def sigmoid(x):
    return (1 / (1 + np.exp(-x.astype("float64")))).astype(x.dtype)


def softmax(x, axis=-1):
    shifted = np.exp(x.astype("float64") - np.max(x, axis=axis, keepdims=True))
    return (shifted / np.sum(shifted, axis=axis, keepdims=True)).astype(x.dtype)


def categorical_crossentropy(target, output, from_logits=False, axis=-1, epsilon=1e-7):
    output = output.astype("float64")
    if from_logits:
        output = softmax(output, axis)
    else:
        output = np.clip(output / output.sum(axis=axis, keepdims=True), epsilon, 1 - epsilon)
    return -np.sum(target * np.log(output), axis=axis)


def binary_crossentropy(target, output, from_logits=False, epsilon=1e-7):
    output = output.astype("float64")
    output = sigmoid(output) if from_logits else np.clip(output, epsilon, 1 - epsilon)
    return -(target * np.log(output) + (1 - target) * np.log(1 - output))


def tensor(K, array):
    return K.constant(array, dtype=array.dtype.name)


def probabilities(shape, dtype="float32", seed=0):
    return softmax(sample(shape, dtype, seed=seed))


ACTIVATIONS = {"relu": relu, "softmax": softmax, "sigmoid": sigmoid, "tanh": np.tanh}


# -- activations ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_of_every_dtype_and_rank(K, name):
    for dtype in FLOATS:
        x = sample((2, 3), dtype)
        check(K, getattr(K, name)(tensor(K, x)), ACTIVATIONS[name](x))
    for shape in SHAPES[1:] if name == "softmax" else SHAPES:
        x = sample(shape)
        check(K, getattr(K, name)(K.variable(x)), ACTIVATIONS[name](x))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_of_nan_and_infinity(K, name):
    x = np.array([[np.nan, np.inf, -np.inf], [0, 1, -np.inf], [1000, -1000, 999]], "float32")
    check(K, getattr(K, name)(K.constant(x)), ACTIVATIONS[name](x))


def test_activation_of_unknown_sizes(K):
    x = sample((2, 3))
    check_fed(K, lambda x: [getattr(K, name)(x) for name in ACTIVATIONS], [x],
              [function(x) for function in ACTIVATIONS.values()], static=[(None, None)] * len(ACTIVATIONS))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_of_an_array(K, name):
    check(K, getattr(K, name)([[1.0, -2.0]]), ACTIVATIONS[name](np.array([[1, -2]], "float32")))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_gradient(K, name):
    check_gradient(K, getattr(K, name), ACTIVATIONS[name], sample((2, 3), "float64"))


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softmax"])
def test_activation_gradient_far_out_is_0(K, name):
    x = K.variable([[-1e4, 1e4]], dtype="float64")
    check(K, K.gradients(getattr(K, name)(x)[0, 1], x)[0], np.zeros((1, 2)))


RELUS = [{}, {"alpha": 0.1}, {"max_value": 1.0}, {"threshold": 0.5}, {"threshold": -1.0},
         {"alpha": 0.25, "threshold": 1.0}, {"alpha": 0.5, "max_value": 1.5, "threshold": 0.5},
         {"alpha": -0.5}, {"max_value": 0}, {"alpha": 1.0}]


@pytest.mark.parametrize("arguments", RELUS, ids=str)
def test_relu(K, arguments):
    x = np.array([-np.inf, -2, -1, -0.5, 0, 0.25, 0.5, 1, 1.5, 2, np.inf, np.nan], "float32")
    check(K, K.relu(K.constant(x), **arguments), relu(x, **arguments))
    check_gradient(K, lambda x: K.relu(x, **arguments), lambda x: relu(x, **arguments),
                   sample((2, 3), "float64", seed=1))


def test_relu_of_every_dtype(K):
    for dtype in NUMBERS:
        x = sample((2, 3), dtype)
        check(K, K.relu(tensor(K, x)), np.maximum(x, np.array(0, dtype)))
        check(K, K.relu(tensor(K, x), max_value=2), np.clip(x, 0, 2))
    for dtype in SIGNED:
        x = sample((2, 3), dtype)
        check(K, K.relu(tensor(K, x), alpha=2, threshold=1), relu(x, 2, threshold=1))


def test_relu_with_a_tensor_as_slope(K):
    x, alpha = sample((2, 3), seed=2), sample((3,), seed=3)
    check(K, K.relu(K.constant(x), alpha=K.variable(alpha)), np.where(x < 0, x * alpha, x))


def test_relu_gradient_at_0_is_0(K):
    x = K.variable([-1.0, 0.0, 1.0])
    check(K, K.gradients(K.relu(x), x)[0], np.array([0, 0, 1], "float32"))


def test_softmax_along_every_axis(K):
    for shape in SHAPES[1:]:
        x = sample(shape, seed=4)
        for axis in range(-len(shape), len(shape)):
            check(K, K.softmax(K.constant(x), axis), softmax(x, axis))


def test_softmax_gradient_along_an_axis(K):
    x = sample((2, 3, 2), "float64", seed=5)
    for axis in (0, 1):
        check_gradient(K, lambda x, axis=axis: K.softmax(x, axis), lambda x, axis=axis: softmax(x, axis), x)


def test_softmax_of_empty_arrays(K):
    check(K, K.softmax(K.constant(np.ones((0, 3)))), np.ones((0, 3), "float32"))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_refuse(K, name):
    function = getattr(K, name)
    with pytest.raises(K.errors.DtypeError, match=r"%s\(\): x has dtype bool" % name):
        function(K.constant([True], dtype="bool"))
    with pytest.raises(K.errors.DtypeError, match=r"%s\(\): x must be a tensor, a number or an array" % name):
        function("a")
    if name == "relu":
        with pytest.raises(K.errors.DtypeError, match=r"relu\(\): alpha holds fractions, .* dtype int32 cannot hold"):
            function(K.constant([1], dtype="int32"), alpha=0.5)
    else:
        with pytest.raises(K.errors.DtypeError, match=r"%s\(\): x has dtype int32; a floating dtype is needed" % name):
            function(K.constant([1], dtype="int32"))


def test_softmax_refuses_an_axis_out_of_range(K):
    with pytest.raises(K.errors.ShapeError, match=r"softmax\(\): axis 2 is out of range"):
        K.softmax(K.ones((2, 3)), axis=2)
    with pytest.raises(K.errors.ShapeError, match=r"softmax\(\): axis -1 is out of range for a tensor with 0 dim"):
        K.softmax(K.ones(()))


# -- losses ---------------------------------------------------------------------------------------------

def test_categorical_crossentropy_along_every_axis(K):
    for shape in [(3,), (2, 3), (2, 3, 4), (2, 1, 3, 2), (1, 2, 1, 2, 3)]:
        target, output = probabilities(shape, seed=1), np.abs(sample(shape, seed=2)) + np.float32(0.1)
        for axis in range(-len(shape), len(shape)):
            check(K, K.categorical_crossentropy(K.constant(target), K.variable(output), axis=axis),
                  categorical_crossentropy(target, output, axis=axis).astype("float32"))
            check(K, K.categorical_crossentropy(K.constant(target), K.variable(output), True, axis),
                  categorical_crossentropy(target, output, True, axis).astype("float32"))


def test_losses_of_every_dtype(K):
    for dtype in FLOATS:
        epsilon = np.float64(np.float16(1e-7)) if dtype == "float16" else 1e-7
        target, output = probabilities((2, 3), dtype, seed=3), probabilities((2, 3), dtype, seed=4)
        for from_logits in (False, True):
            check(K, K.categorical_crossentropy(tensor(K, target), tensor(K, output), from_logits),
                  categorical_crossentropy(target, output, from_logits, epsilon=epsilon).astype(dtype))
            check(K, K.binary_crossentropy(tensor(K, target), tensor(K, output), from_logits),
                  binary_crossentropy(target, output, from_logits, epsilon=epsilon).astype(dtype))


def test_binary_crossentropy_of_every_rank(K):
    for shape in SHAPES:
        target = sample(shape, low=0, high=1, seed=5)
        output = sample(shape, low=0.01, high=0.99, seed=6)
        check(K, K.binary_crossentropy(K.constant(target), K.variable(output)),
              binary_crossentropy(target, output).astype("float32"))
        check(K, K.binary_crossentropy(K.constant(target), K.variable(output), from_logits=True),
              binary_crossentropy(target, output, True).astype("float32"))


def test_losses_of_unknown_sizes(K):
    target, output = probabilities((2, 3), seed=7), probabilities((2, 3), seed=8)
    check_fed(K, lambda t, o: [K.categorical_crossentropy(t, o), K.categorical_crossentropy(t, o, True, 0),
                               K.binary_crossentropy(t, o), K.binary_crossentropy(t, o, True)], [target, output],
              [loss.astype("float32") for loss in (
                  categorical_crossentropy(target, output), categorical_crossentropy(target, output, True, 0),
                  binary_crossentropy(target, output), binary_crossentropy(target, output, True))],
              static=[(None,), (None,), (None, None), (None, None)])


def test_losses_take_arrays(K):
    target, output = [[0, 1], [1, 0]], [[0.25, 0.75], [0.5, 0.5]]
    check(K, K.categorical_crossentropy(target, output), -np.log(np.array([0.75, 0.5], "float32")))
    check(K, K.binary_crossentropy(target, K.constant(output)),
          binary_crossentropy(np.array(target), np.array(output)).astype("float32"))


def test_categorical_crossentropy_scales_the_output(K):
    check(K, K.categorical_crossentropy([[0.0, 1.0]], [[2.0, 6.0]]), -np.log(np.array([0.75], "float32")))


def test_losses_stay_finite_at_0_and_1(K):
    for epsilon in (1e-7, 1e-3):
        K.set_epsilon(epsilon)
        target, output = np.array([[0, 1], [1, 0]], "float32"), np.array([[1, 0], [1, 0]], "float32")
        edge = np.float32(1 - epsilon)
        check(K, K.categorical_crossentropy(target, output),
              np.array([-np.log(epsilon), -np.log(edge)], "float32"))
        check(K, K.binary_crossentropy(target, output),
              np.array([[-np.log(1 - edge), -np.log(epsilon)], [-np.log(edge)] * 2], "float32"))


def test_losses_from_large_logits(K):
    logits, target = np.array([[1000, -1000]], "float32"), np.array([[0, 1]], "float32")
    check(K, K.categorical_crossentropy(target, logits, from_logits=True), np.array([2000], "float32"))
    check(K, K.binary_crossentropy(target, logits, from_logits=True), np.array([[1000, 1000]], "float32"))
    check(K, K.binary_crossentropy(1 - target, logits, from_logits=True), np.array([[0, 0]], "float32"))


def test_losses_of_nan(K):
    output = np.array([[np.nan, 0.5], [0.5, 0.5]], "float32")
    target = np.array([[0, 1], [0, 1]], "float32")
    half = np.float32(-np.log(0.5))
    for from_logits in (False, True):
        value = K.eval(K.categorical_crossentropy(target, K.constant(output), from_logits))
        check_array(value, np.array([np.nan, half], "float32"))
    check(K, K.binary_crossentropy(target, K.constant(output)), np.array([[np.nan, half], [half, half]], "float32"))


@pytest.mark.parametrize("from_logits", [False, True])
def test_loss_gradients(K, from_logits):
    target, output = probabilities((2, 3), "float64", seed=9), probabilities((2, 3), "float64", seed=10)
    for axis in (0, 1):
        check_gradient(K, lambda t, o, axis=axis: K.categorical_crossentropy(t, o, from_logits, axis),
                       lambda t, o, axis=axis: categorical_crossentropy(t, o, from_logits, axis), target, output)
    check_gradient(K, lambda t, o: K.binary_crossentropy(t, o, from_logits),
                   lambda t, o: binary_crossentropy(t, o, from_logits), target, output)


def test_gradient_of_logits_is_the_difference_of_probabilities(K):
    logits = np.array([[-1000.0, 0.0, 1000.0, 0.5]])
    target = np.array([[0.25, 0.25, 0.25, 0.25]])
    x = K.variable(logits, dtype="float64")
    check(K, K.gradients(K.binary_crossentropy(target, x, from_logits=True), x)[0], sigmoid(logits) - target)
    check(K, K.gradients(K.categorical_crossentropy(target, x, from_logits=True), x)[0], softmax(logits) - target)


@pytest.mark.parametrize("name", ["categorical_crossentropy", "binary_crossentropy"])
def test_losses_refuse(K, name):
    loss = getattr(K, name)
    with pytest.raises(K.errors.ShapeError,
                       match=r"%s\(\): target has shape \(2, 2\), output has shape \(2, 3\); they must be" % name):
        loss(K.ones((2, 2)), K.ones((2, 3)))
    with pytest.raises(K.errors.ShapeError, match=r"%s\(\): target has shape \(3,\)" % name):
        loss(K.ones((3,)), K.ones((2, 3)))
    with pytest.raises(K.errors.DtypeError, match=r"%s\(\): output has dtype int32" % name):
        loss(K.ones((2,)), K.ones((2,), "int32"))
    with pytest.raises(K.errors.DtypeError,
                       match=r"%s\(\): output has dtype float32 and target has dtype int32" % name):
        loss(K.ones((2,), "int32"), K.ones((2,)))


def test_categorical_crossentropy_refuses_an_axis_out_of_range(K):
    with pytest.raises(K.errors.ShapeError, match=r"categorical_crossentropy\(\): axis 2 is out of range"):
        K.categorical_crossentropy(K.ones((2, 3)), K.ones((2, 3)), axis=2)


# -- properties -----------------------------------------------------------------------------------------

@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shape=st.lists(st.integers(1, 4), min_size=1, max_size=4), data=st.data())
def test_softmax_along_any_axis_is_numpys(K, shape, data):
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    x = sample(shape, low=-20, high=20)
    check(K, K.softmax(K.constant(x), axis), softmax(x, axis))
