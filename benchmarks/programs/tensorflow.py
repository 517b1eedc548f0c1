"""TensorFlow by itself: a graph and its session's callable, and a function that tf.function traces."""

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import config_pb2

from .settings import BETA_1, BETA_2, EPSILON, RATE, back_and_forth

v1 = tf.compat.v1


def program(data):
    return TensorFlow(data)


class TensorFlow:

    def __init__(self, data):
        self.data = data
        self.graph = tf.Graph()

    def variants(self, workload):
        if workload == "small":
            return self.small()
        if workload == "transfer":
            variable = tf.Variable(tf.zeros(self.data.shapes["big"]))
            return {"Variable.assign": back_and_forth(
                self.data, lambda array: variable.assign(np.array(array, "float32", order="C")), variable.numpy)}
        variants = {}
        for name, logits in NETWORKS[workload].items():
            for way, callable_of in CALLABLES.items():
                variants[way + name] = self.in_session(workload, logits, callable_of)
            variants["tf.function" + name] = self.traced(workload, logits)
        return variants

    def in_session(self, workload, logits, callable_of):
        """A step in a session."""
        network = network_of(workload)
        with tf.Graph().as_default() as graph:
            weights = {name: v1.get_variable(name, initializer=value, use_resource=True)
                       for name, value in self.data.weights(network).items()}
            if workload == "resident":
                # Not by a constant, which would be copied into the graph.
                held = [v1.placeholder("float32", self.data.shapes[name]) for name in ("mlp_x", "mlp_y")]
                samples, targets = [v1.get_variable("data%d" % i, initializer=each, trainable=False,
                                                    use_resource=True) for i, each in enumerate(held)]
                rows = v1.placeholder("int32", (None,))
                inputs, x, y = [rows], tf.gather(samples, rows), tf.gather(targets, rows)
            else:
                held = []
                x, y = inputs = [v1.placeholder("float32", [None] + self.data.shapes[network + name][1:])
                                 for name in ("_x", "_y")]
            loss = loss_of(y, logits(weights, x))
            optimizer = (v1.train.AdamOptimizer(RATE[network], BETA_1, BETA_2, EPSILON) if network == "cnn"
                         else v1.train.GradientDescentOptimizer(RATE[network]))
            update = optimizer.minimize(loss)
            session = v1.Session(graph=graph)
            session.run(v1.global_variables_initializer(),
                        dict(zip(held, [self.data("mlp_x"), self.data("mlp_y")])))
            step = callable_of(session, inputs, loss, update)
        batches = self.batches(workload)
        return lambda i: step(*batches[i % len(batches)])[0]

    def traced(self, workload, logits):
        """A step as tf.function traces it."""
        network = network_of(workload)
        weights = {name: tf.Variable(value) for name, value in self.data.weights(network).items()}
        if workload == "resident":
            samples, targets = tf.Variable(self.data("mlp_x")), tf.Variable(self.data("mlp_y"))
        if network == "cnn":
            adam = Adam(list(weights.values()), RATE[network])

        def step(*inputs):
            if workload == "resident":
                inputs = tf.gather(samples, inputs[0]), tf.gather(targets, inputs[0])
            with tf.GradientTape() as tape:
                loss = loss_of(inputs[1], logits(weights, inputs[0]))
            gradients = tape.gradient(loss, list(weights.values()))
            if network == "cnn":
                adam.apply(gradients)
            else:
                for variable, gradient in zip(weights.values(), gradients):
                    variable.assign_sub(RATE[network] * gradient)
            return loss
        batches = self.batches(workload)
        signature = [tf.TensorSpec((None,) + each.shape[1:], each.dtype) for each in batches[0]]
        step = tf.function(step, input_signature=signature)
        return lambda i: step(*batches[i % len(batches)]).numpy()

    def batches(self, workload):
        return [(rows,) for rows in self.data.rows()] if workload == "resident" else self.data.batches(workload)

    def small(self):
        with self.graph.as_default():
            in_graph = tf.Variable(self.data("small"))
        eager = tf.Variable(self.data("small"))

        def graph_step(i):
            with self.graph.as_default():
                tf.abs(in_graph)

        def eager_step(i):
            tf.abs(eager)
        return {"tf.Graph": graph_step, "eager": eager_step}


def made_callable(session, inputs, fetched, target):
    return session.make_callable([fetched, target], feed_list=inputs)


def own_callable(session, inputs, fetched, target):
    return session._make_callable_from_options(config_pb2.CallableOptions(
        feed=[each.name for each in inputs], fetch=[fetched.name], target=[target.name]))


# The second one is not public; Keras calls it, too.
CALLABLES = {"Session.make_callable": made_callable, "Session._make_callable_from_options": own_callable}


class Adam:
    """The op that TensorFlow's own optimizers call, for tf.function."""

    def __init__(self, variables, rate):
        self.variables, self.rate = variables, rate
        self.means = [tf.Variable(tf.zeros_like(variable)) for variable in variables]
        self.squares = [tf.Variable(tf.zeros_like(variable)) for variable in variables]
        self.powers = tf.Variable(BETA_1), tf.Variable(BETA_2)

    def apply(self, gradients):
        powers = [power.read_value() for power in self.powers]
        for variable, mean, square, gradient in zip(self.variables, self.means, self.squares, gradients):
            tf.raw_ops.ResourceApplyAdam(var=variable.handle, m=mean.handle, v=square.handle, beta1_power=powers[0],
                                         beta2_power=powers[1], lr=self.rate, beta1=BETA_1, beta2=BETA_2,
                                         epsilon=EPSILON, grad=gradient)
        self.powers[0].assign(powers[0] * BETA_1)
        self.powers[1].assign(powers[1] * BETA_2)


def network_of(workload):
    return "mlp" if workload == "resident" else workload


def loss_of(target, logits):
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=target, logits=logits))


def mlp(w, x):
    return tf.nn.relu(x @ w["hidden"] + w["hidden_bias"]) @ w["out"] + w["out_bias"]


def cnn(w, x):
    for name in ("first", "second"):
        x = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, w[name], 1, "SAME"), w[name + "_bias"]))
        x = tf.nn.max_pool2d(x, 2, 2, "SAME")
    x = tf.reshape(x, (-1, 7 * 7 * 64))
    return tf.nn.relu(x @ w["dense"] + w["dense_bias"]) @ w["out"] + w["out_bias"]


def lstm_step(w, x, output, cell):
    enter, forget, leave, candidate = tf.split(x @ w["kernel"] + output @ w["recurrent"] + w["bias"], 4, axis=1)
    cell = tf.sigmoid(forget) * cell + tf.sigmoid(enter) * tf.tanh(candidate)
    return tf.sigmoid(leave) * tf.tanh(cell), cell


def lstm_in_loop(w, x):
    times = tf.TensorArray("float32", 50).unstack(tf.transpose(x, (1, 0, 2)))
    zeros = tf.zeros((tf.shape(x)[0], 128))
    _, output, _ = tf.while_loop(
        lambda t, output, cell: t < 50,
        lambda t, output, cell: (t + 1,) + lstm_step(w, times.read(t), output, cell),
        (0, zeros, zeros), maximum_iterations=50,
        shape_invariants=(tf.TensorShape(()), tf.TensorShape((None, 128)), tf.TensorShape((None, 128))))
    return output @ w["out"] + w["out_bias"]


def lstm_unrolled(w, x):
    output = cell = tf.zeros((tf.shape(x)[0], 128))
    for each in tf.unstack(x, 50, axis=1):
        output, cell = lstm_step(w, each, output, cell)
    return output @ w["out"] + w["out_bias"]


NETWORKS = {"mlp": {"": mlp}, "resident": {"": mlp}, "cnn": {"": cnn},
            "lstm": {", while_loop": lstm_in_loop, ", unrolled": lstm_unrolled}}
