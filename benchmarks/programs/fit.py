"""fit() on arrays, an epoch at a time: the engine's own loop over batches, and models of Keras."""

import itertools
import time

import numpy as np

from .settings import BATCH, BETA_1, BETA_2, EPSILON, IN_ORDER, RATE, Data

FIT = "fit_"  # the prefix of these workloads' names
SAMPLES = 12800


def variants(program, workload):
    """A program's implementations of one training epoch: functions that return its mean loss.

    They run the engine's fastest step in a loop, or in other ways that the program has (``epochs``).
    """
    network = workload[len(FIT):]
    if hasattr(program, "keras"):
        return {"Model.fit": of_keras(program, network)}
    name = fastest(_steps(program, network))
    if hasattr(program, "epochs"):
        return program.epochs(network, name)
    step = _steps(program, network)[name]
    return {name: epoch_of(lambda first, count: float(np.mean([float(step(first + i)) for i in range(count)])),
                           network)}


def epoch_of(run, network):
    """An epoch. Argument: run, a function of an epoch's first step and number of steps that returns the mean loss."""
    count, done = SAMPLES // BATCH[network], []

    def epoch(i):
        first = count * len(done)
        done.append(i)
        return run(first, count)
    return epoch


def _steps(program, network):
    """The engine's implementations of a step, with the initial weights, on the batches of epochs."""
    return type(program)(Epochs(program.data.folder)).variants(network)


def fastest(steps):
    """The name of the fastest of several implementations of a step."""
    seconds = {}
    for name, step in steps.items():
        step(0)
        start = time.perf_counter()
        for i in range(1, 9):
            step(i)
        seconds[name] = time.perf_counter() - start
    return min(seconds, key=seconds.get)


def samples(data, network):
    """The inputs and targets of the network's batches, repeated."""
    x, y = data(network + "_x"), data(network + "_y")
    times = SAMPLES // len(x)
    return np.concatenate([x] * times), np.concatenate([y] * times)


def orders():
    """The orders of the samples in successive epochs: the first ones unchanged, the others shuffled."""
    for epoch in itertools.count():
        order = np.arange(SAMPLES, dtype="int32")
        if epoch >= IN_ORDER:
            np.random.shuffle(order)
        yield order


class Epochs(Data):
    """The data, with the batches of successive epochs, each gathered when it is requested."""

    def batches(self, workload):
        return Gathered(*samples(self, workload), size=BATCH[workload])


class Gathered:

    def __init__(self, x, y, size, change=None):
        self.arrays, self.size, self.change = (x, y), size, change or (lambda *batch: batch)
        self.epoch, self.orders = -1, orders()

    def __len__(self):
        return 10 ** 9

    def __getitem__(self, i):
        epoch, batch = divmod(i, SAMPLES // self.size)
        if epoch != self.epoch:
            self.epoch, self.order = epoch, next(self.orders)
        rows = self.order[batch * self.size:(batch + 1) * self.size]
        return self.change(*[array[rows] for array in self.arrays])

    def changed(self, change):
        """The same batches, each transformed by a function."""
        return Gathered(*self.arrays, size=self.size, change=lambda *batch: change(*self.change(*batch)))


# -- Keras ----------------------------------------------------------------------------------------------------

def of_keras(program, network):
    """An epoch of a model of Keras."""
    keras = program.keras
    model = keras.models.Sequential(LAYERS[network](keras.layers, program.unroll))
    optimizers = keras.optimizers
    model.compile(optimizers.Adam(RATE["cnn"], BETA_1, BETA_2, epsilon=EPSILON) if network == "cnn"
                  else optimizers.SGD(RATE[network]), "categorical_crossentropy")
    model.set_weights([program.kernel(value) if value.ndim == 4 else value for value in weights(program.data, network)])
    x, y = samples(program.data, network)
    done = []

    def epoch(i):
        done.append(i)
        history = model.fit(x, y, batch_size=BATCH[network], epochs=1, shuffle=len(done) > IN_ORDER, verbose=0)
        return float(history.history["loss"][0])
    return epoch


LAYERS = {
    "mlp": lambda layers, unroll: [
        layers.Dense(512, activation="relu", input_shape=(784,)),
        layers.Dense(10, activation="softmax")],
    "cnn": lambda layers, unroll: [
        layers.Conv2D(32, 3, padding="same", activation="relu", input_shape=(28, 28, 1)), layers.MaxPooling2D(),
        layers.Conv2D(64, 3, padding="same", activation="relu"), layers.MaxPooling2D(),
        layers.Flatten(), layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax")],
    "lstm": lambda layers, unroll: [
        layers.LSTM(128, recurrent_activation="sigmoid", input_shape=(50, 64), unroll=unroll),
        layers.Dense(10, activation="softmax")],
}


def weights(data, network):
    """The initial weights in Keras's order, in which the gates of an LSTM are input, forget, candidate, output."""
    found = list(data.weights(network).values())
    if network == "lstm":
        found[:3] = [np.concatenate([np.split(value, 4, -1)[i] for i in (0, 1, 3, 2)], -1) for value in found[:3]]
    return found
