"""Losses, metrics and targets that a model was given as tensors move with the model."""

import numpy as np
import pytest

import pyshim
from pyshim import errors, keras
from pyshim.keras import backend

L = keras.layers


@pytest.fixture
def data():
    random = np.random.RandomState(4)
    return random.rand(8, 3), random.rand(8, 2)


def _other(engine):
    return "tensorflow" if engine == "cntk" else "cntk"


def _same_steps(model, engine, *batch):
    """The copy on another backend, after checks that it reports the same and learns the same as the model."""
    copy = pyshim.to_backend(model, _other(engine))
    assert copy.metrics_names == model.metrics_names and len(copy.losses) == len(model.losses)
    model.reset_metrics()
    for step in ("train_on_batch", "test_on_batch"):
        np.testing.assert_allclose(getattr(copy, step)(*batch), getattr(model, step)(*batch), rtol=1e-4, atol=1e-6)
    return copy


@pytest.mark.slow_on_theano
def test_losses_and_metrics_of_a_network(K, engine, data):
    inputs = L.Input((3,))
    inner = keras.models.Sequential([L.Dense(3, kernel_regularizer="l2", activity_regularizer="l1", input_shape=(3,))])
    hidden = L.BatchNormalization()(inner(inputs))
    last = L.Dense(2)
    outputs = last(hidden)
    model = keras.models.Model(inputs, outputs)
    model.add_loss([0.3 * backend.mean(backend.square(hidden)), 0.1 * backend.sum(backend.square(last.kernel))])
    model.add_loss(backend.in_train_phase(backend.mean(outputs), 0.), inputs=[inputs])
    model.add_metric(backend.max(hidden), name="largest")
    model.add_metric(keras.metrics.MeanSquaredError(name="error")(inputs, hidden))
    last.add_loss(0.2 * backend.mean(backend.abs(outputs)))
    model.compile("adam", "mse", metrics=["mae"], weighted_metrics=["mse"])
    model.train_on_batch(*data)
    copy = _same_steps(model, engine, *data, np.arange(8.))
    back = pyshim.to_backend(copy, engine)  # a copy can be copied, too
    np.testing.assert_allclose(back.test_on_batch(*data), model.test_on_batch(*data), rtol=1e-4, atol=1e-6)
    model.compile("sgd", "mse")
    assert model.test_on_batch(*data)[0] > np.mean((model.predict(data[0]) - data[1]) ** 2) + 0.01


@pytest.mark.slow_on_theano
def test_a_loss_that_is_all_there_is(K, engine, data):
    """A variational autoencoder: the loss reads tensors inside the network, and no target."""
    x = data[0]
    inputs = L.Input((3,))
    # The spread starts far from its best value: its divergence falls whatever the noise and the initial weights are.
    mean, spread = L.Dense(2)(inputs), L.Dense(2, bias_initializer=keras.initializers.Constant(2.))(inputs)
    code = L.Lambda(lambda both: both[0] + backend.exp(both[1]) * backend.random_normal(backend.shape(both[0])))(
        [mean, spread])
    outputs = L.Dense(3)(code)
    model = keras.models.Model(inputs, outputs)
    divergence = -0.5 * backend.sum(1 + spread - backend.square(mean) - backend.exp(spread), axis=-1)
    model.add_loss(backend.mean(keras.losses.mse(inputs, outputs) + divergence))
    model.add_metric(divergence, name="divergence")
    model.compile("sgd")
    copy = pyshim.to_backend(model, _other(engine))
    _, expected = model.test_on_batch(x, None)
    np.testing.assert_allclose(copy.test_on_batch(x, None)[1], expected, rtol=1e-4)
    losses = copy.fit(x, None, epochs=30, verbose=0).history["divergence"]
    assert losses[-1] < losses[0]


class Own(keras.models.Model):
    """A model whose ``call`` and constructor add losses; calling the constructor again recreates them."""

    def __init__(self):
        super().__init__()
        self.dense = L.Dense(2)

    def call(self, x):
        y = self.dense(x)
        self.add_loss(backend.mean(backend.square(y)))
        return y


@pytest.mark.slow_on_theano
def test_losses_of_a_model_of_an_own_class(K, engine, data):
    model = Own()
    model.compile("sgd", "mse")
    model.train_on_batch(*data)
    model.add_loss(0.5 * backend.mean(backend.square(model.dense.kernel)))
    model.add_metric(backend.max(model.outputs[0]), name="largest")
    model.compile("sgd", "mse")
    _same_steps(model, engine, *data)


@pytest.mark.slow_on_theano
def test_targets(K, engine, data):
    x, y = data
    inputs = L.Input((3,))
    model = keras.models.Model(inputs, [L.Dense(2, name="first")(inputs), L.Dense(3, name="second")(inputs)])
    model.compile("sgd", "mse", target_tensors={"first": backend.constant(y), "second": 2 * inputs})
    _same_steps(model, engine, x, None)
    model.compile("sgd", "mse", target_tensors=[None, backend.reverse(inputs, 1)])
    _same_steps(model, engine, x, {"first": y})
    given = backend.placeholder((None, 1), dtype="int32", name="classes")
    model = keras.models.Sequential([L.Dense(3, activation="softmax", input_shape=(3,))])
    model.compile("sgd", "sparse_categorical_crossentropy", target_tensors=[given])
    copy = _same_steps(model, engine, x, np.arange(8)[:, None] % 3)
    assert copy.targets[0].dtype == "int32"


def test_a_variable_of_no_layer_is_copied_with_a_warning(K, engine, data):
    inputs = L.Input((3,))
    model = keras.models.Model(inputs, L.Dense(2)(inputs))
    weight = backend.variable(0.25, name="weight_of_loss")
    model.add_loss(weight * backend.mean(backend.square(model.outputs[0])))
    model.compile("sgd", "mse")
    with pytest.warns(UserWarning, match="'weight_of_loss' belongs to no layer"):
        _same_steps(model, engine, *data)


def test_a_snapshot_is_restored_elsewhere(K, engine, data):
    inputs = L.Input((3,))
    model = keras.models.Model(inputs, L.Dense(2)(inputs))
    model.add_loss(backend.mean(backend.square(model.outputs[0])))
    model.compile("sgd", "mse")
    pyshim.snapshot(model)
    expected = [model.train_on_batch(*data) for _ in range(3)]
    pyshim.restore(model, _other(engine))
    np.testing.assert_allclose([model.train_on_batch(*data) for _ in range(3)], expected, rtol=1e-4)
    pyshim.restore(pyshim.restore(model), engine)
    np.testing.assert_allclose([model.train_on_batch(*data) for _ in range(3)], expected, rtol=1e-4)


@pytest.mark.slow_on_theano
def test_a_metric_that_is_added_under_another_backend(K, engine, data):
    inputs = L.Input((3,))
    model = keras.models.Model(inputs, L.Dense(2)(inputs))
    value = backend.sum(model.outputs[0])
    with pyshim.use_backend(_other(engine)):
        model.add_metric(value, name="sum")
    model.compile("sgd", "mse")
    _same_steps(model, engine, *data)


def test_a_metric_that_is_an_attribute_alone(K, engine):
    inputs = L.Input((3,))
    model = keras.models.Model(inputs, L.Dense(2)(inputs))
    model.add_metric(backend.max(model.outputs[0]), name="largest")
    model.mean = keras.metrics.Mean(name="of_nothing")
    model.add_metric(backend.sum(model.outputs[0]), name="largest")  # Keras ignores a second metric of the same name
    with pytest.raises(errors.ArgumentError, match="'of_nothing' as an attribute.*add_metric"):
        pyshim.to_backend(model, _other(engine))


def test_a_metric_that_is_an_attribute_and_is_added(K, engine, data):
    inputs = L.Input((3,))
    model = keras.models.Model(inputs, L.Dense(2)(inputs))
    model.mean = keras.metrics.Mean(name="mean")
    model.add_metric(model.mean(model.outputs[0]), name="mean")
    model.compile("sgd", "mse")
    _same_steps(model, engine, *data)
