"""A model whose loss contains a gradient: the critic of a Wasserstein GAN with gradient penalty."""

import numpy as np
import pytest

from pyshim import keras

SHAPE = (6, 6, 1)


def penalized_critic(K):
    """A model that trains the critic, its last layer, on three batches: real, generated and mixed ones."""
    layers = keras.layers
    critic = keras.models.Sequential([
        layers.Conv2D(3, 3, strides=2, padding="same", input_shape=SHAPE), layers.LeakyReLU(0.2),
        layers.Conv2D(4, 2, activation="tanh"), layers.AveragePooling2D(2), layers.Flatten(),
        layers.Dense(5, activation="sigmoid"), layers.Dense(1)])
    inputs = [layers.Input(SHAPE) for _ in range(3)]
    scores = [critic(x) for x in inputs]

    def mean_score(y_true, y_pred):
        return K.mean(y_true * y_pred)

    def penalty(y_true, y_pred):
        slope, = K.gradients(y_pred, [inputs[2]])
        return K.mean(K.square(K.sqrt(K.sum(K.square(slope), axis=[1, 2, 3])) - 1))
    model = keras.models.Model(inputs, scores)
    model.compile(keras.optimizers.SGD(0.05), [mean_score, mean_score, penalty], loss_weights=[1, 1, 10])
    return model


@pytest.mark.slow_on_theano
def test_gradient_penalty_of_a_model(K):
    K.set_floatx("float64")
    generator = np.random.RandomState(0)
    np.random.seed(1)
    real, fake = generator.normal(size=(4,) + SHAPE), generator.uniform(size=(4,) + SHAPE)
    share = generator.uniform(size=(4, 1, 1, 1))
    x, y = [real, fake, share * real + (1 - share) * fake], [-np.ones((4, 1)), np.ones((4, 1)), np.zeros((4, 1))]
    model = penalized_critic(K)
    before = model.get_weights()
    model.train_on_batch(x, y)
    after = model.get_weights()
    assert model.count_params() == sum(value.size for value in before) > 50
    for i, value in enumerate(before):
        for place in [(0,) * value.ndim, tuple(size - 1 for size in value.shape)]:
            losses = []
            for change in (1e-6, -1e-6):
                moved = [each.copy() for each in before]
                moved[i][place] += change
                model.set_weights(moved)
                losses.append(model.test_on_batch(x, y)[0])
            slope = (losses[0] - losses[1]) / 2e-6
            np.testing.assert_allclose((value - after[i])[place] / 0.05, slope, rtol=1e-4, atol=1e-7)
    model.set_weights(before)
    losses = [model.train_on_batch(x, y)[0] for _ in range(20)]
    assert losses[-1] < losses[0] - 0.1
