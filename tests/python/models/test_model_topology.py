"""Layers as a graph: nodes, shared and nested models, errors for wrong inputs, models without fixed inputs."""

import threading

import numpy as np
import pytest

from pyshim import keras

L, M = keras.layers, keras.models
B = keras.backend


@pytest.fixture
def random():
    return np.random.RandomState(5)


def test_nodes_of_a_shared_layer(K):
    a, b = L.Input((32,)), L.Input((32,))
    dense = L.Dense(16)
    first = dense(a)
    assert dense.input is a and dense.output is first
    second = dense(b)
    assert len(dense._inbound_nodes) == 2
    assert dense.get_input_at(0) is a and dense.get_input_at(1) is b
    assert dense.get_output_at(0) is first and dense.get_output_at(1) is second
    assert dense.get_output_shape_at(1) == (None, 16) and dense.get_input_shape_at(0) == (None, 32)
    assert dense.output_shape == (None, 16)
    with pytest.raises(AttributeError, match="multiple inbound nodes"):
        dense.input  # noqa: B018
    with pytest.raises(ValueError, match="at node 2"):
        dense.get_input_at(2)
    with pytest.raises(AttributeError):
        L.Dense(2).output  # noqa: B018
    node = dense._inbound_nodes[1]
    assert node.outbound_layer is dense and node.input_tensors[0] is b and node.get_config()["node_indices"] == [0]


def test_shared_layers_hold_their_weights_once(K, random):
    x = L.Input((3,))
    dense = L.Dense(3, activation="tanh")
    model = M.Model(x, dense(dense(dense(x))))
    assert len(model.weights) == 2 and model.count_params() == 12
    w, b = model.get_weights()
    value = random.rand(2, 3)
    expected = value
    for _ in range(3):
        expected = np.tanh(expected @ w + b)
    np.testing.assert_allclose(model.predict(value), expected, rtol=1e-5, atol=1e-6)
    copy = M.Model.from_config(model.get_config())
    assert len(copy.layers) == 2 and len(copy.weights) == 2
    copy.set_weights([w, b])
    np.testing.assert_allclose(copy.predict(value), expected, rtol=1e-5, atol=1e-6)
    model.compile("sgd", "mse")
    before = model.get_weights()
    model.train_on_batch(value, np.zeros((2, 3)))
    assert not np.allclose(before[0], model.get_weights()[0])


def test_models_within_models(K, random):
    inner_in = L.Input((4,))
    inner = M.Model(inner_in, [L.Dense(3, name="p")(inner_in), L.Dense(2, name="q")(inner_in)], name="inner")
    a, b = L.Input((4,)), L.Input((4,))
    p, q = inner(a)
    r, s = inner(b)
    model = M.Model([a, b], [L.add([p, r]), L.concatenate([q, s])])
    x, y = random.rand(2, 4), random.rand(2, 4)
    one, other = model.predict([x, y])
    (xp, xq), (yp, yq) = inner.predict(x), inner.predict(y)
    np.testing.assert_allclose(one, xp + yp, rtol=1e-5)
    np.testing.assert_allclose(other, np.concatenate([xq, yq], 1), rtol=1e-5)
    assert model.get_layer("inner").get_layer("p").units == 3
    assert [layer.name for layer in M.Model.from_config(model.get_config()).layers] == [
        layer.name for layer in model.layers]
    clone = M.clone_model(model)
    clone.set_weights(model.get_weights())
    np.testing.assert_allclose(clone.predict([x, y])[0], one, rtol=1e-5)
    assert inner.compute_output_shape((None, 4)) == [(None, 3), (None, 2)]


def test_a_model_called_on_other_tensors(K, random):
    x = L.Input((4,))
    model = M.Sequential([L.Dense(3, input_shape=(4,)), L.Dropout(0.5)])
    doubled = M.Model(x, model(L.Lambda(lambda t: 2 * t)(x)))
    value = random.rand(2, 4)
    np.testing.assert_allclose(doubled.predict(value), model.predict(2 * value), rtol=1e-5)
    assert doubled.uses_learning_phase
    tensor = B.constant(value)
    np.testing.assert_allclose(B.eval(M.Sequential([L.Dense(2, input_shape=(4,), kernel_initializer="ones")])(tensor)),
                               np.repeat(value.sum(1, keepdims=True), 2, 1), rtol=1e-5)


def test_an_input_of_a_tensor(K, random):
    value = random.rand(3, 4).astype("float32")
    x = L.Input(tensor=B.variable(value))
    model = M.Model(x, L.Dense(2)(x))
    model.compile("sgd", "mse")
    first = model.train_on_batch(None, np.zeros((3, 2)))
    assert model.train_on_batch(None, np.zeros((3, 2))) < first
    w, b = model.get_weights()
    predicted = value @ w + b
    np.testing.assert_allclose(model.predict(None, steps=1), predicted, rtol=1e-5, atol=1e-6)
    targets = iter([(None, np.full((3, 2), target)) for target in (0., 1.)])
    np.testing.assert_allclose(model.evaluate_generator(targets, steps=2),
                               np.mean([np.mean((predicted - target) ** 2) for target in (0., 1.)]), rtol=1e-5)


@pytest.mark.parametrize("build, message", [
    (lambda: L.Conv2D(2, 2)(L.Input((4,))), "expected ndim=4"),
    (lambda: L.LSTM(2)(L.Input((4,))), "expected ndim=3"),
    (lambda: L.Dense(3)(np.ones((2, 3))), "isn't a symbolic tensor"),
    (lambda: L.add([L.Input((3,))]), "called on a list of inputs"),
    (lambda: L.concatenate([L.Input((3, 2)), L.Input((4, 3))], axis=1), "matching shapes"),
    (lambda: L.Reshape((5,))(L.Input((4,))), "total size of new array must be unchanged"),
    (lambda: M.Model(L.Input((3,)), L.Dense(2)(L.Input((3,)))), "Graph disconnected"),
    (lambda: M.Model(L.Input((3,)), B.ones((2, 3))), "must be the output of a Keras"),
    (lambda: M.Sequential([L.Dense(2, input_shape=(3,))]).predict(np.ones((2, 4))), "to have shape"),
    (lambda: L.Dense(3, unknown=1), "unknown"),
    (lambda: L.BatchNormalization()(L.Input((None,))), "should have a defined dimension"),
    (lambda: L.Dense(2, input_shape=(3,)).set_weights([np.ones((2, 2))]), "weight list of length"),
    (lambda: keras.layers.deserialize({"class_name": "Nothing", "config": {}}), "Unknown layer"),
    (lambda: keras.activations.get("nothing"), "Unknown activation function"),
    (lambda: M.Sequential().add("a"), "must be an instance of class Layer"),
])
def test_what_keras_says_of_mistakes(K, build, message):
    with pytest.raises((ValueError, TypeError), match=message):
        build()


def test_an_input_of_another_size_is_refused(K):
    dense = L.Dense(2)
    dense(L.Input((3,)))
    with pytest.raises(ValueError, match="axis -1"):
        dense(L.Input((4,)))


def test_masks_go_through_the_layers(K, random):
    words = L.Input((4,), dtype="int32")
    embedded = L.Embedding(5, 2, mask_zero=True)(words)
    layer = L.TimeDistributed(L.Dense(3))
    hidden = layer(embedded)
    model = M.Model(words, L.GlobalAveragePooling1D()(hidden))
    value = np.array([[1, 2, 0, 0], [3, 3, 3, 4]])
    vectors = M.Model(words, hidden).predict(value)
    np.testing.assert_allclose(model.predict(value), [vectors[0, :2].mean(0), vectors[1].mean(0)], rtol=1e-5)
    f = B.function([words], [layer.get_output_mask_at(0)])
    assert f([value])[0].tolist() == (value != 0).tolist()
    # Masked steps add nothing to the loss, but its sum is divided by the number of all steps.
    model = M.Sequential([L.Masking(input_shape=(3, 1)), L.TimeDistributed(L.Dense(1, kernel_initializer="ones"))])
    model.compile("sgd", "mse")
    x = np.array([[[1.], [0.], [0.]], [[2.], [2.], [2.]]])
    assert abs(model.evaluate(x, np.zeros((2, 3, 1)), verbose=0) - (1 + 3 * 4) / 6) < 1e-5


def test_subclassed_models(K, random):
    class Net(M.Model):
        def __init__(self):
            super().__init__(name="net")
            self.hidden = L.Dense(4, activation="relu")
            self.dropout = L.Dropout(0.5)
            self.out = L.Dense(2)

        def call(self, inputs, training=None):
            return self.out(self.dropout(self.hidden(inputs), training=training))
    net = Net()
    net.compile("rmsprop", "mse")
    x, y = random.rand(8, 3), random.rand(8, 2)
    history = net.fit(x, y, epochs=3, batch_size=4, verbose=0)
    assert len(history.history["loss"]) == 3 and len(net.get_weights()) == 4
    w1, b1, w2, b2 = net.get_weights()
    np.testing.assert_allclose(net.predict(x), np.maximum(x @ w1 + b1, 0) @ w2 + b2, rtol=1e-4, atol=1e-5)
    with pytest.raises(NotImplementedError):
        net.get_config()


def test_sequential_models_grow_and_shrink(K, random):
    model = M.Sequential()
    model.add(L.Dense(4))
    model.add(L.Dense(3))
    assert not model.built and model.weights == []
    model.build((None, 2))
    assert model.input_shape == (None, 2) and model.output_shape == (None, 3) and len(model.weights) == 4
    model.pop()
    assert model.output_shape == (None, 4) and len(model.layers) == 1
    model.add(L.Dense(1))
    model.compile("sgd", "mse")
    assert np.isfinite(model.train_on_batch(np.ones((2, 2)), np.ones((2, 1))))
    later = M.Sequential([L.Dense(2), L.Dense(1)])
    later.compile("sgd", "mse")
    later.fit(random.rand(4, 3), random.rand(4), epochs=1, verbose=0)
    assert later.input_shape == (None, 3)
    model.pop()
    model.pop()
    with pytest.raises(TypeError, match="no layers in the model"):
        model.pop()


def test_updates_and_losses_of_layers(K, random):
    x = L.Input((3,))
    norm = L.BatchNormalization()
    dense = L.Dense(2, kernel_regularizer=keras.regularizers.l2(0.5), activity_regularizer=keras.regularizers.l1(1.))
    model = M.Model(x, dense(norm(x)))
    assert len(model.updates) == 2 and len(norm.get_updates_for(x)) == 2 and norm.get_updates_for(None) == []
    assert len(model.losses) == 2 and len(dense.get_losses_for(None)) == 1
    norm.trainable = False
    assert model.updates == [] and len(model.trainable_weights) == 2 and len(model.non_trainable_weights) == 4
    value = random.rand(4, 3)
    model.compile("sgd", "mse")
    w = dense.get_weights()[0]
    out = model.predict(value)
    np.testing.assert_allclose(model.evaluate(value, out, verbose=0), 0.5 * (w ** 2).sum() + np.abs(out).sum(),
                               rtol=1e-5)


def test_a_wrapper_is_the_first_layer_of_a_thread(K):
    dense, made = L.Dense(2), []
    thread = threading.Thread(target=lambda: made.append(L.TimeDistributed(dense)))
    thread.start()
    thread.join()
    assert M.Sequential([L.Reshape((2, 3), input_shape=(6,))] + made).output_shape == (None, 2, 2)


def test_conditional_updates_of_layers(K, random):
    class Counter(L.Layer):
        def build(self, input_shape):
            self.counts = [self.add_weight("count", (), initializer="zeros", trainable=False) for _ in range(2)]
            super().build(input_shape)

        def call(self, inputs):
            for sign, count in zip((1, -1), self.counts):
                self.add_update(B.switch(B.sum(sign * inputs) > 0, lambda count=count: B.update_add(count, 1),
                                         lambda count=count: count), inputs)
            return inputs
    model = M.Sequential([Counter(input_shape=(3,)), L.Dense(1)])
    model.compile("sgd", "mse")
    x = random.rand(4, 3)
    for sign in 1, 1, -1:
        model.train_on_batch(sign * x, x[:, :1])
    assert B.batch_get_value(model.layers[0].counts) == [2, 1]


def test_summaries_and_pictures_of_text(K):
    lines = []
    model = M.Sequential([L.Dense(3, input_shape=(4,), name="one"), L.BatchNormalization(name="two")])
    model.summary(print_fn=lines.append, line_length=60)
    text = "\n".join(lines)
    assert "one (Dense)" in text and "Non-trainable params: 6" in text and "(None, 3)" in text
    assert max(map(len, lines)) <= 60


def test_states_that_are_given_as_tensors(K, random):
    x, h, c = L.Input((3, 2)), L.Input((4,)), L.Input((4,))
    model = M.Model([x, h, c], L.LSTM(4, return_state=True)(x, initial_state=[h, c]))
    values = [random.rand(2, 3, 2), random.rand(2, 4), random.rand(2, 4)]
    w, u, b = model.get_weights()
    state, cell = values[1:]
    for t in range(3):
        i, f, g, o = np.split(values[0][:, t] @ w + state @ u + b, 4, axis=1)
        cell = cell / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
        state = np.tanh(cell) / (1 + np.exp(-o))
    for found, expected in zip(model.predict(values), [state, state, cell]):
        np.testing.assert_allclose(found, expected, rtol=1e-4)
    copy = M.Model.from_config(model.get_config())
    copy.set_weights([w, u, b])
    np.testing.assert_allclose(copy.predict(values)[2], cell, rtol=1e-4)


class Mixed(L.Layer):
    """A cell whose step also reads a constant."""

    def __init__(self, units, **kwargs):
        self.units = self.state_size = units
        super().__init__(**kwargs)

    def build(self, shapes):
        (_, features), (_, constants) = shapes
        self.parts = [self.add_weight(name, (size, self.units), initializer="uniform")
                      for name, size in (("x", features), ("state", self.units), ("constant", constants))]
        self.built = True

    def call(self, x, states, constants):
        output = sum(B.dot(value, part) for value, part in zip([x, states[0], constants[0]], self.parts))
        return output, [output]

    def get_config(self):
        return dict(super().get_config(), units=self.units)


def test_constants_of_cells(K, random):
    x, c = L.Input((None, 5)), L.Input((3,))
    model = M.Model([x, c], L.RNN(Mixed(4))(x, constants=c))
    model.compile("sgd", "mse")
    model.train_on_batch([random.rand(2, 4, 5), random.rand(2, 3)], np.zeros((2, 4)))
    steps, constant, state = random.rand(2, 4, 5), random.rand(2, 3), np.zeros((2, 4))
    first, second, third = model.get_weights()
    for t in range(4):
        state = steps[:, t] @ first + state @ second + constant @ third
    np.testing.assert_allclose(model.predict([steps, constant]), state, rtol=1e-4)
    with keras.utils.CustomObjectScope({"Mixed": Mixed}):
        copy = M.Model.from_config(model.get_config())
        both = L.Bidirectional(L.RNN(Mixed(4)), merge_mode="sum")(x, constants=c)
    copy.set_weights(model.get_weights())
    np.testing.assert_allclose(copy.predict([steps, constant]), state, rtol=1e-4)
    assert M.Model([x, c], both).predict([steps, constant]).shape == (2, 4)


def test_masks_change_nothing_but_what_they_hide(K, random):
    """Sequences with masked steps at the end give the results of shorter ones, through wrappers, merges, Lambdas."""
    def build(steps):
        x = L.Input((steps, 3))
        hidden = L.TimeDistributed(L.Dense(2))(L.Masking()(x))
        both = L.Bidirectional(L.GRU(2, return_sequences=True), merge_mode="sum")(hidden)
        joined = L.Concatenate()([L.Dropout(0.5)(hidden), both])
        joined = L.Lambda(lambda t: 2 * t, mask=lambda inputs, mask: mask)(joined)
        return M.Model(x, [L.LSTM(1)(joined), L.GlobalAveragePooling1D()(joined)])
    long, short, value = build(4), build(2), random.rand(2, 4, 3)
    value[0, 2:] = 0
    short.set_weights(long.get_weights())
    for whole, part in zip(long.predict(value), short.predict(value[:1, :2])):
        np.testing.assert_allclose(whole[:1], part, rtol=1e-4, atol=1e-6)


@pytest.mark.slow_on_theano
def test_clones_on_other_inputs(K, random):
    value = random.rand(4, 3).astype("float32")
    x, dense = L.Input((3,)), L.Dense(3)
    graph = M.Model(x, L.BatchNormalization()(dense(dense(x))))
    stack = M.Sequential([L.Dense(2, input_shape=(3,)), L.Dropout(0.5), L.Dense(3)])
    for model in (graph, stack):
        clone = M.clone_model(model, input_tensors=L.Input((3,)))
        clone.set_weights(model.get_weights())
        np.testing.assert_allclose(clone.predict(value), model.predict(value), rtol=1e-5)
        clone = M.clone_model(model, input_tensors=B.variable(value))
        clone.set_weights(model.get_weights())
        np.testing.assert_allclose(clone.predict(None, steps=1), model.predict(value), rtol=1e-5)
        clone.compile("sgd", "mse")
        clone.train_on_batch(None, np.ones((4, 3)))
        assert np.abs(clone.get_weights()[0] - model.get_weights()[0]).max() > 0


@pytest.mark.parametrize("fail", [lambda: L.Bidirectional(L.Dense(2)), lambda: L.TimeDistributed("dense"),
                                  lambda: L.RNN("cell")])
def test_a_model_of_an_own_class_after_an_error(K, fail):
    """An error in a layer's constructor does not keep later models from finding their layers."""
    class Own(M.Model):
        def __init__(self):
            super().__init__()
            self.dense = L.Dense(2)

        def call(self, x):
            return self.dense(x)
    with pytest.raises((KeyError, AttributeError, ValueError)):
        fail()
    model = Own()
    model.predict(np.ones((1, 3)))
    assert len(model.get_weights()) == 2 and model.layers == [model.dense]


def test_a_name_that_is_used_twice_leaves_the_model_as_it_is(K, random):
    model = M.Sequential([L.Dense(2, input_shape=(3,), name="a")])
    x = random.rand(2, 3)
    before = model.predict(x)
    with pytest.raises(ValueError, match="name 'a' is used 2 times"):
        model.add(L.Dense(1, name="a"))
    np.testing.assert_array_equal(model.predict(x), before)
    model.add(L.Dense(1, name="b"))  # predict() has compiled a function of the model before
    assert [layer.name for layer in model.layers] == ["a", "b"] and model.predict(x).shape == (2, 1)
    model.pop()
    np.testing.assert_array_equal(model.predict(x), before)
    shared = L.Dense(3)
    assert len(M.Sequential([L.Dense(3, input_shape=(3,)), shared, shared]).get_weights()) == 4


@pytest.mark.parametrize("misfit", [lambda: L.Conv2D(1, 1), lambda: L.Lambda(lambda x: [x, x])],
                         ids=["shape", "outputs"])
def test_a_layer_that_does_not_fit_leaves_the_model_as_it_is(K, random, misfit):
    model = M.Sequential([L.Dense(2, input_shape=(3,))])
    x = random.rand(2, 3)
    before = model.predict(x)
    with pytest.raises((ValueError, TypeError)):
        model.add(misfit())
    model.compile("sgd", "mse")
    assert model.built and len(model.layers) == 1 and abs(model.evaluate(x, before, verbose=0)) < 1e-9


def test_weights_of_both_directions(K, random):
    values = [random.rand(*shape) for shape in [(3, 2), (2, 2), (2,)] * 2]
    model = M.Sequential([L.Bidirectional(L.SimpleRNN(2), weights=values, input_shape=(4, 3))])
    for value, given in zip(model.get_weights(), values):
        np.testing.assert_allclose(value, given, rtol=1e-6)
