"""Training on arrays: running batches ahead of Keras's loops gives the same numbers as those loops alone."""

import contextlib
import functools
import gc
import inspect
import itertools
import os
import signal
import sys
import threading
import time
import weakref

import numpy as np
import pytest

import pyshim
from pyshim import keras
from pyshim.contract import batches
from pyshim.hosts import postponing
from pyshim.models import training

L = keras.layers
LOOPS = sys.modules["pyshim.keras.engine.training_arrays"]
SAMPLES = 90


@contextlib.contextmanager
def _keras_alone():
    """Use Keras's own loops, without this package's replacement."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("fit_loop", "test_loop", "predict_loop"):
            patch.setattr(LOOPS, name, inspect.unwrap(getattr(LOOPS, name)))
        yield


def _both(model, train):
    """Train with Keras alone, then with batches run ahead, both from the same weights. Returns: the two results."""
    start, results = model.get_weights(), []
    for context in (_keras_alone(), contextlib.nullcontext()):
        with context:
            model.set_weights(start)
            np.random.seed(5)
            results.append((train(), model.get_weights()))
    return results


def _assert_same(model, train):
    (alone, alone_weights), (ahead, ahead_weights) = _both(model, train)
    assert _plain(ahead) == _plain(alone)
    for mine, theirs in zip(ahead_weights, alone_weights):
        np.testing.assert_array_equal(mine, theirs)
    return ahead


def _plain(value):
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, (list, tuple)) else np.asarray(value).tolist()


def _history(model, x, y, arguments):
    return model.fit(x, y, verbose=0, **arguments).history


@pytest.fixture
def chunks(monkeypatch):
    """The sizes of the groups of batches that were run together, in order."""
    sizes = []
    original = batches.run

    def run(function, held, rows, lengths):
        sizes.append(len(lengths))
        return original(function, held, rows, lengths)
    monkeypatch.setattr(batches, "run", run)
    monkeypatch.setattr(training, "SECONDS", 1e6)
    return sizes


@pytest.fixture
def data():
    random = np.random.RandomState(7)
    return random.normal(size=(SAMPLES, 3)), np.eye(2)[random.randint(0, 2, SAMPLES)]


@pytest.fixture
def model(K):
    model = keras.models.Sequential([L.Dense(4, activation="tanh", input_shape=(3,)), L.Dense(2, activation="softmax")])
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.mark.slow_on_theano
def test_shuffling_weights_validation_and_remainders(model, data, chunks):
    x, y = data
    random = np.random.RandomState(1)
    weights = random.uniform(size=SAMPLES)
    for arguments in (
            {"epochs": 3}, {"shuffle": "batch"}, {"shuffle": False}, {"batch_size": None}, {"batch_size": 200},
            {"validation_split": 0.3, "epochs": 3}, {"validation_data": (x[:25], y[:25]), "epochs": 2},
            {"validation_data": (x[:25], y[:25], weights[:25]), "epochs": 4, "validation_freq": 2},
            {"sample_weight": weights}, {"class_weight": {0: 1., 1: 3.}}, {"epochs": 4, "initial_epoch": 2}):
        arguments = dict({"batch_size": 8}, **arguments)
        history = _assert_same(model, functools.partial(_history, model, x, y, arguments))
        assert len(history["loss"]) == arguments.get("epochs", 1) - arguments.get("initial_epoch", 0)
    assert max(chunks) > 1


def test_evaluate_and_predict(model, data, chunks):
    x, y = data
    weights = np.linspace(0, 1, SAMPLES)
    _assert_same(model, lambda: [model.evaluate(x, y, batch_size=8, verbose=0), model.predict(x, batch_size=7),
                                 model.evaluate(x, y, batch_size=8, sample_weight=weights, verbose=0),
                                 model.predict(x[:1]), model.predict_classes(x, batch_size=11)])
    assert chunks[:3] == [1, 4, 7]  # 12 batches in all


@pytest.mark.slow_on_theano
def test_chunks_start_as_large_as_they_were(model, data, chunks):
    """The next fit() knows how many batches of a size run in the time. Callbacks get each of them all the same."""
    x, y = np.concatenate([data[0]] * 10), np.concatenate([data[1]] * 10)
    batch_size = len(x) // 40
    for _ in range(2):
        _assert_same(model, functools.partial(_history, model, x, y, {"batch_size": batch_size, "epochs": 1}))
    whole = 40 + (len(x) % 40 > 0)
    assert chunks[:3] == [1, 4, 16] and sum(chunks[:4]) == whole
    assert chunks[-1] == whole
    _history(model, x, y, {"batch_size": batch_size + 1})
    assert chunks[-4:-1] == [1, 4, 16]


def test_chunks_take_a_fraction_of_a_second(model, data, monkeypatch):
    sizes, original = [], batches.run

    def run(function, held, rows, lengths):
        sizes.append(len(lengths))
        time.sleep(0.03 * len(lengths))
        return original(function, held, rows, lengths)
    monkeypatch.setattr(batches, "run", run)
    model.fit(*data, batch_size=2, verbose=0)
    assert sum(sizes) == 45
    assert sizes[0] == 1 and 2 <= max(sizes) <= 5  # about 0.15 s


def test_steps_are_run_as_keras_does(model, data, chunks):
    x, y = data
    _assert_same(model, lambda: [model.fit(x, y, steps_per_epoch=2, epochs=2, validation_data=(x, y),
                                           validation_steps=2, verbose=0).history,
                                 model.evaluate(x, y, steps=2, verbose=0), model.predict(x, steps=2)])
    assert not chunks


@pytest.mark.slow_on_theano
def test_several_inputs_and_outputs_and_the_learning_phase(K, data):
    x, y = data

    def train():
        keras.backend.clear_session()
        np.random.seed(11)  # for the initial weights and dropout
        a, b = L.Input((3,)), L.Input((3,))
        joined = L.concatenate([L.Dense(4, activation="tanh")(a), L.Dropout(0.5)(b)])
        model = keras.models.Model([a, b], [L.Dense(2, activation="softmax")(joined), L.Dense(1)(joined)])
        model.compile("adam", ["categorical_crossentropy", "mse"], metrics=["accuracy"])
        history = model.fit([x, x[:, ::-1]], [y, x[:, :1]], batch_size=16, epochs=2, validation_split=0.2, verbose=0)
        return history.history, model.get_weights(), model.predict([x, x], batch_size=32)
    with _keras_alone():
        alone = train()
    assert _plain(train()) == _plain(alone)


@pytest.mark.slow_on_theano
def test_stateful_layers_and_a_fixed_batch_size(K):
    model = keras.models.Sequential([L.SimpleRNN(2, stateful=True, batch_input_shape=(4, 3, 1)), L.Dense(1)])
    model.compile("sgd", "mse")
    x = np.random.RandomState(2).normal(size=(20, 3, 1))

    def train():
        model.reset_states()
        history = model.fit(x, x[:, 0], batch_size=4, epochs=2, shuffle=False, verbose=0).history
        return history, model.predict(x, batch_size=4), model.predict(x, batch_size=4)
    _, first, second = _assert_same(model, train)
    assert np.abs(first[:4] - second[:4]).max() > 1e-6  # the state carried over


# -- callbacks --------------------------------------------------------------------------------------------

class _Recorder(keras.callbacks.Callback):
    """Records each batch and the weights after it, and stops training at a given batch."""

    def __init__(self, stop=None):
        super().__init__()
        self.seen, self.stop = [], stop

    def on_batch_end(self, batch, logs=None):
        self.seen.append((batch, dict(logs), self.model.get_weights()[1].tolist()))
        self.model.stop_training = batch == self.stop


def test_callbacks_that_act_on_batches_get_each_one(model, data, chunks):
    for stop in (None, 2):
        def train(stop=stop):
            recorder = _Recorder(stop)
            model.fit(*data, batch_size=16, epochs=2, verbose=0, callbacks=[recorder])
            return recorder.seen
        seen = _assert_same(model, train)
        assert len(seen) == (12 if stop is None else 3)
    assert set(chunks) == {1}


def test_callbacks_that_do_not_are_no_reason_to_wait(model, data, chunks):
    class Monitor(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            inputs, targets = self.validation_data[:2]
            logs["share"] = float((self.model.predict(inputs).argmax(1) == targets.argmax(1)).mean())
    epochs = []
    callbacks = [Monitor(), keras.callbacks.EarlyStopping("share", patience=9),
                 keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: epochs.append(epoch))]
    history = _assert_same(model, lambda: model.fit(*data, batch_size=8, validation_split=0.5, epochs=2, verbose=0,
                                                    callbacks=callbacks).history)
    assert epochs == [0, 1] * 2
    np.testing.assert_allclose(history["share"], history["val_accuracy"], rtol=1e-6)
    assert max(chunks) > 1


C = keras.callbacks


@pytest.mark.parametrize("arguments", [
    lambda x, y, folder: {"callbacks": [C.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1))]},
    lambda x, y, folder: {"callbacks": [C.ReduceLROnPlateau("loss", patience=1, min_delta=9),
                                        C.EarlyStopping("val_loss", restore_best_weights=True, patience=5)],
                          "validation_data": (x, y)},
    lambda x, y, folder: {"callbacks": [C.CSVLogger(str(folder / "log.csv")), C.History(),
                                        C.ModelCheckpoint(str(folder / "model.h5"), save_weights_only=True)]},
    lambda x, y, folder: {"callbacks": [C.ProgbarLogger("samples"), C.BaseLogger(), C.Callback()], "verbose": 1},
    lambda x, y, folder: {"sample_weight": np.arange(SAMPLES) / SAMPLES, "validation_split": 0.2, "verbose": 2},
    lambda x, y, folder: {"class_weight": {0: 1., 1: 2.}, "shuffle": "batch"}],
    ids=["schedule", "plateau", "files", "bars", "weights", "classes"])
def test_fits_that_the_engine_runs_ahead(K, data, chunks, tmp_path, arguments):
    """Named inputs, stateful metrics and callbacks that act only on epochs do not force batch-by-batch execution."""
    x, y = data
    a, b = L.Input((3,), name="a"), L.Input((3,), name="b")
    model = keras.models.Model([a, b], L.Dense(2, activation="softmax")(L.concatenate([a, b])))
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy", keras.metrics.AUC(num_thresholds=5)])
    more = arguments({"a": x, "b": x}, y, tmp_path)
    history = model.fit({"a": x, "b": x}, y, batch_size=6, epochs=2, **{"verbose": 0, **more}).history
    assert len(history["loss"]) == 2 and np.isfinite(history["loss"]).all()
    assert chunks[0] == 1 and max(chunks) >= 8


@pytest.mark.parametrize("make", [
    lambda: keras.callbacks.TerminateOnNaN(),
    lambda: keras.callbacks.LambdaCallback(on_batch_begin=lambda batch, logs: None),
    lambda: keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: None),
], ids=["terminate", "begin", "end"])
def test_which_callbacks_act_on_batches(model, data, chunks, make):
    model.fit(*data, batch_size=30, verbose=0, callbacks=[make()])
    assert chunks == [1, 1, 1]


def test_a_callback_that_only_shows_says_so(model, data, chunks):
    class Bar(keras.callbacks.Callback):
        acts_on_batches = False
        seen = ()

        def on_batch_end(self, batch, logs=None):
            self.seen += (logs["loss"].tolist(),)

    def train():
        bar = Bar()
        model.fit(*data, batch_size=8, verbose=0, callbacks=[bar])
        return bar.seen
    assert len(_assert_same(model, train)) == 12
    assert chunks == [1, 4, 7]


def test_a_derived_class_may_act_on_batches(model, data, chunks):
    class Shows(keras.callbacks.Callback):
        acts_on_batches = False

        def on_batch_end(self, batch, logs=None):
            pass

    class Acts(Shows):
        def on_batch_end(self, batch, logs=None):
            keras.backend.set_value(self.model.optimizer.lr, 0.1 / (batch + 1))

    class ActsOnEpochs(Shows):
        def on_epoch_end(self, epoch, logs=None):
            pass

    class ShowsByFunctions(keras.callbacks.LambdaCallback):
        acts_on_batches = False
    shows = Acts()
    shows.acts_on_batches = False
    for callback, expected in ((Acts(), [1, 1, 1, 1]), (ActsOnEpochs(), [1, 3]), (shows, [4]),
                               (ShowsByFunctions(on_batch_end=lambda batch, logs: None), [4])):
        del chunks[:]
        model.fit(*data, batch_size=24, verbose=0, callbacks=[callback])
        assert chunks == expected


class _Short(keras.callbacks.Callback):
    """Ends an epoch after two batches, and lets training go on with the next one."""

    def __init__(self, acts):
        super().__init__()
        self.acts_on_batches, self.losses = acts, []

    def on_batch_end(self, batch, logs=None):
        self.losses.append(logs["loss"])
        self.model.stop_training = batch == 1

    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = False


@pytest.mark.slow_on_theano
def test_an_epoch_after_one_that_was_cut_short(model, data, chunks):
    def train():
        short = _Short(acts=True)
        history = model.fit(*data, batch_size=40, epochs=3, verbose=0, callbacks=[short]).history
        return history, short.losses
    _assert_same(model, train)
    assert set(chunks) == {1}
    start = model.get_weights()
    model.optimizer.lr = 0.
    losses = {}
    for acts in True, False:  # the results left over from one epoch are not those of the next
        model.set_weights(start)
        np.random.seed(5)
        short = _Short(acts)
        model.fit(*data, batch_size=16, epochs=3, verbose=0, callbacks=[short])
        losses[acts] = _plain(short.losses)
    assert losses[False] == losses[True] and len(losses[True]) == 6


def test_training_that_is_to_stop_runs_one_more_batch(model, data, chunks):
    """A callback may say so before an epoch; the engine must not have run more batches than Keras counts."""
    def train():
        def begin(epoch, logs):
            model.stop_training = epoch == 2
        stopping = keras.callbacks.LambdaCallback(on_epoch_begin=begin)
        return model.fit(*data, batch_size=8, epochs=5, verbose=0, callbacks=[stopping]).history
    assert len(_assert_same(model, train)["loss"]) == 3
    assert chunks[-1] == 1 and max(chunks) > 1


def test_callbacks_of_validation_batches(model, data, chunks):
    sizes = []
    noting = keras.callbacks.LambdaCallback(on_test_batch_end=lambda batch, logs: sizes.append(logs["size"]))
    model.fit(*data, batch_size=15, verbose=0, validation_data=data, callbacks=[noting])
    assert sizes == [15] * 6
    assert chunks == [1, 4, 1] + [1] * 6


def test_progress_bar(model, data, capsys):
    _assert_same(model, lambda: model.fit(*data, batch_size=8, epochs=2, verbose=2, validation_split=0.1).history)
    capsys.readouterr()
    history = model.fit(*data, batch_size=8, verbose=1).history
    shown = capsys.readouterr().out
    assert "Epoch 1/1" in shown and " 8/90 [" in shown and "90/90 [" in shown
    assert "loss: %.4f" % history["loss"][0] in shown


# -- data -------------------------------------------------------------------------------------------------

def test_data_are_sent_once_and_released(model, data, monkeypatch):
    held = []
    original = batches.HeldArrays

    def holding(function, arrays):
        made = original(function, arrays)
        held.append(weakref.ref(made))
        return made
    monkeypatch.setattr(batches, "HeldArrays", holding)
    model.fit(*data, batch_size=8, epochs=3, validation_split=0.2, verbose=0)
    assert len(held) == 2  # training and validation data
    gc.collect()
    assert [each() for each in held] == [None, None]


def test_files_are_read_batch_by_batch(model, data, tmp_path, monkeypatch):
    import h5py
    x, y = data
    longest = []
    original = batches.HeldArrays
    monkeypatch.setattr(batches, "HeldArrays", lambda function, arrays: longest.append(
        max(len(array) for array in arrays)) or original(function, arrays))
    mapped = np.memmap(tmp_path / "x", "float64", "w+", shape=x.shape)
    mapped[:] = x
    monkeypatch.setattr(training, "MOST_READ", 1500)  # in bytes: 15 batches of predict()
    _assert_same(model, lambda: model.predict(mapped, batch_size=4))
    _assert_same(model, lambda: model.fit(mapped, y, batch_size=4, epochs=2, verbose=0, validation_split=0.2).history)
    assert 4 < max(longest) <= 60

    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["x"], file["y"] = x, y
    matrices = [keras.utils.HDF5Matrix(str(tmp_path / "data.h5"), name) for name in "xy"]
    np.testing.assert_array_equal(model.predict(matrices[0]), model.predict(x))
    _assert_same(model, lambda: [model.fit(*matrices, batch_size=8, epochs=2, shuffle="batch", verbose=0).history,
                                 model.evaluate(*matrices, verbose=0)])
    with pytest.raises(TypeError, match='shuffle="batch"'):
        model.fit(*matrices, batch_size=8, verbose=0)


def test_data_larger_than_what_is_held(model, data, monkeypatch):
    monkeypatch.setattr(training, "MOST_HELD", 1000)
    _assert_same(model, lambda: model.fit(*data, batch_size=8, epochs=2, verbose=0).history)


def test_masked_arrays_are_refused(model, data, tmp_path, monkeypatch):
    """Also where only some rows are read at a time: from a file, or from arrays that are too large to be held."""
    x, y = data
    mapped = np.memmap(tmp_path / "x", "float64", "w+", shape=x.shape)
    mapped[:] = x
    where = np.arange(len(x)) == len(x) - 1
    masked = [np.ma.masked_array(array, np.broadcast_to(where[:, np.newaxis], array.shape)) for array in (x, mapped)]
    targets, message = np.ma.masked_array(y, True), " must be an array of numbers, not a masked array, whose mask would"
    for most in (training.MOST_HELD, 1000):
        monkeypatch.setattr(training, "MOST_HELD", most)
        for array in masked:
            for name, call in (("predict", lambda array: model.predict(array, batch_size=8)),
                               ("evaluate", lambda array: model.evaluate(array, y, verbose=0)),
                               ("fit", lambda array: model.fit(array, y, verbose=0))):
                with pytest.raises(pyshim.errors.DtypeError, match=r"^%s\(\): x" % name + message):
                    call(array)
        with pytest.raises(pyshim.errors.DtypeError, match=r"^fit\(\): y" + message):
            model.fit(mapped, targets, verbose=0)
        with pytest.raises(pyshim.errors.DtypeError, match=r"^fit\(\): validation_data" + message):
            model.fit(mapped, y, verbose=0, validation_data=(masked[1], y))
        with pytest.raises(pyshim.errors.DtypeError, match=r"^fit\(\): sample_weight" + message):
            model.fit(mapped, y, verbose=0, sample_weight=np.ma.masked_array(np.ones(len(x)), where))
        nothing = np.ma.masked_array(mapped, False)
        np.testing.assert_array_equal(model.predict(nothing), model.predict(x))


def test_several_inputs_are_told_apart_where_one_is_masked(K, engine):
    inputs = [L.Input((1,)), L.Input((1,))]
    model = keras.models.Model(inputs, L.Add()(inputs))
    x = np.ones((4, 1))
    with pytest.raises(pyshim.errors.DtypeError, match=r"^predict\(\): x\[1\] must be an array of numbers"):
        model.predict([x, np.ma.masked_array(x, x > 0)])


def test_wrong_data_are_named(model, data):
    x, y = data
    with pytest.raises(ValueError, match="expected dense"):
        model.fit(x[:, :2], y, verbose=0)
    with pytest.raises(pyshim.errors.DtypeError, match=r"arrays\[0\] must be an array of numbers"):
        model.predict(x.astype(str))


# -- interrupts -------------------------------------------------------------------------------------------

def _interrupt(seconds, number=signal.SIGINT):
    """Send this process a signal after some seconds. Returns: a list that will hold the time of the signal."""
    moments = []

    def send():
        time.sleep(seconds)
        moments.append(time.monotonic())
        os.kill(os.getpid(), number)
    threading.Thread(target=send, daemon=True).start()
    return moments


def _pid(engine):
    return pyshim.session._session.hosts[engine, False].pid


def test_an_interrupt_ends_a_fit_and_leaves_the_model(model, data, engine):
    model.fit(*data, batch_size=4, verbose=0)
    start, before, handler = _pid(engine), model.get_weights(), signal.getsignal(signal.SIGINT)
    for callbacks in ([], [_Recorder()]):
        moments = _interrupt(0.5)
        with pytest.raises(KeyboardInterrupt):
            model.fit(*data, batch_size=4, epochs=100000, verbose=0, callbacks=callbacks)
        assert time.monotonic() - moments[0] < 1
    assert signal.getsignal(signal.SIGINT) is handler
    assert _pid(engine) == start
    assert np.abs(model.get_weights()[0] - before[0]).max() > 1e-3
    model.fit(*data, verbose=0)


class _TerminatedError(Exception):
    """What the handler of a signal raises."""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGALRM, signal.SIGUSR1])
def test_a_handler_of_another_signal_finds_the_model_in_order(model, data, engine, number):
    model.fit(*data, batch_size=4, verbose=0)
    start, before, seen = _pid(engine), model.get_weights(), []

    def handler(*_):
        seen.append(model.get_weights())
        raise _TerminatedError
    former = signal.signal(number, handler)
    try:
        moments = _interrupt(0.5, number)
        with pytest.raises(_TerminatedError):
            model.fit(*data, batch_size=4, epochs=100000, verbose=0)
        assert time.monotonic() - moments[0] < 1
        assert signal.getsignal(number) is handler
    finally:
        signal.signal(number, former)
    assert _pid(engine) == start
    assert np.abs(model.get_weights()[0] - before[0]).max() > 1e-3
    np.testing.assert_array_equal(model.get_weights()[0], seen[0][0])


class _Batches(keras.utils.Sequence):

    def __init__(self, x, y, count):
        self.x, self.y, self.count = x, y, count

    def __len__(self):
        return self.count

    def __getitem__(self, i):
        return self.x, self.y


def _forever(function, *args):
    while True:
        function(*args)


# Each trains, evaluates or predicts until an interrupt comes.
WAYS = {
    "fit_generator": lambda model, x, y: model.fit_generator(itertools.repeat((x, y)), 10 ** 6, verbose=0),
    "fit_generator_unthreaded": lambda model, x, y: model.fit_generator(itertools.repeat((x, y)), 10 ** 6, verbose=0,
                                                                        workers=0),
    "fit_sequence": lambda model, x, y: model.fit(_Batches(x, y, 10 ** 5), verbose=0, shuffle=False),
    "fit_steps": lambda model, x, y: model.fit(x, y, steps_per_epoch=10 ** 6, verbose=0),
    "evaluate_generator": lambda model, x, y: model.evaluate_generator(itertools.repeat((x, y)), 10 ** 6),
    "predict_generator": lambda model, x, y: model.predict_generator(itertools.repeat((x, y)), 10 ** 6),
    "train_on_batch": lambda model, x, y: _forever(model.train_on_batch, x, y),
    "test_on_batch": lambda model, x, y: _forever(model.test_on_batch, x, y),
    "predict_on_batch": lambda model, x, y: _forever(model.predict_on_batch, x),
}


def test_an_interrupt_leaves_the_model_whichever_way_it_computes(K, engine):
    model = keras.models.Sequential([L.Dense(300, input_shape=(300,)), L.Dense(300), L.Dense(1)])
    model.compile("sgd", "mse")
    x, y = np.full((3000, 300), 0.01), np.ones((3000, 1))  # so much that most of the time passes in calls
    for function in (model.train_on_batch, model.test_on_batch):  # so that none of the loops' calls is a first one
        function(x, y)
    model.predict_on_batch(x)
    start, handler, before = _pid(engine), signal.getsignal(signal.SIGINT), model.get_weights()
    for way, run in WAYS.items():
        moments = _interrupt(0.4)
        with pytest.raises(KeyboardInterrupt):
            run(model, x, y)
        assert time.monotonic() - moments[0] < 1, way
        assert signal.getsignal(signal.SIGINT) is handler
        assert _pid(engine) == start, way
    assert np.abs(model.get_weights()[0] - before[0]).max() > 0


@pytest.mark.worker
def test_a_long_call_is_interrupted_nevertheless(K, engine):
    x = K.variable(np.eye(3000, dtype="float32") / 2)
    y = x
    for _ in range(60):
        y = K.dot(y, x)
    long = K.function([], [K.sum(y)])
    K.eval(K.constant(1.))
    moments = _interrupt(0.5)
    with pytest.raises(KeyboardInterrupt), postponing.postponing():
        long([])
    assert postponing.GRACE <= time.monotonic() - moments[0] < postponing.GRACE + 1
    assert pyshim.session._session.hosts[engine, False].ended
    assert K.eval(K.constant(1.)) == 1
