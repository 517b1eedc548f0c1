"""The same model on several backends: copies that continue training, and comparisons of predictions."""

import threading

import numpy as np
import pytest

import pyshim
from pyshim import errors, keras
from pyshim.keras import backend

L = keras.layers


@pytest.fixture
def random():
    return np.random.RandomState(4)


def _other(engine):
    return "tensorflow" if engine == "cntk" else "cntk"


def _twice(values):
    return 2 * values


class Scale(L.Layer):
    """A user-defined layer that no custom_objects mention."""

    def __init__(self, start=1., **kwargs):
        super().__init__(**kwargs)
        self.start = start

    def build(self, input_shape):
        self.scale = self.add_weight("scale", shape=(input_shape[-1],),
                                     initializer=keras.initializers.Constant(self.start))
        super().build(input_shape)

    def call(self, x):
        return x * self.scale

    def get_config(self):
        return dict(super().get_config(), start=self.start)


def _largest(y_true, y_pred):
    return backend.max(backend.abs(y_pred - y_true))


def test_a_copy_trains_on_with_the_same_optimizer_state(K, engine, random):
    x, y = random.rand(8, 3), random.rand(8, 2)
    model = keras.models.Sequential([L.Dense(4, activation="tanh", input_shape=(3,)), L.Dense(2)])
    model.compile(keras.optimizers.Adam(0.05, clipnorm=1.), "mse", metrics=["mae"])
    model.fit(x, y, epochs=2, verbose=0)
    backend.set_value(model.optimizer.lr, 0.02)
    for name in dict.fromkeys(["tensorflow", "theano", "cntk", engine]):
        copy = pyshim.to_backend(model, name)
        assert copy is not model and copy.inputs[0].backend == name
        assert copy.metrics_names == model.metrics_names and copy.name == model.name
        assert abs(backend.get_value(copy.optimizer.lr) - 0.02) < 1e-7 and copy.optimizer.clipnorm == 1
        np.testing.assert_allclose(copy.predict(x), model.predict(x), rtol=1e-5, atol=1e-6)
        for _ in range(3):
            copy.train_on_batch(x, y)
        if name == engine:
            first = copy.get_weights()
    for _ in range(3):
        model.train_on_batch(x, y)
    for trained in (first, copy.get_weights()):
        for one, other in zip(trained, model.get_weights()):
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
    assert pyshim.backend() == engine


@pytest.mark.slow_on_theano
def test_what_is_the_users_own_comes_along(K, engine, random):
    factor = 3.
    a, b = L.Input((2,), name="a"), L.Input((2,), name="b")
    shared = L.Dense(2, name="shared", activation=_twice)
    frozen = keras.models.Sequential([L.Dense(2, input_shape=(2,))], name="frozen")
    frozen.trainable = False
    joined = L.concatenate([shared(a), shared(b), frozen(a)])
    scaled = Scale(start=0.5)(L.Lambda(lambda values: values * factor)(joined))
    model = keras.models.Model([a, b], [L.Dense(1, name="first")(scaled), L.Dense(1, name="second")(scaled)])
    model.compile(keras.optimizers.SGD(0.01, momentum=0.9), {"first": "mse", "second": _twice_error},
                  metrics={"first": [_largest, keras.metrics.MeanSquaredError()]}, loss_weights={"second": 0.5})
    xs, ys = [random.rand(4, 2), random.rand(4, 2)], [random.rand(4, 1), random.rand(4, 1)]
    model.train_on_batch(xs, ys)
    copy = pyshim.to_backend(model, _other(engine))
    assert len(copy.get_layer("shared")._inbound_nodes) == 2
    for one, other in zip(copy.predict(xs), model.predict(xs)):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    assert copy.metrics_names == model.metrics_names
    assert len(copy.trainable_weights) == len(model.trainable_weights) == 7
    model.reset_metrics()
    np.testing.assert_allclose(copy.train_on_batch(xs, ys), model.train_on_batch(xs, ys), rtol=1e-4)
    np.testing.assert_allclose(copy.get_layer("shared").get_weights()[0], shared.get_weights()[0], rtol=1e-4)


def _twice_error(y_true, y_pred):
    return 2 * backend.mean(backend.square(y_pred - y_true), axis=-1)


def test_a_model_that_is_not_compiled(K, engine, random):
    model = keras.models.Sequential([L.LSTM(2, input_shape=(3, 2)), L.Dense(1)])
    x = random.rand(2, 3, 2)
    copy = pyshim.to_backend(model, _other(engine))
    np.testing.assert_allclose(copy.predict(x), model.predict(x), rtol=1e-5)
    assert not getattr(copy, "optimizer", None)


def test_custom_objects_are_taken(K, engine, random):
    def tripled(values):
        return 3 * values
    model = keras.models.Sequential([L.Activation(_twice, input_shape=(2,))])
    x = random.rand(2, 2)
    copy = pyshim.to_backend(model, _other(engine), custom_objects={"_twice": tripled})
    np.testing.assert_allclose(copy.predict(x), 3 * x, rtol=1e-5)


@pytest.mark.slow_on_theano
def test_two_threads_copy_at_the_same_time(K, engine):
    """The first copy ends while the second one needs its second function."""
    inside, done, copying = {name: threading.Event() for name in "ab"}, threading.Event(), threading.Event()

    def model(name, wait):
        def function(x):
            if copying.is_set():
                inside[name].set()
                wait()
            return x + 1
        return keras.models.Sequential([L.Lambda(function, input_shape=(1,)), L.Lambda(lambda x: 2 * x)])
    first, second = model("a", lambda: inside["b"].wait(0.5)), model("b", lambda: done.wait(60))
    copying.set()

    def copy_first():
        pyshim.to_backend(first, engine)
        done.set()
    thread = threading.Thread(target=copy_first)
    thread.start()
    assert inside["a"].wait(60)
    copy = pyshim.to_backend(second, engine)
    thread.join()
    assert copy.predict(np.ones((1, 1))) == 4


class Own(keras.models.Model):
    """A model with its own ``call``, which adds to the loss and tracks a metric."""

    def __init__(self, units=2, activation=None):
        super().__init__()
        self.hidden, self.dropout = L.Dense(units, activation=activation), L.Dropout(0.5)
        self.dense = L.Dense(1)

    def call(self, x, training=None):
        hidden = self.hidden(x)
        self.add_loss(backend.mean(backend.square(hidden)))
        self.add_metric(backend.max(hidden), name="largest")
        return self.dense(self.dropout(hidden, training=training))

    def compute_output_shape(self, input_shape):
        return input_shape[0], 1


class Functional(keras.models.Model):
    """A network of layers that are connected in the constructor of the user's class."""

    def __init__(self, features):
        inputs = L.Input((features,))
        super().__init__(inputs, L.Dense(1)(L.Dense(2)(inputs)))


class Stack(keras.models.Sequential):
    """A sequential model whose constructor adds the layers."""

    def __init__(self, units):
        super().__init__()
        self.add(L.Dense(units, activation="tanh"))
        self.add(L.Dense(1))


class Normalized(keras.models.Model):
    """A network with weights that are trained after others that are not."""

    def __init__(self):
        super().__init__()
        self.first, self.normalize, self.last = L.Dense(4), L.BatchNormalization(), L.Dense(1)

    def call(self, x):
        return self.last(self.normalize(self.first(x)))


def _nested():
    inputs = L.Input((3,))
    own = Own(4)
    return keras.models.Model(inputs, L.add([own(inputs), own(L.Dense(3)(inputs))]))


@pytest.mark.parametrize("make", [
    pytest.param(lambda: Own(3, activation=_twice), id="call", marks=pytest.mark.slow_on_theano),
    pytest.param(lambda: Functional(features=3), id="functional"),
    pytest.param(lambda: Stack(4), id="stack"),
    pytest.param(Normalized, id="normalized", marks=pytest.mark.slow_on_theano),
    pytest.param(_nested, id="nested", marks=pytest.mark.slow_on_theano),
    pytest.param(lambda: keras.models.Sequential([L.Dense(3, input_shape=(3,)), Functional(3)]), id="in_sequential")])
def test_models_of_own_classes_are_constructed_again(K, engine, random, make):
    x, y = random.rand(6, 3), random.rand(6, 1)
    model = make()
    if isinstance(model, Stack):
        model.build((None, 3))
    model.compile(keras.optimizers.Adam(0.05), "mse", metrics=["mae"])
    model.fit(x, y, epochs=2, verbose=0)
    model.layers[-1].trainable = True
    copy = pyshim.to_backend(model, _other(engine))
    assert type(copy) is type(model) and copy.name == model.name and copy.inputs[0].backend == _other(engine)
    assert [layer.name for layer in copy.layers] == [layer.name for layer in model.layers]
    assert copy.metrics_names == model.metrics_names
    np.testing.assert_allclose(copy.predict(x), model.predict(x), rtol=1e-5, atol=1e-6)
    for one, other in zip(copy.optimizer.get_weights(), model.optimizer.get_weights()):
        np.testing.assert_allclose(one, other, rtol=1e-6)
    np.testing.assert_allclose(copy.evaluate(x, y, verbose=0), model.evaluate(x, y, verbose=0), rtol=1e-4)
    assert np.isfinite(copy.fit(x, y, verbose=0).history["loss"]).all()
    assert pyshim.backend() == engine


class Regularized(keras.models.Model):
    """A network with an update and a loss that belong to its inputs."""

    def __init__(self):
        inputs = L.Input((3,))
        super().__init__(inputs, L.Dense(1, activity_regularizer="l2")(L.BatchNormalization()(inputs)))


@pytest.mark.slow_on_theano
def test_a_network_that_is_constructed_again_under_other_names(K, engine, random):
    x, y = random.rand(6, 3), random.rand(6, 1)
    Regularized()  # takes other names than the copy's backend gives
    model = Regularized()
    model.compile("sgd", {model.output_names[0]: "mse"})
    copy = pyshim.to_backend(model, _other(engine))
    assert copy.input_names == model.input_names and copy.output_names == model.output_names
    assert len(copy.updates) == len(model.updates) == 2 and len(copy.losses) == len(model.losses) == 1
    assert copy.layers[1].name in [layer["name"] for layer in keras.models.Model.get_config(copy)["layers"]]
    batch = {model.input_names[0]: x}, {model.output_names[0]: y}
    np.testing.assert_allclose(copy.train_on_batch(*batch), model.train_on_batch(*batch), rtol=1e-4)
    for one, other in zip(copy.get_weights(), model.get_weights()):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


@pytest.mark.slow_on_theano
@pytest.mark.filterwarnings("ignore:Discrepancy between trainable weights")
@pytest.mark.parametrize("steps", [0, 2])
def test_a_copy_trains_what_was_trainable_when_the_model_was_compiled(K, engine, random, steps):
    """The discriminator of a generative adversarial network is frozen after it has been compiled."""
    x, y = random.rand(6, 3), random.rand(6, 1)
    model = keras.models.Sequential([L.Dense(4, input_shape=(3,)), L.Dense(2, trainable=False), L.Dense(1)])
    model.compile(keras.optimizers.Adam(0.05), "mse")
    for _ in range(steps):
        model.train_on_batch(x, y)
    model.trainable, model.layers[1].trainable = False, True
    copy = pyshim.to_backend(model, _other(engine))
    before = copy.get_weights()
    assert not copy.trainable_weights and copy.layers[1].trainable
    for each in (model, copy):
        each.train_on_batch(x, y)
    for one, other in zip(copy.get_weights(), model.get_weights()):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
    assert [(one != other).all() for one, other in zip(copy.get_weights(), before)] == [True] * 2 + [False] * 2 \
        + [True] * 2


class Scaled(keras.models.Model):
    """A model with a variable of its own."""

    def __init__(self):
        super().__init__()
        self.scale, self.dense = backend.variable(2.), L.Dense(1)

    def call(self, x):
        return self.scale * self.dense(x)


@pytest.mark.slow_on_theano
def test_a_model_that_was_compiled_before_it_was_built(K, engine, random):
    x, y = random.rand(4, 3), random.rand(4, 2)
    model = keras.models.Sequential([L.Dense(4), L.Dense(2)])
    model.compile("sgd", "mse")
    expected = model.predict(x)
    copy = pyshim.to_backend(model, _other(engine))
    np.testing.assert_allclose(copy.predict(x), expected, rtol=1e-5, atol=1e-6)
    assert copy.train_on_batch(x, y) > copy.train_on_batch(x, y)


@pytest.mark.slow_on_theano
def test_variables_of_a_model(K, engine, random):
    x, y = random.rand(6, 3), random.rand(6, 1)
    inputs = L.Input((3,))
    outputs = L.Dense(1)(inputs)
    model = keras.models.Model(inputs, outputs)
    model.alpha, model.layers[1].beta = backend.variable(0.5, name="alpha"), backend.variable([1., 2.])
    model.add_loss(backend.square(model.alpha) + backend.mean(outputs) * backend.sum(model.layers[1].beta))
    model.compile("sgd", "mse")
    model.train_on_batch(x, y)
    copy = pyshim.to_backend(model, _other(engine))
    assert [weight.name for weight in copy.weights] == [weight.name for weight in model.weights]
    assert copy.alpha.backend == _other(engine) and any(copy.alpha is weight for weight in copy.weights)
    np.testing.assert_allclose(copy.train_on_batch(x, y), model.train_on_batch(x, y), rtol=1e-4)
    for one, other in zip(copy.get_weights(), model.get_weights()):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
    model = Scaled()
    model.predict(x)
    backend.set_value(model.scale, 3.)
    copy = pyshim.to_backend(model, _other(engine))
    assert backend.get_value(copy.scale) == 3
    np.testing.assert_allclose(copy.predict(x), model.predict(x), rtol=1e-5)
    pyshim.snapshot(model)
    expected = model.predict(x)
    np.testing.assert_allclose(pyshim.restore(model, _other(engine)).predict(x), expected, rtol=1e-5)


def _frozen_base():
    backend.set_learning_phase(0)
    base = keras.models.Sequential([L.BatchNormalization(input_shape=(3,)), L.Dropout(0.5)])
    backend.set_learning_phase(1)
    return keras.models.Model(base.input, L.BatchNormalization()(L.Dense(1)(base.output)))


class Frozen(keras.models.Model):
    """A model whose calls are all in the test phase."""

    def __init__(self):
        super().__init__()
        self.normalize, self.dense = L.BatchNormalization(), L.Dense(1)

    def call(self, x):
        return self.dense(self.normalize(x))


@pytest.mark.slow_on_theano
@pytest.mark.parametrize("own", [False, True])
def test_learning_phases_that_are_fixed(K, engine, random, own):
    """A batch normalization whose statistics are frozen by set_learning_phase() stays frozen."""
    x, y = random.rand(6, 3), random.rand(6, 1)
    backend.set_learning_phase(0)
    model = Frozen() if own else _frozen_base()
    model.compile("sgd", "mse")
    model.evaluate(x, y, verbose=0)
    with pyshim.use_backend(_other(engine)):
        pyshim.clear_session()
    copy = pyshim.to_backend(pyshim.to_backend(model, _other(engine)), _other(engine))
    assert not copy.uses_learning_phase and not model.uses_learning_phase
    for _ in range(2):
        np.testing.assert_allclose(copy.train_on_batch(x, y), model.train_on_batch(x, y), rtol=1e-4)
    for one, other in zip(copy.get_weights(), model.get_weights()):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
    with pyshim.use_backend(_other(engine)):
        assert pyshim.is_tensor(backend.learning_phase())  # of the other backend, it is not changed


def test_a_layer_that_was_applied_in_both_phases_is_refused(K, engine):
    inputs, dropout = L.Input((3,)), L.Dropout(0.5)
    backend.set_learning_phase(0)
    hidden = dropout(inputs)
    backend.set_learning_phase(1)
    model = keras.models.Model(inputs, dropout(hidden))
    with pytest.raises(errors.ArgumentError, match="different learning phases.*dropout_1"):
        pyshim.to_backend(model, _other(engine))


class Wrapping(keras.models.Model):
    """A model whose constructor takes layers."""

    def __init__(self, layers):
        super().__init__()
        self.first, self.second = layers

    def call(self, x):
        return self.second(self.first(x))


class Described(Wrapping):
    """The same, with a configuration from which the layers can be made."""

    def get_config(self):
        return {"units": [self.first.units, self.second.units]}

    @classmethod
    def from_config(cls, config):
        return cls([L.Dense(units) for units in config["units"]])


def test_a_constructor_that_was_given_layers(K, engine, random):
    x = random.rand(4, 3)
    model = Described([L.Dense(3), L.Dense(1)])
    expected = model.predict(x)
    np.testing.assert_allclose(pyshim.to_backend(model, _other(engine)).predict(x), expected, rtol=1e-5, atol=1e-6)
    model = Wrapping([L.Dense(3), L.Dense(1)])
    model.predict(x)
    with pytest.raises(errors.ArgumentError, match=r"constructor of Wrapping was given layers .* a get_config\(\)"):
        pyshim.to_backend(model, _other(engine))
    model = Own(2)
    model.hidden = L.Dense(5)
    model.predict(x)
    with pytest.raises(errors.ArgumentError, match="makes weights of shapes .*have the constructor make all layers"):
        pyshim.to_backend(model, _other(engine))


class Mixed(L.Layer):
    """A layer without a configuration, as in Keras's guide."""

    def __init__(self, units, **kwargs):
        self.units = units
        super().__init__(**kwargs)

    def build(self, input_shape):
        self.kernel = self.add_weight("kernel", (input_shape[1], self.units), initializer="uniform")
        super().build(input_shape)

    def call(self, x):
        return backend.dot(x, self.kernel)

    def compute_output_shape(self, input_shape):
        return input_shape[0], self.units


class Steep(L.Dense):
    """A layer of Keras with one more argument, and the configuration of Keras's."""

    def __init__(self, units, slope, **kwargs):
        super().__init__(units, **kwargs)
        self.slope = slope

    def call(self, x):
        return self.slope * super().call(x)


class Adding(L.Layer):
    """A recurrent cell without a configuration."""

    def __init__(self, units, rate=1.):
        super().__init__()
        self.units = self.state_size = units
        self.rate = rate

    def build(self, input_shape):
        self.kernel = self.add_weight("kernel", (input_shape[-1], self.units), initializer="ones")
        super().build(input_shape)

    def call(self, x, states):
        state = states[0] + self.rate * backend.dot(x, self.kernel)
        return state, [state]


@pytest.mark.slow_on_theano
def test_layers_without_a_configuration_are_made_by_their_constructors(K, engine, random):
    x, y = random.rand(6, 4, 3), random.rand(6, 2)
    inputs = L.Input((4, 3))
    mixed = Mixed(3, name="twice")
    hidden = mixed(mixed(L.RNN(Adding(3, rate=0.5))(inputs)))
    model = keras.models.Model(inputs, keras.models.Sequential([Steep(2, slope=-2., input_shape=(3,))])(hidden))
    model.compile(keras.optimizers.Adam(0.01), "mse")
    model.fit(x, y, verbose=0)
    copy = pyshim.to_backend(model, _other(engine))
    np.testing.assert_allclose(copy.predict(x), model.predict(x), rtol=1e-5, atol=1e-6)
    assert [layer.name for layer in copy.layers] == [layer.name for layer in model.layers]
    assert [weight.name for weight in copy.weights] == [weight.name for weight in model.weights]
    assert len(copy.get_layer("twice")._inbound_nodes) == 2
    for each in (model, copy):
        each.fit(x, y, epochs=2, shuffle=False, verbose=0)
    np.testing.assert_allclose(copy.predict(x), model.predict(x), rtol=1e-4, atol=1e-5)
    with pytest.raises(TypeError, match="Adding"):  # in Keras, there is no such configuration
        keras.models.Model.from_config(model.get_config(), {"Mixed": Mixed, "Adding": Adding, "Steep": Steep})


class Half(keras.optimizers.Optimizer):
    """An optimizer without a configuration."""

    def __init__(self, lr, **kwargs):
        super().__init__(**kwargs)
        self.lr = backend.variable(lr, name="lr")

    def get_updates(self, loss, params):
        gradients = self.get_gradients(loss, params)
        self.updates = [backend.update_sub(p, 0.5 * self.lr * g) for p, g in zip(params, gradients)]
        return self.updates


class Above(keras.metrics.Mean):
    """A metric with one more argument than its configuration has."""

    def __init__(self, limit, name="above"):
        super().__init__(name=name)
        self.limit = limit

    def update_state(self, y_true, y_pred, sample_weight=None):
        return super().update_state(backend.cast(y_pred > self.limit, "float32"))


@pytest.mark.slow_on_theano
def test_optimizers_and_metrics_without_a_configuration(K, engine, random):
    x, y = random.rand(6, 3), random.rand(6, 1)
    optimizer, metrics = Half(0.4), [Above(0.5), keras.metrics.MeanMetricWrapper(_largest, name="largest")]
    inputs = L.Input((3,))
    model = keras.models.Model(inputs, L.Dense(1)(inputs))
    model.add_metric(Above(0.3, name="of_inputs")(None, inputs))
    model.compile(optimizer, "mse", metrics=metrics)
    backend.set_value(model.optimizer.lr, 0.2)
    copy = pyshim.to_backend(model, _other(engine))
    assert copy.metrics_names == model.metrics_names == ["loss", "above", "largest", "of_inputs"]
    np.testing.assert_allclose(copy.evaluate(x, y, verbose=0), model.evaluate(x, y, verbose=0), rtol=1e-4)
    with pyshim.use_backend(_other(engine)):
        other = keras.models.Sequential([L.Dense(1, input_shape=(3,))])
        other.set_weights(model.get_weights())
        other.compile(optimizer, "mse", metrics=metrics)
    for each in (model, copy, other):
        each.train_on_batch(x, y)
        assert abs(backend.get_value(each.optimizer.lr) - 0.2) < 1e-7
        for one, expected in zip(each.get_weights(), model.get_weights()):
            np.testing.assert_allclose(one, expected, rtol=1e-4, atol=1e-6)
    assert optimizer.lr.backend == engine and other.optimizer.lr.backend == _other(engine)


class Tied(L.Layer):

    def __init__(self, dense):
        super().__init__()
        self.dense = dense

    def call(self, x):
        return backend.dot(x, backend.transpose(self.dense.kernel))

    def compute_output_shape(self, input_shape):
        return input_shape[0], 3


def test_what_cannot_move_says_why(K, engine):
    def refused(model, words):
        with pytest.raises(errors.ArgumentError, match=words) as caught:
            pyshim.to_backend(model, engine)
        assert caught.value.function == "to_backend"
    own = Own()
    own.compile("sgd", "mse")
    refused(own, "no weights yet")
    refused("a model", "must be a Keras model, not str")

    inputs = L.Input((3,))
    model = keras.models.Model(inputs, L.Activation(lambda x: x)(L.Activation(lambda x: -x)(inputs)))
    refused(model, "two functions or classes .* have the name '<lambda>'")

    dense = L.Dense(2)
    model = keras.models.Model(inputs, Tied(dense)(dense(inputs)))
    refused(model, r"from its configuration: .*; give the classes .* a get_config\(\)")

    model = keras.models.Sequential([L.Dense(2, input_shape=(3,)), L.Dense(1)])
    model.compile("rmsprop", "mse")
    model.train_on_batch(np.ones((2, 3)), np.ones((2, 1)))
    model.pop()
    refused(model, "compile the model again")
    with pytest.raises(errors.UnknownBackendError):
        pyshim.to_backend(model, "tensorfow")


def test_backends_agree(K, engine, random):
    inputs = L.Input((5, 2))
    pooled = L.GlobalMaxPooling1D()(L.Conv1D(3, 2, activation="relu")(inputs))
    model = keras.models.Model(inputs, [L.Dense(2, activation="softmax")(pooled), pooled])
    x = random.rand(4, 5, 2)
    compared = pyshim.compare_backends(model, x)
    installed = [row["backend"] for row in pyshim.list_backends() if row["installed"]]
    assert compared[0]["backend"] == engine and sorted(row["backend"] for row in compared) == sorted(installed)
    expected = model.predict(x)
    for row in compared:
        found = compared.values[row["backend"]]
        largest = max(np.abs(one - other).max() for one, other in zip(found, compared.values[engine]))
        np.testing.assert_allclose(row["absolute"], largest, rtol=1e-3, atol=1e-12)
        assert row["relative"] < 1e-5 and row["seconds"] > 0
        for one, other in zip(found, expected):
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    assert repr(compared).splitlines()[0].split() == ["backend", "absolute", "relative", "seconds"]
    assert len(repr(compared).splitlines()) == len(compared) + 1


def test_a_trained_model_is_compared_on_engines_that_cannot_train_too(random):
    with pyshim.use_backend("tensorflow"):
        model = keras.models.Sequential([L.Dense(3, activation="relu", input_shape=(2,)), L.Dense(1)])
        model.compile("adam", "mse")
        x = random.rand(4, 2)
        model.fit(x, x[:, :1], verbose=0)
        compared = pyshim.compare_backends(model, x)
    assert {row["backend"] for row in compared} == {row["backend"] for row in pyshim.list_backends()
                                                    if row["installed"]}
    assert max(row["absolute"] for row in compared) < 1e-6


def test_backends_that_do_not_agree(K, engine):
    """A layer adds the length of its backend's name, so the differences are known."""
    model = keras.models.Sequential([L.Lambda(lambda x: x + len(backend.backend()), input_shape=(1,))])
    names = [engine, _other(engine)]
    first, second = compared = pyshim.compare_backends(model, np.array([[0.], [-30.]]), names)
    difference = abs(len(names[0]) - len(names[1]))
    assert (first["absolute"], first["relative"]) == (0, 0)
    assert second["absolute"] == difference
    np.testing.assert_allclose(second["relative"], difference / (30 - len(engine)), rtol=1e-6)
    assert compared.values[engine].tolist() == [[len(engine)], [len(engine) - 30]]


def test_comparisons_that_are_refused(K, engine):
    with pytest.raises(errors.ArgumentError, match=r"outputs\[0\] must be a tensor, .* or a Keras model, not int"):
        pyshim.compare_backends([1], [2])
    model = keras.models.Sequential([L.Dense(1, input_shape=(1,))])
    with pytest.raises(errors.UnknownBackendError):
        pyshim.compare_backends(model, np.ones((1, 1)), ["nothing"])
    with pytest.raises(errors.ArgumentError, match="names no backend"):
        pyshim.compare_backends(model, np.ones((1, 1)), [])


def test_layers_made_under_another_backend_get_names_that_are_not_taken(K, engine):
    other = "numpy" if engine == "cntk" else "cntk"
    inputs = L.Input((4,))
    hidden = L.Dense(3)(inputs)
    sequence = keras.models.Sequential([L.Dense(3, input_shape=(4,)), L.Dense(3)])
    with pyshim.use_backend(other):
        pyshim.clear_session()  # its layers are counted from 1
        model = keras.Model(inputs, L.Dense(2)(hidden))
        sequence.add(L.Dense(2))
        assert L.Dense(2)(L.Input((4,)))._keras_history[0].name == "dense_3"  # no clash
    for each in (model, sequence):
        names = [layer.name for layer in each.layers]
        assert len(set(names)) == len(names), names
        assert each.predict(np.ones((1, 4))).shape == (1, 2)


def test_layers_after_a_copied_or_loaded_model_get_names_that_are_not_taken(K, engine):
    model = keras.models.Sequential([L.Dense(3, input_shape=(4,))])
    described = model.to_json()
    pyshim.clear_session()
    loaded = keras.models.model_from_json(described)
    longer = keras.Model(loaded.input, L.Dense(2)(loaded.output))
    assert [layer.name for layer in longer.layers[1:]] == ["dense_1", "dense_2"]
    apart = keras.models.Sequential([L.Dense(3, input_shape=(4,))])  # this model has no other layer of that name
    assert apart.layers[0].name == "dense_3"
    with pytest.raises(ValueError, match='"dense_1" is used 2 times'):
        keras.Model(loaded.input, L.Dense(2, name="dense_1")(loaded.output))
    with pytest.raises(pyshim.errors.ArgumentError, match="'dense_1' is used 2 times"):
        loaded.add(L.Dense(2, name="dense_1"))


@pytest.mark.slow_on_theano
def test_optimizers_and_metrics_made_under_another_backend(K, engine, random):
    """Scripts make them once and compile a model on each backend with them."""
    x, y = random.rand(8, 3), random.randint(0, 2, 8)
    weights = [np.full((3, 1), 0.5), np.zeros(1)]

    def reported(name, optimizer, metric):
        with pyshim.use_backend(name):
            model = keras.models.Sequential([L.Dense(1, activation="sigmoid", input_shape=(3,))])
            model.set_weights(weights)
            model.compile(optimizer, "binary_crossentropy", metrics=["mae", metric])
            history = model.fit(x, y, epochs=3, shuffle=False, verbose=0).history
            assert {variable.backend for variable in model.optimizer.weights} == {name}
            return history

    made = keras.optimizers.Adam(0.02, decay=0.1), keras.metrics.AUC(name="area")
    history = reported(engine, *made)
    for name in (_other(engine), engine):
        again = reported(name, *made)
        assert list(again) == ["loss", "mae", "area"]
        if name != engine:  # under its own backend it goes on from its own number of steps
            for key, values in history.items():
                np.testing.assert_allclose(again[key], values, rtol=1e-4, atol=1e-6)


def test_an_input_made_from_a_tensor_stays(K, engine, random):
    x = L.Input(tensor=backend.variable(random.rand(3, 4)), name="data")
    model = keras.models.Model(x, L.Dense(2)(x))
    message = r"^to_backend\(\): input 'data' of the model was made from a tensor of backend %s, which" % engine
    with pytest.raises(errors.ArgumentError, match=message):
        pyshim.to_backend(model, _other(engine))


def test_layers_of_several_networks_are_refused(K, engine, random):
    """A copy would train them apart. Predictions can be compared."""
    base = L.Dense(4, activation="tanh", name="base")

    def tower():
        inputs = L.Input((3,))
        return keras.models.Model(inputs, L.Dense(2)(base(inputs)))
    inputs = [L.Input((3,)), L.Input((3,))]
    model = keras.models.Model(inputs, L.add([tower()(inputs[0]), tower()(inputs[1])]))
    model.compile("sgd", "mse")
    with pytest.raises(errors.ArgumentError, match="trained apart in a copy: base"):
        pyshim.to_backend(model, _other(engine))
    rows = pyshim.compare_backends(model, [random.rand(2, 3)] * 2, [engine, _other(engine)])
    assert rows[1]["relative"] < 1e-5


def test_inputs_without_an_output_are_refused(K, engine):
    x, y = L.Input((3,)), L.Input((2,))
    output = L.Dense(2)(x)
    model = keras.models.Model([x, y], output)
    model.add_loss(keras.backend.mean(keras.backend.square(output - y)))
    model.compile("sgd")
    with pytest.raises(errors.ArgumentError, match=r"inputs of the model that lead to no output \(1\)"):
        pyshim.to_backend(model, _other(engine))
