"""Theano by itself: theano.function with updates, on shared variables, in Theano's own order of axes."""

import importlib.util
import sys
import types

import numpy as np
import theano
import theano.tensor as T
from theano.tensor.signal.pool import pool_2d

from .settings import BETA_1, BETA_2, EPSILON, RATE, back_and_forth

theano.config.floatX = "float32"

# theano.scan loads GPU code, which looks up a package by this module of older setuptools, and finds none.
if importlib.util.find_spec("pkg_resources") is None:
    sys.modules["pkg_resources"] = types.ModuleType("pkg_resources")
    sys.modules["pkg_resources"].DistributionNotFound = ImportError


def program(data):
    return Theano(data)


class Theano:

    def __init__(self, data):
        self.data = data

    def variants(self, workload):
        names = {"small": "T.abs_", "transfer": "set_value"}
        return {names.get(workload, "theano.function"): getattr(self, workload)()}

    def mlp(self):
        x, y, w = T.matrix(), T.matrix(), self.weights("mlp")
        loss = loss_of(y, perceptron(w, x))
        return self.fed("mlp", theano.function([x, y], loss, updates=descent(loss, w, RATE["mlp"])))

    def resident(self):
        samples, targets = theano.shared(self.data("mlp_x")), theano.shared(self.data("mlp_y"))
        rows, w = T.ivector(), self.weights("mlp")
        loss = loss_of(targets[rows], perceptron(w, samples[rows]))
        step = theano.function([rows], loss, updates=descent(loss, w, RATE["mlp"]))
        batches = self.data.rows()
        return lambda i: step(batches[i % len(batches)])

    def cnn(self):
        x, y = T.tensor4(), T.matrix()
        values = self.data.weights("cnn")
        for name in ("first", "second"):
            values[name] = values[name].transpose(3, 2, 0, 1).copy()
        values["dense"] = values["dense"].reshape(7, 7, 64, 128).transpose(2, 0, 1, 3).reshape(-1, 128).copy()
        w = {name: theano.shared(value) for name, value in values.items()}
        images = x.reshape((-1, 1, 28, 28))
        for name in ("first", "second"):
            images = T.nnet.conv2d(images, w[name], border_mode="half", filter_flip=False)
            images = T.nnet.relu(images + w[name + "_bias"].dimshuffle("x", 0, "x", "x"))
            images = pool_2d(images, (2, 2), ignore_border=True)
        dense = T.nnet.relu(T.dot(images.flatten(2), w["dense"]) + w["dense_bias"])
        loss = loss_of(y, T.dot(dense, w["out"]) + w["out_bias"])
        return self.fed("cnn", theano.function([x, y], loss, updates=adam(loss, w, RATE["cnn"])))

    def lstm(self):
        x, y, w = T.tensor3(), T.matrix(), self.weights("lstm")

        def step(x, output, cell, kernel, recurrent, bias):
            gates = T.dot(x, kernel) + T.dot(output, recurrent) + bias
            enter, forget, leave = [T.nnet.sigmoid(gates[:, i * 128:(i + 1) * 128]) for i in range(3)]
            cell = forget * cell + enter * T.tanh(gates[:, 384:])
            return leave * T.tanh(cell), cell

        zeros = T.zeros((x.shape[0], 128))
        (outputs, _), _ = theano.scan(step, sequences=x.dimshuffle(1, 0, 2), outputs_info=[zeros, zeros],
                                      non_sequences=[w["kernel"], w["recurrent"], w["bias"]], strict=True)
        loss = loss_of(y, T.dot(outputs[-1], w["out"]) + w["out_bias"])
        return self.fed("lstm", theano.function([x, y], loss, updates=descent(loss, w, RATE["lstm"])))

    def weights(self, workload):
        return {name: theano.shared(value) for name, value in self.data.weights(workload).items()}

    def fed(self, workload, step):
        step.trust_input = True
        batches = self.data.batches(workload)
        return lambda i: step(*batches[i % len(batches)])

    def small(self):
        variable = theano.shared(self.data("small"))

        def step(i):
            T.abs_(variable)
        return step

    def transfer(self):
        variable = theano.shared(np.zeros(self.data.shapes["big"], "float32"))
        return back_and_forth(self.data, lambda array: variable.set_value(np.array(array, "float32", order="C"),
                                                                          borrow=True),
                              lambda: variable.get_value(borrow=True))


def perceptron(w, x):
    hidden = T.nnet.relu(T.dot(x, w["hidden"]) + w["hidden_bias"])
    return T.dot(hidden, w["out"]) + w["out_bias"]


def loss_of(target, logits):
    return T.nnet.categorical_crossentropy(T.nnet.softmax(logits), target).mean()


def descent(loss, weights, rate):
    weights = list(weights.values())
    return [(w, w - np.float32(rate) * gradient) for w, gradient in zip(weights, T.grad(loss, weights))]


def adam(loss, weights, rate):
    weights = list(weights.values())
    steps = theano.shared(np.float32(0))
    now = steps + np.float32(1)
    one = np.float32(1)
    rate = np.float32(rate) * T.sqrt(one - np.float32(BETA_2) ** now) / (one - np.float32(BETA_1) ** now)
    updates = [(steps, now)]
    for w, gradient in zip(weights, T.grad(loss, weights)):
        mean, square = (theano.shared(np.zeros_like(w.get_value())) for _ in range(2))
        new_mean = np.float32(BETA_1) * mean + np.float32(1 - BETA_1) * gradient
        new_square = np.float32(BETA_2) * square + np.float32(1 - BETA_2) * T.sqr(gradient)
        updates += [(mean, new_mean), (square, new_square),
                    (w, w - rate * new_mean / (T.sqrt(new_square) + np.float32(EPSILON)))]
    return updates
