"""Training as scripts do it: kinds of data, generators and workers, weights, callbacks, wrappers, mistakes."""

import csv
import json
import random as random_module
import threading

import numpy as np
import pytest

import pyshim
from pyshim import keras

B, L, M = keras.backend, keras.layers, keras.models


@pytest.fixture
def random():
    return np.random.RandomState(21)


def _linear(units=1, features=3, **more):
    model = M.Sequential([L.Dense(units, input_shape=(features,))])
    model.compile("sgd", "mse", **more)
    return model


class Batches(keras.utils.Sequence):
    """Batches of a data set; records the threads that ask for them, and counts the ends of epochs."""

    def __init__(self, x, y, size=4, weights=None):
        self.x, self.y, self.size, self.weights = x, y, size, weights
        self.threads, self.ended = set(), 0

    def __len__(self):
        return int(np.ceil(len(self.x) / self.size))

    def __getitem__(self, i):
        self.threads.add(threading.get_ident())
        part = slice(i * self.size, (i + 1) * self.size)
        return (self.x[part], self.y[part]) + (() if self.weights is None else (self.weights[part],))

    def on_epoch_end(self):
        self.ended += 1


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_a_sequence_is_the_same_as_its_arrays(K, random, workers):
    x, y = random.rand(10, 3), random.rand(10, 1)
    whole, parts = _linear(), _linear()
    parts.set_weights(whole.get_weights())
    whole.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
    sequence = Batches(x, y)
    history = parts.fit_generator(sequence, epochs=2, shuffle=False, verbose=0, workers=workers, max_queue_size=2)
    np.testing.assert_allclose(parts.get_weights()[0], whole.get_weights()[0], rtol=1e-5)
    assert len(history.history["loss"]) == 2 and sequence.ended >= 1
    assert (threading.get_ident() in sequence.threads) == (workers == 0)
    np.testing.assert_allclose(parts.predict_generator(sequence, workers=workers), parts.predict(x), rtol=1e-5)
    np.testing.assert_allclose(parts.evaluate_generator(sequence, workers=workers),
                               parts.evaluate(x, y, batch_size=4, verbose=0), rtol=1e-5)


def test_generators_with_weights_ends_and_errors(K, random):
    x, y, w = random.rand(8, 3), random.rand(8, 1), np.array([0., 1.] * 4)
    model = _linear()
    weighted = model.evaluate_generator(Batches(x, y, 8, w))
    np.testing.assert_allclose(weighted, np.mean(w * np.mean((model.predict(x) - y) ** 2, -1)), rtol=1e-5)

    def short():
        yield x, y
    with pytest.raises(StopIteration):
        model.fit_generator(short(), steps_per_epoch=3, epochs=1, verbose=0)

    def broken():
        yield x, y
        raise RuntimeError("mine")
    with pytest.raises(RuntimeError, match="mine"):
        model.fit_generator(broken(), steps_per_epoch=3, epochs=1, verbose=0)
    with pytest.raises(ValueError, match="steps_per_epoch"):
        model.fit_generator(short(), epochs=1)
    with pytest.raises(ValueError, match="should be a tuple"):
        model.fit_generator(iter([1, 2]), steps_per_epoch=1, epochs=1, verbose=0)
    many = M.Sequential([L.Dense(1, input_shape=(3,))])
    many.compile("sgd", "mse")
    many.fit(Batches(x, y), epochs=1, verbose=0, validation_data=Batches(x, y), validation_steps=2)
    assert many.predict(Batches(x, y)).shape == (8, 1)


def test_data_of_other_kinds(K, random, tmp_path):
    x, y = random.rand(8, 3), random.rand(8)
    model = _linear()
    expected = model.predict(x)
    np.testing.assert_allclose(model.predict(x.tolist() and np.asfortranarray(x)), expected, rtol=1e-6)
    np.testing.assert_allclose(model.predict([x]), expected, rtol=1e-6)
    np.testing.assert_allclose(model.predict({model.input_names[0]: x}), expected, rtol=1e-6)
    np.testing.assert_allclose(model.predict((x * 100).astype("int64")), model.predict((x * 100).astype("int64") + 0.),
                               rtol=1e-6)
    np.testing.assert_allclose(model.predict(x > 0.5), model.predict((x > 0.5) + 0.), rtol=1e-6)
    np.testing.assert_allclose(model.predict(x[::-1]), expected[::-1], rtol=1e-6)
    file = np.memmap(str(tmp_path / "x.bin"), "float32", "w+", shape=(8, 3))
    file[:] = x
    np.testing.assert_allclose(model.predict(file), expected, rtol=1e-5)
    assert len(model.fit(file, y, epochs=1, batch_size=3, verbose=0).history["loss"]) == 1
    import h5py
    with h5py.File(str(tmp_path / "data.h5"), "w") as stored:
        stored["x"], stored["y"] = x, y
    read = keras.utils.HDF5Matrix(str(tmp_path / "data.h5"), "x", 2, 8, normalizer=lambda part: part * 2)
    assert read.shape == (6, 3)
    np.testing.assert_allclose(model.predict(read), model.predict(x[2:] * 2), rtol=1e-5)
    model.fit(read, keras.utils.HDF5Matrix(str(tmp_path / "data.h5"), "y", 2, 8), batch_size=3, epochs=1, verbose=0,
              shuffle="batch")
    with pytest.raises(Exception, match="(?i)nan|None|array|data"):
        model.fit(None, None, epochs=1, verbose=0)


@pytest.mark.slow_on_theano
def test_sparse_data(K, random):
    from scipy import sparse
    x = L.Input((6,), sparse=True)
    model = M.Model(x, L.Dense(2)(x))
    model.compile("sgd", "mse")
    value = sparse.random(5, 6, 0.4, format="csr", random_state=random)
    w, b = model.get_weights()
    np.testing.assert_allclose(model.predict(value), value.toarray() @ w + b, rtol=1e-4, atol=1e-6)
    history = model.fit(value, np.ones((5, 2)), epochs=2, batch_size=2, verbose=0)
    assert history.history["loss"][1] < history.history["loss"][0]


def test_dense_data_for_a_sparse_input(K):
    sparse, dense = L.Input((6,), sparse=True), L.Input((6,))
    one = keras.Model(sparse, L.Dense(2)(sparse))
    two = keras.Model([dense, sparse], L.add([L.Dense(2)(dense), L.Dense(2)(sparse)]))
    x = np.ones((4, 6))
    for predict in (lambda: one.predict(x), lambda: one.predict_on_batch(x), lambda: two.predict([x, x])):
        with pytest.raises(pyshim.errors.ArgumentError, match="a sparse value is a scipy.sparse matrix or a "
                                                              "SparseArray, not ndarray"):
            predict()


@pytest.mark.slow_on_theano
def test_weights_of_time_steps_and_outputs(K, random):
    x = random.rand(4, 3, 2)
    model = M.Sequential([L.TimeDistributed(L.Dense(1), input_shape=(3, 2))])
    model.compile("sgd", "mse", sample_weight_mode="temporal")
    weights = random.rand(4, 3)
    y = random.rand(4, 3, 1)
    squares = ((model.predict(x) - y) ** 2)[:, :, 0]
    np.testing.assert_allclose(model.evaluate(x, y, sample_weight=weights, verbose=0), (squares * weights).mean(),
                               rtol=1e-5)
    with pytest.raises(ValueError, match="sample_weight"):
        model.evaluate(x, y, sample_weight=weights[:, 0], verbose=0)
    a = L.Input((2,))
    two = M.Model(a, [L.Dense(1, name="p")(a), L.Dense(2, activation="softmax", name="q")(a)])
    two.compile("sgd", {"p": "mse", "q": "categorical_crossentropy"}, metrics={"q": ["accuracy"], "p": "mae"},
                loss_weights=[1., 2.])
    assert two.metrics_names == ["loss", "p_loss", "q_loss", "p_mae", "q_accuracy"]
    value, ones = random.rand(4, 2), np.ones((4, 1))
    labels = np.eye(2)[[0, 1, 1, 0]]
    result = dict(zip(two.metrics_names, two.evaluate(value, {"p": ones, "q": labels}, verbose=0, sample_weight={
        "p": np.zeros(4), "q": np.ones(4)})))
    p, q = two.predict(value)
    crossentropy = -(labels * np.log(q)).sum(-1).mean()
    np.testing.assert_allclose([result["p_loss"], result["q_loss"], result["loss"]],
                               [0, crossentropy, 2 * crossentropy], rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(result["p_mae"], np.abs(p - 1).mean(), rtol=1e-4)
    two.fit(value, [ones, labels], epochs=1, verbose=0, class_weight={"q": {0: 1., 1: 2.}})


@pytest.mark.parametrize("action, message", [
    (lambda m, x: m.fit(x, np.ones((8, 2)), verbose=0), "expected dense_.* to have shape|to have shape \\(1,\\)"),
    (lambda m, x: m.fit(x, np.ones((7, 1)), verbose=0), "same number of samples"),
    (lambda m, x: m.fit([x, x], np.ones((8, 1)), verbose=0), "not the size the model expected"),
    (lambda m, x: m.fit(x, np.ones((8, 1)), batch_size=4, steps_per_epoch=2, verbose=0, unknown=1), "unknown"),
    (lambda m, x: m.compile("sgd", "no_such_loss"), "Unknown loss"),
    (lambda m, x: m.compile("no_such_optimizer", "mse"), "Unknown optimizer"),
    (lambda m, x: m.compile("sgd", "mse", metrics=["no_such_metric"]), "Unknown metric"),
    (lambda m, x: m.compile("sgd", {"nothing": "mse"}), "nothing"),
    (lambda m, x: M.Sequential([L.Dense(1, input_shape=(3,))]).fit(x, x, verbose=0), "must compile"),
    (lambda m, x: m.load_weights("no_such_file.h5"), "(?i)no such file|unable to open"),
    (lambda m, x: m.get_layer("nothing"), "No such layer"),
])
def test_what_keras_says_of_mistakes_in_training(K, random, action, message):
    with pytest.raises((ValueError, TypeError, RuntimeError, OSError), match=message):
        action(_linear(), random.rand(8, 3))


def test_inputs_of_different_numbers_of_samples_are_refused(K):
    a, b = L.Input((2,)), L.Input((2,))
    model = M.Model([a, b], L.add([a, b]))
    x = np.ones((8, 2))
    for predict in (model.predict, model.predict_on_batch):
        with pytest.raises(ValueError, match="same number of samples"):
            predict([x[:4], x])
    np.testing.assert_array_equal(model.predict([x, x]), 2 * x)


def test_callbacks_that_stop_save_and_log(K, random, tmp_path):
    C = keras.callbacks
    x, y = random.rand(16, 3), random.rand(16)
    model = _linear(metrics=["mae"])
    log = str(tmp_path / "log.csv")
    for _ in range(2):
        model.fit(x, y, epochs=2, verbose=0, callbacks=[C.CSVLogger(log, append=True, separator=";")])
    with open(log, newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert rows[0] == ["epoch", "loss", "mae"] and [row[0] for row in rows[1:]] == ["0", "1", "0", "1"]
    stopping = C.EarlyStopping("loss", baseline=0., patience=2)
    assert len(model.fit(x, y, epochs=9, verbose=0, callbacks=[stopping]).epoch) == 2
    nothing = C.EarlyStopping("no_such_metric")
    with pytest.warns(RuntimeWarning, match="no_such_metric"):
        model.fit(x, y, epochs=1, verbose=0, callbacks=[nothing])
    plateau = C.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=10, min_lr=0.004)
    rates = model.fit(x, y, epochs=5, verbose=0, callbacks=[plateau]).history["lr"]
    np.testing.assert_allclose(rates[:3], [0.01, 0.01, 0.005], rtol=1e-6)
    assert min(rates) >= 0.004 - 1e-9
    model.fit(x, y, epochs=2, verbose=0, callbacks=[C.ModelCheckpoint(str(tmp_path / "w{epoch:02d}.h5"),
                                                                      save_weights_only=True, period=2)])
    assert not (tmp_path / "w01.h5").exists() and (tmp_path / "w02.h5").exists()
    seen = []

    class Seen(C.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            seen.append(("begin", batch, logs["size"]))

        def on_train_batch_end(self, batch, logs=None):
            seen.append(("end", batch, sorted(logs)))

        def on_epoch_begin(self, epoch, logs=None):
            seen.append(("epoch", epoch, self.params["samples"]))
    model.fit(x, y, batch_size=10, epochs=3, initial_epoch=2, verbose=0, callbacks=[Seen()])
    assert seen == [("epoch", 2, 16), ("begin", 0, 10), ("end", 0, ["batch", "loss", "mae", "size"]),
                    ("begin", 1, 6), ("end", 1, ["batch", "loss", "mae", "size"])]


def test_losses_and_metrics_are_numbers(K, random):
    """Results are NumPy scalars, as in the original: ``round()`` does not accept an array without axes."""
    x, y = random.rand(6, 3), random.rand(6)
    model = _linear(metrics=["mae", keras.metrics.AUC()])
    seen = []

    class Seen(keras.callbacks.Callback):
        def on_batch_end(self, batch, logs=None):
            seen.append([logs["loss"], logs["mae"]])
    for callbacks in ([], [Seen()]):
        seen += model.fit(x, y, epochs=2, batch_size=4, verbose=0, callbacks=callbacks).history.values()
    seen += model.fit(x, y, steps_per_epoch=2, verbose=0).history.values()
    seen += model.fit_generator(Batches(x, y), verbose=0, validation_data=(x, y)).history.values()
    seen += [model.train_on_batch(x, y), model.test_on_batch(x, y), model.evaluate(x, y, verbose=0)]
    assert [round(value, 1) >= 0 for values in seen for value in values] == [True] * sum(map(len, seen))
    assert isinstance(_linear().train_on_batch(x, y), np.floating)
    assert round(B.get_value(model.optimizer.lr), 4) == round(B.eval(B.constant(0.01)), 4)
    rates = model.fit(x, y, verbose=0, callbacks=[keras.callbacks.ReduceLROnPlateau("loss")]).history["lr"]
    assert [round(rate, 4) for rate in rates] == [round(np.float32(0.01), 4)]


def test_averages_are_of_float64_with_every_numpy(K, random):
    """The product of a float32 scalar and an integer is of float64 before NumPy 2, and of float32 since."""
    x, y = random.rand(90, 3), random.rand(90, 1)
    bar, losses = keras.utils.Progbar(90, verbose=0), []

    def end(batch, logs):
        bar.update(min(90, 8 * batch + 8), [("loss", logs["loss"]), ("batch", batch)])
        losses.append(float(logs["loss"]) * logs["size"])
    history = _linear().fit(x, y, batch_size=8, verbose=0,
                            callbacks=[keras.callbacks.LambdaCallback(on_batch_end=end)]).history
    assert json.loads(json.dumps(history)) == {"loss": [sum(losses) / 90]}
    assert bar._values["loss"] == [sum(losses), 90]


@pytest.mark.slow_on_theano
def test_metrics_that_keep_state(K, random):
    y = np.array([0, 0, 1, 1, 1, 0], "float32")
    p = np.array([[0.1], [0.6], [0.7], [0.4], [0.9], [0.2]])
    model = M.Sequential([L.Activation("linear", input_shape=(1,))])
    model.compile("sgd", "mse", metrics=[keras.metrics.Precision(), keras.metrics.Recall(), keras.metrics.AUC(),
                                         keras.metrics.TruePositives(), "accuracy"])
    for size in (2, 6):  # whatever the batch size
        loss, precision, recall, auc, hits, accuracy = model.evaluate(p, y, batch_size=size, verbose=0)
        np.testing.assert_allclose([precision, recall, hits, accuracy], [2 / 3, 2 / 3, 2, 4 / 6], rtol=1e-5)
        assert abs(auc - 8 / 9) < 0.02
    first = model.train_on_batch(p, y, reset_metrics=False)
    assert model.train_on_batch(p, y, reset_metrics=False)[4] == first[4] + 2
    model.reset_metrics()
    assert model.test_on_batch(p, y)[4] == 2
    metric = keras.metrics.Mean()
    assert B.eval(metric([1., 3.])) == 2 and B.eval(metric(5.)) == 3
    metric.reset_states()
    assert B.eval(metric(1.)) == 1


def test_metrics_of_thresholds_classes_and_ranks(K, random):
    y, p = random.randint(0, 2, (20, 3)) > 0, random.rand(20, 3)
    top = p >= np.sort(p, axis=1)[:, -2:-1]
    metrics, limits = keras.metrics, np.array([0.3, 0.6])[:, None, None]
    for metric, hits, among in (
            (metrics.Precision(thresholds=[0.3, 0.6]), y & (p > limits), p > limits),
            (metrics.Recall(thresholds=[0.3, 0.6]), y & (p > limits), y & (limits > 0)),
            (metrics.Precision(class_id=1), (y & (p > 0.5))[:, 1:2], p[:, 1:2] > 0.5),
            (metrics.Precision(top_k=2), y & top, top),
            (metrics.Recall(top_k=2, class_id=2), (y & top)[:, 2:], y[:, 2:])):
        found = B.eval(metric(y.astype("float32"), p.astype("float32")))
        np.testing.assert_allclose(found, hits.sum((-2, -1)) / among.sum((-2, -1)), rtol=1e-5)
        assert type(metric).from_config(metric.get_config()).get_config() == metric.get_config()
    true, predicted = random.randint(0, 3, 30), random.randint(0, 3, 30)
    shares = [((true == i) & (predicted == i)).sum() / ((true == i) | (predicted == i)).sum() for i in range(3)]
    np.testing.assert_allclose(B.eval(metrics.MeanIoU(3)(true.astype("float32"), predicted.astype("float32"))),
                               np.mean(shares), rtol=1e-5)


def test_the_best_epoch_is_kept(K, random, tmp_path):
    x, y, weights = random.rand(16, 3), random.rand(16), []
    model = _linear()

    class Score(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["score"] = [0.1, 0.9, 0.3, 0.2][epoch]
            weights.append(model.get_weights()[0])
    model.fit(x, y, epochs=4, verbose=0, callbacks=[
        Score(), keras.callbacks.EarlyStopping("score", mode="max", patience=2, restore_best_weights=True),
        keras.callbacks.ModelCheckpoint(str(tmp_path / "{epoch}-{score:.1f}.h5"), "score", mode="max",
                                        save_best_only=True)])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1-0.1.h5", "2-0.9.h5"]
    for best in (model, M.load_model(str(tmp_path / "2-0.9.h5"))):
        np.testing.assert_array_equal(best.get_weights()[0], weights[1])


def test_processes_that_make_batches(K, random):
    x, y = random.rand(10, 3), random.rand(10, 1)
    model, batches = _linear(), Batches(x, y)
    model.fit_generator(batches, epochs=2, verbose=0, workers=2, use_multiprocessing=True)
    np.testing.assert_allclose(model.predict_generator(batches, workers=2, use_multiprocessing=True), model.predict(x),
                               rtol=1e-5)
    np.testing.assert_allclose(model.evaluate_generator(batches, workers=2, use_multiprocessing=True),
                               model.evaluate(x, y, batch_size=4, verbose=0), rtol=1e-5)


@pytest.mark.filterwarnings("error")
def test_skipgrams_without_a_seed():
    """Python 3.12 refuses to draw an integer below a float; 3.10 and 3.11 warn."""
    pairs = []
    for _ in range(2):
        random_module.seed(3)
        pairs.append(keras.preprocessing.sequence.skipgrams([1, 2, 3], 5, window_size=1))
    assert pairs[0] == pairs[1] and sorted(pairs[0][1]) == [0] * 4 + [1] * 4


@pytest.mark.slow_on_theano
@pytest.mark.filterwarnings("ignore:Update your", "ignore:The `nb_epoch` argument")
@pytest.mark.filterwarnings("ignore:The semantics of the Keras 2 argument")
def test_scripts_of_keras_1(K, random):
    x, y = random.rand(4, 6, 6, 2), random.rand(4, 1)
    model = M.Sequential([
        L.Convolution2D(3, 3, 3, border_mode="same", subsample=(1, 1), dim_ordering="tf", init="uniform",
                        input_shape=(6, 6, 2)),
        L.MaxPooling2D(pool_size=(2, 2), border_mode="valid"), L.Flatten(), L.Dropout(p=0.3),
        L.Dense(output_dim=1, W_regularizer=keras.regularizers.l2(0.1), bias=True)])
    assert model.layers[0].kernel_size == (3, 3) and model.layers[0].padding == "same"
    assert model.layers[-1].units == 1 and model.layers[-1].use_bias
    model.compile("sgd", "mse")
    assert model.fit(x, y, nb_epoch=2, batch_size=2, verbose=0).epoch == [0, 1]

    def batches():
        while True:
            yield x[:2], y[:2]
    model.fit_generator(batches(), samples_per_epoch=2, nb_epoch=1, verbose=0, validation_data=batches(),
                        nb_val_samples=1)
    assert model.predict_generator(batches(), val_samples=2).shape == (4, 1)
    inputs = L.Input((3,))
    assert M.Model(input=inputs, output=L.Dense(2)(inputs)).output_shape == (None, 2)


@pytest.mark.slow_on_theano
def test_wrappers_of_scikit_learn(K, random):
    from pyshim.keras.wrappers.scikit_learn import KerasClassifier, KerasRegressor

    def build(units=4, optimizer="adam"):
        model = M.Sequential([L.Dense(units, activation="relu", input_shape=(2,)), L.Dense(2, activation="softmax")])
        model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model
    x = random.normal(size=(20, 2))
    y = np.where(x[:, 0] > 0, "yes", "no")
    classifier = KerasClassifier(build, units=8, epochs=2, batch_size=10, verbose=0)
    classifier.fit(x, y)
    assert classifier.model.layers[0].units == 8 and set(classifier.predict(x)) <= {"yes", "no"}
    assert classifier.predict_proba(x).shape == (20, 2) and 0 <= classifier.score(x, np.asarray(y == "yes", int)) <= 1
    assert classifier.get_params()["epochs"] == 2
    with pytest.raises(ValueError, match="no_such"):
        classifier.set_params(no_such=1)
    regressor = KerasRegressor(lambda: _linear(features=2), epochs=1, verbose=0)
    regressor.fit(x, x[:, 0])
    assert regressor.predict(x).shape == (20,) and regressor.score(x, x[:, 0]) <= 0


@pytest.mark.slow_on_theano
def test_optimizers_keep_their_weights(K, random):
    x, y = random.rand(8, 3), random.rand(8)
    for make in (lambda: keras.optimizers.Adam(0.05, amsgrad=True), lambda: keras.optimizers.SGD(0.05, momentum=0.9),
                 lambda: keras.optimizers.Nadam(), lambda: keras.optimizers.RMSprop(decay=0.1, clipvalue=0.1)):
        first, second = _linear(), _linear()
        first.compile(make(), "mse")
        second.compile(type(first.optimizer).from_config(first.optimizer.get_config()), "mse")
        assert first.optimizer.get_config() == second.optimizer.get_config()
        first.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0)
        second.train_on_batch(x, y)
        second.set_weights(first.get_weights())
        second.optimizer.set_weights(first.optimizer.get_weights())
        assert [w.shape for w in first.optimizer.get_weights()] == [w.shape for w in second.optimizer.get_weights()]
        for model in (first, second):
            model.train_on_batch(x, y)
        np.testing.assert_allclose(first.get_weights()[0], second.get_weights()[0], rtol=1e-5)
    with pytest.raises(TypeError, match="Unexpected keyword"):
        keras.optimizers.SGD(clip=1)
    clipped = _linear()
    clipped.compile(keras.optimizers.SGD(1., clipnorm=0.1), "mse")
    before = clipped.get_weights()
    clipped.train_on_batch(x, y + 100)
    step = [b - a for a, b in zip(before, clipped.get_weights())]
    np.testing.assert_allclose(np.sqrt(sum((s ** 2).sum() for s in step)), 0.1, rtol=1e-4)


@pytest.mark.slow_on_theano
def test_targets_and_losses_given_as_tensors(K, random):
    value = random.rand(4, 3).astype("float32")
    x, target = L.Input((3,)), B.placeholder(shape=(None, 1))
    model = M.Model(x, L.Dense(1)(x))
    model.compile("sgd", "mse", target_tensors=[target])
    assert np.isfinite(model.train_on_batch(value, np.ones((4, 1))))
    y = L.Input((1,))
    out = L.Dense(1)(x)
    both = M.Model([x, y], out)
    both.add_loss(B.mean(B.square(out - y)) * 3)
    both.compile("sgd")
    loss = both.test_on_batch([value, np.ones((4, 1))], None)
    np.testing.assert_allclose(loss, 3 * ((both.predict([value, np.ones((4, 1))]) - 1) ** 2).mean(), rtol=1e-5)
    history = both.fit([value, np.ones((4, 1))], epochs=2, verbose=0)
    assert history.history["loss"][1] < history.history["loss"][0]


def test_what_is_printed(K, random, capsys):
    x, y = random.rand(8, 3), random.rand(8)
    model = _linear(metrics=["mae"])
    model.fit(x, y, epochs=2, batch_size=4, verbose=2, validation_split=0.5)
    lines = [line for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert lines[0].startswith("Train on 4 samples, validate on 4 samples") and lines[1] == "Epoch 1/2"
    assert lines[2].lstrip().startswith("- ") and "val_mae: " in lines[2] and len(lines) == 5
    model.fit(x, y, epochs=1, batch_size=4, verbose=1)
    out = capsys.readouterr().out
    assert "8/8 [==============================]" in out and "loss: " in out
    model.fit(x, y, epochs=1, verbose=0)
    assert capsys.readouterr().out == ""
    assert pyshim.backend() == K.backend()


def test_metric_objects_that_are_used_again(K, random):
    x, y = random.rand(8, 4), np.eye(2)[random.randint(0, 2, (2, 8))]
    inputs = L.Input((4,))
    outputs = [L.Dense(2, activation="softmax")(inputs) for _ in range(2)]
    metric = keras.metrics.CategoricalAccuracy(name="both")
    one = keras.models.Model(inputs, outputs[0])
    two = keras.models.Model(inputs, outputs)
    right = np.argmax(two.predict(x), -1) == np.argmax(y, -1)
    for _ in range(2):  # for two outputs, in two models, and compiled again
        two.compile("sgd", "categorical_crossentropy", metrics=[[metric], [metric]])
        assert two.test_on_batch(x, list(y))[-1] == right.mean()
        one.compile("sgd", "categorical_crossentropy", metrics=[metric], weighted_metrics=["acc"])
        np.testing.assert_allclose(one.test_on_batch(x, y[0], sample_weight=np.arange(8))[1:],
                                   [right[0].mean(), np.average(right[0], weights=np.arange(8))], rtol=1e-5)


def test_predictions_of_no_samples_have_the_outputs_shapes(K):
    x = L.Input((6, 6, 2))
    y = L.MaxPooling2D()(L.Conv2D(3, 3)(x))
    model = keras.models.Model(x, [y, L.Dense(4)(L.Flatten()(y))])
    assert [output.shape for output in model.predict(np.zeros((0, 6, 6, 2)))] == [(0, 2, 2, 3), (0, 4)]
    assert keras.models.Model(x, y).predict(np.zeros((0, 6, 6, 2))).shape == (0, 2, 2, 3)


def test_the_learning_rate_is_set_by_its_old_name(K):
    optimizer = keras.optimizers.SGD(lr=0.5)
    optimizer.lr = 0.25
    assert optimizer.get_config()["learning_rate"] == 0.25
    assert K.get_value(optimizer.lr) == 0.25
