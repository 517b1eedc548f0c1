"""CNTK by itself: a Trainer with its learner, on CNTK's batch axis."""

import cntk as C
import numpy as np

from .settings import BETA_1, BETA_2, EPSILON, RATE, back_and_forth


def program(data):
    C.try_set_default_device(C.cpu())
    return CNTK(data)


class CNTK:

    def __init__(self, data):
        self.data = data

    def variants(self, workload):
        if workload == "small":
            return {"C.abs": self.small()}
        if workload == "transfer":
            return {"Parameter.value": self.transfer()}
        if workload == "lstm":
            return {"Function.grad, unrolled": self.lstm()}
        return {"Trainer": getattr(self, workload)()}

    def mlp(self):
        x, y, w = C.input_variable(784), C.input_variable(10), self.weights("mlp")
        return self.fed("mlp", x, y, trainer(perceptron(w, x), y, learner(w, "mlp")))

    def resident(self):
        samples, targets = C.constant(self.data("mlp_x")), C.constant(self.data("mlp_y"))
        rows, w = C.input_variable(1), self.weights("mlp")
        x = C.reshape(C.gather(samples, rows), (784,))
        y = C.reshape(C.gather(targets, rows), (10,))
        learn = trainer(perceptron(w, x), y, learner(w, "mlp"))
        batches = [each.astype("float32")[:, None] for each in self.data.rows()]
        return stepped(learn, [{rows: each} for each in batches])

    def cnn(self):
        x, y = C.input_variable((1, 28, 28)), C.input_variable(10)
        values = self.data.weights("cnn")
        for name in ("first", "second"):
            values[name] = values[name].transpose(3, 2, 0, 1)
            values[name + "_bias"] = values[name + "_bias"].reshape(-1, 1, 1)
        values["dense"] = values["dense"].reshape(7, 7, 64, 128).transpose(2, 0, 1, 3)
        w = {name: C.Parameter(init=np.ascontiguousarray(value)) for name, value in values.items()}
        images = x
        for name in ("first", "second"):
            images = C.convolution(w[name], images, auto_padding=[False, True, True])
            images = C.pooling(C.relu(images + w[name + "_bias"]), C.MAX_POOLING, (2, 2), (2, 2))
        dense = C.relu(C.times(images, w["dense"]) + w["dense_bias"])
        return self.fed("cnn", x, y, trainer(C.times(dense, w["out"]) + w["out_bias"], y, learner(w, "cnn")))

    def lstm(self):
        """Unrolled, without CNTK's batch and sequence axes; slices along the first axis are fastest.

        With Recurrence and a Trainer, on CNTK's sequence axis, a step took three times as long. And once a process
        has made an input with such an axis, everything in this class becomes several times slower.
        """
        x, y = C.input_variable((64, 50, 64), dynamic_axes=[]), C.input_variable((64, 10), dynamic_axes=[])
        w = self.weights("lstm")
        times = C.transpose(x, (1, 0, 2))
        output = cell = C.Constant(np.zeros((64, 128), "float32"))
        for t in range(50):
            output, cell = lstm_step(w, output, cell, C.reshape(C.slice(times, 0, t, t + 1), (64, 64)))
        logits = C.times(output, w["out"]) + w["out_bias"]
        loss = C.reduce_mean(C.reduce_log_sum_exp(logits, axis=1) - C.reduce_sum(y * logits, axis=1))
        batches, weights = self.data.batches("lstm"), list(w.values())

        def step(i):
            samples, targets = batches[i % len(batches)]
            gradients, value = loss.grad({x: samples, y: targets}, weights, [loss])
            for weight in weights:
                weight.value = weight.value - np.float32(RATE["lstm"]) * gradients[weight]
            return value
        return step

    def weights(self, workload):
        return {name: C.Parameter(init=value) for name, value in self.data.weights(workload).items()}

    def fed(self, workload, x, y, learn):
        batches = self.data.batches(workload)
        shape = (-1, 1, 28, 28) if workload == "cnn" else (-1, 784)  # one channel: any order of axes is the same

        def fed(samples, targets):
            return {x: samples.reshape(shape), y: targets}
        if isinstance(batches, list):
            return stepped(learn, [fed(*batch) for batch in batches])
        return stepped(learn, batches.changed(fed))

    def small(self):
        variable = C.Parameter(init=self.data("small"))

        def step(i):
            C.abs(variable)
        return step

    def transfer(self):
        variable = C.Parameter(init=np.zeros(self.data.shapes["big"], "float32"))

        def put(array):
            variable.value = np.array(array, "float32", order="C")
        return back_and_forth(self.data, put, lambda: variable.value)


def stepped(learn, batches):
    def step(i):
        learn.train_minibatch(batches[i % len(batches)])
        return learn.previous_minibatch_loss_average
    return step


def perceptron(w, x):
    return C.times(C.relu(C.times(x, w["hidden"]) + w["hidden_bias"]), w["out"]) + w["out_bias"]


def lstm_step(w, output, cell, x):
    gates = C.times(x, w["kernel"]) + C.times(output, w["recurrent"]) + w["bias"]
    enter, forget, leave = [C.sigmoid(C.slice(gates, -1, i * 128, (i + 1) * 128)) for i in range(3)]
    cell = forget * cell + enter * C.tanh(C.slice(gates, -1, 384, 512))
    return leave * C.tanh(cell), cell


def trainer(logits, target, learner):
    return C.Trainer(logits, (C.cross_entropy_with_softmax(logits, target), None), [learner])


def learner(weights, network):
    """CNTK's own learner. Its universal learner, with the rule as a function of the graph, was slower."""
    rate = C.learning_parameter_schedule(RATE[network], minibatch_size=C.learners.IGNORE)
    if network == "cnn":
        return C.adam(list(weights.values()), rate, C.momentum_schedule(BETA_1, C.learners.IGNORE),
                      variance_momentum=C.momentum_schedule(BETA_2, C.learners.IGNORE), unit_gain=True,
                      epsilon=EPSILON, use_mean_gradient=True)
    return C.sgd(list(weights.values()), rate, use_mean_gradient=True)
