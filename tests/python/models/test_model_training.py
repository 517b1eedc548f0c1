"""Training: fit, generators, weights of samples and classes, several inputs and outputs, custom parts, callbacks."""

import threading

import numpy as np
import pytest

from pyshim import keras

L = keras.layers


@pytest.fixture
def random():
    return np.random.RandomState(7)


def _blobs(random, samples=64):
    """Points of two classes around (-1, -1) and (1, 1)."""
    y = random.randint(0, 2, samples)
    return (random.normal(0, 0.3, (samples, 2)) + 2 * y[:, None] - 1).astype("float32"), y.astype("float32")


def _classifier():
    model = keras.models.Sequential([L.Dense(4, activation="tanh", input_shape=(2,)), L.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.Adam(0.1), "binary_crossentropy", metrics=["accuracy"])
    return model


def test_fit_learns_and_reports(K, random):
    x, y = _blobs(random)
    model = _classifier()
    history = model.fit(x, y, epochs=8, batch_size=16, validation_split=0.25, verbose=0)
    assert sorted(history.history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert len(history.history["loss"]) == 8
    assert history.history["val_accuracy"][-1] == 1
    loss, accuracy = model.evaluate(x, y, verbose=0)
    assert accuracy == 1 and loss < history.history["loss"][0]
    assert model.predict_classes(x).ravel().tolist() == y.tolist()
    assert keras.backend.backend() == K.backend()


def test_generators_and_sequences(K, random):
    x, y = _blobs(random)

    class Batches(keras.utils.Sequence):
        def __len__(self):
            return 4

        def __getitem__(self, i):
            return x[16 * i:16 * i + 16], y[16 * i:16 * i + 16]

    def endless():
        while True:
            yield x[:16], y[:16]
    model = _classifier()
    history = model.fit_generator(Batches(), epochs=6, verbose=0, workers=2, validation_data=(x, y))
    assert history.history["val_accuracy"][-1] == 1
    model.fit_generator(endless(), steps_per_epoch=2, epochs=1, verbose=0)
    assert model.evaluate_generator(Batches(), verbose=0)[1] == 1
    np.testing.assert_allclose(model.predict_generator(Batches()), model.predict(x), rtol=1e-5)


def test_weights_of_classes_and_samples(K):
    x, y = np.ones((4, 1), "float32"), np.array([0, 0, 0, 1], "float32")

    def settled(**weights):
        model = keras.models.Sequential([L.Dense(1, use_bias=False, activation="sigmoid", input_shape=(1,),
                                                 kernel_initializer="zeros")])
        model.compile(keras.optimizers.SGD(1.), "binary_crossentropy")
        model.fit(x, y, epochs=60, batch_size=4, verbose=0, **weights)
        return model.predict(x[:1])[0, 0]
    assert abs(settled() - 0.25) < 0.02
    assert abs(settled(class_weight={0: 1., 1: 3.}) - 0.5) < 0.02
    assert abs(settled(sample_weight=np.array([0., 0., 1., 1.])) - 0.5) < 0.02


def test_several_inputs_and_outputs_and_a_shared_layer(K, random):
    a, b = L.Input((3,), name="a"), L.Input((3,), name="b")
    shared = L.Dense(2, name="shared")
    joined = L.concatenate([shared(a), shared(b)])
    model = keras.models.Model([a, b], [L.Dense(1, name="first")(joined), L.Dense(2, name="second")(joined)])
    model.compile("sgd", {"first": "mse", "second": "mae"}, loss_weights={"first": 1., "second": 0.5})
    xs = {"a": random.rand(8, 3), "b": random.rand(8, 3)}
    ys = {"first": random.rand(8, 1), "second": random.rand(8, 2)}
    total, first, second = model.train_on_batch(xs, ys)
    assert abs(total - (first + 0.5 * second)) < 1e-5
    assert [p.shape for p in model.predict([xs["a"], xs["b"]])] == [(8, 1), (8, 2)]
    assert len(model.get_layer("shared").get_weights()) == 2
    assert len(model.trainable_weights) == 6


def test_nested_and_frozen_models(K, random):
    base = keras.models.Sequential([L.Dense(3, activation="relu", input_shape=(4,))])
    base.trainable = False
    model = keras.models.Sequential([base, L.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    before = base.get_weights()
    x = random.rand(8, 4)
    model.fit(x, x.sum(1), epochs=2, verbose=0)
    for old, new in zip(before, base.get_weights()):
        np.testing.assert_array_equal(old, new)
    assert len(model.trainable_weights) == 2
    copied = keras.models.clone_model(model)
    copied.set_weights(model.get_weights())
    np.testing.assert_allclose(copied.predict(x), model.predict(x), rtol=1e-6)


def test_stateful_network_goes_on_where_it_was(K, random):
    model = keras.models.Sequential([L.LSTM(2, stateful=True, batch_input_shape=(1, 2, 3))])
    whole = keras.models.Sequential([L.LSTM(2, batch_input_shape=(1, 4, 3))])
    whole.set_weights(model.get_weights())
    x = random.rand(1, 4, 3)
    model.predict(x[:, :2])
    np.testing.assert_allclose(model.predict(x[:, 2:]), whole.predict(x), rtol=1e-5)
    model.reset_states()
    assert not np.allclose(model.predict(x[:, 2:]), whole.predict(x))


def test_custom_layer_loss_and_metric(K, random):
    from pyshim.keras import backend

    class Scale(L.Layer):
        def build(self, input_shape):
            self.scale = self.add_weight("scale", shape=(input_shape[-1],), initializer="ones")
            super().build(input_shape)

        def call(self, x):
            return x * self.scale

    def loss(y_true, y_pred):
        return backend.mean(backend.square(y_pred - y_true), axis=-1)

    def largest(y_true, y_pred):
        return backend.max(backend.abs(y_pred - y_true))
    total = L.Lambda(lambda x: backend.sum(x, axis=1, keepdims=True))
    model = keras.models.Sequential([Scale(input_shape=(3,)), total])
    model.compile(keras.optimizers.Adam(0.1), loss, metrics=[largest])
    x = random.rand(16, 3).astype("float32")
    y = x @ np.array([[1.], [2.], [3.]], "float32")
    assert model.output_shape == (None, 1)
    model.fit(x, y, epochs=150, batch_size=16, verbose=0)
    np.testing.assert_allclose(model.get_weights()[0], [1, 2, 3], atol=0.2)
    assert model.evaluate(x, y, verbose=0)[1] < 0.3


def test_added_losses_and_metrics(K, random):
    inputs = L.Input((3,))
    hidden = L.Dense(2)(inputs)
    model = keras.models.Model(inputs, L.Dense(1)(hidden))
    model.add_loss(keras.backend.mean(keras.backend.square(hidden)))
    model.add_metric(keras.backend.max(hidden), name="largest")
    model.compile("sgd", "mse")
    x = random.rand(4, 3)
    values = dict(zip(model.metrics_names, model.train_on_batch(x, np.zeros((4, 1)))))
    assert set(values) == {"loss", "largest"}


def test_dropout_works_in_training_alone(K):
    inputs = L.Input((1000,))
    model = keras.models.Model(inputs, L.Dropout(0.5)(inputs))
    x = np.ones((1, 1000))
    assert model.predict(x).min() == 1
    dropped = keras.backend.function([inputs, keras.backend.learning_phase()], [model.output])([x, 1])[0]
    assert 350 < (dropped == 0).sum() < 650
    assert set(np.unique(dropped)) == {0, 2}


RECURRENT = {
    "loop": lambda: [L.LSTM(4, dropout=0.5, input_shape=(3, 5))],
    "masked": lambda: [L.Masking(input_shape=(3, 5)), L.GRU(4, recurrent_dropout=0.5)],
    "unrolled": lambda: [L.SimpleRNN(4, dropout=0.5, unroll=True, input_shape=(3, 5))],
    "both directions": lambda: [L.Bidirectional(L.GRU(4, dropout=0.5), input_shape=(3, 5))],
    "first cell": lambda: [L.RNN([L.GRUCell(4, dropout=0.5), L.GRUCell(4)], input_shape=(3, 5))],
}


@pytest.mark.parametrize("kind, fast_only", [(kind, kind != "loop") for kind in RECURRENT])
def test_recurrent_layers_drop_out_in_training(K, kind, fast_only):
    """Their dropout is inside the step of a recurrence."""
    model = keras.models.Sequential(RECURRENT[kind]())
    assert model.uses_learning_phase
    if K.backend() == "numpy":  # which cannot train
        return
    model.compile("sgd", "mse")
    x = np.ones((8, 3, 5))
    y = model.predict(x)
    assert model.test_on_batch(x, y) < 1e-8
    assert model.train_on_batch(x, y) > 1e-6


@pytest.mark.parametrize("unroll", [False, True])
def test_a_sequence_has_one_dropout_mask(K, unroll):
    """All time steps drop the same inputs, and the same units of the state."""
    inputs = L.Input((4, 3))
    options = {"units": 3, "activation": "linear", "return_sequences": True, "unroll": unroll}
    zeros, identity = keras.initializers.Zeros(), keras.initializers.Identity()
    of_inputs = L.SimpleRNN(dropout=0.5, kernel_initializer=identity, recurrent_initializer=zeros, **options)(inputs)
    of_states = L.SimpleRNN(recurrent_dropout=0.5, kernel_initializer=zeros, recurrent_initializer=identity,
                            **options)(inputs, initial_state=K.ones((50, 3)))
    backend = keras.backend
    run = backend.function([inputs, backend.learning_phase()], [of_inputs, of_states])
    inputs_kept, states_kept = run([np.ones((50, 4, 3)), 1])
    for kept, value in ((inputs_kept, 2), (states_kept / 2 ** np.arange(4)[:, None], 2)):
        assert set(np.unique(kept)) == {0, value}
        np.testing.assert_array_equal(kept, np.repeat(kept[:, :1], 4, axis=1))


def test_a_batch_normalization_that_is_applied_twice(K, random):
    """Its moving averages have an update for each application, as in a network with two branches of shared layers."""
    shared = keras.models.Sequential([L.BatchNormalization(momentum=0.5, input_shape=(3,))])
    inputs = [L.Input((3,)), L.Input((3,))]
    model = keras.models.Model(inputs, L.add([shared(x) for x in inputs]))
    if K.backend() == "numpy":  # which cannot train
        return
    model.compile("sgd", "mse")
    x = [random.rand(8, 3), random.rand(8, 3)]
    model.train_on_batch(x, np.ones((8, 3)))
    means = [values.mean(axis=0) for values in x]
    np.testing.assert_allclose(shared.get_weights()[2], means[0] / 4 + means[1] / 2, rtol=1e-5)
    model.evaluate(x, np.ones((8, 3)), verbose=0)


def test_missing_targets(K):
    model = keras.models.Sequential([L.Dense(2, input_shape=(3,))])
    model.compile("sgd", "mse")
    x = np.ones((4, 3))
    for call in (lambda: model.fit(x, verbose=0), lambda: model.evaluate(x, verbose=0),
                 lambda: model.train_on_batch(x, None), lambda: model.test_on_batch(x, None),
                 lambda: model.fit_generator(iter([(x, None)]), steps_per_epoch=1, verbose=0)):
        with pytest.raises(K.errors.ArgumentError, match="^y is missing, but the model needs targets"):
            call()
    for name in ("fit", "evaluate"):
        unbuilt = keras.models.Sequential([L.Dense(2)])
        unbuilt.compile("sgd", "mse")
        with pytest.raises(K.errors.ArgumentError, match="^y is missing, but the model needs targets"):
            getattr(unbuilt, name)(x)
    inputs = L.Input((3,))
    own = keras.Model(inputs, inputs)
    own.add_loss(keras.backend.mean(inputs))
    own.compile("sgd")
    assert own.evaluate(x, verbose=0) == 1  # a model without targets
    with pytest.raises(RuntimeError, match="must compile"):
        keras.Model(inputs, L.Dense(1)(inputs)).train_on_batch(x, x)
    with pytest.raises(RuntimeError, match="must compile"):
        keras.Model(inputs, L.Dense(1)(inputs)).evaluate(x)


@pytest.mark.slow_on_theano
def test_both_directions_keep_their_states(K, random):
    x = random.normal(size=(2, 4, 3)).astype("float32")
    model = keras.models.Sequential([L.Bidirectional(L.GRU(2, stateful=True), batch_input_shape=(2, 4, 3))])
    assert model.stateful
    first, second = model.predict(x), model.predict(x)
    assert abs(first - second).max() > 1e-3
    model.reset_states()
    np.testing.assert_allclose(model.predict(x), first, rtol=1e-5)


def test_a_stateful_layer_that_is_applied_twice(K, random):
    """Each application assigns the state; the last one counts."""
    inputs = [L.Input(batch_shape=(2, 3, 4)), L.Input(batch_shape=(2, 3, 4))]
    shared = L.SimpleRNN(2, stateful=True)
    model = keras.models.Model(inputs, [shared(x) for x in inputs])
    first, second = model.predict([random.rand(2, 3, 4), random.rand(2, 3, 4)], batch_size=2)
    assert abs(first - second).max() > 1e-4
    np.testing.assert_allclose(keras.backend.get_value(shared.states[0]), second, rtol=1e-6)


class TiedDense(L.Layer):
    """Multiplies by the transposed kernel of another layer, which is an attribute and so is listed in both layers."""

    def __init__(self, tied_to, **kwargs):
        super().__init__(**kwargs)
        self.tied_to = tied_to

    def call(self, inputs):
        return keras.backend.dot(inputs, keras.backend.transpose(self.tied_to.kernel))

    def compute_output_shape(self, input_shape):
        return input_shape[0], 3


def test_tied_weights_are_updated_once(K, random):
    x = random.normal(size=(8, 3)).astype("float32")
    encoder = L.Dense(2, use_bias=False)
    inputs = keras.Input((3,))
    model = keras.Model(inputs, TiedDense(encoder)(encoder(inputs)))
    model.compile(keras.optimizers.SGD(0.1), "mse")
    kernel = model.get_weights()[0].astype("float64")
    error = 2 * (x @ kernel @ kernel.T - x) / x.size
    gradient = x.T @ error @ kernel + error.T @ x @ kernel
    model.train_on_batch(x, x)
    np.testing.assert_allclose(encoder.get_weights()[0], kernel - 0.1 * gradient, rtol=1e-5)
    model.train_on_batch(x, x)
    assert "get_updates" not in vars(model.optimizer)


class ScaledSGD(keras.optimizers.Optimizer):
    """An optimizer as they were written for Keras 2.2, with a variable ``lr``."""

    def __init__(self, lr=0.01, **kwargs):
        super().__init__(**kwargs)
        self.lr = keras.backend.variable(lr, name="lr")

    def get_updates(self, loss, params):
        self.updates = [keras.backend.update(p, p - 2 * self.lr * g)
                        for p, g in zip(params, self.get_gradients(loss, params))]
        return self.updates

    def get_config(self):
        return {"lr": float(keras.backend.get_value(self.lr)), **super().get_config()}


def test_an_optimizer_written_for_keras_2_2(K):
    model = keras.models.Sequential([L.Dense(1, input_shape=(2,), kernel_initializer="zeros")])
    model.compile(ScaledSGD(lr=0.25), "mse")
    model.train_on_batch(np.ones((4, 2)), np.ones((4, 1)))  # the gradient is -2
    assert model.get_weights()[0].ravel().tolist() == [1, 1]
    model.optimizer.lr = 0.5
    assert model.optimizer.get_config()["lr"] == 0.5


def test_callbacks(K, random, tmp_path):
    x, y = _blobs(random)
    seen = []
    model = _classifier()
    model.fit(x, y, epochs=4, batch_size=32, validation_data=(x, y), verbose=0, callbacks=[
        keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append((epoch, sorted(logs))),
                                       on_batch_end=lambda batch, logs: seen.append(batch)),
        keras.callbacks.ModelCheckpoint(str(tmp_path / "best.h5"), save_best_only=True),
        keras.callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1)),
        keras.callbacks.ReduceLROnPlateau(patience=9),
        keras.callbacks.TerminateOnNaN(),
        keras.callbacks.CSVLogger(str(tmp_path / "log.csv"))])
    assert [each for each in seen if not isinstance(each, tuple)] == [0, 1] * 4
    assert [each[0] for each in seen if isinstance(each, tuple)] == [0, 1, 2, 3]
    assert abs(keras.backend.get_value(model.optimizer.lr) - 0.025) < 1e-6
    assert (tmp_path / "log.csv").read_text().startswith("epoch,accuracy,loss,lr,val_accuracy,val_loss\n0,")
    assert keras.models.load_model(str(tmp_path / "best.h5")).predict(x).shape == (64, 1)

    stopping = keras.callbacks.EarlyStopping("loss", min_delta=10, patience=1, restore_best_weights=True)
    assert len(model.fit(x, y, epochs=9, verbose=0, callbacks=[stopping]).epoch) == 2


def test_learning_rate_can_be_set(K, random):
    x, y = _blobs(random)
    model = _classifier()
    keras.backend.set_value(model.optimizer.lr, 0.)
    before = model.get_weights()
    model.fit(x, y, epochs=1, verbose=0)
    for old, new in zip(before, model.get_weights()):
        np.testing.assert_array_equal(old, new)


def test_a_seed_repeats_initial_weights_shuffling_and_dropout(K, random):
    x, y = _blobs(random)

    def trained():
        np.random.seed(3)
        model = keras.models.Sequential([L.Dense(4, input_shape=(2,)), L.Dropout(0.5), L.Dense(1)])
        model.compile("sgd", "mse")
        model.fit(x, y, epochs=2, batch_size=16, verbose=0)
        return model.get_weights()
    for first, second in zip(trained(), trained()):
        np.testing.assert_array_equal(first, second)


def test_what_needs_a_gpu_names_the_alternative(K):
    with pytest.raises(RuntimeError, match=r"use LSTM\(\.\.\., recurrent_activation='sigmoid'\)"):
        L.CuDNNLSTM(2)
    with pytest.raises(RuntimeError, match=r"use GRU\(.*reset_after=True\)"):
        L.CuDNNGRU(2)
    with pytest.raises(ValueError, match="train the model itself"):
        keras.utils.multi_gpu_model(_classifier(), gpus=2)


@pytest.mark.parametrize("wrong", [{"loss": "msee"}, {"loss": "mse", "metrics": ["maee"]},
                                   {"loss": ["mse", "mse"]}, {"loss": "mse", "loss_weights": [1, 2]}])
def test_a_compile_that_fails_changes_nothing(K, random, wrong):
    x, y = _blobs(random)
    model = _classifier()
    before, weights = model.evaluate(x, y, verbose=0), model.get_weights()
    with pytest.raises(ValueError):
        model.compile("sgd", **wrong)
    assert model.evaluate(x, y, verbose=0) == pytest.approx(before) and model.metrics_names == ["loss", "accuracy"]
    model.fit(x, y, verbose=0)
    assert any((one != other).any() for one, other in zip(model.get_weights(), weights))


def test_a_loss_class_without_a_name_and_a_metric_that_returns_pairs(K, random):
    class Absolute(keras.losses.Loss):
        def call(self, y_true, y_pred):
            return keras.backend.abs(y_true - y_pred)

    class Total(keras.metrics.Metric):
        def __init__(self, name="total"):
            super().__init__(name=name)
            self.total = self.add_weight("total", initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            return [(self.total, self.total + keras.backend.sum(keras.backend.abs(y_true - y_pred)))]

        def result(self):
            return self.total
    x, y = _blobs(random, 6)
    model = keras.models.Sequential([L.Dense(1, input_shape=(2,))])
    model.compile("sgd", Absolute(), metrics=[Total()])
    errors = np.abs(y[:, None] - model.predict(x))
    for size in (6, 2):
        np.testing.assert_allclose(model.evaluate(x, y, batch_size=size, verbose=0), [errors.mean(), errors.sum()],
                                   rtol=1e-5)


def test_evaluating_within_an_evaluation_by_a_generator(K, random):
    """What a callback evaluates does not count, and does not end the evaluation."""
    x, y = _blobs(random, 8)
    model = _classifier()

    def batches():
        while True:
            yield x, y

    class Within(keras.callbacks.Callback):
        def on_test_batch_end(self, batch, logs=None):
            if not done:
                done.append(model.evaluate_generator(batches(), 2)[0])
                model.test_on_batch(5 * x, 1 - y, reset_metrics=False)
    done = []
    expected = model.evaluate(x, y, verbose=0)[0]
    assert model.evaluate_generator(batches(), 3, callbacks=[Within()])[0] == pytest.approx(expected, rel=1e-5)
    assert done == [pytest.approx(expected, rel=1e-5)]


def test_threads_that_evaluate_one_model(K):
    """The second one begins within the first, and ends after it."""
    model = keras.models.Sequential([L.Dense(1, input_shape=(2,))])
    model.compile("sgd", "mse")
    x, attributes = np.ones((2, 2)), set(vars(model))
    began, ended = threading.Event(), threading.Event()

    def of_thread():
        yield x, model.predict(x) + 1
        began.set()
        assert ended.wait(60)
        yield x, model.predict(x) + 3

    def of_main():
        yield x, model.predict(x) + 2
        thread.start()
        assert began.wait(60)
        yield x, model.predict(x) + 2
    losses = []
    thread = threading.Thread(target=lambda: losses.append(model.evaluate_generator(of_thread(), 2, workers=0)))
    losses.append(model.evaluate_generator(of_main(), 2, workers=0))
    ended.set()
    thread.join()
    np.testing.assert_allclose(losses, [4, 5], rtol=1e-5)
    assert "test_on_batch" not in set(vars(model)) - attributes
