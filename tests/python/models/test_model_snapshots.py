"""Models that survive their worker: snapshots, the error that names the epoch, and resumed training."""

import gc
import os
import signal
import weakref

import numpy as np
import pytest

import pyshim
from pyshim import errors, keras

L = keras.layers


@pytest.fixture
def data():
    random = np.random.RandomState(5)
    return random.rand(12, 3).astype("float32"), random.rand(12, 2).astype("float32")


def _other(engine):
    return "tensorflow" if engine == "cntk" else "cntk"


def _model():
    model = keras.models.Sequential([L.Dense(4, activation="tanh", input_shape=(3,)), L.Dense(2)])
    random = np.random.RandomState(2)
    model.set_weights([random.uniform(-1, 1, weight.shape) for weight in model.get_weights()])
    model.compile(keras.optimizers.Adam(0.05), "mse", metrics=["mae"])
    return model


def _kill(engine):
    host, = [host for host in pyshim.session.started() if host.backend == engine]
    os.kill(host.pid, signal.SIGKILL)


class Kill(keras.callbacks.Callback):
    """Kills the worker after the first batch of an epoch, counted from 0."""

    def __init__(self, engine, epoch):
        super().__init__()
        self.engine, self.epoch, self.now = engine, epoch, None

    def on_epoch_begin(self, epoch, logs=None):
        self.now = epoch

    def on_batch_end(self, batch, logs=None):
        if self.now == self.epoch and batch == 0:
            _kill(self.engine)


def _killed(model, data, engine, epoch):
    with pytest.raises(errors.TrainingError) as caught:
        model.fit(*data, batch_size=4, epochs=4, shuffle=False, verbose=0, callbacks=[Kill(engine, epoch)])
    return caught.value


def _trained(data):
    """The weights after four epochs without interruption."""
    model = _model()
    model.fit(*data, batch_size=4, epochs=4, shuffle=False, verbose=0)
    return model.get_weights()


def _assert_same(weights, others):
    for one, other in zip(weights, others):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


def test_training_goes_on_as_if_nothing_had_been(K, engine, data):
    expected = _trained(data)
    model = _model()
    first, kept = model.layers[0], pyshim.snapshot(model)
    assert _killed(model, data, engine, 0).initial_epoch == 0
    pyshim.restore(model)
    error = _killed(model, data, engine, 2)
    assert isinstance(error, errors.WorkerError) and isinstance(error.__cause__, errors.KerasError)
    assert "worker of backend %s exited in epoch 3 of 4" % engine in str(error)
    assert "restore() brings the model back" in str(error) and "initial_epoch=2" in str(error)
    assert error.initial_epoch == kept.epoch == 2
    with pytest.raises(errors.KerasError):
        model.predict(data[0])
    assert pyshim.restore(model) is model
    _assert_same(model.get_weights(), kept.weights)
    _assert_same(first.get_weights(), kept.weights[:2])  # a layer that the user holds belongs to the model again
    history = model.fit(*data, batch_size=4, epochs=4, shuffle=False, verbose=0, initial_epoch=error.initial_epoch)
    assert history.epoch == [2, 3]
    _assert_same(model.get_weights(), expected)  # Adam's moments were restored, too
    assert model.inputs[0].backend == engine
    model.layers[0].trainable = False
    assert first.trainable is False


def test_what_no_configuration_holds_comes_back(K, engine, data):
    """On its own backend, a model keeps its graph: losses of tensors, the variables they read, the learning rate."""
    inputs = L.Input((3,))
    hidden = L.Dense(4, activation="tanh")(inputs)
    model = keras.models.Model(inputs, L.Dense(2)(hidden))
    share = keras.backend.variable(0.5)
    model.add_loss(share * keras.backend.mean(keras.backend.square(hidden)))
    model.add_metric(keras.backend.max(hidden), name="largest")
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9), "mse", metrics=[keras.metrics.MeanSquaredError()])

    class Anneal(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            keras.backend.set_value(share, 0.5 / (epoch + 1))
            keras.backend.set_value(model.optimizer.lr, 0.1 / (epoch + 1))

    def train(*callbacks, **more):
        return model.fit(*data, batch_size=4, shuffle=False, verbose=0, callbacks=[Anneal(), *callbacks], **more)
    pyshim.snapshot(model)
    start = model.get_weights()
    train(epochs=3)
    expected = model.get_weights()
    model.set_weights(start)
    model.optimizer.set_weights([np.zeros_like(each) for each in model.optimizer.get_weights()])
    output = model.output
    with pytest.raises(errors.TrainingError) as caught:
        train(Kill(engine, 2), epochs=3)
    pyshim.restore(model)
    assert model.output is output
    np.testing.assert_allclose(keras.backend.get_value(share), 0.25)
    np.testing.assert_allclose(keras.backend.get_value(model.optimizer.lr), 0.05, rtol=1e-6)
    assert list(train(epochs=3, initial_epoch=caught.value.initial_epoch).history) == ["loss", "mean_squared_error",
                                                                                       "largest"]
    _assert_same(model.get_weights(), expected)
    expected = model.evaluate(*data, verbose=0)
    with pytest.warns(UserWarning, match="belongs to no layer"):  # on another backend the loss reads a copy of it
        pyshim.restore(model, _other(engine))
    np.testing.assert_allclose(model.evaluate(*data, verbose=0), expected, rtol=1e-4)


def test_a_model_of_an_own_class_comes_back(K, engine, data):
    class Own(keras.models.Model):
        def __init__(self, units):
            super().__init__()
            self.hidden, self.out = L.Dense(units), L.Dense(2)

        def call(self, x):
            return self.out(self.hidden(x))
    for backend in (None, _other(engine)):
        model = Own(3)
        model.compile("adam", "mse")
        model.fit(*data, verbose=0)
        expected, hidden = model.predict(data[0]), model.hidden
        pyshim.snapshot(model)
        _kill(engine)
        pyshim.restore(model, backend)
        np.testing.assert_allclose(model.predict(data[0]), expected, rtol=1e-4, atol=1e-6)
        _assert_same(hidden.get_weights(), model.get_weights()[:2])
        model.fit(*data, verbose=0)
        assert np.abs(model.predict(data[0]) - expected).max() > 1e-5


def test_training_goes_on_on_another_backend(K, engine, data):
    expected = _trained(data)
    model = _model()
    pyshim.snapshot(model)
    error = _killed(model, data, engine, 1)
    pyshim.restore(model, _other(engine))
    assert model.inputs[0].backend == _other(engine)
    model.fit(*data, batch_size=4, epochs=4, shuffle=False, verbose=0, initial_epoch=error.initial_epoch)
    _assert_same(model.get_weights(), expected)
    assert pyshim.backend() == engine


@pytest.mark.worker
def test_a_timeout_says_it_too(K, engine, data, monkeypatch):
    """The error is a TimeoutError, of Python's and of ours, and the epoch and the snapshot are as after any exit."""
    model = _model()
    model.fit(*data, epochs=1, verbose=0)
    kept = pyshim.snapshot(model)
    host, = [host for host in pyshim.session.started() if host.backend == engine]

    def stop(epoch, logs):
        if epoch == 2:
            monkeypatch.setenv("KERAS_TIMEOUT", "0.5")
            os.kill(host.pid, signal.SIGSTOP)
    with pytest.raises(TimeoutError) as caught:
        model.fit(*data, epochs=4, verbose=0, callbacks=[keras.callbacks.LambdaCallback(on_epoch_begin=stop)])
    error = caught.value
    assert isinstance(error, errors.TrainingError) and isinstance(error, errors.TimeoutError)
    assert isinstance(errors.KerasError.from_data(error.to_data()), TimeoutError)
    assert "in epoch 3 of 4: the worker of backend %s did not answer within the timeout of 0.5 seconds" % engine in str(
        error)
    assert "initial_epoch=2" in str(error) and error.initial_epoch == kept.epoch == 2
    monkeypatch.delenv("KERAS_TIMEOUT")
    pyshim.restore(model)
    _assert_same(model.get_weights(), kept.weights)


def test_generators_say_it_too(K, engine, data):
    model = _model()
    kept = pyshim.snapshot(model)

    def batches():
        while True:
            yield data
    with pytest.raises(errors.TrainingError, match="in epoch 2 of 3"):
        model.fit(batches(), steps_per_epoch=2, epochs=3, verbose=0, callbacks=[Kill(engine, 1)])
    assert kept.epoch == 1
    model = pyshim.restore(model)
    model.fit_generator(batches(), steps_per_epoch=2, epochs=3, initial_epoch=1, verbose=0)
    assert kept.epoch == 3


def test_without_a_snapshot_the_error_says_what_to_do(K, engine, data):
    model = _model()
    error = _killed(model, data, engine, 1)
    assert "in epoch 2 of 4" in str(error) and "snapshot() before training" in str(error)
    with pytest.raises(errors.ArgumentError, match=r"restore\(\): no snapshot of the model is kept"):
        pyshim.restore(model)
    with pytest.raises(errors.StaleTensorError, match="has exited"):
        pyshim.snapshot(model)
    with pytest.raises(errors.StaleTensorError, match="has exited"):
        pyshim.to_backend(model, engine)


@pytest.mark.worker
def test_a_lost_model_is_copied_from_its_snapshot(K, engine, data):
    model = _model()
    expected = model.predict(data[0])
    pyshim.snapshot(model)
    _kill(engine)
    with pytest.raises(errors.KerasError):
        pyshim.eval(pyshim.ones((1,)) + model.weights[0])
    np.testing.assert_allclose(pyshim.to_backend(model, _other(engine)).predict(data[0]), expected, rtol=1e-5)


def test_all_kinds_of_layers_come_back(K, engine):
    inner = keras.models.Sequential([L.Dense(3, activation="relu", input_shape=(4,))])
    steps = L.Input((2, 4))
    joined = L.concatenate([L.Bidirectional(L.SimpleRNN(2))(steps), L.Flatten()(L.TimeDistributed(inner)(steps))])
    inner.trainable = False  # the wrapper changed it
    scaled = L.Lambda(lambda values: 0.5 * values)(L.BatchNormalization()(joined))
    model = keras.models.Model(steps, L.Dense(1)(scaled))
    model.compile("sgd", "mse")
    x = np.random.RandomState(1).rand(4, 2, 4)
    model.train_on_batch(x, np.ones((4, 1)))
    expected = model.predict(x)
    pyshim.snapshot(model)
    _kill(engine)
    np.testing.assert_allclose(pyshim.restore(model).predict(x), expected, rtol=1e-5)
    frozen = inner.get_weights()  # the inner network is still the one that the model uses
    model.train_on_batch(x, np.ones((4, 1)))
    np.testing.assert_array_equal(inner.get_weights()[0], frozen[0])
    assert not np.allclose(model.predict(x), expected)


def test_what_can_have_no_snapshot(K, data):
    with pytest.raises(errors.ArgumentError, match="must be a Keras model"):
        pyshim.snapshot(3)
    with pytest.raises(errors.ArgumentError, match="no weights yet"):
        pyshim.snapshot(keras.models.Sequential([L.Dense(2)]))
    model = _model()
    pyshim.snapshot(model)
    assert pyshim.snapshot(model, keep=False) is None
    with pytest.raises(errors.ArgumentError, match="no snapshot"):
        pyshim.restore(model)


def test_a_graph_that_is_gone_is_built_again(K, data):
    model = _model()
    pyshim.snapshot(model)
    expected = model.predict(data[0])
    pyshim.clear_session()
    np.testing.assert_allclose(pyshim.restore(model).predict(data[0]), expected, rtol=1e-5)
    assert np.isfinite(model.fit(*data, verbose=0).history["loss"]).all()


def test_a_restored_model_goes_back_and_snapshots_are_freed(K, data):
    model = _model()
    before = model.get_weights()
    kept = pyshim.snapshot(model)
    kept.take(model, 0)
    model.train_on_batch(*data)
    assert not np.allclose(model.get_weights()[0], before[0])
    _assert_same(pyshim.restore(model).get_weights(), before)
    gone = weakref.ref(model)
    del model
    pyshim.clear_session()
    gc.collect()
    assert gone() is None


def test_a_worker_that_exits_before_training_begins(K, engine, data):
    model = _model()
    pyshim.stop_backend(engine)
    with pytest.raises(errors.TrainingError, match="in epoch 1"):
        model.fit(*data, epochs=2, verbose=0)


def test_lost_weights_are_set_layer_by_layer(K, engine, data):
    model = _model()
    model.train_on_batch(*data)
    expected, steps = model.predict(data[0]), model.optimizer.get_weights()
    weights = [layer.get_weights() for layer in model.layers]
    pyshim.stop_backend(engine)
    for layer, values in zip(model.layers, weights):
        layer.set_weights(values)
    model.optimizer.set_weights(steps)
    np.testing.assert_allclose(model.predict(data[0]), expected, rtol=1e-6)
    _assert_same(model.optimizer.get_weights(), steps)
    with pytest.raises(ValueError, match="not compatible with provided weight shape"):
        model.layers[0].set_weights(weights[0][::-1])
    pyshim.stop_backend(engine)
    with pytest.raises(errors.ShapeError):
        model.layers[0].set_weights(weights[0][::-1])


def test_a_graph_that_is_cleared_in_training(K, data):
    class Clear(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            pyshim.clear_session()
    with pytest.raises(errors.StaleTensorError, match="clear_session"):
        _model().fit(*data, epochs=2, verbose=0, callbacks=[Clear()])
