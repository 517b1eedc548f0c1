"""The cases on which our Keras is compared with the original Keras 2.3.1.

``tools/make-fixtures`` runs these files with the original, on Python 3.6, and stores the results in ``fixtures/``; the
tests run them with ours, on every engine. A case is a function that takes the module ``keras`` and a random number
generator; it returns a dict of arrays, or yields pairs of a key and an array. Weights and data depend only on the
case's name.
"""

import zlib

import numpy as np

from . import layers, training

FAMILIES = {**layers.FAMILIES, **training.FAMILIES}

# One or two cases of each kind, which `make test` runs on engines that take seconds to compile. `--whole` runs all.
FEW = {
    "core": ("dense", "embedding", "reshape", "masking", "activation_selu"),
    "activations": ("prelu",),
    "convolution": ("conv1d", "conv2d_same_strides", "separable_conv2d", "depthwise_conv2d", "conv2d_transpose",
                    "conv3d", "upsampling2d_bilinear"),
    "pooling": ("max_pooling2d_same", "global_average_pooling1d_masked"),
    "recurrent": ("simple_rnn_masked", "gru_reset_after", "lstm", "lstm_masked", "bidirectional_masked",
                  "time_distributed"),
    "merge": ("concatenate",),
    "normalization": ("batch_normalization_of_images", "gaussian_noise"),
    "losses": ("categorical_crossentropy_of_logits", "sparse_categorical_crossentropy", "huber", "logcosh"),
    "metrics": ("categorical_accuracy", "top_k", "auc", "precision_of_top_k"),
    "optimizers": ("sgd_nesterov", "adam_amsgrad", "nadam", "clipnorm"),
    "penalties": ("l1_l2", "min_max_norm"),
}


def computed(keras, family, name):
    """Run a case. Yields: pairs of a key and an array, each as soon as it is computed."""
    if hasattr(keras.backend, "clear_session"):  # the original lacks it on Theano
        keras.backend.clear_session()
    random = np.random.RandomState(zlib.crc32(("%s/%s" % (family, name)).encode("ascii")))
    results = FAMILIES[family][name](keras, random)
    for key, value in results.items() if isinstance(results, dict) else results:
        yield key, np.asarray(value, "float32")
