"""The cases on which the original Keras 2.3.1 and ours are compared.

``tools/make-fixtures`` runs these files with the original, on Python 3.6, and keeps what they compute in ``fixtures/``;
the tests run them with ours, on every engine. A case is a function of the module ``keras`` and of a generator of random
numbers that returns a dict of arrays, or pairs of a key and an array, one after another. Weights and data follow from
the case's name alone.
"""

import zlib

import numpy as np

from . import layers, training

FAMILIES = {**layers.FAMILIES, **training.FAMILIES}

# Of each kind one or two: what `make test` runs on engines that compile for seconds. `--whole` runs all.
FEW = {
    "core": ("dense", "embedding", "reshape", "masking", "activation_selu"),
    "activations": ("prelu",),
    "convolution": ("conv1d", "conv2d_same_strides", "separable_conv2d", "depthwise_conv2d", "conv2d_transpose",
                    "conv3d", "upsampling2d_bilinear", "locally_connected2d"),
    "pooling": ("max_pooling2d_same", "average_pooling2d", "global_average_pooling1d_masked"),
    "recurrent": ("simple_rnn_masked", "gru_reset_after", "lstm", "lstm_masked", "rnn_of_cells", "conv_lstm2d",
                  "bidirectional_masked", "time_distributed"),
    "merge": ("concatenate", "dot_of_sequences"),
    "normalization": ("batch_normalization_of_images", "gaussian_noise"),
    "losses": ("categorical_crossentropy_of_logits", "sparse_categorical_crossentropy", "huber", "logcosh"),
    "metrics": ("categorical_accuracy", "top_k", "auc", "precision_of_top_k"),
    "optimizers": ("sgd_nesterov", "adam_amsgrad", "nadam", "clipnorm"),
    "penalties": ("l1_l2", "min_max_norm"),
}


def computed(keras, family, name):
    """What a case computes: pairs of a key and an array, each when it is computed."""
    if hasattr(keras.backend, "clear_session"):  # the original has none on Theano
        keras.backend.clear_session()
    random = np.random.RandomState(zlib.crc32(("%s/%s" % (family, name)).encode("ascii")))
    results = FAMILIES[family][name](keras, random)
    for key, value in results.items() if isinstance(results, dict) else results:
        yield key, np.asarray(value, "float32")
