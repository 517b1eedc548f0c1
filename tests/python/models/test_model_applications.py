"""The models of `keras.applications` with random weights: one with published figures, a small one on all engines."""

import functools
import importlib
import types

import numpy as np
import pytest

import pyshim
from pyshim import keras


def test_a_network_has_the_known_number_of_weights_and_predicts():
    with pyshim.use_backend("tensorflow"):
        pyshim.clear_session()
        model = keras.applications.MobileNetV2(input_shape=(32, 32, 3), weights=None)
        assert model.count_params() == 3538984  # the figure in Keras's documentation
        shares = model.predict(np.random.RandomState(1).rand(1, 32, 32, 3))
        assert shares.shape == (1, 1000)
        np.testing.assert_allclose(shares.sum(), 1, rtol=1e-4)
        pyshim.clear_session()


@pytest.mark.slow_on_theano
def test_a_small_network_predicts_the_same_on_every_engine(K, engine):
    model = keras.applications.MobileNet(input_shape=(32, 32, 3), alpha=0.25, weights=None, classes=5)
    x = np.random.RandomState(1).rand(2, 32, 32, 3)
    shares = model.predict(x)
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-5)
    assert len({layer.name for layer in model.layers}) == 93
    if engine != "tensorflow":
        np.testing.assert_allclose(shares, pyshim.to_backend(model, "tensorflow").predict(x), rtol=1e-4)


def test_pretrained_kernels_are_those_of_the_file(K, engine, tmp_path, monkeypatch):
    """The original flips them on Theano, whose convolutions flip them back."""
    def narrow(filters, *args, **kwargs):
        return keras.layers.Conv2D(filters // 32, *args, **kwargs)
    monkeypatch.setattr(keras.applications, "layers", types.SimpleNamespace(**{**vars(keras.layers), "Conv2D": narrow}))
    monkeypatch.setattr(keras.utils, "get_file", lambda *args, **kwargs: str(tmp_path / "weights.h5"))
    make = functools.partial(keras.applications.VGG16, include_top=False, input_shape=(32, 32, 3))
    x = np.random.RandomState(1).rand(2, 32, 32, 3)
    with pyshim.use_backend("tensorflow"):
        model = make(weights=None)
        model.save_weights(str(tmp_path / "weights.h5"))
        expected = model.predict(x)
    loaded = make(weights="imagenet")
    for mine, theirs in zip(loaded.get_weights(), model.get_weights()):
        np.testing.assert_array_equal(mine, theirs)
    np.testing.assert_allclose(loaded.predict(x), expected, rtol=1e-3, atol=1e-5 * np.abs(expected).max())


def test_tensors_are_preprocessed_as_arrays_are(K):
    images = np.random.RandomState(1).randint(0, 256, (1, 2, 4, 3)).astype("float32")
    preprocess = importlib.import_module(keras.applications.__name__ + ".imagenet_utils").preprocess_input
    for layout, x in [("channels_last", images), ("channels_first", images.transpose(0, 3, 1, 2).copy())]:
        tensor = K.constant(x)
        for mode in ("caffe", "torch", "tf"):  # the means of the modes differ
            expected = preprocess(x.copy(), data_format=layout, mode=mode)
            np.testing.assert_allclose(K.eval(preprocess(tensor, data_format=layout, mode=mode)), expected, rtol=1e-5,
                                       atol=1e-5)
    with pyshim.use_backend("numpy"):  # not the tensor's
        result = preprocess(tensor, data_format=layout)
    assert result.host is tensor.host
