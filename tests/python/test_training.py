"""Networks written in backend functions, trained from the same weights: every engine has the same losses.

Random masks differ between engines, so the masks of dropout are inputs here; test_nn.py tests dropout itself.
"""

import numpy as np
import pytest
from checks import check_array, numeric_gradient, sample
from test_convolution import convolution, pool

import pyshim

STEPS = 20
TOLERANCE = {"float32": 1e-4, "float64": 1e-9}  # relative, for a loss


def one_hot(classes, count):
    return np.eye(count)[classes]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def crossentropy(logits, target):
    """The mean cross-entropy of softmax(logits), in NumPy."""
    logits = logits - logits.max(axis=1, keepdims=True)
    return -np.mean(np.sum(target * (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))), axis=1))


class Perceptron:
    """Two dense layers with tanh between them, and softmax."""

    inputs = [sample((12, 4), "float64", seed=1), one_hot(np.arange(12) % 3, 3)]
    weights = {"hidden": sample((4, 5), "float64", seed=2, low=-0.7, high=0.7), "bias": np.zeros(5),
               "out": sample((5, 3), "float64", seed=3, low=-0.7, high=0.7)}
    rate, averages = 0.2, {}

    @staticmethod
    def loss(K, w, x, target):
        hidden = K.tanh(K.bias_add(K.dot(x, w["hidden"]), w["bias"]))
        return K.mean(K.categorical_crossentropy(target, K.dot(hidden, w["out"]), from_logits=True)), {}

    @staticmethod
    def reference(w, x, target):
        return crossentropy(np.tanh(x @ w["hidden"] + w["bias"]) @ w["out"], target)


class Convolutional:
    """Convolution, batch normalization, relu, pooling, dropout, a strided convolution, and softmax."""

    inputs = [sample((6, 6, 6, 2), "float64", seed=1, low=-1, high=1),
              np.random.RandomState(2).binomial(1, 0.75, (6, 3, 3, 3)) / 0.75, one_hot(np.arange(6) % 2, 2)]
    weights = {"first": sample((3, 3, 2, 3), "float64", seed=3, low=-0.5, high=0.5), "gamma": np.ones(3),
               "beta": np.full(3, 0.1), "second": sample((2, 2, 3, 4), "float64", seed=4, low=-0.5, high=0.5),
               "out": sample((16, 2), "float64", seed=5, low=-0.5, high=0.5)}
    rate, averages = 0.1, {"mean": np.zeros(3), "variance": np.ones(3)}

    @staticmethod
    def loss(K, w, x, mask, target):
        x = K.conv2d(x, w["first"], padding="same")
        x, mean, variance = K.normalize_batch_in_training(x, w["gamma"], w["beta"], [0, 1, 2])
        x = K.pool2d(K.relu(x), (2, 2), (2, 2)) * mask
        x = K.conv2d(x, w["second"], strides=(2, 2), padding="same")
        logits = K.dot(K.batch_flatten(x), w["out"])
        loss = K.mean(K.categorical_crossentropy(target, logits, from_logits=True))
        return loss, {"mean": mean, "variance": variance}

    @staticmethod
    def reference(w, x, mask, target):
        x = convolution(x, w["first"], (1, 1), "same", (1, 1))
        mean, variance = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
        x = (x - mean) / np.sqrt(variance + 0.001) * w["gamma"] + w["beta"]
        x = pool(np.maximum(x, 0), (2, 2), (2, 2), "valid", "max") * mask
        x = convolution(x, w["second"], (2, 2), "same", (1, 1))
        return crossentropy(x.reshape(len(x), -1) @ w["out"], target)


class LongShortTermMemory:
    """An LSTM over masked sequences of unknown length, and a sigmoid."""

    inputs = [sample((5, 6, 3), "float64", seed=1, low=-1, high=1),
              (np.arange(6) < np.array([6, 4, 1, 5, 2])[:, None]).astype("float64"),
              np.array([[1.0], [0], [1], [1], [0]])]
    weights = {"kernel": sample((3, 16), "float64", seed=2, low=-0.6, high=0.6),
               "recurrent": sample((4, 16), "float64", seed=3, low=-0.6, high=0.6),
               "bias": np.repeat([0.0, 1.0, 0.0, 0.0], 4), "out": sample((4, 1), "float64", seed=4)}
    rate, averages = 0.3, {}

    @staticmethod
    def loss(K, w, x, mask, target):
        def step(x, states):
            output, cell = states
            gates = K.bias_add(K.dot(x, w["kernel"]) + K.dot(output, w["recurrent"]), w["bias"])
            enter, forget, leave = (K.sigmoid(gates[:, i * 4:i * 4 + 4]) for i in range(3))
            cell = forget * cell + enter * K.tanh(gates[:, 12:])
            output = leave * K.tanh(cell)
            return output, [output, cell]
        zeros = K.tile(K.zeros_like(x[:, 0, :1]), (1, 4))
        last, _, _ = K.rnn(step, x, [zeros, zeros], mask=mask)
        return K.mean(K.binary_crossentropy(target, K.dot(last, w["out"]), from_logits=True)), {}

    @staticmethod
    def reference(w, x, mask, target):
        output, cell = np.zeros((len(x), 4)), np.zeros((len(x), 4))
        for t in range(x.shape[1]):
            gates = x[:, t] @ w["kernel"] + output @ w["recurrent"] + w["bias"]
            enter, forget, leave = (sigmoid(gates[:, i * 4:i * 4 + 4]) for i in range(3))
            new = forget * cell + enter * np.tanh(gates[:, 12:])
            on = mask[:, t:t + 1] > 0
            output, cell = np.where(on, leave * np.tanh(new), output), np.where(on, new, cell)
        p = sigmoid(output @ w["out"])
        return -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))


NETWORKS = [Perceptron, Convolutional, LongShortTermMemory]


def trained(K, network, dtype, steps=STEPS):
    """The losses of training with momentum, and the final weights and averages."""
    K.set_floatx(dtype)
    weights = {name: K.variable(value, name=name) for name, value in network.weights.items()}
    velocities = {name: K.zeros(value.shape) for name, value in network.weights.items()}
    averages = {name: K.variable(value, name=name) for name, value in network.averages.items()}
    inputs = [K.placeholder((None,) * min(value.ndim - 1, 2) + value.shape[min(value.ndim - 1, 2):])
              for value in network.inputs]
    loss, observed = network.loss(K, weights, *inputs)
    updates = [K.moving_average_update(averages[name], observed[name], 0.9) for name in averages]
    for name, gradient in zip(weights, K.gradients(loss, list(weights.values()))):
        velocity = 0.9 * velocities[name] - network.rate * gradient
        updates += [K.update(velocities[name], velocity), K.update_add(weights[name], velocity)]
    step = K.function(inputs, [loss], updates)
    losses = [float(step(network.inputs)[0]) for _ in range(steps)]
    return losses, {name: K.get_value(variable) for name, variable in {**weights, **averages}.items()}


_of_tensorflow = {}


def trained_by_tensorflow(network, dtype):
    """TensorFlow's results, computed once per run of the tests."""
    if (network, dtype) not in _of_tensorflow:
        with pyshim.use_backend("tensorflow"):
            pyshim.clear_session()
            _of_tensorflow[network, dtype] = trained(pyshim, network, dtype)
    return _of_tensorflow[network, dtype]


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("network", NETWORKS)
def test_losses_are_the_same_on_every_engine(K, network, dtype):
    losses, values = trained(K, network, dtype)
    assert losses[-1] < 0.8 * losses[0]
    expected_losses, expected_values = trained_by_tensorflow(network, dtype)
    np.testing.assert_allclose(losses, expected_losses, rtol=TOLERANCE[dtype])
    for name, value in expected_values.items():
        assert values[name].dtype == dtype
        np.testing.assert_allclose(values[name], value, rtol=100 * TOLERANCE[dtype], atol=10 * TOLERANCE[dtype])


@pytest.mark.parametrize("network", NETWORKS)
def test_losses_are_those_of_training_in_numpy(K, network):
    steps = 3
    weights = {name: value.copy() for name, value in network.weights.items()}
    velocities = {name: np.zeros_like(value) for name, value in weights.items()}
    expected = []
    for _ in range(steps):
        expected.append(network.reference(weights, *network.inputs))
        gradients = {name: numeric_gradient(lambda value, name=name, now=dict(weights): network.reference(
            {**now, name: value}, *network.inputs), [weights[name]], 0) for name in weights}
        for name, gradient in gradients.items():
            velocities[name] = 0.9 * velocities[name] - network.rate * gradient
            weights[name] = weights[name] + velocities[name]
    losses, values = trained(K, network, "float64", steps)
    np.testing.assert_allclose(losses, expected, rtol=1e-7)
    for name, value in weights.items():
        np.testing.assert_allclose(values[name], value, rtol=1e-6, atol=1e-7)


def test_gradients_through_everything(K):
    """conv -> pool -> batch_normalization -> rnn -> loss, against finite differences of the engine's own loss."""
    K.set_floatx("float64")
    arrays = [sample((2, 4, 6, 1), "float64", seed=1, low=-1, high=1),  # images, whose columns become time steps
              sample((3, 3, 1, 2), "float64", seed=2, low=-1, high=1), np.array([0.5, 1.5]), np.array([0.1, -0.2]),
              sample((4, 3), "float64", seed=3, low=-1, high=1), sample((3, 3), "float64", seed=4, low=-1, high=1)]
    variables = [K.variable(array) for array in arrays]
    x, kernel, gamma, beta, of_input, of_state = variables
    images = K.conv2d(x, kernel, padding="same")
    images = K.pool2d(images, (2, 2), (2, 2), pool_mode="max")
    images, mean, variance = K.normalize_batch_in_training(images, gamma, beta, [0, 1, 2])
    images = K.batch_normalization(images, mean * 0.5, variance + 0.5, None, gamma)
    times = K.reshape(K.permute_dimensions(images, (0, 2, 1, 3)), (-1, 3, 4))

    def step(x, states):
        new = K.elu(K.dot(x, of_input) + K.dot(states[0], of_state))
        return K.softmax(new), [new]
    last, outputs, states = K.rnn(step, times, [K.zeros((2, 3))], mask=K.constant([[1, 1, 1], [1, 0, 1]]))
    target = np.array([[0.0, 1, 0], [1, 0, 0]])
    loss = K.mean(K.categorical_crossentropy(target, last)) + K.sum(K.square(outputs)) + K.mean(K.softplus(states[0]))
    gradients = K.function([], K.gradients(loss, variables))([])
    at = K.function([], [loss])

    def loss_at(i, position, value):
        moved = arrays[i].copy()
        moved[position] += value
        K.set_value(variables[i], moved)
        result = at([])[0]
        K.set_value(variables[i], arrays[i])
        return result
    for i, (array, gradient) in enumerate(zip(arrays, gradients)):
        numeric = np.empty_like(array)
        for position in np.ndindex(*array.shape):
            numeric[position] = (loss_at(i, position, 1e-5) - loss_at(i, position, -1e-5)) / 2e-5
        np.testing.assert_allclose(gradient, numeric, rtol=1e-5, atol=1e-7)
    check_array(at([])[0], K.eval(loss))


# Optimizer steps as Keras writes them, for which an engine may have its own op, and some that only look like them.
RATE, KEPT, BETA_1, BETA_2, EPSILON = 0.1, 0.9, 0.8, 0.95, 1e-3


def _momentum_step(K, p, g, m, v, rate, kept, beta_1, beta_2):
    velocity = kept * m - rate * g
    return [(m, velocity), (p, p + velocity)]


def _adam_step(K, p, g, m, v, rate, kept, beta_1, beta_2, rest=None, squared=lambda g, p: g):
    mean = beta_1 * m + (1 - beta_1 if rest is None else rest) * g
    square = beta_2 * v + (1 - beta_2) * K.square(squared(g, p))
    return [(m, mean), (v, square), (p, p - rate * mean / (K.sqrt(square) + EPSILON))]


def _velocity_of_the_weight(K, p, g, m, v, rate, kept, beta_1, beta_2):
    velocity = kept * p - rate * g
    return [(m, velocity), (p, p + velocity)]


class _NumPy:
    square, sqrt = staticmethod(np.square), staticmethod(np.sqrt)


WRITTEN = {
    "momentum": _momentum_step,
    "momentum for each weight": lambda K, *args: _momentum_step(
        K, *args[:5], np.array([0.5, 0.9, 0.], "float32"), *args[6:]),
    "velocity of the weight": _velocity_of_the_weight,
    "adam": _adam_step,
    "adam with weights of its own": lambda K, *args: _adam_step(K, *args, rest=0.5),
    "adam of another gradient": lambda K, *args: _adam_step(K, *args, squared=lambda g, p: g * p),
}


@pytest.mark.parametrize("scalars", ["constants", "variables"])
@pytest.mark.parametrize("name", WRITTEN)
def test_steps_of_optimizers(K, name, scalars):
    """New values and results are computed from the old values, whichever op takes the step."""
    x = np.random.RandomState(4).normal(size=(5, 3)).astype("float32")
    start = [np.full(3, value, "float32") for value in (0.5, 0.25, 0.125)]
    p, m, v = [K.variable(value) for value in start]
    numbers = RATE, KEPT, BETA_1, BETA_2
    settings = [K.variable(number) for number in numbers] if scalars == "variables" else numbers
    data = K.placeholder((5, 3))
    gradient = K.gradients(K.sum(K.square(K.dot(data, K.reshape(p, (3, 1))))), [p])[0]
    updates = [K.update(*pair) for pair in WRITTEN[name](K, p, gradient, m, v, *settings)]
    step = K.function([data], [p, m, v, gradient], updates)
    now = [value.astype("float64") for value in start]
    for _ in range(3):
        g = 2 * x.astype("float64").T @ (x @ now[0])
        for result, expected in zip(step([x]), now + [g]):
            np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-6)
        changed = {id(old): new for old, new in WRITTEN[name](_NumPy, now[0], g, now[1], now[2], *numbers)}
        now = [changed.get(id(value), value) for value in now]
    for variable, expected in zip((p, m, v), now):
        np.testing.assert_allclose(K.get_value(variable), expected, rtol=1e-4, atol=1e-6)


def test_a_long_network_with_averages(K):
    """The loss depends on a size that is known only when the program runs, and what is averaged is computed on the way
    to it. On CNTK, the network has more operations than one function gets without gradients."""
    layers, rate, x = 260 if K.backend() == "cntk" else 20, 0.1, sample((5, 3), "float64", seed=1)
    start = sample((3, 3), "float64", seed=2, low=-0.5, high=0.5)

    def last(w):
        h = x
        for _ in range(layers):
            h = h + 0.01 * np.tanh(h @ w)
        return h
    given = K.placeholder((None, 3), dtype="float64")
    w, average = K.variable(start, "float64"), K.variable(np.zeros(3), "float64")
    h = given
    for _ in range(layers):
        h = h + 0.01 * K.tanh(K.dot(h, w))
    loss = K.sum(K.square(h)) / K.cast(K.shape(h)[0], "float64")
    gradient, = K.gradients(loss, [w])
    step = K.function([given], [loss, K.max(h)],
                      [(w, w - rate * gradient), (average, 0.5 * average + 0.5 * K.mean(h, axis=0))])
    np.testing.assert_allclose(step([x]), [np.sum(last(start) ** 2) / len(x), last(start).max()], rtol=1e-9)
    slope = numeric_gradient(lambda w: np.sum(last(w) ** 2) / len(x), [start], 0)
    np.testing.assert_allclose(K.get_value(w), start - rate * slope, rtol=1e-6)
    np.testing.assert_allclose(K.get_value(average), 0.5 * last(start).mean(axis=0), rtol=1e-9)
