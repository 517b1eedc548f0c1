"""The first batch of a large network: the time until it is trained, in a new process."""

import math
import time

import numpy as np

APPLICATIONS = {"resnet50": "ResNet50", "vgg16": "VGG16"}
SHAPE, CLASSES, BATCH = (96, 96, 3), 10, 8  # as in shim.R. On CNTK the original needs 3 pixels at the network's end.


class First:
    """A program with a module ``keras``, which is imported before anything is timed."""

    def first(self, name):
        """Build, compile, and train on one batch. Returns: the seconds that they took."""
        build = getattr(self.keras.applications, APPLICATIONS[name])
        x = np.random.RandomState(3).uniform(size=(BATCH,) + SHAPE).astype("float32")
        y = np.eye(CLASSES, dtype="float32")[np.arange(BATCH) % CLASSES]
        start = time.perf_counter()
        model = build(weights=None, input_shape=SHAPE, classes=CLASSES)
        model.compile(self.keras.optimizers.SGD(0.001), "categorical_crossentropy")
        loss = float(model.train_on_batch(x, y))
        took = time.perf_counter() - start
        if not math.isfinite(loss):
            raise RuntimeError("the loss of the first batch of %s is %r" % (name, loss))
        return took
