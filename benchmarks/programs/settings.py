"""What all programs share: learning rates, and the data that the driver wrote."""

import json
import os

import numpy as np

RATE = {"mlp": 0.1, "cnn": 0.001, "lstm": 0.5}
BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-7  # of Adam
IN_ORDER = 2  # epochs of fit() whose losses are compared: they keep the order of samples, the others shuffle
BATCH = {"mlp": 128, "cnn": 64, "lstm": 64}


class Data:
    """The arrays of a folder by name."""

    def __init__(self, folder):
        self.folder = folder
        with open(os.path.join(folder, "index.json")) as file:
            self.shapes = json.load(file)

    def __call__(self, name):
        """A float32 array."""
        values = np.fromfile(os.path.join(self.folder, name))
        return np.ascontiguousarray(values.reshape(self.shapes[name], order="F"), dtype="float32")

    def as_r(self, name):
        """An array as R holds it: float64, column-major."""
        return np.fromfile(os.path.join(self.folder, name)).reshape(self.shapes[name], order="F")

    def weights(self, workload):
        """The initial weights of a network by name, in the order of its layers."""
        names = [name for name in self.shapes if name.startswith(workload + "_") and name[-2:] not in ("_x", "_y")]
        return {name[len(workload) + 1:]: self(name) for name in names}

    def batches(self, workload):
        """Pairs of inputs and targets."""
        x, y, size = self(workload + "_x"), self(workload + "_y"), BATCH[workload]
        return [(np.array(x[i:i + size]), np.array(y[i:i + size])) for i in range(0, len(x), size)]

    def rows(self):
        """The positions of the network mlp's batches within all its data."""
        size = BATCH["mlp"]
        return [np.arange(i, i + size, dtype="int32") for i in range(0, len(self("mlp_x")), size)]


def back_and_forth(data, put, get):
    """A step that passes an array in R's layout to the engine and gets it back in R's layout."""
    big = data.as_r("big")

    def step(i):
        put(big)
        return np.array(get(), "float64", order="F")[i, i]
    return step
