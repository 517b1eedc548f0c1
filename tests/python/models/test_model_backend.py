"""Layers, losses and functions that scripts write with ``keras.backend``, compared with NumPy."""

import numpy as np
import pytest

from pyshim import errors, keras

B, L = keras.backend, keras.layers


@pytest.fixture
def random():
    return np.random.RandomState(9)


def _value(x):
    return B.eval(x)


def test_the_earlier_name_of_the_data_format(K):
    for module in (B, B.common):
        for name, data_format in (("th", "channels_first"), ("tf", "channels_last")):
            module.set_image_dim_ordering(name)
            assert (module.image_dim_ordering(), B.image_data_format()) == (name, data_format)
            assert K.image_data_format() == data_format
            assert L.Flatten().data_format == L.MaxPooling2D().data_format == data_format
    with pytest.raises(K.errors.ArgumentError, match=r"`?dim_ordering`? must be \"th\" or \"tf\", not 'channels"):
        B.set_image_dim_ordering("channels_last")


def test_what_scripts_import(K):
    from pyshim.keras.engine import InputSpec, Layer
    from pyshim.keras.layers import merge  # noqa: F401
    from pyshim.keras.legacy import interfaces  # noqa: F401
    from pyshim.keras.utils.generic_utils import get_custom_objects, has_arg

    from pyshim.keras import backend, utils
    assert Layer is L.Layer and InputSpec(ndim=3).ndim == 3 and has_arg(Layer.__call__, "inputs")
    assert isinstance(get_custom_objects(), dict) and callable(utils.to_categorical)
    assert backend.is_keras_tensor(L.Input((2,))) and not backend.is_keras_tensor(backend.variable([1.]))
    with pytest.raises(ValueError):
        backend.is_keras_tensor(np.ones(2))
    assert backend.backend() == K.backend() and backend.image_data_format() == "channels_last"
    assert backend.floatx() == "float32" and backend.epsilon() == 1e-7
    assert backend.get_uid("mine") == 1 and backend.get_uid("mine") == 2


def test_a_layer_of_products_and_biases(K, random):
    class Linear(L.Layer):
        def __init__(self, units, **kwargs):
            self.units = units
            super().__init__(**kwargs)

        def build(self, input_shape):
            assert len(input_shape) == 2
            self.kernel = self.add_weight(name="kernel", shape=(input_shape[1], self.units), initializer="uniform",
                                          trainable=True)
            self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="ones")
            self.input_spec = keras.engine.InputSpec(ndim=2, axes={-1: input_shape[1]})
            super().build(input_shape)

        def call(self, x):
            return B.bias_add(B.dot(x, self.kernel), self.bias)

        def compute_output_shape(self, input_shape):
            return (input_shape[0], self.units)

        def get_config(self):
            return dict(super().get_config(), units=self.units)
    model = keras.models.Sequential([Linear(3, input_shape=(4,)), L.Activation("relu")])
    x = random.normal(size=(5, 4))
    kernel, bias = model.get_weights()
    np.testing.assert_allclose(model.predict(x), np.maximum(x @ kernel + bias, 0), rtol=1e-5)
    copy = keras.models.model_from_json(model.to_json(), custom_objects={"Linear": Linear})
    copy.set_weights(model.get_weights())
    np.testing.assert_allclose(copy.predict(x), model.predict(x))
    with keras.utils.custom_object_scope({"Linear": Linear}):
        assert keras.models.Sequential.from_config(model.get_config()).layers[0].units == 3
    with pytest.raises(ValueError, match="Unknown layer"):
        keras.models.model_from_json(model.to_json())


@pytest.mark.parametrize("listed", [False, True])
def test_variables_as_attributes_are_weights(K, random, capsys, listed):
    """A variable is trained, as TensorFlow's are. Layers may also list theirs."""
    class Gain(L.Layer):
        def build(self, input_shape):
            self.gain, self.count = B.variable(np.ones(input_shape[-1])), B.variable(0, dtype="int32")
            self.moving = self.add_weight("moving", (2,), initializer="zeros", trainable=False)
            if listed:
                self.trainable_weights = [self.gain]
            super().build(input_shape)

        def call(self, x):
            return x * self.gain
    model = keras.models.Sequential([Gain(input_shape=(3,))])
    layer, = model.layers
    assert [id(x) for x in layer.trainable_weights] == [id(layer.gain)]
    assert {id(x) for x in layer.non_trainable_weights} == {id(layer.count), id(layer.moving)}
    assert capsys.readouterr().out == ""
    model.compile("sgd", "mse")
    x = random.rand(4, 3)
    assert model.evaluate(x, x, verbose=0) == 0
    model.train_on_batch(x, 2 * x)
    assert (layer.get_weights()[0] > 1).all()


def test_a_layer_of_two_inputs_and_outputs(K, random):
    class Both(L.Layer):
        def build(self, input_shape):
            assert isinstance(input_shape, list)
            self.mix = self.add_weight(name="mix", shape=(input_shape[0][1],), initializer="ones")
            super().build(input_shape)

        def call(self, inputs):
            a, b = inputs
            return [a * self.mix + b, K.mean(b, axis=-1)]

        def compute_output_shape(self, input_shape):
            return [input_shape[0], input_shape[1][:-1]]
    a, b = L.Input((3,)), L.Input((3,))
    model = keras.models.Model([a, b], Both()([a, b]))
    x, y = random.rand(2, 3), random.rand(2, 3)
    total, mean = model.predict([x, y])
    np.testing.assert_allclose(total, x + y, rtol=1e-6)
    np.testing.assert_allclose(mean, y.mean(-1), rtol=1e-6)


@pytest.mark.slow_on_theano
def test_attention_by_batch_dot_and_softmax(K, random):
    class Attention(L.Layer):
        def build(self, input_shape):
            self.w = self.add_weight(name="w", shape=(input_shape[-1], 1), initializer="normal")
            self.b = self.add_weight(name="b", shape=(input_shape[1], 1), initializer="zeros")
            super().build(input_shape)

        def call(self, x, mask=None):
            e = B.squeeze(B.tanh(B.dot(x, self.w) + self.b), axis=-1)
            weights = B.exp(e)
            if mask is not None:
                weights *= B.cast(mask, B.floatx())
            weights /= B.cast(B.sum(weights, axis=1, keepdims=True) + B.epsilon(), B.floatx())
            return B.sum(x * B.expand_dims(weights), axis=1)

        def compute_mask(self, inputs, mask=None):
            return None

        def compute_output_shape(self, input_shape):
            return (input_shape[0], input_shape[-1])
    model = keras.models.Sequential([L.Masking(input_shape=(4, 3)), Attention()])
    x = random.rand(2, 4, 3)
    x[0, 2:] = 0
    w, b = model.get_weights()
    weights = np.exp(np.tanh(x @ w + b))[:, :, 0] * (x != 0).any(-1)
    weights /= weights.sum(1, keepdims=True)
    np.testing.assert_allclose(model.predict(x), (x * weights[:, :, None]).sum(1), rtol=1e-5)
    q, k = L.Input((4, 3)), L.Input((5, 3))
    scores = L.Lambda(lambda t: B.softmax(B.batch_dot(t[0], t[1], axes=2)))([q, k])
    values = [random.rand(2, 4, 3), random.rand(2, 5, 3)]
    e = np.exp(np.einsum("bij,bkj->bik", *values))
    np.testing.assert_allclose(keras.models.Model([q, k], scores).predict(values), e / e.sum(-1, keepdims=True),
                               rtol=1e-5)


def test_a_layer_with_a_recurrence(K, random):
    class Decay(L.Layer):
        def call(self, x):
            def step(inputs, states):
                new = 0.5 * states[0] + inputs
                return new, [new]
            start = B.zeros_like(x[:, 0])
            last, outputs, states = B.rnn(step, x, [start])
            return outputs
    inputs = L.Input((None, 2))
    model = keras.models.Model(inputs, Decay()(inputs))
    x = random.rand(2, 5, 2)
    expected, state = np.zeros_like(x), np.zeros((2, 2))
    for t in range(5):
        state = 0.5 * state + x[:, t]
        expected[:, t] = state
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-5)


def test_an_own_cell(K, random):
    class MinimalCell(L.Layer):
        def __init__(self, units, **kwargs):
            self.units = units
            self.state_size = units
            super().__init__(**kwargs)

        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="uniform", name="kernel")
            self.recurrent = self.add_weight(shape=(self.units, self.units), initializer="uniform", name="recurrent")
            self.built = True

        def call(self, inputs, states):
            output = B.dot(inputs, self.kernel) + B.dot(states[0], self.recurrent)
            return output, [output]

        def get_config(self):
            return dict(super().get_config(), units=self.units)
    x = L.Input((None, 3))
    layer = L.RNN([MinimalCell(4), MinimalCell(2)], return_state=True)
    y, first, second = layer(x)
    model = keras.models.Model(x, [y, first])
    value = random.rand(2, 3, 3)
    k1, r1, k2, r2 = model.get_weights()
    a, b = np.zeros((2, 4)), np.zeros((2, 2))
    for t in range(3):
        a = value[:, t] @ k1 + a @ r1
        b = a @ k2 + b @ r2
    out, state = model.predict(value)
    np.testing.assert_allclose(out, b, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(state, a, rtol=1e-4, atol=1e-6)
    with keras.utils.CustomObjectScope({"MinimalCell": MinimalCell}):
        again = L.RNN.from_config(layer.get_config())
    assert [cell.units for cell in again.cell.cells] == [4, 2]


def test_training_and_prediction_differ(K, random):
    class Noise(L.Layer):
        def call(self, x, training=None):
            return B.in_train_phase(x + 10., x, training=training)
    inputs = L.Input((2,))
    model = keras.models.Model(inputs, Noise()(inputs))
    x = random.rand(3, 2).astype("float32")
    np.testing.assert_allclose(model.predict(x), x)
    f = B.function([model.input, B.learning_phase()], [model.output])
    np.testing.assert_allclose(f([x, 1])[0], x + 10)
    np.testing.assert_allclose(f([x, 0])[0], x)
    np.testing.assert_allclose(f([x, True])[0], x + 10)
    model.compile("sgd", "mse")
    assert abs(model.train_on_batch(x, x) - 100) < 1e-3 and model.test_on_batch(x, x) < 1e-9
    always = keras.models.Model(inputs, Noise()(inputs, training=True))
    np.testing.assert_allclose(always.predict(x), x + 10, rtol=1e-6)


def test_choices_and_loops_in_lambdas(K, random):
    x = L.Input((3,))
    value = random.normal(size=(4, 3)).astype("float32")

    def of(function, output_shape=None):
        return keras.models.Model(x, L.Lambda(function, output_shape=output_shape)(x)).predict(value)
    np.testing.assert_allclose(of(lambda t: B.switch(t > 0, t, t * 0.1)), np.where(value > 0, value, value * 0.1),
                               rtol=1e-6)
    np.testing.assert_allclose(of(lambda t: B.map_fn(lambda row: row / B.sum(B.abs(row)), t)),
                               value / np.abs(value).sum(1, keepdims=True), rtol=1e-5)
    np.testing.assert_allclose(of(lambda t: B.foldl(lambda a, row: a + row, t)[None] + 0 * t), value.sum(0) + 0 * value,
                               rtol=1e-5)
    np.testing.assert_allclose(of(lambda t: B.concatenate([t[:, :1], B.stack([t[:, 1], t[:, 2]], axis=1)], axis=-1)),
                               value)
    np.testing.assert_allclose(of(lambda t: B.gather(B.transpose(t), B.constant([2, 0], dtype="int32"))[0][:, None],
                                  (1,)), value[:, 2:])
    np.testing.assert_allclose(of(lambda t: B.reverse(t, 1)), value[:, ::-1])
    np.testing.assert_allclose(of(lambda t: B.l2_normalize(t, axis=-1)),
                               value / np.linalg.norm(value, axis=1, keepdims=True), rtol=1e-5)
    np.testing.assert_allclose(of(lambda t: B.one_hot(B.argmax(t), 3)), np.eye(3)[value.argmax(1)])
    np.testing.assert_allclose(of(lambda t: B.repeat(t, 2)[:, 1]), value)
    np.testing.assert_allclose(of(lambda t: B.clip(t, -0.5, 0.5) ** 2), np.clip(value, -0.5, 0.5) ** 2, rtol=1e-5)


def test_gradients_of_a_trained_network(K, random):
    model = keras.models.Sequential([L.Dense(5, activation="tanh", input_shape=(3,)), L.Dense(1)])
    x = random.rand(4, 3)
    gradient = B.gradients(B.sum(model.output), model.input)[0]
    f = B.function([model.input], [gradient, model.output])
    value, out = f([x])
    w1, b1, w2, _ = model.get_weights()
    expected = ((1 - np.tanh(x @ w1 + b1) ** 2) * w2[:, 0]) @ w1.T
    np.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(out, model.predict(x), rtol=1e-6)
    # The gradient with respect to the weights as the compiled model computes it; targets and sample weights are fed.
    model.compile("sgd", "mse")
    by_weights = model.optimizer.get_gradients(model.total_loss, model.trainable_weights)
    inputs = model.inputs + model.targets + model.sample_weights + [B.learning_phase()]
    values = B.function(inputs, by_weights)([x, np.zeros((4, 1)), np.ones(4), 0])
    assert [v.shape for v in values] == [w.shape for w in model.get_weights()]
    np.testing.assert_allclose(values[3], [2 * out.mean()], rtol=1e-4)


def test_functions_with_updates(K):
    x = B.placeholder(shape=(None, 2))
    total = B.variable(np.zeros(2), name="total")
    f = B.function([x], [B.sum(x)], updates=[(total, total + B.sum(x, axis=0))])
    assert f([np.ones((3, 2))])[0] == 6 and f([np.ones((1, 2))]) == [2]
    np.testing.assert_allclose(B.get_value(total), [4, 4])
    B.batch_set_value([(total, np.array([1., 2.]))])
    assert B.batch_get_value([total])[0].tolist() == [1, 2]
    with pytest.raises(Exception, match="(?i)argument|input|takes"):
        f([np.ones((3, 2)), 1])
    assert B.count_params(total) == 2 and B.int_shape(x) == (None, 2) and B.ndim(x) == 2 and B.dtype(x) == "float32"


@pytest.mark.slow_on_theano
def test_losses_written_by_users(K, random):
    y, p = random.randint(0, 2, (6, 3)).astype("float32"), random.uniform(0.1, 0.9, (6, 3)).astype("float32")

    def focal(gamma=2., alpha=0.25):
        def loss(y_true, y_pred):
            pt = B.switch(B.equal(y_true, 1), y_pred, 1 - y_pred)
            return -B.sum(alpha * B.pow(1. - pt, gamma) * B.log(pt), axis=-1)
        return loss

    def dice(y_true, y_pred, smooth=1):
        y_true_f, y_pred_f = B.flatten(y_true), B.flatten(y_pred)
        intersection = B.sum(y_true_f * y_pred_f)
        return 1 - (2. * intersection + smooth) / (B.sum(y_true_f) + B.sum(y_pred_f) + smooth)

    def r2(y_true, y_pred):
        return 1 - B.sum(B.square(y_true - y_pred)) / (B.sum(B.square(y_true - B.mean(y_true))) + B.epsilon())

    def recall(y_true, y_pred):
        hits = B.sum(B.round(B.clip(y_true * y_pred, 0, 1)))
        return hits / (B.sum(B.round(B.clip(y_true, 0, 1))) + B.epsilon())
    pt = np.where(y == 1, p, 1 - p)
    model = keras.models.Sequential([L.Activation("linear", input_shape=(3,))])
    model.compile("sgd", focal(), metrics=[dice, r2, recall, "binary_accuracy"])
    values = dict(zip(model.metrics_names, model.evaluate(p, y, batch_size=6, verbose=0)))
    expected = {"loss": (-0.25 * (1 - pt) ** 2 * np.log(pt)).sum(-1).mean(),
                "dice": 1 - (2 * (y * p).sum() + 1) / (y.sum() + p.sum() + 1),
                "r2": 1 - ((y - p) ** 2).sum() / ((y - y.mean()) ** 2).sum(),
                "recall": np.round(y * p).sum() / y.sum(),
                "binary_accuracy": ((p > 0.5) == y).mean()}
    assert set(values) == set(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(values[name], value, rtol=1e-4, err_msg=name)


def test_an_own_optimizer(K, random):
    class Half(keras.optimizers.Optimizer):
        def __init__(self, lr=0.1, **kwargs):
            super().__init__(**kwargs)
            with B.name_scope(self.__class__.__name__):
                self.learning_rate = B.variable(lr, name="lr")
                self.iterations = B.variable(0, dtype="int64", name="iterations")

        @keras.legacy.interfaces.legacy_get_updates_support
        def get_updates(self, loss, params):
            grads = self.get_gradients(loss, params)
            self.updates = [B.update_add(self.iterations, 1)]
            self.weights = [self.iterations]
            for p, g in zip(params, grads):
                self.updates.append(B.update(p, p - self.lr * B.sign(g)))
            return self.updates
    model = keras.models.Sequential([L.Dense(1, input_shape=(2,))])
    model.compile(Half(0.25), "mse")
    before = model.get_weights()
    x = random.rand(4, 2) + 0.1
    model.train_on_batch(x, x.sum(1) + 10)
    np.testing.assert_allclose(model.get_weights()[0], before[0] + 0.25, rtol=1e-5)
    assert B.get_value(model.optimizer.iterations) == 1


def test_learning_phase_set_for_good(K):
    try:
        B.set_learning_phase(1)
        x = L.Input((200,))
        assert keras.models.Model(x, L.Dropout(0.5)(x)).predict(np.ones((1, 200))).min() == 0
        B.set_learning_phase(0)
        x = L.Input((200,))
        assert keras.models.Model(x, L.Dropout(0.5)(x)).predict(np.ones((1, 200))).min() == 1
        with pytest.raises(ValueError):
            B.set_learning_phase(2)
    finally:
        B.clear_session()


def test_learning_phase_set_after_a_model_has_run(K):
    """Also functions that have the phase among their inputs use the one that is set; Keras does not feed it any more.
    """
    try:
        model = keras.models.Sequential([L.Dropout(0.5, input_shape=(200,)), L.Lambda(lambda x: x * 1)])
        model.compile("sgd", "mse")
        x, y = np.ones((4, 200)), np.ones((4, 200))
        by_hand = B.function([model.input, B.learning_phase()], model.outputs)

        def calls():
            return [model.predict(x).min() == 0, model.predict_on_batch(x).min() == 0, by_hand([x])[0].min() == 0,
                    model.evaluate(x, y, verbose=0) > 0, model.test_on_batch(x, y) > 0,
                    model.evaluate_generator(iter([(x, y)]), 1) > 0]
        with pytest.raises(errors.ArgumentError, match="1 value given, one for each of the 2 inputs needed"):
            by_hand([x])
        assert by_hand([x, 1])[0].min() == 0
        assert model.predict(x).min() == 1 and model.evaluate(x, y, verbose=0) == 0
        for phase in 0, 1, 0:
            B.set_learning_phase(phase)
            assert calls() == [phase] * 6
        B.set_learning_phase(1)
        assert B.function([model.input], model.outputs)([x])[0].min() == 0
        assert by_hand([x, 0])[0].min() == 1
        with pytest.raises(errors.ArgumentError, match="0 values given, one for each of the 2 inputs needed"):
            by_hand([])
    finally:
        B.clear_session()


def test_learning_phase_set_before_a_model_has_run(K):
    """A function made in the one phase follows the other one, too, and so does the value of a tensor."""
    try:
        model = keras.models.Sequential([L.Dropout(0.5, input_shape=(200,)), L.Lambda(lambda x: x * 1)])
        x, noise = np.ones((4, 200)), B.in_train_phase(1.0, 0.0)
        for phase in 0, 1, 0:
            B.set_learning_phase(phase)
            assert (model.predict(x).min() == 0, B.eval(noise)) == (phase, phase)
    finally:
        B.clear_session()


def test_float64_models(K, random):
    B.set_floatx("float64")
    try:
        model = keras.models.Sequential([L.Dense(3, input_shape=(2,), activation="sigmoid"), L.Dense(1)])
        model.compile("adam", "mse")
        x = random.rand(4, 2)
        assert model.predict(x).dtype == "float64" and model.get_weights()[0].dtype == "float64"
        w1, b1, w2, b2 = model.get_weights()
        np.testing.assert_allclose(model.predict(x), (1 / (1 + np.exp(-x @ w1 - b1))) @ w2 + b2, rtol=1e-12)
        assert np.isfinite(model.train_on_batch(x, x[:, :1]))
    finally:
        B.set_floatx("float32")
