"""The callback TensorBoard: what it writes is read back from the event file, record by record."""

import glob
import os
import struct
import subprocess
import sys

import numpy as np
import pytest

from pyshim import errors, keras

L = keras.layers
PACKAGES = ["tensorboardX==2.6.2.2", "protobuf==4.25.8", "packaging==24.2"]


@pytest.fixture(scope="module")
def writer(tmp_path_factory):
    """tensorboardX in a folder of its own, which this Python searches while these tests run."""
    folder = str(tmp_path_factory.mktemp("writer"))
    subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps",
                    "--target", folder, *PACKAGES], check=True)
    before = set(sys.modules)
    sys.path.append(folder)
    yield
    sys.path.remove(folder)
    for name in set(sys.modules) - before:
        if name.split(".")[0] in ("tensorboardX", "google", "packaging"):
            del sys.modules[name]


def _events(folder):
    """The values in the folder's event file: tuples of tag, step, and a number or a histogram message."""
    from tensorboardX.proto.event_pb2 import Event
    path, = glob.glob(os.path.join(folder, "events.out.tfevents.*"))
    found = []
    with open(path, "rb") as file:
        while header := file.read(12):  # length and its checksum; then the record and its checksum
            event = Event.FromString(file.read(struct.unpack("<Q", header[:8])[0]))
            file.read(4)
            for value in event.summary.value:
                found.append((value.tag, event.step, value.histo if value.HasField("histo") else value.simple_value))
    return found


def _fitted(callback, **kwargs):
    random = np.random.RandomState(3)
    x, y = random.rand(12, 3), random.rand(12, 1)
    model = keras.models.Sequential([L.Dense(2, input_shape=(3,), name="hidden"), L.Dense(1, name="last")])
    model.compile("sgd", "mse", metrics=["mae"])
    history = model.fit(x, y, batch_size=4, epochs=3, verbose=0, callbacks=[callback], **kwargs)
    return model, history.history


def test_metrics_of_each_epoch(K, writer, tmp_path):
    callback = keras.callbacks.TensorBoard(str(tmp_path))
    _, history = _fitted(callback, validation_split=0.25)
    events = _events(str(tmp_path))
    assert {tag for tag, _, _ in events} == {"loss", "mae", "val_loss", "val_mae"}
    for name, values in history.items():
        written = [(step, value) for tag, step, value in events if tag == name]
        assert [step for step, _ in written] == [0, 1, 2]
        np.testing.assert_allclose([value for _, value in written], values, rtol=1e-6)


def test_a_training_loop_of_a_script(K, writer, tmp_path):
    """It calls the callback's methods itself, and not all of them."""
    model = keras.models.Sequential([L.Dense(2, input_shape=(3,))])
    callback = keras.callbacks.TensorBoard(str(tmp_path))
    callback.set_model(model)
    for epoch in range(2):
        callback.on_epoch_end(epoch, {"d_loss": 0.5 * epoch})
    callback.on_train_end()
    callback.on_train_end()
    assert _events(str(tmp_path)) == [("d_loss", 0, 0.), ("d_loss", 1, 0.5)]


def test_histograms_of_weights(K, writer, tmp_path):
    model, _ = _fitted(keras.callbacks.TensorBoard(str(tmp_path), histogram_freq=3))
    histograms = {tag: (step, value) for tag, step, value in _events(str(tmp_path)) if hasattr(value, "num")}
    assert len(histograms) == 4
    for layer in model.layers:
        for weight, value in zip(layer.weights, layer.get_weights()):
            step, histogram = histograms[weight.name]
            assert step == 2 and histogram.num == value.size == sum(histogram.bucket)
            np.testing.assert_allclose([histogram.min, histogram.max, histogram.sum],
                                       [value.min(), value.max(), value.sum()], rtol=1e-5)


@pytest.mark.parametrize("update_freq, steps", [("batch", range(4, 37, 4)), (10, [12, 24, 36])])
def test_metrics_of_batches(K, writer, tmp_path, update_freq, steps):
    losses = []
    noting = keras.callbacks.LambdaCallback(on_batch_end=lambda batch, logs: losses.append(logs["loss"]))
    callback = keras.callbacks.TensorBoard(str(tmp_path), update_freq=update_freq)
    model = keras.models.Sequential([L.Dense(1, input_shape=(3,))])
    model.compile("sgd", "mse")
    random = np.random.RandomState(3)
    model.fit(random.rand(12, 3), random.rand(12, 1), batch_size=4, epochs=3, verbose=0, callbacks=[noting, callback])
    written = [(step, value) for tag, step, value in _events(str(tmp_path)) if tag == "batch_loss"]
    assert [step for step, _ in written] == list(steps)
    np.testing.assert_allclose([value for _, value in written], [losses[step // 4 - 1] for step in steps], rtol=1e-6)


@pytest.mark.parametrize("update_freq", ["epoch", "batch"])
def test_a_derived_class_sets_the_learning_rate_of_each_batch(K, writer, tmp_path, update_freq):
    class Rates(keras.callbacks.TensorBoard):
        def on_batch_end(self, batch, logs=None):
            super().on_batch_end(batch, logs)
            weights.append(self.model.get_weights()[0].tolist())
            keras.backend.set_value(self.model.optimizer.lr, 0.)

    weights = []
    _fitted(Rates(str(tmp_path), update_freq=update_freq))
    assert len(weights) == 9 and weights[1:] == weights[:1] * 8  # trained only by the first batch
    assert [step for tag, step, _ in _events(str(tmp_path)) if tag == "batch_loss"] == (
        list(range(4, 37, 4)) if update_freq == "batch" else [])


def test_what_is_not_written_is_told(K, writer, tmp_path):
    with pytest.warns(UserWarning, match=r"TensorBoard\(write_images=True\).* not written"):
        keras.callbacks.TensorBoard(str(tmp_path), write_images=True)
    with pytest.raises(errors.ArgumentError, match="update_freq must be .* not 'hour'"):
        keras.callbacks.TensorBoard(str(tmp_path), update_freq="hour")


def test_without_the_writer_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(errors.NotInstalledError, match="pip install tensorboardX"):
        keras.callbacks.TensorBoard("logs")
