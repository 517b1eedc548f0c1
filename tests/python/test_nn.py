"""The family nn."""

import numpy as np
import pytest
from checks import FLOATS, NUMBERS, SIGNED, check, check_array, check_fed, check_gradient, sample
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's, about nan and inf

SHAPES = [(), (3,), (2, 3), (2, 3, 4), (2, 1, 3, 2), (1, 2, 1, 2, 3)]


def relu(x, alpha=0.0, max_value=None, threshold=0.0):
    """The definition: max_value above max_value, x from threshold on, alpha * (x - threshold) below."""
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


def test_sigmoid_and_tanh_of_all_sizes(K):
    x = np.concatenate([np.linspace(-80, 80, 1601), np.linspace(-1, 1, 201), 10.0 ** np.arange(-30, 30),
                        [np.inf, -np.inf, np.nan]]).astype("float32")
    placeholder = K.placeholder((None,))
    values = K.function([placeholder], [K.sigmoid(placeholder), K.tanh(placeholder)])([x])
    wide = x.astype("float64")
    with np.errstate(over="ignore"):
        expected = [1 / (1 + np.exp(-wide)), np.tanh(wide)]
    for value, reference in zip(values, expected):
        np.testing.assert_allclose(value, reference, rtol=1e-5)
        assert np.nanmax(np.abs(value)) <= 1


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


@pytest.mark.parametrize("arguments", [{"alpha": [0.1, 0.2, 0.5]}, {"max_value": [0.25, 0.5, 1.0]},
                                       {"threshold": [0.0, 0.5, -1.0]}, {"alpha": [[0.5], [0.25]], "threshold": [1.0]}],
                         ids=str)
def test_relu_with_arrays(K, arguments):
    x = sample((2, 3), seed=4)
    arrays = {name: np.array(value, "float32") for name, value in arguments.items()}
    alpha, threshold = arrays.get("alpha", 0), arrays.get("threshold", 0)
    expected = np.where(x < threshold, alpha * (x - threshold), np.minimum(x, arrays.get("max_value", np.inf)))
    check(K, K.relu(K.constant(x), **arrays), expected.astype("float32"))
    check(K, K.relu(K.constant(x), **arguments), expected.astype("float32"))


def test_relu_gradient_at_0_is_0(K):
    x = K.variable([-1.0, 0.0, 1.0])
    check(K, K.gradients(K.relu(x), x)[0], np.array([0, 0, 1], "float32"))


def test_relu_leaves_no_trace_of_what_is_below(K):
    x = K.variable([-np.inf, -1.0, 2.0])
    y = K.relu(x)
    check(K, 1 / y, np.array([np.inf, np.inf, 0.5], "float32"))
    check(K, K.gradients(K.sum(y), x)[0], np.array([0, 0, 1], "float32"))


def test_relu_of_images(K):
    kernel = K.variable([[[[1.0, -1.0]]]])
    images = K.placeholder((None, 3, 4, 1))
    gradient = K.gradients(K.sum(K.square(K.relu(K.conv2d(images, kernel)))), kernel)[0]
    function = K.function([images], [K.relu(K.conv2d(images, kernel)), gradient])
    for count in (1, 3):
        x = sample((count, 3, 4, 1), seed=count)
        both = np.concatenate([x, -x], axis=-1)
        result, of_kernel = function([x])
        check_array(result, np.maximum(both, 0))
        check_array(of_kernel, (2 * np.maximum(both, 0) * x).sum((0, 1, 2)).reshape(1, 1, 1, 2))


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
        with pytest.raises(K.errors.DtypeError, match=r"relu\(\): alpha holds 0.5, which dtype int32 cannot hold"):
            function(K.constant([1], dtype="int32"), alpha=0.5)
    else:
        with pytest.raises(K.errors.DtypeError,
                           match=r"%s\(\): x has dtype int32; a floating dtype is needed" % name):
            function(K.constant([1], dtype="int32"))


def test_softmax_refuses_an_axis_out_of_range(K):
    with pytest.raises(K.errors.ShapeError, match=r"softmax\(\): axis 2 is out of range"):
        K.softmax(K.ones((2, 3)), axis=2)
    with pytest.raises(K.errors.ShapeError,
                       match=r"softmax\(\): axis -1 is out of range for a tensor with 0 dim"):
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
                               K.binary_crossentropy(t, o), K.binary_crossentropy(t, o, True)],
              [target, output],
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


def test_nan_goes_through_a_layer(K):
    """A product, a bias and an activation, which an engine may fuse."""
    x, image, bias = K.placeholder((1, 2)), K.placeholder((1, 3, 3, 1)), K.variable(np.zeros(2))
    made = [K.bias_add(K.dot(x, K.variable(np.ones((2, 2)))), bias),
            K.bias_add(K.conv2d(image, K.variable(np.ones((2, 2, 1, 2)))), bias)]
    values = K.function([x, image], [K.relu(each) for each in made])([np.full((1, 2), np.nan),
                                                                     np.full((1, 3, 3, 1), np.nan)])
    assert np.isnan(values[0]).all() and np.isnan(values[1]).all()


def test_losses_of_nan(K):
    output = np.array([[np.nan, 0.5], [0.5, 0.5]], "float32")
    target = np.array([[0, 1], [0, 1]], "float32")
    half = np.float32(-np.log(0.5))
    for from_logits in (False, True):
        value = K.eval(K.categorical_crossentropy(target, K.constant(output), from_logits))
        check_array(value, np.array([np.nan, half], "float32"))
    check(K, K.binary_crossentropy(target, K.constant(output)),
          np.array([[np.nan, half], [half, half]], "float32"))


@pytest.mark.parametrize("from_logits", [False, True])
def test_loss_gradients(K, from_logits):
    target, output = probabilities((2, 3), "float64", seed=9), probabilities((2, 3), "float64", seed=10)
    for axis in (0, 1):
        check_gradient(K, lambda t, o, axis=axis: K.categorical_crossentropy(t, o, from_logits, axis),
                       lambda t, o, axis=axis: categorical_crossentropy(t, o, from_logits, axis), target,
                       output)
    check_gradient(K, lambda t, o: K.binary_crossentropy(t, o, from_logits),
                   lambda t, o: binary_crossentropy(t, o, from_logits), target, output)


def test_gradient_of_logits_is_the_difference_of_probabilities(K):
    logits = np.array([[-1000.0, 0.0, 1000.0, 0.5]])
    target = np.array([[0.25, 0.25, 0.25, 0.25]])
    x = K.variable(logits, dtype="float64")
    check(K, K.gradients(K.binary_crossentropy(target, x, from_logits=True), x)[0], sigmoid(logits) - target)
    check(K, K.gradients(K.categorical_crossentropy(target, x, from_logits=True), x)[0],
          softmax(logits) - target)


@pytest.mark.parametrize("name", ["categorical_crossentropy", "binary_crossentropy"])
def test_losses_refuse(K, name):
    loss = getattr(K, name)
    with pytest.raises(K.errors.ShapeError,
                       match=r"%s\(\): target has shape \(2, 2\), output has shape \(2, 3\); they" % name):
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


# == further activations, sparse_categorical_crossentropy, in_top_k, normalization, dropout =================

def elu(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0).astype("float64"))).astype(x.dtype)


def softplus(x):
    return np.logaddexp(0, x.astype("float64")).astype(x.dtype)


def softsign(x):
    return (x / (1 + np.abs(x))).astype(x.dtype)


def hard_sigmoid(x):
    return np.clip(0.2 * x.astype("float64") + 0.5, 0, 1).astype(x.dtype)


MORE = {"elu": elu, "softplus": softplus, "softsign": softsign, "hard_sigmoid": hard_sigmoid}


@pytest.mark.parametrize("name", MORE)
def test_more_activations_of_every_dtype_and_rank(K, name):
    for dtype in FLOATS:
        x = sample((2, 3), dtype)
        check(K, getattr(K, name)(tensor(K, x)), MORE[name](x))
    for shape in SHAPES:
        x = sample(shape)
        check(K, getattr(K, name)(tensor(K, x)), MORE[name](x))
    check(K, getattr(K, name)([[1.0, -2.0]]), MORE[name](np.array([[1, -2]], "float32")))


@pytest.mark.parametrize("name", MORE)
def test_more_activations_of_nan_infinity_and_large_numbers(K, name):
    for dtype in ("float32", "float64"):
        x = np.array([np.nan, np.inf, -np.inf, 0, 1000, -1000, 1e-30], dtype)
        check(K, getattr(K, name)(tensor(K, x)), MORE[name](x))


def test_more_activations_of_unknown_sizes(K):
    x = sample((2, 3))
    check_fed(K, lambda x: [getattr(K, name)(x) for name in MORE], [x], [reference(x) for reference in MORE.values()],
              static=[(None, None)] * len(MORE))


@pytest.mark.parametrize("name", MORE)
def test_more_activations_gradient(K, name):
    x = np.array([[-4, -2, -0.1], [0.3, 1.5, 4]])
    check_gradient(K, getattr(K, name), MORE[name], x)


def test_gradients_of_large_numbers_are_finite(K):
    x = K.variable([-1000.0, 1000.0], "float64")
    for name, expected in (("elu", [0, 1]), ("softplus", [0, 1]), ("softsign", [1 / 1001 ** 2] * 2),
                           ("hard_sigmoid", [0, 0])):
        check(K, K.gradients(getattr(K, name)(x), [x])[0], np.array(expected, "float64"))


def test_elu_with_alpha(K):
    x = sample((2, 3))
    for alpha in (0.5, 2, 0):
        check(K, K.elu(tensor(K, x), alpha), elu(x, alpha))
    check(K, K.elu(tensor(K, x), K.constant(0.5)), elu(x, 0.5))


@pytest.mark.parametrize("name", MORE)
def test_more_activations_refuse(K, name):
    with pytest.raises(K.errors.DtypeError, match=r"%s\(\): x has dtype int32" % name):
        getattr(K, name)(K.ones((2,), "int32"))


# -- sparse_categorical_crossentropy --------------------------------------------------------------------

def sparse_crossentropy(target, output, from_logits=False, axis=-1):
    hot = np.moveaxis(np.eye(output.shape[axis])[target], -1, axis)
    return categorical_crossentropy(hot, output, from_logits, axis)


@pytest.mark.parametrize("from_logits", [False, True])
def test_sparse_crossentropy_along_every_axis(K, from_logits):
    for shape in ((3,), (4, 3), (2, 4, 3), (2, 1, 3, 2), (1, 2, 1, 2, 3)):
        for axis in list(range(len(shape))) + [-1]:
            output = sample(shape) if from_logits else softmax(sample(shape), axis)
            target = sample(np.delete(shape, axis), "int32", low=0, high=shape[axis] - 1)
            target = np.asarray(target, "int32")
            expected = np.asarray(sparse_crossentropy(target, output, from_logits, axis), "float32")
            check(K, K.sparse_categorical_crossentropy(tensor(K, target), tensor(K, output), from_logits, axis),
                  expected)
            check(K, K.sparse_categorical_crossentropy(tensor(K, np.expand_dims(target, axis)), tensor(K, output),
                                                       from_logits, axis), expected)


def test_sparse_crossentropy_of_every_dtype(K):
    target = np.array([2, 0])
    for dtype in FLOATS:
        output = probabilities((2, 3), dtype)
        expected = sparse_crossentropy(target, output, axis=-1).astype(dtype)
        for target_dtype in ("int8", "int32", "int64", "uint8", "float32", "float64"):
            check(K, K.sparse_categorical_crossentropy(tensor(K, target.astype(target_dtype)), tensor(K, output)),
                  expected)
    check(K, K.sparse_categorical_crossentropy([2, 0], tensor(K, output)), expected)


def test_sparse_crossentropy_of_unknown_sizes(K):
    target, output = np.array([2, 0, 1], "int32"), probabilities((3, 3))
    check_fed(K, lambda t, o: [K.sparse_categorical_crossentropy(t, o, logits) for logits in (False, True)],
              [target, output], [sparse_crossentropy(target, output, logits).astype("float32")
                                 for logits in (False, True)], shapes=[(None,), (None, 3)], static=[(None,)] * 2)
    check_fed(K, K.sparse_categorical_crossentropy, [target[:, None], output],
              sparse_crossentropy(target, output).astype("float32"), shapes=[(None, None), (None, 3)])


def test_sparse_crossentropy_is_the_one_of_the_one_hot_target(K):
    output = np.array([[0.2, 0.2], [3.0, 1.0], [0.0, 1.0]], "float32")  # to be scaled, and clipped away from 0
    for target in ([0, 1, 0], [1, 0, 1]):
        sparse = K.sparse_categorical_crossentropy(np.array(target), tensor(K, output))
        check(K, sparse, K.eval(K.categorical_crossentropy(K.one_hot(target, 2), tensor(K, output))))


def test_sparse_crossentropy_of_a_class_out_of_range_is_nan(K):
    value = K.sparse_categorical_crossentropy(np.array([0, 3, -1]), tensor(K, probabilities((3, 3))))
    assert np.isnan(K.eval(value)).tolist() == [False, True, True]


def test_sparse_crossentropy_of_large_logits(K):
    check(K, K.sparse_categorical_crossentropy(np.array([0, 1]), K.constant([[1000.0, -1000.0]] * 2), True),
          np.array([0, 2000], "float32"))


@pytest.mark.parametrize("from_logits", [False, True])
def test_sparse_crossentropy_gradient(K, from_logits):
    target, output = np.array([2, 0]), probabilities((2, 3), "float64")
    check_gradient(K, lambda o: K.sparse_categorical_crossentropy(target, o, from_logits),
                   lambda o: sparse_crossentropy(target, o, from_logits), output)


def test_sparse_crossentropy_refuses(K):
    loss = K.sparse_categorical_crossentropy
    for target, output, axis, error, message in (
            (np.zeros(3, int), K.ones((2, 3)), -1, "Shape", r"target has shape \(3,\); output of shape \(2, 3\)"),
            (np.zeros((2, 3), int), K.ones((2, 3)), -1, "Shape", "takes a target of shape"),
            (np.zeros(2, int), K.ones((2, 3), "int32"), -1, "Dtype", "output has dtype int32"),
            (np.zeros(2, int), K.ones((2, 3)), 2, "Shape", "axis 2 is out of range"),
            (np.zeros(2, int), K.placeholder((2, None)), -1, "Shape", "has an unknown number of classes"),
            ("text", K.ones((2, 3)), -1, "Dtype", "target must be a tensor")):
        with pytest.raises(getattr(K.errors, error + "Error"),
                           match=r"sparse_categorical_crossentropy\(\): .*" + message):
            loss(target, output, axis=axis)


# -- in_top_k -------------------------------------------------------------------------------------------

def in_top_k(predictions, targets, k):
    """The definition: fewer than k classes are better than the target, which exists and is finite."""
    found = []
    for row, target in zip(predictions, targets):
        inside = 0 <= target < len(row) and np.isfinite(row[target])
        found.append(bool(inside and np.sum(row > row[target]) < k))
    return np.array(found)


def test_in_top_k(K):
    predictions, targets = sample((6, 4)), np.array([0, 1, 2, 3, 1, 2], "int32")
    for k in (1, 2, 4, 9):
        for dtype in FLOATS:
            x = predictions.astype(dtype)
            check(K, K.in_top_k(tensor(K, x), tensor(K, targets), k), in_top_k(x, targets, k))
    for dtype in ("int8", "int64", "uint8", "uint64"):
        check(K, K.in_top_k(tensor(K, predictions), tensor(K, targets.astype(dtype)), 2),
              in_top_k(predictions, targets, 2))
    check_fed(K, lambda x, t: K.in_top_k(x, t, 2), [predictions, targets], in_top_k(predictions, targets, 2),
              shapes=[(None, 4), (None,)], static=(None,))


def test_in_top_k_of_ties_nan_infinity_and_classes_out_of_range(K):
    inf, nan = np.inf, np.nan
    predictions = np.array([[1, 2, 2], [2, 2, 2], [1, inf, 2], [1, inf, 2], [nan, 1, 2], [nan, 1, 2], [-inf, 1, 0],
                            [1, 2, 3], [1, 2, 3]], "float32")
    targets = np.array([1, 2, 1, 2, 0, 2, 0, 3, -1], "int32")
    expected = {1: [1, 1, 0, 0, 0, 1, 0, 0, 0], 2: [1, 1, 0, 1, 0, 1, 0, 0, 0]}
    for k in expected:
        check(K, K.in_top_k(tensor(K, predictions), tensor(K, targets), k), np.array(expected[k], bool))


def test_in_top_k_of_more_classes_than_the_dtype_counts(K):
    predictions = sample((2, 300))
    check(K, K.in_top_k(tensor(K, predictions), K.constant([3, 100], "int8"), 150),
          in_top_k(predictions, [3, 100], 150))


def test_in_top_k_refuses(K):
    for predictions, targets, k, error, message in (
            (K.ones((2,)), [0, 1], 1, "Shape", "predictions must have 2 dimensions"),
            (K.ones((2, 3)), [[0, 1]], 1, "Shape", "targets must have 1 dimension;"),
            (K.ones((2, 3)), [0, 1, 2], 1, "Shape", "targets has 3 samples, predictions has 2"),
            (K.ones((2, 3)), K.ones((2,)), 1, "Dtype", "targets has dtype float32; integers are needed"),
            (K.ones((2, 3), "int32"), [0, 1], 1, "Dtype", "predictions has dtype int32"),
            (K.ones((2, 3)), [0, 1], 0, "Argument", "k must be at least 1, not 0"),
            (K.ones((2, 3)), [0, 1], 1.5, "Argument", "k must be a whole number")):
        with pytest.raises(getattr(K.errors, error + "Error"), match=r"in_top_k\(\): .*" + message):
            K.in_top_k(predictions, targets, k)


# -- l2_normalize ---------------------------------------------------------------------------------------

def l2_normalize(x, axis=None):
    total = np.sum(np.square(x.astype("float64")), axis=axis, keepdims=True)
    return (x / np.sqrt(np.maximum(total, 1e-12))).astype(x.dtype)


def test_l2_normalize(K):
    for shape, axes in (((3,), [None, 0, -1]), ((2, 3), [None, 0, 1, -1, (0, 1)]), ((2, 3, 2), [1, (0, -1), None]),
                        ((1, 2, 1, 2, 3), [-1, (1, 3)])):
        x = sample(shape)
        for axis in axes:
            check(K, K.l2_normalize(tensor(K, x), axis), l2_normalize(x, axis))
    for dtype in FLOATS:
        x = sample((2, 3), dtype)
        check(K, K.l2_normalize(tensor(K, x), 1), l2_normalize(x, 1))
    check_fed(K, lambda x: K.l2_normalize(x, -1), [x], l2_normalize(x, -1), static=(None, None))


def test_l2_normalize_of_zeros_nan_and_infinity(K):
    x = np.array([[0, 0], [1e-7, 0], [np.nan, 1], [np.inf, 1]], "float32")
    check(K, K.l2_normalize(tensor(K, x), 1), l2_normalize(x, 1))
    zero = K.variable(np.zeros((1, 2)), "float64")
    check(K, K.gradients(K.l2_normalize(zero, 1), [zero])[0], np.full((1, 2), 1e6))


def test_l2_normalize_gradient(K):
    for axis in (None, 0, -1):
        check_gradient(K, lambda x, axis=axis: K.l2_normalize(x, axis), lambda x, axis=axis: l2_normalize(x, axis),
                       sample((2, 3), "float64"))


# -- batch normalization --------------------------------------------------------------------------------

def around(value, ndim, kept):
    """A parameter with the sizes of the kept axes, reshaped to size 1 along the others."""
    if value is None or value.ndim == ndim:
        return value
    shape = [1] * ndim
    for axis, size in zip(kept, value.shape):
        shape[axis] = size
    return value.reshape(shape)


def batch_normalization(x, mean, var, beta=None, gamma=None, axis=-1, epsilon=0.001):
    mean, var, beta, gamma = [around(value, x.ndim, [axis % x.ndim]) for value in (mean, var, beta, gamma)]
    result = (x - mean) / np.sqrt(var + epsilon)
    result = result if gamma is None else result * gamma
    return result if beta is None else result + beta


def in_training(x, gamma, beta, axes, epsilon=0.001):
    kept = [i for i in range(x.ndim) if i not in [axis % x.ndim for axis in axes]]
    wide = x.astype("float64")
    mean, var = wide.mean(axis=tuple(axes)), wide.var(axis=tuple(axes))
    mean_, var_, beta, gamma = [around(value, x.ndim, kept) for value in (mean, var, beta, gamma)]
    result = (wide - mean_) / np.sqrt(var_ + epsilon)
    result = result if gamma is None else result * gamma
    result = result if beta is None else result + beta
    return [value.astype(x.dtype) for value in (result, mean, var)]


@pytest.mark.parametrize("shape, axes", [((4, 3), [0]), ((3, 4, 2), [0, 1]), ((3, 2, 4), [0, -1]),
                                         ((2, 3, 2, 2), [0, 1, 2]), ((2, 3, 2, 2), [0, 2, 3]), ((2, 3, 2), [0]),
                                         ((1, 2, 2, 2, 3), [0, 1, 2, 3])])
def test_normalize_batch_in_training(K, shape, axes):
    x = sample(shape)
    kept = tuple(size for i, size in enumerate(shape) if i not in [axis % len(shape) for axis in axes])
    gamma, beta = sample(kept, seed=1), sample(kept, seed=2)
    for scale, offset in ((gamma, beta), (None, beta), (gamma, None), (None, None)):
        results = K.normalize_batch_in_training(tensor(K, x), *[None if value is None else tensor(K, value)
                                                                for value in (scale, offset)], reduction_axes=axes)
        for result, expected in zip(results, in_training(x, scale, offset, axes)):
            check(K, result, expected)
    check_fed(K, lambda x, g, b: K.normalize_batch_in_training(x, g, b, axes, 0.1), [x, gamma, beta],
              in_training(x, gamma, beta, axes, 0.1))


def test_normalize_batch_in_training_of_every_dtype(K):
    for dtype in FLOATS:
        x, gamma, beta = sample((6, 2), dtype), sample((2,), dtype, seed=1), sample((2,), dtype, seed=2)
        results = K.normalize_batch_in_training(tensor(K, x), tensor(K, gamma), tensor(K, beta), [0])
        for result, expected in zip(results, in_training(x, gamma, beta, [0])):
            assert result.dtype == dtype
            tolerance = 2e-2 if dtype == "float16" else 1e-5
            np.testing.assert_allclose(K.eval(result).astype("float64"), expected.astype("float64"), rtol=tolerance,
                                       atol=tolerance / 2)


def test_normalize_batch_gradient(K):
    for i in range(3):
        check_gradient(K, lambda *values, i=i: K.normalize_batch_in_training(*values, reduction_axes=[0, 1])[i] * (
            1 if i == 0 else K.sum(K.square(values[1] + values[2]))),
            lambda x, gamma, beta, i=i: in_training(x, gamma, beta, [0, 1])[i] * (
                1 if i == 0 else np.sum(np.square(gamma + beta))),
            sample((3, 2, 2), "float64"), sample((2,), "float64", seed=1), sample((2,), "float64", seed=2))


@pytest.mark.parametrize("shape, axis", [((4, 3), -1), ((4, 3), 0), ((2, 4, 3), 1), ((2, 3, 2, 2), 1),
                                         ((2, 2, 2, 3), -1), ((1, 2, 2, 2, 3), 4)])
def test_batch_normalization(K, shape, axis):
    x, size = sample(shape), shape[axis]
    mean, beta, gamma = (sample((size,), seed=seed) for seed in (1, 2, 3))
    var = sample((size,), seed=4, low=0.1)
    for offset, scale in ((beta, gamma), (None, gamma), (beta, None), (None, None)):
        result = K.batch_normalization(tensor(K, x), tensor(K, mean), tensor(K, var), *[
            None if value is None else tensor(K, value) for value in (offset, scale)], axis=axis, epsilon=0.01)
        check(K, result, batch_normalization(x, mean, var, offset, scale, axis, 0.01).astype("float32"))
    check_fed(K, lambda *values: K.batch_normalization(*values, axis=axis), [x, mean, var, beta, gamma],
              batch_normalization(x, mean, var, beta, gamma, axis).astype("float32"))
    wide = [around(value, x.ndim, [axis % x.ndim]) for value in (mean, var, beta, gamma)]
    check(K, K.batch_normalization(tensor(K, x), *[tensor(K, value) for value in wide]),
          batch_normalization(x, *wide).astype("float32"))


def test_batch_normalization_takes_arrays(K):
    x = sample((3, 2))
    check(K, K.batch_normalization(tensor(K, x), [0.0, 1.0], [1.0, 4.0], None, np.array([2.0, 3.0])),
          batch_normalization(x, np.array([0, 1]), np.array([1, 4]), None, np.array([2, 3])).astype("float32"))


def test_batch_normalization_gradient(K):
    check_gradient(K, K.batch_normalization, batch_normalization, sample((3, 2), "float64"),
                   *[sample((2,), "float64", seed=seed, low=0.2) for seed in range(1, 5)])


def test_normalization_refuses(K):
    x, two = K.ones((4, 3)), K.ones((2,))
    for call, error, message in (
            (lambda: K.batch_normalization(x, two, two, None, None), "Shape",
             r"batch_normalization\(\): mean of shape .* and x of shape .* do not broadcast"),
            (lambda: K.batch_normalization(x, two, two, None, None, axis=2), "Shape", "axis 2 is out of range"),
            (lambda: K.batch_normalization(K.ones((2,), "int32"), two, two, None, None), "Dtype", "x has dtype int32"),
            (lambda: K.batch_normalization(x, K.ones((3,), "float64"), K.ones((3,)), None, None), "Dtype",
             "mean has dtype float64 and x has dtype float32"),
            (lambda: K.batch_normalization(x, K.ones((5, 4, 3)), K.ones((3,)), None, None), "Shape", "mean"),
            (lambda: K.normalize_batch_in_training(x, two, None, [0]), "Shape",
             r"normalize_batch_in_training\(\): gamma of shape .* do not broadcast"),
            (lambda: K.normalize_batch_in_training(x, None, None, [2]), "Shape", "reduction_axes 2 is out of range"),
            (lambda: K.normalize_batch_in_training(x, None, None, [0, 0]), "Shape", "names the same dimension twice"),
            (lambda: K.l2_normalize(x, 2), "Shape", r"l2_normalize\(\): axis 2 is out of range"),
            (lambda: K.l2_normalize(K.ones((2,), "int32")), "Dtype", "x has dtype int32")):
        with pytest.raises(getattr(K.errors, error + "Error"), match=message):
            call()


# -- bias_add -------------------------------------------------------------------------------------------

@pytest.mark.parametrize("shape", [(2, 3), (2, 4, 3), (2, 4, 5, 3), (2, 4, 5, 2, 3)])
def test_bias_add(K, shape):
    x, bias = sample(shape), sample(shape[-1:], seed=1)
    whole = sample(shape[1:], seed=2)
    for function in (lambda x, bias: K.bias_add(x, bias), lambda x, bias: K.bias_add(x, bias, "channels_last")):
        check(K, function(tensor(K, x), tensor(K, bias)), x + bias)
        check(K, function(tensor(K, x), tensor(K, whole)), x + whole)
    check_fed(K, K.bias_add, [x, bias], x + bias, shapes=[(None,) * x.ndim, bias.shape])
    first = np.moveaxis(x, -1, 1)
    check(K, K.bias_add(tensor(K, first), tensor(K, bias), "channels_first"), np.moveaxis(x + bias, -1, 1))
    # With "channels_first", a bias of several dimensions is reshaped, as in the reference, rather than transposed.
    check(K, K.bias_add(tensor(K, first), tensor(K, whole), "channels_first"), first + whole.reshape(first.shape[1:]))
    check_fed(K, lambda x, bias: K.bias_add(x, bias, "channels_first"), [first, bias], np.moveaxis(x + bias, -1, 1),
              shapes=[(None,) * x.ndim, bias.shape])
    K.set_image_data_format("channels_first")
    check(K, K.bias_add(tensor(K, first), bias), np.moveaxis(x + bias, -1, 1))


def test_bias_add_of_every_dtype(K):
    for dtype in NUMBERS:
        x, bias = sample((2, 3), dtype), sample((3,), dtype, seed=1)
        check(K, K.bias_add(tensor(K, x), tensor(K, bias)), x + bias)


def test_bias_add_gradient(K):
    check_gradient(K, lambda x, bias: K.bias_add(x, bias, "channels_first"), lambda x, bias: x + bias[:, None],
                   sample((2, 3, 2), "float64"), sample((3,), "float64", seed=1))


def test_bias_add_refuses(K):
    for call, error, message in (
            (lambda: K.bias_add(K.ones((2, 3)), K.ones((2,))), "Shape", r"x of shape .* and bias of shape \(2,\)"),
            (lambda: K.bias_add(K.ones((2, 3, 4)), K.ones((2,)), "channels_first"), "Shape", "do not"),
            (lambda: K.bias_add(K.ones((2, 3, 4, 5)), K.ones((4, 5))), "Shape",
             r"bias must have 1 or 3 dimensions; its shape is \(4, 5\)"),
            (lambda: K.bias_add(K.ones((3,)), K.ones((3,))), "Shape", "x must have at least two dimensions"),
            (lambda: K.bias_add(K.ones((2, 3)), K.ones((3,), "float64")), "Dtype", "bias has dtype float64"),
            (lambda: K.bias_add(K.ones((2, 3)), K.ones((3,)), "channels"), "Argument", "unknown data format")):
        with pytest.raises(getattr(K.errors, error + "Error"), match=r"bias_add\(\): .*" + message):
            call()


# -- dropout --------------------------------------------------------------------------------------------

def test_dropout(K):
    for dtype in FLOATS:
        x = np.ones((100, 80), dtype)
        for level in (0.2, 0.5, np.float32(0.75)):
            value = K.eval(K.dropout(tensor(K, x), level, seed=3))
            assert (value.dtype.name, value.shape) == (dtype, x.shape)
            kept = value != 0
            np.testing.assert_allclose(value[kept].astype("float64"), 1 / (1 - float(level)), rtol=1e-3)
            assert abs(1 - kept.mean() - level) < 5 * np.sqrt(level * (1 - level) / x.size)
            # Elements are dropped one by one, not as whole rows or columns.
            assert np.all(kept.any(axis=0)) and np.all(kept.any(axis=1))


def test_dropout_of_nearly_all_elements(K):
    for dtype in FLOATS:
        value = K.eval(K.dropout(K.ones((1000, 1000), dtype), 0.9999, seed=4))
        assert abs(np.count_nonzero(value) - 100) < 50


def test_dropout_level_as_a_scalar(K):
    x = np.ones((100, 80))
    for dtype in FLOATS:
        level = K.variable(0.2, dtype="float32")
        function = K.function([], [K.dropout(tensor(K, x.astype(dtype)), level, seed=3)])
        for number in (0.2, 0.75):
            K.set_value(level, number)
            value = function([])[0]
            kept = value != 0
            assert value.dtype.name == dtype
            np.testing.assert_allclose(value[kept].astype("float64"), 1 / (1 - number), rtol=1e-3)
            assert abs(1 - kept.mean() - number) < 5 * np.sqrt(number * (1 - number) / x.size)
    with pytest.raises(K.errors.ShapeError, match=r"dropout\(\): level must be a number or a scalar; .* \(2,\)"):
        K.dropout(K.ones((2, 3)), K.variable([0.1, 0.2]))
    with pytest.raises(K.errors.DtypeError, match=r"dropout\(\): level has dtype int32"):
        K.dropout(K.ones((2, 3)), K.constant(0, dtype="int32"))


def test_dropout_of_level_0_changes_nothing(K):
    x = np.array([[np.nan, np.inf], [-np.inf, 2]], "float32")
    check(K, K.dropout(tensor(K, x), 0), x)
    check(K, K.dropout(tensor(K, x), 0.0, seed=1), x)


def test_dropout_seeds(K):
    x = K.ones((200,))
    first, second = K.dropout(x, 0.5, seed=5), K.dropout(x, 0.5, seed=5)
    masks = [K.eval(first), K.eval(first)]
    assert not np.array_equal(*masks)
    np.testing.assert_array_equal(K.eval(second), masks[0])
    unseeded = K.dropout(x, 0.5)
    assert not np.array_equal(K.eval(unseeded), K.eval(unseeded))


def test_dropout_noise_shape(K):
    x = np.ones((30, 20, 4), "float32")
    value = K.eval(K.dropout(tensor(K, x), 0.5, noise_shape=(30, 1, 4), seed=1))
    assert np.all(value == value[:, :1]) and 0 < value[:, 0].mean() < 2
    value = K.eval(K.dropout(tensor(K, x), 0.5, noise_shape=(None, None, 1), seed=1))
    assert np.all(value == value[:, :, :1]) and len(np.unique(value)) == 2
    fed = K.placeholder((None, None, 4))
    function = K.function([fed], [K.dropout(fed, 0.5, noise_shape=(None, 1, None)), K.dropout(fed, 0.5)])
    one, other = function([x])
    assert np.all(one == one[:, :1]) and set(np.unique(one)) == {0, 2} and other.shape == x.shape
    size = K.shape(fed)[0]
    assert np.all(np.ptp(K.function([fed], [K.dropout(fed, 0.5, noise_shape=(size, 1, 1))])([x])[0], axis=(1, 2)) == 0)


def test_dropout_gradient_is_its_mask(K):
    x = K.variable(np.ones((40,)))
    dropped = K.dropout(x, 0.25)
    value, gradient = K.function([], [dropped, K.gradients(K.sum(dropped), [x])[0]])([])
    np.testing.assert_allclose(gradient, value, rtol=1e-6)
    assert set(np.round(value, 4)) <= {0, np.float32(1.3333)}


def test_dropout_refuses(K):
    x = K.ones((2, 3))
    for call, error, message in (
            (lambda: K.dropout(x, 1.0), "Argument", "level must be a number from 0 up to but not including 1, not 1"),
            (lambda: K.dropout(x, -0.1), "Argument", "level must be"),
            (lambda: K.dropout(x, float("nan")), "Argument", "level must be"),
            (lambda: K.dropout(x, "half"), "Argument", "level must be"),
            (lambda: K.dropout(x, 0.5, seed=-1), "Argument", "seed must be at least 0"),
            (lambda: K.dropout(x, 0.5, noise_shape=(2,)), "Shape", "noise_shape .* must have a size for each"),
            (lambda: K.dropout(x, 0.5, noise_shape=(4, 3)), "Shape", r"noise_shape \(4, 3\) does not fit"),
            (lambda: K.dropout(K.ones((2, 1)), 0.5, noise_shape=(2, 3)), "Shape", "noise_shape"),
            (lambda: K.dropout(K.ones((2,), "int32"), 0.5), "Dtype", "x has dtype int32")):
        with pytest.raises(getattr(K.errors, error + "Error"), match=r"dropout\(\): .*" + message):
            call()


def test_crossentropies_of_certain_predictions_in_every_dtype(K):
    """In float16, 1 + epsilon() is 1, as is 1 plus a tiny epsilon in every dtype. The logarithms are finite anyway."""
    for dtype in FLOATS:
        for epsilon in (1e-7, 1e-3, 1e-12, 1e-60, 1e-320):
            K.set_epsilon(epsilon)
            target = np.array([[0, 1], [0, 1]], dtype)
            output = np.array([[0, 1], [1, 0]], dtype)  # right predictions, and wrong ones
            x = K.variable(output, dtype)
            losses = [K.binary_crossentropy(K.constant(target, dtype), x),
                      K.categorical_crossentropy(K.constant(target, dtype), x),
                      K.sparse_categorical_crossentropy(K.constant([1, 1], "int32"), x)]
            binary, categorical, sparse = map(K.eval, losses)
            least = max(epsilon, np.finfo(dtype).epsneg)
            most = -np.log(max(epsilon, 2.0 ** -24 if dtype == "float16" else np.finfo(dtype).tiny))
            tolerance = {"rtol": 0.02, "atol": np.finfo(dtype).epsneg}
            np.testing.assert_allclose(binary[0], [least, least], **tolerance)
            np.testing.assert_allclose(categorical, [least, most], **tolerance)
            np.testing.assert_array_equal(sparse, categorical)
            # For p next to 1, 1 - p is at least the dtype's spacing there.
            np.testing.assert_allclose(binary[1], [-np.log(least), most], **tolerance)
            for loss in losses:
                gradient, = K.gradients(K.sum(loss), [x])
                assert np.isfinite(K.eval(gradient)).all()
