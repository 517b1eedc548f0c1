"""The data and initial weights for all columns of a workload, made once and stored in a folder.

An array is a column-major float64 file, and ``index.json`` lists the shapes. All values are exact in float32, so a
column that feeds float32 and one that feeds R's doubles compute with the same numbers.
"""

import json
import os

import numpy as np

CLASSES = 10
BATCHES = 20
MLP = {"batch": 128, "inputs": 784, "hidden": 512}
CNN = {"batch": 64, "size": 28, "first": 32, "second": 64, "dense": 128}
LSTM = {"batch": 64, "times": 50, "inputs": 64, "units": 128}


def write(folder):
    """Write all arrays into a folder."""
    random = np.random.RandomState(7)
    arrays = {**_mlp(random), **_cnn(random), **_lstm(random), "small": random.normal(size=(2, 3)),
              "big": random.normal(size=(4000, 2000))}  # 64 MB
    for name, array in arrays.items():
        array.astype("float32").astype("float64").ravel(order="F").tofile(os.path.join(folder, name))
    with open(os.path.join(folder, "index.json"), "w", encoding="ascii") as file:
        json.dump({name: list(array.shape) for name, array in arrays.items()}, file)


def _glorot(random, *shape):
    limit = np.sqrt(6 / (np.prod(shape[:-2]) * (shape[-2] + shape[-1])))
    return random.uniform(-limit, limit, shape)


def _samples(random, count, *shape):
    """Samples near the pattern of their class, so that the classes can be learnt, and the classes as one-hot rows."""
    classes = random.randint(CLASSES, size=count)
    patterns = random.uniform(size=(CLASSES,) + shape)
    return 0.3 * patterns[classes] + 0.7 * random.uniform(size=(count,) + shape), np.eye(CLASSES)[classes]


def _mlp(random):
    x, y = _samples(random, BATCHES * MLP["batch"], MLP["inputs"])
    return {"mlp_x": x, "mlp_y": y,
            "mlp_hidden": _glorot(random, MLP["inputs"], MLP["hidden"]), "mlp_hidden_bias": np.zeros(MLP["hidden"]),
            "mlp_out": _glorot(random, MLP["hidden"], CLASSES), "mlp_out_bias": np.zeros(CLASSES)}


def _cnn(random):
    x, y = _samples(random, BATCHES * CNN["batch"], CNN["size"], CNN["size"], 1)
    flat = (CNN["size"] // 4) ** 2 * CNN["second"]
    return {"cnn_x": x, "cnn_y": y,
            "cnn_first": _glorot(random, 3, 3, 1, CNN["first"]), "cnn_first_bias": np.zeros(CNN["first"]),
            "cnn_second": _glorot(random, 3, 3, CNN["first"], CNN["second"]),
            "cnn_second_bias": np.zeros(CNN["second"]),
            "cnn_dense": _glorot(random, flat, CNN["dense"]), "cnn_dense_bias": np.zeros(CNN["dense"]),
            "cnn_out": _glorot(random, CNN["dense"], CLASSES), "cnn_out_bias": np.zeros(CLASSES)}


def _lstm(random):
    x, y = _samples(random, BATCHES * LSTM["batch"], LSTM["times"], LSTM["inputs"])
    units = LSTM["units"]
    return {"lstm_x": x, "lstm_y": y,
            "lstm_kernel": _glorot(random, LSTM["inputs"], 4 * units),
            "lstm_recurrent": _glorot(random, units, 4 * units),
            "lstm_bias": np.repeat([0.0, 1.0, 0.0, 0.0], units),  # gates: input, forget, output, candidate
            "lstm_out": _glorot(random, units, CLASSES), "lstm_out_bias": np.zeros(CLASSES)}
