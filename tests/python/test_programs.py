"""Code like that in public scripts, with sizes taken from the fed data, compared with NumPy."""

import numpy as np
import pytest
from checks import check_fed, sample


def softmax(x):
    exponential = np.exp(x - x.max(-1, keepdims=True))
    return exponential / exponential.sum(-1, keepdims=True)


def split_heads(K, x):
    """Split the heads of multi-head attention: (samples, time, 2 * 3) to (samples * 2, time, 3)."""
    n = K.shape(x)
    heads = K.permute_dimensions(K.reshape(x, (n[0], n[1], 2, 3)), (0, 2, 1, 3))
    return K.reshape(heads, (-1, n[1], 3))


def causal_attention(K, x):
    """Attention weights of shape (samples, time, time), in which no time step sees a later one."""
    time = K.arange(K.shape(x)[1])
    later = K.cast(K.expand_dims(time, 1) < time, "float32")
    return K.softmax(x - 1e9 * later)


def sampled(K, mean):
    """The sampling layer of a variational autoencoder, with standard deviation 0."""
    return mean + K.random_normal(shape=(K.shape(mean)[0], 4), mean=0., stddev=0.)


def mesh(K, x):
    """The grid of a spatial transformer: row and column indices of images."""
    n = K.shape(x)
    rows = K.tile(K.expand_dims(K.arange(n[1]), 1), [1, n[2]])
    columns = K.tile(K.expand_dims(K.arange(n[2]), 0), [n[1], 1])
    return K.stack([rows, columns])


def shuffled_pixels(K, x):
    """Channels rearranged as pixels of an image of twice the size, with the formulas that scripts use."""
    n = K.shape(x)
    parts = K.permute_dimensions(K.reshape(x, (n[0], n[1], n[2], 2, 2, n[3] // 4)), (0, 1, 3, 2, 4, 5))
    return K.reshape(parts, (n[0], n[1] * 2, n[2] * 2, n[3] // 4))


def shifted(K, x):
    """Sequences delayed by one time step, after a first step of zeros: the input of a decoder."""
    n = K.shape(x)
    return K.concatenate([K.zeros((n[0], 1, 3)), x[:, :n[1] - 1]], axis=1)


def chosen(K, x):
    """The largest element of each row, by its position in the flat tensor."""
    n = K.shape(x)
    return K.gather(K.flatten(x), K.arange(n[0]) * n[1] + K.cast(K.argmax(x, -1), "int32"))


PROGRAMS = {
    "split heads": (split_heads, (2, 4, 6),
                    lambda x: x.reshape(2, 4, 2, 3).transpose(0, 2, 1, 3).reshape(4, 4, 3)),
    "causal attention": (causal_attention, (2, 3, 3), lambda x: softmax(x - 1e9 * np.triu(np.ones((3, 3)), 1))),
    "sampling": (sampled, (3, 4), lambda x: x),
    "mesh": (mesh, (1, 2, 3, 1),
             lambda x: np.stack(np.meshgrid(np.arange(2), np.arange(3), indexing="ij")).astype("int32")),
    "pixel shuffle": (shuffled_pixels, (2, 3, 2, 4),
                      lambda x: x.reshape(2, 3, 2, 2, 2, 1).transpose(0, 1, 3, 2, 4, 5).reshape(2, 6, 4, 1)),
    "shift": (shifted, (2, 4, 3), lambda x: np.concatenate([np.zeros((2, 1, 3)), x[:, :-1]], 1)),
    "choice": (chosen, (3, 4), lambda x: x.max(-1)),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(K, name):
    build, shape, reference = PROGRAMS[name]
    array = sample(shape)
    expected = np.asarray(reference(array))
    check_fed(K, lambda x: build(K, x), [array],
              expected.astype("float32") if expected.dtype.kind == "f" else expected)
