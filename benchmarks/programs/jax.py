"""JAX by itself: a step is one compiled function of a batch and of the weights, whose memory it reuses."""

import jax
import jax.numpy as jnp
import numpy as np

from . import fit
from .settings import BATCH, BETA_1, BETA_2, EPSILON, RATE, back_and_forth


def program(data):
    return JAX(data)


class JAX:

    def __init__(self, data):
        self.data = data

    def variants(self, workload):
        if workload in ("small", "transfer"):
            return getattr(self, workload)()
        network = "mlp" if workload == "resident" else workload
        way = self.resident if workload == "resident" else self.fed
        return {name: way(network, step_of(network, logits)) for name, logits in NETWORKS[network].items()}

    def fed(self, network, step):
        step = jax.jit(step, donate_argnums=0)
        batches, state = self.data.batches(network), [self.state(network)]

        def run(i):
            state[0], loss = step(state[0], *batches[i % len(batches)])
            return float(loss)
        return run

    def resident(self, network, step):
        x, y = (jax.device_put(self.data(network + name)) for name in ("_x", "_y"))
        step = jax.jit(of_rows(step), donate_argnums=0)
        batches, state = self.data.rows(), [self.state(network)]

        def run(i):
            state[0], loss = step(state[0], x, y, batches[i % len(batches)])
            return float(loss)
        return run

    def state(self, network):
        """The weights and the state of their optimizer."""
        weights = {name: jnp.array(value) for name, value in self.data.weights(network).items()}
        if network != "cnn":
            return weights, ()
        zeros = [jax.tree.map(jnp.zeros_like, weights) for _ in range(2)]
        return weights, (jnp.float32(0), *zeros)

    def epochs(self, network, name):
        """An epoch of a step, without waiting for each step's loss, and as one compiled loop."""
        step = step_of(network, NETWORKS[network][name])
        found = {name + ", step by step": self.stepwise(network, step)}
        if network != "cnn":  # on a processor, XLA's convolutions take 25 times as long inside a loop
            found[name + ", lax.scan over the epoch"] = self.scanned(network, step)
        return found

    def stepwise(self, network, step):
        step = jax.jit(step, donate_argnums=0)
        batches, state = fit.Epochs(self.data.folder).batches(network), [self.state(network)]

        def run(first, count):
            losses = []
            for i in range(first, first + count):
                state[0], loss = step(state[0], *batches[i])
                losses.append(loss)
            return float(np.mean(jax.device_get(losses)))
        return fit.epoch_of(run, network)

    def scanned(self, network, step):
        x, y = map(jax.device_put, fit.samples(self.data, network))
        step, state, orders = of_rows(step), [self.state(network)], fit.orders()

        def epoch(state, x, y, rows):
            state, losses = jax.lax.scan(lambda state, rows: step(state, x, y, rows), state, rows)
            return state, losses.mean()
        epoch = jax.jit(epoch, donate_argnums=0)

        def run(i):
            state[0], loss = epoch(state[0], x, y, next(orders).reshape(-1, BATCH[network]))
            return float(loss)
        return run

    def small(self):
        variable = jnp.array(self.data("small"))

        def step(i):
            jnp.abs(variable)
        return {"jnp.abs": step}

    def transfer(self):
        def put(array):
            self.array = jax.device_put(np.array(array, "float32", order="C"))
        return {"device_put": back_and_forth(self.data, put, lambda: self.array)}


# -- steps: pure functions of the state and a batch ---------------------------------------------------------

def step_of(network, logits):
    update = adam if network == "cnn" else descent

    def step(state, x, y):
        weights, kept = state
        loss, gradients = jax.value_and_grad(lambda weights: loss_of(y, logits(weights, x)))(weights)
        return update(weights, gradients, kept, RATE[network]), loss
    return step


def of_rows(step):
    """A step that gathers its batch from all samples."""
    return lambda state, x, y, rows: step(state, *(jnp.take(each, rows, axis=0, mode="clip") for each in (x, y)))


def loss_of(target, logits):
    return -jnp.mean(jnp.sum(target * jax.nn.log_softmax(logits), axis=-1))


def descent(weights, gradients, kept, rate):
    return jax.tree.map(lambda weight, gradient: weight - rate * gradient, weights, gradients), kept


def adam(weights, gradients, kept, rate):
    steps, means, squares = kept
    steps = steps + 1
    rate = rate * jnp.sqrt(1 - BETA_2 ** steps) / (1 - BETA_1 ** steps)
    means = jax.tree.map(lambda mean, gradient: BETA_1 * mean + (1 - BETA_1) * gradient, means, gradients)
    squares = jax.tree.map(lambda square, gradient: BETA_2 * square + (1 - BETA_2) * gradient ** 2, squares, gradients)
    weights = jax.tree.map(lambda weight, mean, square: weight - rate * mean / (jnp.sqrt(square) + EPSILON),
                           weights, means, squares)
    return weights, (steps, means, squares)


# -- networks -------------------------------------------------------------------------------------------------

def mlp(w, x):
    return jax.nn.relu(x @ w["hidden"] + w["hidden_bias"]) @ w["out"] + w["out_bias"]


def cnn(pool):
    def logits(w, x):
        for name in ("first", "second"):
            x = jax.lax.conv_general_dilated(x, w[name], (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
            x = pool(jax.nn.relu(x + w[name + "_bias"]))
        x = x.reshape(len(x), -1)
        return jax.nn.relu(x @ w["dense"] + w["dense_bias"]) @ w["out"] + w["out_bias"]
    return logits


def pool_by_windows(x):
    return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def pool_by_axes(x):
    """The same for windows that do not overlap; its gradient is much faster on a processor."""
    count, rows, columns, channels = x.shape
    return x.reshape(count, rows // 2, 2, columns // 2, 2, channels).max(axis=(2, 4))


def lstm(multiply_first, unroll):
    def logits(w, x):
        times = x.transpose(1, 0, 2)
        if multiply_first:
            times = times @ w["kernel"] + w["bias"]

        def step(states, x):
            output, cell = states
            gates = (x if multiply_first else x @ w["kernel"] + w["bias"]) + output @ w["recurrent"]
            enter, forget, leave, candidate = jnp.split(gates, 4, axis=1)
            cell = jax.nn.sigmoid(forget) * cell + jax.nn.sigmoid(enter) * jnp.tanh(candidate)
            return (jax.nn.sigmoid(leave) * jnp.tanh(cell), cell), None
        zeros = jnp.zeros((len(x), 128))
        (output, _), _ = jax.lax.scan(step, (zeros, zeros), times, unroll=unroll)
        return output @ w["out"] + w["out_bias"]
    return logits


NETWORKS = {"mlp": {"jit": mlp},
            "cnn": {"jit, pool by windows": cnn(pool_by_windows), "jit, pool by axes": cnn(pool_by_axes)},
            "lstm": {"jit, lax.scan": lstm(False, 1), "jit, lax.scan of products made before it": lstm(True, 1),
                     "jit, lax.scan of products made before it, unrolled by 10": lstm(True, 10)}}
