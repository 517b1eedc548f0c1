"""Loads models that ours has saved with the original Keras, and continues training them; see tools/check-original.

Runs on Python 3.6. Beside each MODEL.h5 is MODEL.npz, with inputs, targets, our predictions, and the losses and weights
of our next training steps.
"""

import glob
import os
import sys

import keras
import numpy as np


def check(path):
    """Raise AssertionError unless the original computes from the file what ours did."""
    arrays = np.load(path[:-len(".h5")] + ".npz")
    xs = [arrays[name] for name in sorted(arrays.files) if name.startswith("x")]
    model = keras.models.load_model(path)
    np.testing.assert_allclose(model.predict(xs), arrays["prediction"], rtol=1e-5, atol=1e-6)
    losses = [model.train_on_batch(xs, arrays["y"]) for _ in arrays["losses"]]
    np.testing.assert_allclose(losses, arrays["losses"], rtol=1e-4, atol=1e-6)
    for i, weight in enumerate(model.get_weights()):
        np.testing.assert_allclose(weight, arrays["weight%02d" % i], rtol=1e-3, atol=1e-5)
    copy = keras.models.model_from_json(str(arrays["json"]))
    copy.load_weights(path[:-len(".h5")] + ".weights")
    np.testing.assert_allclose(copy.predict(xs), arrays["prediction"], rtol=1e-5, atol=1e-6)


if __name__ == "__main__":
    if keras.backend.backend() == "tensorflow":
        keras.backend.tensorflow_backend._LOCAL_DEVICES = []  # Keras's own way to list them fails on TensorFlow 2.1
    found = sorted(glob.glob(os.path.join(sys.argv[1], "*.h5")))
    for each in found:
        check(each)
        print("%s: Keras %s on %s predicts and goes on training as ours does"
              % (os.path.basename(each)[:-3], keras.__version__, keras.backend.backend()), flush=True)
    assert found
