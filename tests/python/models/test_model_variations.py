"""Every layer with every variation of its arguments: Keras's own check, NumPy's predictions, finite differences.

A row of the table has a layer, the shape of its input, and lists of values for its arguments; each combination of
them is a case. Keras's public helper ``layer_test`` runs it. Predictions are compared with those of the NumPy engine,
and gradients with differences of losses that the NumPy engine computes in float64. `make test` runs two cases per row,
and one case of a few layers on engines that take seconds to compile; ``--whole`` runs all.
"""

import importlib
import itertools

import numpy as np
import pytest

import pyshim
from pyshim import keras

B, L = keras.backend, keras.layers
layer_test = importlib.import_module("pyshim.keras.utils.test_utils").layer_test
ROWS, SEQUENCE, IMAGE, VOLUME = (3, 4), (2, 7, 3), (2, 6, 5, 2), (2, 5, 4, 6, 2)
SHORT, FRAMES = (2, 4, 3), (2, 3, 5, 4, 2)

SLOW_TOO = ("Dense", "BatchNormalization", "Conv2D", "SeparableConv1D", "AveragePooling2D", "GRU", "Embedding")

FORMATS = ["channels_last", "channels_first"]
STEPS = [{"strides": strides, "dilation_rate": rate} for strides, rate in ((1, 1), (2, 1), (1, 2))]  # never both
PENALTIES = {"kernel_regularizer": "l2", "bias_regularizer": "l1", "activity_regularizer": "l2"}
SEPARABLE = {"depthwise_regularizer": "l2", "pointwise_regularizer": "l1"}
STEPPING = {"kernel_regularizer": "l1", "recurrent_regularizer": "l2", "bias_regularizer": "l1",
            "activity_regularizer": "l2"}
MODES = [{}, {"return_sequences": True}, {"go_backwards": True, "return_sequences": True}, {"stateful": True},
         {"unroll": True}, {"unroll": True, "go_backwards": True, "stateful": True}]

# Layer, shape of the input including the samples, values of its arguments, which combinations are allowed.
TABLE = [
    ("Dense", ROWS, {"units": [3], "activation": ["linear", "relu", "softmax"], "use_bias": [True, False]}),
    ("Dense", SEQUENCE, {"units": [3], "more": [PENALTIES]}),
    ("Dense", IMAGE, {"units": [2]}),
    ("Activation", SEQUENCE, {"activation": ["elu", "exponential", "hard_sigmoid", "linear", "relu", "selu", "sigmoid",
                                             "softmax", "softplus", "softsign", "tanh"]}),
    ("Flatten", IMAGE, {"data_format": FORMATS}),
    ("Flatten", SEQUENCE, {}),
    ("Reshape", IMAGE, {"target_shape": [(-1,), (10, 6), (2, -1, 3), (60, 1)]}),
    ("Permute", IMAGE, {"dims": [(1, 2, 3), (3, 1, 2), (2, 3, 1)]}),
    ("RepeatVector", ROWS, {"n": [1, 3]}),
    ("Masking", SEQUENCE, {"mask_value": [0., 1.]}),
    ("ActivityRegularization", ROWS, {"l1": [0., 0.1], "l2": [0., 0.2]}),
    ("LeakyReLU", SEQUENCE, {"alpha": [0., 0.3]}),
    ("PReLU", IMAGE, {"shared_axes": [None, [1], [1, 2]], "alpha_initializer": ["zeros", "uniform"]}),
    ("ELU", SEQUENCE, {"alpha": [0.5, 1.]}),
    ("ThresholdedReLU", ROWS, {"theta": [0., 0.5]}),
    ("Softmax", SEQUENCE, {"axis": [-1, 1]}),
    ("ReLU", IMAGE, {"max_value": [None, 0.6], "negative_slope": [0., 0.2], "threshold": [0., 0.3]}),
    ("BatchNormalization", IMAGE, {"axis": [-1, 1, 2], "center": [True, False], "scale": [True, False]}),
    ("BatchNormalization", SEQUENCE, {"axis": [-1, 1], "momentum": [0., 0.9], "epsilon": [1e-2]}),
    ("BatchNormalization", ROWS, {"beta_initializer": ["ones"], "gamma_initializer": ["uniform"],
                                  "moving_mean_initializer": ["ones"], "gamma_regularizer": ["l2"],
                                  "beta_regularizer": ["l1"]}),
    ("Conv1D", SEQUENCE, {"filters": [4], "kernel_size": [2, 3], "padding": ["valid", "same"], "steps": STEPS,
                          "data_format": FORMATS}),
    ("Conv1D", SEQUENCE, {"filters": [4], "kernel_size": [2, 3], "padding": ["causal"], "steps": STEPS}),
    ("Conv1D", SEQUENCE, {"filters": [2], "kernel_size": [2], "activation": ["tanh"], "more": [PENALTIES]}),
    ("Conv2D", IMAGE, {"filters": [3], "kernel_size": [2, (3, 2)], "padding": ["valid", "same"],
                       "steps": [*STEPS, {"strides": (2, 1)}, {"dilation_rate": (1, 2)}], "data_format": FORMATS}),
    ("Conv2D", IMAGE, {"filters": [2], "kernel_size": [1], "use_bias": [False]}),
    ("Conv2D", IMAGE, {"filters": [2], "kernel_size": [2], "activation": ["relu"], "more": [PENALTIES]}),
    ("Conv3D", VOLUME, {"filters": [2], "kernel_size": [2, (2, 1, 3)], "padding": ["valid", "same"], "steps": STEPS,
                        "data_format": FORMATS}),
    ("Conv2DTranspose", IMAGE, {"filters": [3], "kernel_size": [3, (2, 3)], "padding": ["valid", "same"],
                                "strides": [1, 2, (1, 2)], "data_format": FORMATS}),
    ("Conv2DTranspose", IMAGE, {"filters": [2], "kernel_size": [3], "padding": ["valid", "same"], "strides": [2],
                                "output_padding": [0, 1, (1, 0)]}),
    ("Conv2DTranspose", IMAGE, {"filters": [2], "kernel_size": [2], "padding": ["valid", "same"],
                                "dilation_rate": [2], "data_format": FORMATS}),
    ("Conv3DTranspose", VOLUME, {"filters": [2], "kernel_size": [2], "padding": ["valid", "same"],
                                 "strides": [1, 2, (1, 2, 1)], "data_format": FORMATS}),
    ("Conv3DTranspose", VOLUME, {"filters": [2], "kernel_size": [3], "strides": [2], "padding": ["valid", "same"],
                                 "output_padding": [0, 1]}),
    ("SeparableConv1D", SEQUENCE, {"filters": [4], "kernel_size": [2, 3], "padding": ["valid", "same"], "steps": STEPS,
                                   "depth_multiplier": [1, 2], "data_format": FORMATS}),
    ("SeparableConv1D", SEQUENCE, {"filters": [2], "kernel_size": [2], "more": [SEPARABLE]}),
    ("SeparableConv2D", IMAGE, {"filters": [3], "kernel_size": [2, (3, 2)], "padding": ["valid", "same"],
                                "steps": STEPS, "depth_multiplier": [1, 2], "data_format": FORMATS}),
    ("DepthwiseConv2D", IMAGE, {"kernel_size": [2, (3, 2)], "padding": ["valid", "same"], "strides": [1, 2],
                                "depth_multiplier": [1, 2], "data_format": FORMATS}),
    ("Cropping1D", SEQUENCE, {"cropping": [0, 1, (1, 2)]}),
    ("Cropping2D", IMAGE, {"cropping": [1, (1, 2), ((1, 2), (0, 1))], "data_format": FORMATS}),
    ("Cropping3D", VOLUME, {"cropping": [1, (2, 1, 0), ((1, 2), (1, 1), (0, 3))], "data_format": FORMATS}),
    ("UpSampling1D", SEQUENCE, {"size": [1, 2, 3]}),
    ("UpSampling2D", IMAGE, {"size": [2, (1, 3)], "interpolation": ["nearest", "bilinear"], "data_format": FORMATS}),
    ("UpSampling3D", VOLUME, {"size": [2, (1, 2, 3)], "data_format": FORMATS}),
    ("ZeroPadding1D", SEQUENCE, {"padding": [0, 2, (1, 2)]}),
    ("ZeroPadding2D", IMAGE, {"padding": [1, (2, 1), ((1, 2), (0, 3))], "data_format": FORMATS}),
    ("ZeroPadding3D", VOLUME, {"padding": [1, (2, 1, 0), ((1, 2), (3, 4), (0, 2))], "data_format": FORMATS}),
    ("LocallyConnected1D", SEQUENCE, {"filters": [4], "kernel_size": [2, 3], "strides": [1, 2],
                                      "activation": ["linear", "tanh"], "use_bias": [True, False]}),
    ("LocallyConnected2D", IMAGE, {"filters": [3], "kernel_size": [2, (3, 2)], "strides": [1, 2, (1, 2)],
                                   "data_format": FORMATS}),
    ("LocallyConnected2D", IMAGE, {"filters": [2], "kernel_size": [3], "more": [PENALTIES], "use_bias": [True]}),
    *[(kind + "Pooling1D", SEQUENCE, {"pool_size": [2, 3], "strides": [None, 1, 2], "padding": ["valid", "same"],
                                      "data_format": FORMATS}) for kind in ("Max", "Average")],
    *[(kind + "Pooling2D", IMAGE, {"pool_size": [2, (3, 2)], "strides": [None, 1, (2, 1)],
                                   "padding": ["valid", "same"], "data_format": FORMATS})
      for kind in ("Max", "Average")],
    *[(kind + "Pooling3D", VOLUME, {"pool_size": [2, (3, 2, 1)], "strides": [None, 1], "padding": ["valid", "same"],
                                    "data_format": FORMATS}) for kind in ("Max", "Average")],
    *[("Global%sPooling%dD" % (kind, rank), shape, {"data_format": FORMATS})
      for kind in ("Max", "Average") for rank, shape in ((1, SEQUENCE), (2, IMAGE), (3, VOLUME))],
    ("SimpleRNN", SHORT, {"units": [3], "more": MODES}),
    ("SimpleRNN", SHORT, {"units": [2], "activation": ["relu"], "use_bias": [False, True], "more": [STEPPING]}),
    ("GRU", SHORT, {"units": [3], "implementation": [1, 2], "reset_after": [False, True], "more": MODES}),
    ("GRU", SHORT, {"units": [2], "use_bias": [False, True], "recurrent_activation": ["hard_sigmoid"],
                    "more": [STEPPING]}),
    ("LSTM", SHORT, {"units": [3], "implementation": [1, 2], "more": MODES}),
    ("LSTM", SHORT, {"units": [2], "use_bias": [False, True], "unit_forget_bias": [False],
                     "recurrent_activation": ["hard_sigmoid"], "more": [STEPPING]}),
    ("ConvLSTM2D", FRAMES, {"filters": [2], "kernel_size": [2], "padding": ["valid", "same"],
                            "return_sequences": [False, True], "go_backwards": [False, True], "data_format": FORMATS}),
    ("ConvLSTM2D", FRAMES, {"filters": [2], "kernel_size": [(2, 1)], "steps": STEPS, "use_bias": [True, False],
                            "stateful": [False, True]}),
    ("Embedding", (3, 4), {"input_dim": [10], "output_dim": [3], "input_length": [None, 4],
                           "mask_zero": [False, True], "embeddings_regularizer": ["l2"]}),
]

# Layers that are random in training, or constrain their weights: only their predictions are tested.
RANDOM = [
    ("Dropout", SEQUENCE, {"rate": [0., 0.4], "noise_shape": [None, (2, 1, 3)], "seed": [3]}),
    ("SpatialDropout1D", SEQUENCE, {"rate": [0.5]}),
    ("SpatialDropout2D", IMAGE, {"rate": [0.5], "data_format": FORMATS}),
    ("SpatialDropout3D", VOLUME, {"rate": [0.5], "data_format": FORMATS}),
    ("GaussianNoise", ROWS, {"stddev": [1.]}),
    ("GaussianDropout", ROWS, {"rate": [0., 0.5]}),
    ("AlphaDropout", ROWS, {"rate": [0., 0.2], "noise_shape": [None, (3, 1)], "seed": [None, 1]}),
    *[(name, SHORT, {"units": [2], "dropout": [0.1], "recurrent_dropout": [0., 0.2],
                        **({} if name == "SimpleRNN" else {"implementation": [1, 2]})})
      for name in ("SimpleRNN", "GRU", "LSTM")],
    ("ConvLSTM2D", (2, 2, 4, 3, 1), {"filters": [1], "kernel_size": [2], "dropout": [0.1], "recurrent_dropout": [0.1]}),
    ("Dense", ROWS, {"units": [2], "kernel_constraint": ["max_norm", "unit_norm"], "bias_constraint": ["non_neg"]}),
    ("LSTM", SEQUENCE, {"units": [2], "kernel_constraint": ["max_norm"], "recurrent_constraint": ["unit_norm"],
                        "bias_constraint": ["non_neg"]}),
    ("Embedding", (3, 4), {"input_dim": [10], "output_dim": [2], "embeddings_constraint": ["unit_norm"]}),
]


def _cases(table):
    """The cases of a table: layer, shape, arguments, whether only ``--whole`` runs it, whether slow engines skip it."""
    rows = [row[0] for row in table]
    for row, (name, shape, values) in enumerate(table):
        combinations = list(itertools.product(*values.values()))
        for place, combination in enumerate(combinations):
            arguments = dict(zip(values, combination))
            for several in ("more", "steps"):
                arguments.update(arguments.pop(several, {}))
            sizes = shape
            if arguments.get("data_format") == "channels_first":
                first = 2 if name == "ConvLSTM2D" else 1
                sizes = shape[:first] + shape[-1:] + shape[first:-1]
            rare = place % ((len(combinations) + 1) // 2) != 0
            fast_only = place > 0 or name not in SLOW_TOO or row != rows.index(name)
            yield pytest.param(name, sizes, arguments, rare, fast_only, id="%s-%d-%d" % (name, row, place))


def _data(random, name, shape):
    return random.randint(0, 5, shape) if name == "Embedding" else random.uniform(-1, 1, shape)


def _model(name, arguments, shape, weights=None):
    """A model of one layer; its loss is a weighted sum of the outputs plus the losses that the layer adds."""
    inputs = L.Input(batch_shape=shape)
    outputs = getattr(L, name)(**arguments)(inputs)
    model = keras.models.Model(inputs, outputs)
    if weights is not None:
        model.set_weights(weights)
    model.compile(keras.optimizers.SGD(1.), lambda y_true, y_pred: B.mean(y_true * y_pred, axis=-1))
    return model


def _random_weights(random, model):
    """Weights away from 0, where penalties have no derivative; variances are positive."""
    return [random.uniform(0.2, 1, w.shape) * (1 if (w >= 0).all() else random.choice([-1, 1], w.shape))
            for w in model.get_weights()]


def _helper(name, arguments, shape):
    """Keras's own check passes."""
    layer_test(getattr(L, name), kwargs=arguments, input_shape=shape, fixed_batch_size=True,
                       **({"input_dtype": "int32", "expected_output_dtype": "float32"} if name == "Embedding" else {}))


@pytest.mark.parametrize("name, shape, arguments, rare, fast_only", list(_cases(TABLE)))
def test_predictions_and_gradients(K, engine, name, shape, arguments, rare, fast_only):
    if not rare:
        _helper(name, arguments, shape)
    random = np.random.RandomState(3)
    x = _data(random, name, shape)
    model = _model(name, arguments, shape)
    weights = _random_weights(random, model)
    model.set_weights(weights)
    predicted = model.predict(x, batch_size=len(x))
    targets = random.uniform(-1, 1, predicted.shape)
    model.reset_states()
    loss = model.train_on_batch(x, targets)
    trainable = [any(w is each for each in model.trainable_weights) for w in model.weights]
    gradients = [old - new if trained else None for trained, old, new in zip(trainable, weights, model.get_weights())]
    direction = [random.uniform(-1, 1, w.shape) for w in weights]

    with pyshim.use_backend("numpy"):
        pyshim.set_floatx("float64")
        reference = _model(name, arguments, shape)
        in_training = B.function([reference.inputs[0], reference.targets[0], reference.sample_weights[0],
                                  B.learning_phase()], [reference.total_loss])

        def loss_at(step):
            reference.set_weights([w + step * part if trained else w
                                   for w, part, trained in zip(weights, direction, trainable)])
            reference.reset_states()
            return in_training([x, targets, np.ones(len(x)), 1])[0]
        reference.set_weights(weights)
        np.testing.assert_allclose(predicted, reference.predict(x, batch_size=len(x)), rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(loss, loss_at(0), rtol=1e-4)
        slope = (loss_at(1e-6) - loss_at(-1e-6)) / 2e-6
    expected = sum((g * part).sum() for g, part in zip(gradients, direction) if g is not None)
    np.testing.assert_allclose(expected, slope, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name, shape, arguments, rare, fast_only", list(_cases(RANDOM)))
def test_predictions_of_what_is_random_in_training(K, name, shape, arguments, rare, fast_only):
    _helper(name, arguments, shape)
    random = np.random.RandomState(4)
    model = _model(name, arguments, shape)
    x, weights = _data(random, name, shape), _random_weights(random, model)
    model.set_weights(weights)
    predicted = model.predict(x, batch_size=len(x))
    with pyshim.use_backend("numpy"):
        reference = _model(name, arguments, shape, weights)
        np.testing.assert_allclose(predicted, reference.predict(x, batch_size=len(x)), rtol=1e-4, atol=1e-5)
    assert np.isfinite(model.train_on_batch(x, predicted))
