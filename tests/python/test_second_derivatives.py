"""Gradients of gradients. CNTK's first gradients are composed of kernels; the other engines differentiate natively."""

import pathlib

import numpy as np
import pytest
from checks import check, check_array
from starting import session

import pyshim
from pyshim.contract.derivatives import RULES
from pyshim.contract.derivatives.walk import gradients as composed_gradients
from pyshim.engines.kernels import kernel_names
from pyshim.graph.node import CONSTANT_TO_GRADIENTS

REFUSED = {"ctc_batch_cost"}
NOT_OF_FLOATS = {"arange", "shape", "argmax", "argmin", "any", "all", "ctc_sparse", "equal", "not_equal", "greater",
                 "greater_equal", "less", "less_equal", "logical_and", "logical_or", "logical_not"}

A = [[0.5, -1.2, 2.0], [1.5, 0.3, -0.7]]
B = [[1.1, 0.4, -0.9], [-2.0, 1.7, 0.6]]
POSITIVE, SHIFTED = np.abs(A), np.array(B) + 0.07
ROW, COLUMN = [[0.7, -1.3, 0.4]], [[1.2], [-0.8]]
IMAGES = np.random.RandomState(0).normal(size=(2, 5, 4, 2))
KERNEL = np.random.RandomState(1).normal(size=(2, 3, 2, 3))
SEQUENCE = np.random.RandomState(2).normal(size=(2, 3, 2))


def conv(**more):
    return lambda K, x, w: K.conv2d(x, w, **more)


def lstm(K, x, w, h, mask=None):
    def step(e, states):
        z = K.tanh(K.dot(e, w) + states[0])
        return z * e, [K.sigmoid(z) * states[1], z]
    last, outputs, states = K.rnn(step, x, [h, K.zeros_like(h)], mask=mask)
    return outputs + K.expand_dims(states[0] + last, 1)


def inner_gradient(K, x, w):
    def step(e, states):
        y = states[0]
        return y, [y - 0.1 * K.gradients(K.sum(y ** 3 * K.expand_dims(e[:, 0]) * w), [y])[0]]
    return K.rnn(step, x, [K.ones((2, 2), dtype="float64")])[1]


# By kernel: a function, and the values of the arguments that it is differentiated with respect to.
CASES = {
    "sqrt": (lambda K, x: K.sqrt(x), POSITIVE),
    "exp": (lambda K, x: K.exp(x), A),
    "log": (lambda K, x: K.log(x), POSITIVE),
    "sin": (lambda K, x: K.sin(x), A),
    "cos": (lambda K, x: K.cos(x), A),
    "sigmoid": (lambda K, x: K.sigmoid(x), A),
    "tanh": (lambda K, x: K.tanh(x), A),
    "round": (lambda K, x: K.round(x) * x, B),
    "sign": (lambda K, x: K.sign(x) * x, A),
    "abs": (lambda K, x: K.abs(x), A),
    "square": (lambda K, x: K.square(x), A),
    "negative": (lambda K, x: -x, A),
    "add": (lambda K, x, y: x + y, A, ROW),
    "subtract": (lambda K, x, y: x - y, COLUMN, B),
    "multiply": (lambda K, x, y: x * y, A, COLUMN),
    "multiply itself": (lambda K, x: x * x * K.sum(x), A),
    "divide": (lambda K, x, y: x / y, ROW, B),
    "floor_divide": (lambda K, x, y: x * (x // y), A, SHIFTED),
    "remainder": (lambda K, x, y: x % y, A, SHIFTED),
    "pow": (lambda K, x, y: K.pow(x, y), POSITIVE, ROW),
    "pow of a negative number": (lambda K, x: x ** 3, A),
    "maximum": (lambda K, x, y: K.maximum(x, y), A, COLUMN),
    "minimum": (lambda K, x, y: K.minimum(x, y), A, ROW),
    "select": (lambda K, x, y: K.switch(K.constant([[1, 0, 1], [0, 1, 1]]), x, y), A, ROW),
    "switch": (lambda K, x, y: K.switch(K.sum(x) > 0, x, y), A, B),
    "cast": (lambda K, x: K.cast(K.cast(x, "float32"), "float64"), np.round(A)),
    "identity": (lambda K, x: K.identity(x), A),
    "relu": (lambda K, x: K.relu(x), A),
    "leaky relu": (lambda K, x: K.relu(x, alpha=0.2, max_value=1.8, threshold=-0.5), A),
    "elu": (lambda K, x: K.elu(x), A),
    "softplus": (lambda K, x: K.softplus(x), A),
    "softsign": (lambda K, x: K.softsign(x), A),
    "softmax": (lambda K, x: K.softmax(x, axis=0) * x, A),
    "bias_add": (lambda K, x, b: K.bias_add(x, b), A, [0.3, -0.2, 0.9]),
    "bias_add to a column": (lambda K, x, b: K.bias_add(x, b), COLUMN, [0.3, -0.2, 0.9]),
    "crossentropy": (lambda K, x: K.categorical_crossentropy(K.constant([[0.0, 1, 0], [1, 0, 0]], dtype="float64"), x,
                                                             from_logits=True), A),
    "batch normalization": (lambda K, x, g: K.normalize_batch_in_training(x, g, None, [0])[0], A, [1.0, 0.5, 2.0]),
    "l2_normalize": (lambda K, x: K.l2_normalize(x, axis=1), A),
    "sum": (lambda K, x: K.sum(x, axis=0) * x, A),
    "mean": (lambda K, x: K.mean(x, axis=1, keepdims=True) * x, A),
    "max": (lambda K, x: K.max(x, axis=1), A),
    "min": (lambda K, x: K.min(x, axis=(0, 1)) * K.square(x), A),
    "prod": (lambda K, x: K.prod(x, axis=1), A),
    "prod with zeros": (lambda K, x: K.prod(x, axis=(0, 2)), [[[0.0, 2.0], [3.0, 1.5]], [[1.2, 0.7], [0.0, 0.0]]]),
    "cumsum": (lambda K, x: K.cumsum(x, axis=1), A),
    "cumprod": (lambda K, x: K.cumprod(x, axis=1), A),
    "cumprod with zeros": (lambda K, x: K.cumprod(x, axis=1), [[1.5, 0.0, -0.7, 2.0], [0.0, 0.3, 0.0, 1.2]]),
    "logsumexp": (lambda K, x: K.logsumexp(x, axis=1), A),
    "std": (lambda K, x: K.std(x, axis=0), A),
    "dot": (lambda K, x, y: K.dot(x, K.transpose(y)), A, B),
    "dot of vectors": (lambda K, x, y: K.dot(K.sin(x), y), [0.5, -1.0], [2.0, 0.3]),
    "dot of more axes": (lambda K, x, y: K.dot(x, y), SEQUENCE, SEQUENCE[:, :2] + 1),
    "dot by a vector": (lambda K, x, y: K.dot(x, y), SEQUENCE, [0.3, -0.9]),
    "batch_dot": (lambda K, x, y: K.batch_dot(x, y, axes=(1, 1)), SEQUENCE, SEQUENCE - 1),
    "batch_dot of vectors": (lambda K, x, y: K.batch_dot(x, y), A, B),
    "batch_dot of more axes": (lambda K, x, y: K.batch_dot(x, y, axes=(3, 1)), IMAGES[:, :2, :2], SEQUENCE[:, :2]),
    "permute": (lambda K, x: K.permute_dimensions(x, (1, 2, 0)), SEQUENCE),
    "gather": (lambda K, x: K.gather(x, K.constant([[1, 1], [0, 1]], dtype="int32")), A),
    "segment_sum": (lambda K, x: x[K.constant([[True, False, True], [True, True, False]], dtype="bool")], A),
    "scatter": (lambda K, v: K.to_dense(K.session.current_host().contract.sparse_node(
        [K.constant([0, 1, 1], dtype="int32"), K.constant([1, 0, 0], dtype="int32"), v,
         K.constant([2, 2], dtype="int32")], (2, 2))), [0.5, -1.0, 2.0]),
    "reshape": (lambda K, x: K.reshape(x, (3, 2)), A),
    "reshape_to": (lambda K, x: K.reshape(x, K.concatenate([K.argmax([[0, 0, 0, 1.0]], 1), K.constant([2], "int64")])),
                   A),
    "batch_flatten": (lambda K, x: K.batch_flatten(x), SEQUENCE),
    "repeat_elements": (lambda K, x: K.repeat_elements(x, 2, 1), A),
    "tile": (lambda K, x: K.tile(x, (2, 1, 3)), A),
    "broadcast_to": (lambda K, x: K.tile(x, (K.argmax([0.0, 0, 1]), 1)), A),
    "pad": (lambda K, x: K.temporal_padding(x, (1, 2)), SEQUENCE),
    "resize_linear": (lambda K, x: K.resize_images(x, 2, 3, "channels_last", "bilinear"), IMAGES[:, :2, :3]),
    "concatenate": (lambda K, x, y: K.concatenate([x, y, x * 2], 0), A, ROW),
    "expand_dims": (lambda K, x: K.expand_dims(x, 1), A),
    "squeeze": (lambda K, x: K.squeeze(x, 0), ROW),
    "get_item": (lambda K, x: x[1, None, ::2] * x[:1, ::-2, None] + x[:, -1], IMAGES[:, :3, :3, 0]),
    "get_item of a part": (lambda K, x: x[::-1, 1:4:2] + x[:, 3:0:-2], IMAGES[0, :, :, 0]),
    "get_item_at": (lambda K, x: x[:, K.argmax([0.0, 1]):] * x[K.argmax([0.0, 1]), 1:], A),
    "convolution": (conv(), IMAGES, KERNEL),
    "convolution with strides": (conv(strides=(2, 1), padding="same"), IMAGES, KERNEL),
    "convolution with dilation": (conv(dilation_rate=(2, 1), padding="same"), IMAGES, KERNEL),
    "convolution of sequences": (lambda K, x, w: K.conv1d(x, w, padding="causal"), SEQUENCE, KERNEL[0, :2]),
    "convolution_transpose": (lambda K, x, w: K.conv2d_transpose(x, w, (2, 9, 5, 2), (2, 1), "same"),
                              np.random.RandomState(3).normal(size=(2, 5, 5, 3)), KERNEL),
    "depthwise_convolution": (lambda K, x, w: K.depthwise_conv2d(x, w, strides=2, padding="same"), IMAGES, KERNEL),
    "pool": (lambda K, x: K.pool2d(x, 2, (2, 2), "same", pool_mode="avg"), IMAGES),
    "pool of maxima": (lambda K, x: K.pool2d(x, (3, 2), (2, 1), "same"), IMAGES),
    "map_fn": (lambda K, x, w: K.map_fn(lambda row: K.sum(row * w) * row, x), A, ROW[0]),
    "foldr": (lambda K, x: K.foldr(lambda total, row: total * row + row, x), A),
    "rnn": (lambda K, x, w, h: lstm(K, x, w, h), SEQUENCE, [[0.3, -0.5], [0.8, 0.1]], [[0.2, 0.4], [-0.3, 0.6]]),
    "rnn with a mask": (lambda K, x, w, h: lstm(K, x, w, h, K.constant([[1, 1, 0], [1, 0, 1]])), SEQUENCE,
                        [[0.3, -0.5], [0.8, 0.1]], [[0.2, 0.4], [-0.3, 0.6]]),
    "nested loops": (lambda K, x, w: K.map_fn(lambda m: K.map_fn(lambda row: K.sum(m * w) * row, m), x), SEQUENCE,
                     [0.5, -0.8]),
}
STEPS_WITH_GRADIENTS = {"a gradient in a step": (inner_gradient, SEQUENCE, [0.4, -0.6])}


@pytest.fixture
def composing():
    """pyshim with a backend that cannot differentiate its own gradients, and so composes them."""
    with pyshim.use_backend("cntk"):
        pyshim.clear_session()
        yield pyshim


def test_there_is_a_rule_for_every_kernel():
    kernels = set(kernel_names())
    assert kernels - set(RULES) == REFUSED | NOT_OF_FLOATS | CONSTANT_TO_GRADIENTS
    assert set(RULES) <= kernels
    assert {name for name in kernels - REFUSED - NOT_OF_FLOATS - CONSTANT_TO_GRADIENTS
            if name not in CASES} == {"print_tensor", "asserted"}


def made(K, case):
    """The loss of a case, made nonlinear in everything, and its variables."""
    function, *values = case
    variables = [K.variable(value, dtype="float64") for value in values]
    result = function(K, *variables)
    known = None not in result.shape
    weights = np.cos(np.arange(np.prod(result.shape, dtype=int))).reshape(result.shape) if known else 1
    return K.sum(K.square(result) * weights + K.sin(result)), variables


@pytest.mark.parametrize("name", CASES)
def test_composed_gradients_are_those_of_the_engine(composing, name):
    K = composing
    loss, variables = made(K, CASES[name])
    own = K.gradients(loss, variables)
    composed = composed_gradients(K.session.current_host().contract, loss, variables)
    for x, wanted, value in zip(variables, K.function([], own)([]), K.function([], composed)([])):
        assert value.dtype == "float64" and value.shape == x.shape
        np.testing.assert_allclose(value, wanted, rtol=1e-6 if name == "cast" else 1e-9, atol=1e-10)


@pytest.mark.parametrize("name", {**CASES, **STEPS_WITH_GRADIENTS})
def test_second_derivatives(K, name):
    """Along a direction, the weighted sum of first gradients changes as the second derivatives predict."""
    loss, variables = made(K, {**CASES, **STEPS_WITH_GRADIENTS}[name])
    generator = np.random.RandomState(5)
    first = K.gradients(loss, variables)
    weighted = K.sum(K.stack([K.sum(g * generator.normal(size=x.shape)) for g, x in zip(first, variables)]))
    second = K.gradients(weighted, variables)
    assert [g.shape for g in second] == [x.shape for x in variables]
    values = [K.eval(gradient) for gradient in second]  # on slow compilers, faster than a function

    start, directions = K.batch_get_value(variables), [generator.normal(size=x.shape) for x in variables]
    step, tolerance = (1e-2, 1e-3) if name == "cast" else (1e-5, 2e-6)  # float32 would round a small step away
    along = []
    for sign in (1, -1):
        K.batch_set_value([(x, value + sign * step * by) for x, value, by in zip(variables, start, directions)])
        along.append(K.eval(weighted))
    total = sum(np.sum(value * by) for value, by in zip(values, directions))
    np.testing.assert_allclose(total, (along[0] - along[1]) / (2 * step), rtol=tolerance, atol=1e-7)


UNKNOWN = {
    "broadcast": lambda K, x, y, z: K.sum(K.square(x * y + y / (K.square(z) + 1))),
    "dot": lambda K, x, y, z: K.sum(K.square(K.dot(x, K.transpose(y)))),
    "batch_dot": lambda K, x, y, z: K.sum(K.square(K.batch_dot(K.expand_dims(x, 1), K.expand_dims(y, 2)))),
    "slices": lambda K, x, y, z: K.sum(K.square(x[1:]) * x[:-1] + K.square(K.reverse(x, 0))[::2][:1]),
    "joined": lambda K, x, y, z: K.sum(K.square(K.concatenate([x * x, K.gather(y, np.array([1, 0, 1]))], 0))),
    "reductions": lambda K, x, y, z: K.sum(K.square(K.mean(x, 0) * K.max(x, 0) * K.prod(x, 0) * K.logsumexp(y))),
    "running": lambda K, x, y, z: K.sum(K.square(K.cumprod(x, 0) * K.cumsum(y, 1))),
    "shapes": lambda K, x, y, z: K.sum(K.square(K.tile(K.flatten(x), 2) * K.flatten(K.repeat_elements(x, 2, 0)))),
    "loop": lambda K, x, y, z: K.sum(K.square(K.foldl(lambda total, row: total * row + z[0], x, K.ones((3,))))),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_sizes_that_are_known_when_it_runs(composing, name):
    K = composing

    def second(arrays, shapes):
        inputs = [K.placeholder(shape, dtype="float32") for shape in shapes]
        loss = UNKNOWN[name](K, *inputs)
        loss = loss + K.sum(K.stack([K.sum(x ** 4) for x in inputs]))
        first = K.gradients(loss, inputs)
        return K.function(inputs, K.gradients(K.sum(K.stack([K.sum(K.square(g)) for g in first])), inputs))(arrays)

    arrays = [np.array(value, "float32") for value in (A, B, ROW)]
    known = second(arrays, [x.shape for x in arrays])
    for value, wanted in zip(second(arrays, [(None, None)] * 3), known):
        check_array(value, wanted)


def images_of(K, make, shape, arrays):
    """The second derivatives of a sum of squares with respect to images and a kernel."""
    x, w = K.placeholder(shape, dtype="float64"), K.placeholder(arrays[1].shape, dtype="float64")
    loss = K.sum(K.square(make(K, x, w)))
    first = K.gradients(loss, [x, w])
    return K.function([x, w], K.gradients(K.sum(first[0] ** 2) + K.sum(first[1] ** 2), [x, w]))(arrays)


@pytest.mark.parametrize("make", [
    conv(), conv(padding="same"), conv(padding="same", strides=(2, 3)), conv(dilation_rate=2, padding="same"),
    lambda K, x, w: K.pool2d(x * K.sum(w), 2, (2, 2), "same"),
    lambda K, x, w: K.pool2d(x * K.sum(w), (2, 3), (1, 2), "same", pool_mode="avg")],
    ids=["valid", "same", "same with strides", "dilation", "max", "avg"])
def test_images_of_unknown_sizes(composing, make):
    K = composing
    known = images_of(K, make, IMAGES.shape, [IMAGES, KERNEL])
    for value, wanted in zip(images_of(K, make, (None, None, None, 2), [IMAGES, KERNEL]), known):
        np.testing.assert_allclose(value, wanted, rtol=1e-9, atol=1e-9)


def test_higher_derivatives(K):
    x = K.variable([0.5, 2.0], dtype="float64")
    y = K.sum(x ** 4 * K.exp(K.square(K.sin(x)) + K.square(K.cos(x))))  # the exponential is always e
    for expected in (4 * np.array([0.5, 2]) ** 3, 12 * np.array([0.5, 2]) ** 2, 24 * np.array([0.5, 2]), [24, 24]):
        y, = K.gradients(y, [x])
        check_array(K.eval(y), np.e * np.array(expected), "float64")


@pytest.mark.parametrize("name", ["prod", "cumprod"])
def test_third_derivatives_of_products_with_zeros(K, name):
    """Differentiated by three elements, the product of four is the other element."""
    x = K.variable([0.0, 2.0, 0.0, 0.0], dtype="float64")
    y = getattr(K, name)(x)
    y = y if name == "prod" else y[3]
    for i in (0, 2, 3):
        y = K.gradients(y, [x])[0][i]
    check(K, y, np.array(2.0), "float64")
    check(K, K.gradients(y, [x])[0], np.array([0.0, 1, 0, 0]), "float64")


def test_hessian_times_vector(K):
    """The Hessian of a quadratic form x'Ax is A + A'."""
    generator = np.random.RandomState(0)
    matrix, vector = generator.normal(size=(4, 4)), generator.normal(size=(4,))
    x, v = K.variable(generator.normal(size=(4,)), dtype="float64"), K.placeholder((4,), dtype="float64")
    gradient, = K.gradients(K.sum(x * K.dot(K.constant(matrix, dtype="float64"), x)), [x])
    product, = K.gradients(K.sum(gradient * v), [x])
    check_array(K.function([v], [product])([vector])[0], np.dot(matrix + matrix.T, vector), "float64")


def test_gradient_penalty(K):
    """The gradient penalty of a Wasserstein GAN's critic: its gradient with respect to each weight is that of
    finite differences."""
    generator = np.random.RandomState(0)
    values = [generator.normal(size=size) * 0.5 for size in ((3, 3, 1, 2), (2,), (8, 4), (4,), (4, 1))]
    w = [K.variable(value, dtype="float64") for value in values]
    real, fake, share = [K.placeholder((None, 4, 4, 1), dtype="float64") for _ in range(2)] + [
        K.placeholder((None, 1, 1, 1), dtype="float64")]

    def critic(x):
        x = K.relu(K.bias_add(K.conv2d(x, w[0], (2, 2), "same"), w[1]), alpha=0.2)
        return K.dot(K.tanh(K.dot(K.batch_flatten(x), w[2]) + w[3]), w[4])
    mixed = share * real + (1 - share) * fake
    slope, = K.gradients(critic(mixed), [mixed])
    norm = K.sqrt(K.sum(K.square(K.batch_flatten(slope)), axis=1))
    loss = K.mean(critic(fake)) - K.mean(critic(real)) + 10 * K.mean(K.square(norm - 1))
    train = K.function([real, fake, share], [loss] + K.gradients(loss, w))
    fed = [generator.normal(size=(3, 4, 4, 1)) for _ in range(2)] + [generator.uniform(size=(3, 1, 1, 1))]
    _, *found = train(fed)
    for x, value, gradient in zip(w, values, found):
        for place in [(0,) * value.ndim, tuple(size - 1 for size in value.shape)]:
            losses = []
            for change in (1e-6, -1e-6):
                moved = value.copy()
                moved[place] += change
                K.set_value(x, moved)
                losses.append(train(fed)[0])
            K.set_value(x, value)
            np.testing.assert_allclose(gradient[place], (losses[0] - losses[1]) / 2e-6, rtol=1e-5, atol=1e-8)


def test_theano_logs_no_failure_while_it_compiles(tmp_path):
    ran = session("""
import numpy as np
import pyshim as K
K.use_backend("theano")
x, w = K.placeholder((None, 3)), K.variable(np.ones((3, 1)))
slope, = K.gradients(K.sum(K.tanh(K.dot(x, w))), [x])
loss = K.mean(K.square(K.sqrt(K.sum(K.square(slope), axis=-1)) - 1))
print(K.function([x], K.gradients(loss, [w]))([np.ones((2, 3))])[0].shape)
""", tmp_path)
    assert ran.stdout.strip() == "(3, 1)"
    assert "ERROR" not in ran.stderr


def test_the_same_graph_on_other_engines(K, engine):
    """A gradient of a gradient moves with its graph, although each engine computes it in its own way."""
    x, w = K.placeholder((None, 4, 4, 2), dtype="float64"), K.variable(KERNEL, dtype="float64")
    y = K.max(K.pool2d(K.softplus(K.conv2d(x, w, padding="same")), 2, (2, 2)), axis=(1, 2))
    y = K.rnn(lambda e, states: (e * states[0], [K.sin(e) + states[0]]), K.expand_dims(y, 1), [K.ones_like(y)])[0]
    slope, = K.gradients(K.sum(K.square(y)), [x])
    second, = K.gradients(K.sum(slope ** 2), [w])
    compared = K.compare_backends(second, {x: IMAGES[:, :4]}, ["tensorflow", "cntk"])
    assert np.abs(compared.values["cntk"]).max() > 1
    assert compared[1]["relative"] < 1e-9


def test_with_respect_to_a_gradient(K):
    x, y = K.variable([1.0, 2.0]), K.variable([3.0, -1.0])
    slope, = K.gradients(K.sum(x * x * y), [x])
    loss = K.sum(slope ** 3 * x)  # slope is 2 * x * y
    of_slope, of_x, of_y = K.gradients(loss, [slope, x, y])
    x, y = np.array([1.0, 2.0], "float32"), np.array([3.0, -1.0], "float32")
    check(K, of_slope, 12 * x ** 3 * y ** 2)
    check(K, of_x, 32 * x ** 3 * y ** 3)
    check(K, of_y, 24 * x ** 4 * y ** 2)
    check(K, K.gradients(loss, [slope])[0], 12 * x ** 3 * y ** 2)


def test_what_is_evaluated_once(K, capfd):
    """Updates, prints and draws between a gradient and the loss happen once, as part of the loss."""
    x, count = K.variable([0.5, 2.0]), K.variable(0.0)
    slope, = K.gradients(K.sum(x ** 3), [x])
    draws = K.random_uniform((2,))
    with K.control_dependencies([K.update_add(count, 1.0)]):
        counted = K.identity(slope)
    loss = K.sum(K.print_tensor(counted * draws, "seen:"))
    second, = K.gradients(loss, [x])
    f = K.function([], [second, draws, loss])
    for i in range(1, 3):
        value, drawn, total = f([])
        check_array(value, 6 * np.array([0.5, 2], "float32") * drawn, "float32")
        np.testing.assert_allclose(total, np.sum(3 * np.array([0.25, 4]) * drawn), rtol=1e-5)
        assert capfd.readouterr().out.count("seen:") == 1
        check_array(K.get_value(count), np.float32(i))
    K.eval(second)
    assert capfd.readouterr().out.count("seen:") == 1
    check_array(K.get_value(count), np.float32(3))


def test_zeros_and_infinities(K):
    """Elements that are not selected, or do not contribute, leave no nan in the second derivative either."""
    x = K.variable([-1.0, 0.0, 4.0], dtype="float64")
    for loss, expected in ((K.sum(K.switch(K.greater(x, 0), K.sqrt(x), K.zeros_like(x))), [0, 0, -1 / 32]),
                           (K.sum(K.sqrt(K.relu(x - 1))), [0, 0, -0.25 * 3 ** -1.5]),
                           (K.sum(K.square(x)), [2, 2, 2]),
                           (K.sum(K.switch(K.not_equal(x, 0), 1 / x, K.zeros_like(x))), [-2, 0, 2 / 64]),
                           (K.sum(x ** 2), [2, 2, 2])):
        first, = K.gradients(loss, [x])
        check_array(K.eval(K.gradients(first, [x])[0]), np.array(expected, "float64"))


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "square", "sin", "cos", "sigmoid", "tanh", "softplus", "relu",
                                  "abs"])
def test_a_gradient_of_0_that_comes_in_has_a_gradient(K, name):
    """For a * f(x) with a = 0, the derivative with respect to x is 0; that derivative's own, with respect to a, is
    f'(x)."""
    a, x = K.variable([0.0, 0.0], dtype="float64"), K.variable([0.5, 2.0], dtype="float64")
    function = getattr(K, name)
    first, = K.gradients(K.sum(a * function(x)), [x])
    mixed, = K.gradients(K.sum(first), [a])
    check_array(K.eval(first), np.zeros(2))
    check_array(K.eval(mixed), K.eval(K.gradients(K.sum(function(x)), [x])[0]))


def test_a_gradient_of_0_that_comes_in_to_quotients_and_powers(K):
    a, x, y = [K.variable(value, dtype="float64") for value in ([0.0, 0.0], [0.5, 2.0], [3.0, -1.0])]
    for result, by, expected in ((x / y, x, [1 / 3, -1]), (x / y, y, [-0.5 / 9, -2]), (x * y, x, [3, -1]),
                                 (K.pow(x, y), x, [3 * 0.25, -0.25]),
                                 (K.pow(x, y), y, [0.125 * np.log(0.5), 0.5 * np.log(2)])):
        first, = K.gradients(K.sum(a * result), [by])
        check_array(K.eval(K.gradients(K.sum(first), [a])[0]), np.array(expected, "float64"))


def test_zeros_where_nothing_depends_on_it(K):
    x = K.variable([0.4, 1.6])
    first, = K.gradients(K.sum(K.round(x) * 2 + x), [x])
    check(K, K.gradients(K.sum(first * x), [x])[0], np.ones(2, "float32"))


REFUSALS = {
    "ctc_batch_cost": lambda K, x: K.ctc_batch_cost(K.constant([[0]], dtype="int32"), K.softmax(x), [[3]], [[1]]),
    "a loop whose step draws random numbers": lambda K, x: K.map_fn(
        lambda row: K.square(row) * K.random_uniform((1,), dtype="float64"), x),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refused(K, engine, name):
    x = K.variable(SEQUENCE[:1], dtype="float64")
    first, = K.gradients(K.sum(REFUSALS[name](K, x)), [x])
    assert np.isfinite(K.eval(first)).all()
    if engine == "cntk" or name == "ctc_batch_cost":
        refusal = r"gradients\(\): \w+ has no second derivatives of %s$" % name
        with pytest.raises(K.errors.GradientError, match=refusal):
            K.gradients(K.sum(first * x), [x])
    # A kernel that no gradient flows through needs no second derivative.
    second, = K.gradients(K.sum(K.square(x) + K.stop_gradient(first)), [x])
    check_array(K.eval(second), 2 * SEQUENCE[:1], "float64")


def test_documented():
    """docs/semantics.md names the functions that refuse."""
    text = (pathlib.Path(pyshim.__file__).resolve().parents[1] / "docs" / "semantics.md").read_text("utf-8")
    for name in REFUSALS:
        assert name in " ".join(text.split())
