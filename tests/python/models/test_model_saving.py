"""Saving and loading: whole models, weights, JSON, YAML; files of the original; files that cannot be trusted."""

import codecs
import contextlib
import io
import json
import marshal
import os

import numpy as np
import pytest

import pyshim
from pyshim import keras

L = keras.layers
FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures")


def _trained(random):
    model = keras.models.Sequential([L.Dense(4, activation="relu", input_shape=(3,), name="hidden"), L.Dense(2)])
    model.compile(keras.optimizers.Adam(0.05), "mse", metrics=["mae"])
    x, y = random.rand(8, 3).astype("float32"), random.rand(8, 2).astype("float32")
    model.fit(x, y, epochs=2, verbose=0)
    return model, x, y


@pytest.fixture
def random():
    return np.random.RandomState(11)


def test_a_whole_model_goes_on_training(K, random, tmp_path):
    model, x, y = _trained(random)
    path = str(tmp_path / "model.h5")
    model.save(path)
    loaded = keras.models.load_model(path)
    np.testing.assert_array_equal(loaded.predict(x), model.predict(x))
    # The optimizer's state was saved, too: the next step is the same.
    model.reset_metrics()
    np.testing.assert_allclose(loaded.train_on_batch(x, y), model.train_on_batch(x, y), rtol=1e-6)
    np.testing.assert_allclose(loaded.get_weights()[0], model.get_weights()[0], rtol=1e-5)


def test_weights_json_yaml_and_config(K, random, tmp_path):
    model, x, _ = _trained(random)
    path = str(tmp_path / "weights.h5")
    model.save_weights(path)
    for copy in (keras.models.model_from_json(model.to_json()), keras.models.model_from_yaml(model.to_yaml()),
                 keras.models.Sequential.from_config(model.get_config())):
        copy.load_weights(path)
        np.testing.assert_array_equal(copy.predict(x), model.predict(x))
    other = keras.models.Sequential([L.Dense(4, input_shape=(3,), name="hidden"), L.Dense(5, name="new")])
    other.load_weights(path, by_name=True)
    np.testing.assert_array_equal(other.get_weights()[0], model.get_weights()[0])


def test_a_model_moves_to_every_backend(K, random, tmp_path):
    model, x, _ = _trained(random)
    path = str(tmp_path / "model.h5")
    model.save(path)
    expected = model.predict(x)
    for name in pyshim.environments.names():
        with pyshim.use_backend(name):
            np.testing.assert_allclose(keras.models.load_model(path).predict(x), expected, rtol=1e-5)
    np.testing.assert_array_equal(model.predict(x), expected)  # the first model still works


def test_a_model_that_the_original_saved(K):
    with np.load(os.path.join(FIXTURES, "original.npz")) as arrays:
        x, y, prediction, loss = (arrays[name] for name in ("x", "y", "prediction", "loss"))
    model = keras.models.load_model(os.path.join(FIXTURES, "original.h5"))
    assert [type(layer).__name__ for layer in model.layers] == [
        "Conv2D", "MaxPooling2D", "Reshape", "LSTM", "BatchNormalization", "Dense"]
    np.testing.assert_allclose(model.predict(x), prediction, rtol=1e-5, atol=1e-6)
    losses = [model.train_on_batch(x, y) for _ in range(2)]
    np.testing.assert_allclose(losses, loss, rtol=1e-4)


def test_streams_groups_and_files_that_are_open(K, random, tmp_path):
    import h5py
    model, x, y = _trained(random)
    stream = io.BytesIO()
    keras.models.save_model(model, stream)
    stream.seek(0)
    loaded = [keras.models.load_model(stream)]
    with h5py.File(str(tmp_path / "model.h5"), "w") as file:
        model.save(file)
        model.save(file.create_group("part"))
        loaded += [keras.models.load_model(file), keras.models.load_model(file["part"])]
    for copy in loaded:
        np.testing.assert_array_equal(copy.predict(x), model.predict(x))
        assert len(copy.optimizer.get_weights()) == len(model.optimizer.get_weights())


@pytest.mark.slow_on_theano
def test_metrics_that_are_objects_come_back(K, random, tmp_path):
    x, y = random.rand(8, 3), random.randint(0, 2, (8, 1))
    model = keras.models.Sequential([L.Dense(1, activation="sigmoid", input_shape=(3,))])
    model.compile("sgd", keras.losses.BinaryCrossentropy(label_smoothing=0.1),
                  metrics=[keras.metrics.AUC(num_thresholds=10), keras.metrics.Precision(thresholds=0.4), "acc"])
    model.train_on_batch(x, y)
    model.save(str(tmp_path / "model.h5"))
    loaded = keras.models.load_model(str(tmp_path / "model.h5"))
    assert loaded.metrics_names == model.metrics_names
    np.testing.assert_allclose(loaded.evaluate(x, y, verbose=0), model.evaluate(x, y, verbose=0), rtol=1e-6)


def test_what_is_saved_says_how_kernels_are_stored(K, random, tmp_path):
    import h5py
    model, _, _ = _trained(random)
    path = str(tmp_path / "model.h5")
    model.save(path)
    with h5py.File(path, "r") as file:  # the original would flip kernels saved by a backend with another name
        assert file["model_weights"].attrs["backend"] in ("tensorflow", b"tensorflow")
        assert json.loads(file.attrs["model_config"])["class_name"] == "Sequential"


def test_code_in_a_file_is_not_run(K, random, tmp_path):
    model = keras.models.Sequential([L.Lambda(lambda x: x * 2, input_shape=(2,))])
    path = str(tmp_path / "model.h5")
    model.save(path)
    x = random.rand(2, 2)
    np.testing.assert_allclose(keras.models.load_model(path).predict(x), 2 * x, rtol=1e-6)  # made in this session
    config = model.get_config()
    config["layers"][0]["config"]["function"] = (
        "4wAAAAAAAAAAAAAAAAEAAAABAAAAQwAAAHMEAAAAZAFTAA==\n", None, None)  # of unknown origin
    text = json.dumps({"class_name": "Sequential", "config": config, "keras_version": "2.3.1", "backend": "tensorflow"})
    with pytest.raises(pyshim.errors.FileError, match="trusting_files"):
        keras.models.model_from_json(text)


def _of_lambda(code, place="function"):
    """The JSON of a model whose Lambda layer doubles its input, with this bytecode of unknown origin."""
    model = keras.models.Sequential([L.Lambda(lambda x: x * 2, lambda shape: shape, input_shape=(2,), name="twice")])
    config = model.get_config()
    config["layers"][0]["config"][place] = (code, None, None)
    return json.dumps({"class_name": "Sequential", "config": config, "keras_version": "2.3.1", "backend": "tensorflow"})


def _bytecode(function):
    """The function's bytecode as Keras stores it, without the session's noting that it wrote it."""
    return codecs.encode(marshal.dumps(function.__code__), "base64").decode("ascii")


def test_code_in_a_trusted_file_is_run(K, random):
    text = _of_lambda(_bytecode(lambda x: x * 5))
    with pytest.raises(pyshim.errors.FileError, match="trusting_files"):
        keras.models.model_from_json(text)
    with pyshim.trusting_files():
        model = keras.models.model_from_json(text)
    x = random.rand(2, 2)
    np.testing.assert_allclose(model.predict(x), 5 * x, rtol=1e-6)
    with pytest.raises(pyshim.errors.FileError, match="trusting_files"):  # the trust has ended
        keras.models.model_from_json(text)


@pytest.mark.parametrize("place", ["function", "output_shape"])
@pytest.mark.parametrize("code", ["", "4w==\n", _bytecode(lambda x: x * 7)[:60], "no code", "\u20ac"])
def test_custom_objects_replace_code_that_cannot_be_read(K, random, code, place):
    text = _of_lambda(code, place)
    for surroundings, words in ((contextlib.nullcontext(), "would be run.*trusting_files"),
                                (pyshim.trusting_files(), "cannot read")):
        with surroundings, pytest.raises(pyshim.errors.FileError, match=words + ".*custom_objects.*'twice'"):
            keras.models.model_from_json(text)
    model = keras.models.model_from_json(text, custom_objects={"twice": lambda x: x * 3})
    x = random.rand(2, 2)
    np.testing.assert_allclose(model.predict(x), 3 * x, rtol=1e-6)
    assert model.output_shape == (None, 2)


def test_a_file_of_another_python_is_loaded_by_custom_objects(K):
    """The fixture was saved by Keras 2.1.6 on Theano and Python 3.6: Dense(2), then a Lambda layer with this function.

    No other version of Python can read its bytecode.
    """
    path = os.path.join(FIXTURES, "python36.h5")
    for surroundings in (contextlib.nullcontext(), pyshim.trusting_files()):
        with surroundings, pytest.raises(pyshim.errors.FileError, match="'twice'"):
            keras.models.load_model(path)
    functions = {"twice": lambda x: keras.backend.sum(x, axis=1, keepdims=True) * 2}
    model = keras.models.load_model(path, custom_objects=functions)
    with np.load(os.path.join(FIXTURES, "python36.npz")) as arrays:
        np.testing.assert_allclose(model.predict(arrays["x"]), arrays["p"], rtol=1e-5)


class _Doubling:
    """A callable object, which Keras stores by its name."""

    __name__ = "doubling"

    def __call__(self, x):
        return x * 2


def test_a_lambda_of_a_callable_object_is_found_by_either_name(K, random, tmp_path):
    model = keras.models.Sequential([L.Lambda(_Doubling(), input_shape=(2,), name="twice")])
    path = str(tmp_path / "model.h5")
    model.save(path)
    x = random.rand(2, 2)
    for name in ("twice", "doubling"):
        loaded = keras.models.load_model(path, custom_objects={name: lambda x: x * 4})
        np.testing.assert_allclose(loaded.predict(x), 4 * x, rtol=1e-6)
        with keras.utils.CustomObjectScope({name: lambda x: x * 6}):
            np.testing.assert_allclose(keras.models.load_model(path).predict(x), 6 * x, rtol=1e-6)
    with pytest.raises(pyshim.errors.FileError, match="'twice' calls the function 'doubling'.*custom_objects"):
        keras.models.load_model(path)


def _rising(shape, dtype=None):
    return keras.backend.reshape(keras.backend.arange(0, np.prod(shape), dtype="float32"), shape)


def _squares(w):
    return 0.5 * keras.backend.sum(w * w)


def _at_most_1(w):
    return keras.backend.minimum(w, 1.0)


def _constant(value=3.0):
    """Makes an initializer, as a function that needs no arguments does."""
    return keras.initializers.Constant(value)


def test_functions_as_initializers_regularizers_and_constraints(K, engine, tmp_path):
    model = keras.models.Sequential([
        L.Dense(2, input_shape=(2,), kernel_initializer=_rising, kernel_regularizer=_squares,
                kernel_constraint=_at_most_1),
        L.Dense(1, bias_initializer=keras.initializers.Constant(2))])
    model.compile("sgd", "mse")
    path = str(tmp_path / "model.h5")
    model.save(path)
    known = {"_rising": _rising, "_squares": _squares, "_at_most_1": _at_most_1}
    loaded = keras.models.load_model(path, custom_objects=known)
    config = model.get_config()
    config["layers"][1]["config"]["kernel_initializer"] = "made"
    with keras.utils.CustomObjectScope(dict(known, made=_constant)):
        again = keras.models.Sequential.from_config(config)
    again.compile("sgd", "mse")
    assert again.get_weights()[0].tolist() == [[0, 1], [2, 3]] and again.get_weights()[2].tolist() == [[3], [3]]
    other = pyshim.to_backend(model, "torch" if engine != "torch" else "jax")
    x, y = np.zeros((1, 2)), np.full((1, 1), 2)
    for each in (model, loaded, again, other):
        assert each.evaluate(x, y, verbose=0) == pytest.approx(7)  # half of 0 + 1 + 4 + 9
        each.train_on_batch(x, y)
        assert each.get_weights()[0].max() == 1


def test_a_trained_model_on_a_backend_without_gradients(K, engine, random, tmp_path):
    """It can evaluate; only the optimizer's state is left out."""
    if engine == "numpy":
        with pytest.raises(pyshim.errors.GradientError):
            _trained(random)
        return
    model, x, y = _trained(random)
    path = str(tmp_path / "model.h5")
    model.save(path)
    expected = model.evaluate(x, y, verbose=0)
    with pyshim.use_backend("numpy"), pytest.warns(UserWarning, match="optimizer state"):
        loaded = keras.models.load_model(path)
    for each in (loaded, pyshim.to_backend(model, "numpy")):
        assert each.inputs[0].backend == "numpy"
        np.testing.assert_allclose(each.evaluate(x, y, verbose=0), expected, rtol=1e-5)
    back = pyshim.to_backend(loaded, engine)
    assert np.isfinite(back.train_on_batch(x, y)).all()


@pytest.mark.parametrize("content", [b"", b"\x89HDF\r\n\x1a\n" + b"\0" * 100, b"no HDF5 at all" * 100])
def test_a_file_that_is_no_model(K, tmp_path, content):
    path = tmp_path / "model.h5"
    path.write_bytes(content)
    with pytest.raises(pyshim.errors.FileError, match="model.h5"):
        keras.models.load_model(str(path))
    model = keras.models.Sequential([L.Dense(1, input_shape=(1,))])
    with pytest.raises(pyshim.errors.FileError, match="model.h5"):
        model.load_weights(str(path))
    with pytest.raises(FileNotFoundError):
        keras.models.load_model(str(tmp_path / "none.h5"))


def _without(place, attribute=None):
    def damage(file):
        if attribute:
            del file[place].attrs[attribute]
        else:
            del file[place]
    return damage


def _with(place, value, attribute=None):
    def damage(file):
        if attribute:
            file[place].attrs[attribute] = value
        else:
            del file[place]
            file[place] = value
    return damage


def _foreign(file):
    for name in list(file) + list(file.attrs):
        del (file if name in file else file.attrs)[name]
    file["a"] = [1, 2]


KERNEL = "model_weights/hidden/hidden/kernel"


@pytest.mark.parametrize("damage, words, holds_weights", [
    (_foreign, "holds no", False),
    (_with("/", b"{nope", "model_config"), "model_config is no JSON", True),
    (_with("/", b"[1]", "model_config"), "model_config does not describe", True),
    (_with("/", b"{nope", "training_config"), "training_config is no JSON", True),
    (_without("model_weights"), "model_weights is missing", False),
    (_without("model_weights", "layer_names"), "layer_names", False),
    (_with("model_weights", 3, "layer_names"), "layer_names of /model_weights is no list", False),
    (_without("model_weights/hidden"), "the group hidden is missing", False),
    (_without("model_weights/hidden", "weight_names"), "weight_names", False),
    (_without(KERNEL), "no array hidden/kernel", False),
    (_with(KERNEL, b"abc"), "weights are numbers", False),
    (_without("optimizer_weights", "weight_names"), "weight_names", True),
], ids=["foreign", "json", "list", "training", "group", "layer_names", "number", "layer", "weight_names", "array",
        "text", "optimizer"])
def test_a_damaged_file_is_named_with_what_is_wrong(K, random, tmp_path, damage, words, holds_weights):
    import h5py
    model, x, _ = _trained(random)
    path = str(tmp_path / "model.h5")
    model.save(path)
    with h5py.File(path, "r+") as file:
        assert KERNEL in file
        damage(file)
    with pytest.raises(pyshim.errors.FileError, match=words) as caught:
        keras.models.load_model(path)
    assert path in str(caught.value) and caught.value.remedy
    before = model.predict(x)
    for arguments in ({}, {"by_name": True}):
        if holds_weights:
            model.load_weights(path, **arguments)
        else:
            with pytest.raises(pyshim.errors.FileError) as caught:
                model.load_weights(path, **arguments)
            assert path in str(caught.value)
    np.testing.assert_array_equal(model.predict(x), before)


def test_weights_are_no_model_and_may_fit_no_layer(K, random, tmp_path):
    model, _, _ = _trained(random)
    path = str(tmp_path / "weights.h5")
    model.save_weights(path)
    with pytest.raises(pyshim.errors.FileError, match=r"weights only.*load_weights\(\)"):
        keras.models.load_model(path)
    other = keras.models.Sequential([L.Dense(4, input_shape=(3,), name="another")])
    with pytest.warns(UserWarning, match="no weights were loaded.*'hidden'.*'another'"):
        other.load_weights(path, by_name=True)


def test_kernels_of_other_shapes_are_refused_or_skipped(K, tmp_path):
    def convolution(size, channels):
        return keras.models.Sequential([L.Conv1D(3, size, input_shape=(4, channels), use_bias=False, name="a")])
    path = str(tmp_path / "weights.h5")
    convolution(2, 1).save_weights(path)
    model = convolution(1, 2)
    before = model.get_weights()[0]
    for arguments in ({}, {"by_name": True}):
        with pytest.raises(ValueError, match=r"\(2, 1, 3\)"):
            model.load_weights(path, **arguments)
    with pytest.warns(UserWarning, match="mismatch in shape"):
        model.load_weights(path, by_name=True, skip_mismatch=True)
    np.testing.assert_array_equal(model.get_weights()[0], before)


def test_distributions_of_later_releases(K, tmp_path):
    def model_of(distribution):
        initializer = keras.initializers.VarianceScaling(2., "fan_in", distribution, seed=3)
        return keras.models.Sequential([keras.layers.Dense(50, kernel_initializer=initializer, input_shape=(100,))])

    for distribution, saved in (("truncated_normal", "normal"), ("untruncated_normal", "untruncated_normal")):
        model = model_of(distribution)
        kernel = model.get_weights()[0]
        np.testing.assert_allclose(kernel.std(), np.sqrt(2 / 100), rtol=0.05)
        assert (abs(kernel).max() > 2.5 * np.sqrt(2 / 100)) == (distribution == "untruncated_normal")
        config = model.layers[0].get_config()["kernel_initializer"]["config"]
        assert config["distribution"] == saved
        path = str(tmp_path / (distribution + ".h5"))
        model.save(path)
        loaded = keras.models.load_model(path, compile=False)
        np.testing.assert_array_equal(loaded.get_weights()[0], kernel)
        assert loaded.layers[0].kernel_initializer.distribution == saved
    # A file or a configuration of a later release has its names.
    text = model_of("normal").to_json()
    later = text.replace('"distribution": "normal"', '"distribution": "truncated_normal"')
    assert later != text
    first, second = [keras.models.model_from_json(each).get_weights()[0] for each in (text, later)]
    np.testing.assert_array_equal(first, second)
    with pytest.raises(pyshim.errors.ArgumentError, match="untruncated_normal"):
        keras.initializers.VarianceScaling(distribution="cauchy")
