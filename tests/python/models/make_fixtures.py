"""Writes the fixtures with the original Keras; see tools/make-fixtures. Runs on Python 3.6."""

import os
import sys

import cases
import keras
import numpy as np

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures")


def saved_model():
    """Save a small network in the middle of its training, with the results of its next two steps."""
    random = np.random.RandomState(5)
    model = keras.models.Sequential([
        keras.layers.Conv2D(2, 3, activation="relu", input_shape=(8, 8, 1)), keras.layers.MaxPooling2D(),
        keras.layers.Reshape((9, 2)), keras.layers.LSTM(3), keras.layers.BatchNormalization(),
        keras.layers.Dense(2, activation="softmax")])
    model.set_weights([random.uniform(0.1, 0.5, w.shape) for w in model.get_weights()])
    model.compile(keras.optimizers.RMSprop(0.01), "categorical_crossentropy")
    x, y = random.rand(4, 8, 8, 1).astype("float32"), np.eye(2)[[0, 1, 1, 0]].astype("float32")
    model.train_on_batch(x, y)
    model.save(os.path.join(FIXTURES, "original.h5"))
    prediction = model.predict(x)
    np.savez_compressed(os.path.join(FIXTURES, "original.npz"), x=x, y=y, prediction=prediction,
                        loss=[model.train_on_batch(x, y) for _ in range(2)])


def main():
    if keras.backend.backend() == "tensorflow":
        keras.backend.tensorflow_backend._LOCAL_DEVICES = []  # Keras's own way to list them fails on TensorFlow 2.1
    os.makedirs(FIXTURES, exist_ok=True)
    if "saved_model" in sys.argv:
        saved_model()
    for family in [name for name in sys.argv[1:] if name in cases.FAMILIES]:
        arrays = {"%s/%s" % (name, key): value for name in cases.FAMILIES[family]
                  for key, value in cases.computed(keras, family, name)}
        np.savez_compressed(os.path.join(FIXTURES, family + ".npz"), **arrays)


if __name__ == "__main__":
    main()
