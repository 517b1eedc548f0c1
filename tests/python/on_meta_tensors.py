"""Run functions on PyTorch's device "meta", whose tensors have a shape, but no values.

``test_devices.py`` runs this in PyTorch's own interpreter. As on a GPU, it is an error to compute with tensors of two
devices, or to ask for a number in the middle of a step. Functions that need values while they run, such as a size that
is computed, cannot be checked in this way.
"""

import numpy as np
import torch

import pyshim as K
from pyshim.engines.torch import (
    arrays,
    checks,
    ctc,
    elementwise,
    graph,
    linear_algebra,
    plan,
    random,
    reductions,
    variables,
)

META = torch.device("meta")


def meta_tensor_of(array):
    array = np.asarray(array)
    return torch.empty(array.shape, dtype=arrays.DTYPES[array.dtype.name], device=META)


def zeros_of(tensor):
    assert tensor.device == META, tensor.device
    return np.zeros(tensor.shape, str(tensor.dtype).partition(".")[2])


def use_meta():
    for module in (arrays, checks, ctc, elementwise, graph, linear_algebra, plan, random, reductions, variables):
        for name, other in (("tensor_of", meta_tensor_of), ("array_of", zeros_of), ("DEVICE", META)):
            if hasattr(module, name):
                setattr(module, name, other)


def check(name, function, *shapes, trained=True):
    """Evaluate a function of placeholders, and the gradients of its sum."""
    inputs = [K.placeholder(shape) for shape in shapes]
    output = function(*inputs)
    wanted = [output] + (K.gradients(K.sum(output), inputs) if trained else [])
    values = K.function(inputs, wanted)([np.ones(shape) for shape in shapes])
    assert [value.shape for value in values] == [output.shape] + (list(shapes) if trained else []), name
    print("ok", name)


def train():
    """A step of each optimizer that the engine recognizes, and one that it doesn't."""
    x = K.placeholder((8, 4))
    for name in ("descent", "momentum", "adam", "other"):
        w, m, v, rate = (K.variable(np.ones(shape)) for shape in ((4, 3), (4, 3), (4, 3), ()))
        loss = K.mean(K.square(K.softmax(K.dot(x, w))))
        gradient = K.gradients(loss, [w])[0]
        mean, square = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * K.square(gradient)
        velocity = 0.9 * m - rate * gradient
        updates = {"descent": [(w, w - rate * gradient)], "momentum": [(m, velocity), (w, w + velocity)],
                   "adam": [(m, mean), (v, square), (w, w - rate * mean / (K.sqrt(square) + 1e-7))],
                   "other": [(w, K.clip(w - rate * gradient, -1, 1))]}[name]
        K.function([x], [loss], updates=updates)([np.ones((8, 4))])
        print("ok", name)


def cell(x, states):
    output = K.tanh(x + states[0])
    return output, [output]


def main():
    use_meta()
    K.use_backend("torch", in_process=True)
    train()
    image, kernel = (2, 7, 7, 3), (3, 3, 3, 4)
    check("conv2d", lambda x, k: K.conv2d(x, k, strides=(2, 2), padding="same"), image, kernel)
    check("relu of conv2d", lambda x, k, b: K.relu(K.bias_add(K.conv2d(x, k), b)), image, kernel, (4,))
    check("depthwise_conv2d", K.depthwise_conv2d, image, (3, 3, 3, 2))
    check("separable_conv2d", K.separable_conv2d, image, (3, 3, 3, 1), (1, 1, 3, 5))
    check("conv2d_transpose", lambda x, k: K.conv2d_transpose(x, k, (2, 14, 14, 3), (2, 2), padding="same"),
          (2, 7, 7, 4), kernel)
    check("conv2d of no images", lambda x, k: K.conv2d(x, k), (0, 7, 7, 3), kernel)
    for mode in ("max", "avg"):
        check(mode, lambda x, mode=mode: K.pool2d(x, (2, 2), (2, 2), "same", pool_mode=mode), image)
    check("rnn", lambda x: K.rnn(cell, x, [K.zeros((2, 3))])[1], (2, 5, 3))
    check("masked rnn", lambda x: K.rnn(cell, x, [K.zeros((2, 3))], mask=K.ones((2, 5)))[1], (2, 5, 3))
    check("map_fn", lambda x: K.map_fn(K.square, x), (4, 3))
    check("switch", lambda x: K.switch(K.greater(x, 0), x, K.zeros_like(x)), (2, 3))
    check("batch_normalization", lambda x, m, v, b, g: K.batch_normalization(x, m, v, b, g), (4, 3), *[(3,)] * 4)
    check("categorical_crossentropy", lambda x: K.categorical_crossentropy(K.ones((4, 3)), x), (4, 3))
    for name in ("max", "min", "prod", "logsumexp", "cumsum", "cumprod", "mean", "std", "var", "abs", "exp", "log",
                 "sqrt", "sign", "round", "sin", "elu", "softplus", "softsign", "hard_sigmoid", "l2_normalize",
                 "flatten", "transpose", "squeeze"):
        more = (1,) if name == "squeeze" else ()
        check(name, lambda x, name=name, more=more: getattr(K, name)(x, *more), (2, 1) if more else (2, 3))
    check("pow", lambda x: x ** 2.5, (2, 3))
    check("batch_dot", lambda x, y: K.batch_dot(x, y), (2, 3, 4), (2, 4, 5))
    check("remainder", lambda x, y: x % y, (2, 3), (3,))
    check("gather of images", lambda x: K.gather(x, K.constant([[0, 2]], "int64")), (3, 4, 5))
    check("gather", lambda x: K.gather(x, K.constant([0, 2], "int32")), (3, 4))
    check("one_hot", lambda x: K.one_hot(K.cast(x, "int32"), 3), (4,), trained=False)
    check("max of nothing", lambda x: K.max(x, 1), (2, 0), trained=False)
    check("argmax", lambda x: K.argmax(x), (2, 3), trained=False)


if __name__ == "__main__":
    main()
