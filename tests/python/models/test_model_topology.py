"""Layers as a graph: nodes, shared and nested models, what Keras says of wrong inputs, models without fixed inputs."""

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
    np.testing.assert_allclose(model.predict(value), expected, rtol=1e-5)
    copy = M.Model.from_config(model.get_config())
    assert len(copy.layers) == 2 and len(copy.weights) == 2
    copy.set_weights([w, b])
    np.testing.assert_allclose(copy.predict(value), expected, rtol=1e-5)
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
    np.testing.assert_allclose(model.predict(None, steps=1), value @ w + b, rtol=1e-5)


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
    # Masked steps add nothing to the loss, whose sum is divided by the number of all steps.
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


def test_summaries_and_pictures_of_text(K):
    lines = []
    model = M.Sequential([L.Dense(3, input_shape=(4,), name="one"), L.BatchNormalization(name="two")])
    model.summary(print_fn=lines.append, line_length=60)
    text = "\n".join(lines)
    assert "one (Dense)" in text and "Non-trainable params: 6" in text and "(None, 3)" in text
    assert max(map(len, lines)) <= 60
