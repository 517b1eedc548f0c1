"""The networks in Keras backend functions: the same program for pyshim and for Keras itself."""

import numpy as np

from .settings import BETA_1, BETA_2, EPSILON, RATE, back_and_forth


class Backend:
    """The workloads on a backend ``K``."""

    unroll = False  # whether recurrent layers unroll their loop

    def __init__(self, K, data):
        self.K = K
        self.data = data
        self.kept = []  # keeps variables alive, which a Keras function on TensorFlow does not

    def variants(self, workload):
        return {"K.function": getattr(self, workload)()}

    # -- networks -------------------------------------------------------------------------------------

    def mlp(self):
        K = self.K
        x, y = K.placeholder(shape=(None, 784)), K.placeholder(shape=(None, 10))
        w = self.weights("mlp")
        loss = self.loss(y, self.perceptron(w, x))
        return self.fed("mlp", K.function([x, y], [loss], self.descent(loss, w, RATE["mlp"])))

    def resident(self):
        """The same with data that stay in the engine: a step gets only the row numbers of its batch."""
        K = self.K
        samples, targets = K.variable(self.data("mlp_x")), K.variable(self.data("mlp_y"))
        self.kept.append((samples, targets))
        rows = K.placeholder(shape=(None,), dtype="int32")
        w = self.weights("mlp")
        x = self.shaped(K.gather(samples, rows), (None, 784))
        loss = self.loss(self.shaped(K.gather(targets, rows), (None, 10)), self.perceptron(w, x))
        step = K.function([rows], [loss], self.descent(loss, w, RATE["mlp"]))
        batches = self.data.rows()
        return lambda i: step([batches[i % len(batches)]])[0]

    def perceptron(self, w, x):
        K = self.K
        hidden = self.shaped(K.relu(K.bias_add(K.dot(x, w["hidden"]), w["hidden_bias"])), (None, 512))
        return K.bias_add(K.dot(hidden, w["out"]), w["out_bias"])

    def cnn(self):
        K = self.K
        x, y = K.placeholder(shape=(None, 28, 28, 1)), K.placeholder(shape=(None, 10))
        w = self.weights("cnn")
        images = K.relu(K.bias_add(K.conv2d(x, w["first"], padding="same"), w["first_bias"]))
        images = K.pool2d(images, (2, 2), strides=(2, 2))
        images = self.shaped(images, (None, 14, 14, 32))
        images = K.relu(K.bias_add(K.conv2d(images, w["second"], padding="same"), w["second_bias"]))
        images = K.pool2d(images, (2, 2), strides=(2, 2))
        flat = self.shaped(K.batch_flatten(images), (None, 7 * 7 * 64))
        dense = self.shaped(K.relu(K.bias_add(K.dot(flat, w["dense"]), w["dense_bias"])), (None, 128))
        loss = self.loss(y, K.bias_add(K.dot(dense, w["out"]), w["out_bias"]))
        return self.fed("cnn", K.function([x, y], [loss], self.adam(loss, w, RATE["cnn"])))

    def lstm(self):
        K, units = self.K, 128
        x, y = K.placeholder(shape=(None, 50, 64)), K.placeholder(shape=(None, 10))
        w = self.weights("lstm")

        def step(x, states):
            cell, output = states
            gates = K.bias_add(K.dot(x, w["kernel"]) + K.dot(output, w["recurrent"]), w["bias"])
            enter, forget, leave = [K.sigmoid(gates[:, i * units:(i + 1) * units]) for i in range(3)]
            cell = forget * cell + enter * K.tanh(gates[:, 3 * units:])
            output = leave * K.tanh(cell)
            return output, [cell, output]  # Keras on CNTK returns the last state as the output

        first = K.sum(K.zeros_like(x), axis=(1, 2))
        zeros = K.tile(K.expand_dims(first), [1, units])
        last, _, _ = K.rnn(step, x, [zeros, zeros])
        loss = self.loss(y, K.bias_add(K.dot(self.shaped(last, (None, units)), w["out"]), w["out_bias"]))
        return self.fed("lstm", K.function([x, y], [loss], self.descent(loss, w, RATE["lstm"])))

    def shaped(self, x, shape):
        """The tensor with its static shape restored, which Keras may have lost."""
        return x

    # -- their parts ----------------------------------------------------------------------------------

    def weights(self, workload):
        weights = {name: self.K.variable(value) for name, value in self.data.weights(workload).items()}
        self.kept.append(weights)
        return weights

    def kernel(self, value):
        """The kernel of a convolution in this backend's layout."""
        return value

    def loss(self, target, logits):
        logits = self.shaped(logits, (None, 10))
        return self.K.mean(self.K.categorical_crossentropy(target, logits, from_logits=True))

    def descent(self, loss, weights, rate):
        K, weights = self.K, list(weights.values())
        return [K.update(w, w - rate * gradient) for w, gradient in zip(weights, K.gradients(loss, weights))]

    def adam(self, loss, weights, rate):
        K, weights = self.K, list(weights.values())
        steps = K.variable(0.0)
        self.kept.append(steps)
        now = steps + 1
        rate = rate * K.sqrt(1.0 - K.pow(K.constant(BETA_2), now)) / (1.0 - K.pow(K.constant(BETA_1), now))
        updates = [K.update(steps, now)]
        for w, gradient in zip(weights, K.gradients(loss, weights)):
            mean, square = (K.variable(np.zeros(K.int_shape(w), "float32")) for _ in range(2))
            new_mean = BETA_1 * mean + (1 - BETA_1) * gradient
            new_square = BETA_2 * square + (1 - BETA_2) * K.square(gradient)
            self.kept.append((mean, square))
            updates += [K.update(mean, new_mean), K.update(square, new_square),
                        K.update(w, w - rate * new_mean / (K.sqrt(new_square) + EPSILON))]
        return updates

    def fed(self, workload, step):
        batches = [list(batch) for batch in self.data.batches(workload)]
        return lambda i: step(batches[i % len(batches)])[0]

    # -- calls ----------------------------------------------------------------------------------------

    def small(self):
        variable = self.K.variable(self.data("small"))

        def step(i):
            self.K.abs(variable)
        return step

    def transfer(self):
        variable = self.K.variable(np.zeros(self.data.shapes["big"], "float32"))
        return back_and_forth(self.data, lambda array: self.K.set_value(variable, array),
                              lambda: self.K.get_value(variable))
