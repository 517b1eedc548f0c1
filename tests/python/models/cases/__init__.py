"""What the original Keras 2.3.1 and ours are compared on.

``tools/make-fixtures`` runs these files with the original, on Python 3.6, and keeps what they compute in ``fixtures/``;
the tests run them with ours, on every engine. A case is a function of the module ``keras`` and of a generator of random
numbers that returns a dict of arrays. Weights and data follow from the case's name alone.
"""

import zlib

import numpy as np

from . import layers, training

FAMILIES = {**layers.FAMILIES, **training.FAMILIES}


def computed(keras, family, name):
    """What a case computes: a dict of arrays."""
    if hasattr(keras.backend, "clear_session"):  # the original has none on Theano
        keras.backend.clear_session()
    random = np.random.RandomState(zlib.crc32(("%s/%s" % (family, name)).encode("ascii")))
    return {key: np.asarray(value, "float32") for key, value in FAMILIES[family][name](keras, random).items()}
