"""What users rely on in each layer: its configuration, output shapes with unknown sizes, training, saving."""

import numpy as np
import pytest

from pyshim import keras

L = keras.layers
ROWS, SEQUENCE, IMAGE, VOLUME, FRAMES = (4,), (None, 3), (6, 5, 2), (4, 5, 4, 2), (3, 5, 4, 2)

# Layer, its arguments, the shape of a sample, whether to run on engines that take seconds to compile.
LAYERS = [
    ("Dense", {"units": 3, "kernel_regularizer": "l2", "bias_constraint": "non_neg"}, ROWS, False),
    ("Dense", {"units": 3, "kernel_initializer": keras.initializers.VarianceScaling(2., "fan_out", "uniform"),
                   "kernel_constraint": keras.constraints.MaxNorm(2.), "activity_regularizer": "l1"}, SEQUENCE, False),
    ("Activation", {"activation": "softsign"}, ROWS, False),
    ("Dropout", {"rate": 0.3, "noise_shape": (None, 1)}, ROWS, False),
    ("Flatten", {}, IMAGE, False),
    ("Reshape", {"target_shape": (-1, 2)}, ROWS, False),
    ("Reshape", {"target_shape": (3, -1)}, SEQUENCE, False),
    ("Permute", {"dims": (3, 1, 2)}, IMAGE, False),
    ("RepeatVector", {"n": 3}, ROWS, False),
    ("ActivityRegularization", {"l1": 0.1, "l2": 0.1}, ROWS, False),
    ("Masking", {"mask_value": 0.5}, SEQUENCE, False),
    ("SpatialDropout1D", {"rate": 0.3}, SEQUENCE, False),
    ("SpatialDropout2D", {"rate": 0.3}, IMAGE, False),
    ("SpatialDropout3D", {"rate": 0.3}, VOLUME, False),
    ("GaussianNoise", {"stddev": 0.1}, ROWS, False),
    ("GaussianDropout", {"rate": 0.1}, ROWS, False),
    ("AlphaDropout", {"rate": 0.1}, ROWS, False),
    ("LeakyReLU", {"alpha": 0.1}, ROWS, False),
    ("PReLU", {"shared_axes": [1, 2]}, IMAGE, False),
    ("ELU", {"alpha": 0.5}, ROWS, False),
    ("ThresholdedReLU", {"theta": 0.2}, ROWS, False),
    ("Softmax", {"axis": 1}, SEQUENCE, False),
    ("ReLU", {"max_value": 1.}, ROWS, False),
    ("Embedding", {"input_dim": 5, "output_dim": 3, "mask_zero": True}, (None,), True),
    ("BatchNormalization", {}, ROWS, False),
    ("BatchNormalization", {"axis": 1, "center": False}, IMAGE, False),
    ("Conv1D", {"filters": 4, "kernel_size": 2, "strides": 2}, SEQUENCE, False),
    ("Conv1D", {"filters": 4, "kernel_size": 2, "dilation_rate": 2, "padding": "causal"}, SEQUENCE, True),
    ("Conv2D", {"filters": 3, "kernel_size": 2, "dilation_rate": 2, "padding": "same"}, (None, None, 2), True),
    ("Conv2D", {"filters": 3, "kernel_size": (2, 3), "strides": 2, "data_format": "channels_first"}, IMAGE[::-1],
     False),
    ("Conv2DTranspose", {"filters": 2, "kernel_size": 3, "strides": 2, "padding": "same", "output_padding": 1},
     (None, None, 2), True),
    ("Conv3D", {"filters": 2, "kernel_size": 2}, VOLUME, False),
    ("Conv3DTranspose", {"filters": 2, "kernel_size": 2, "strides": 2}, VOLUME, False),
    ("SeparableConv1D", {"filters": 4, "kernel_size": 2}, SEQUENCE, False),
    ("SeparableConv2D", {"filters": 3, "kernel_size": 2, "strides": 2}, IMAGE, False),
    ("DepthwiseConv2D", {"kernel_size": 2, "padding": "same"}, IMAGE, False),
    ("Cropping1D", {"cropping": 1}, SEQUENCE, False),
    ("Cropping2D", {"cropping": (1, 2)}, (None, None, 2), False),
    ("Cropping3D", {"cropping": 1}, VOLUME, False),
    ("UpSampling1D", {"size": 2}, SEQUENCE, False),
    ("UpSampling2D", {"size": 2, "interpolation": "bilinear"}, IMAGE, False),
    ("UpSampling2D", {"size": (1, 2), "data_format": "channels_first"}, IMAGE[::-1], False),
    ("UpSampling3D", {"size": 2}, VOLUME, False),
    ("ZeroPadding1D", {"padding": 2}, SEQUENCE, False),
    ("ZeroPadding2D", {"padding": ((1, 0), (0, 2))}, (None, None, 2), False),
    ("ZeroPadding3D", {"padding": 1}, VOLUME, False),
    ("LocallyConnected1D", {"filters": 4, "kernel_size": 2}, (5, 3), False),
    ("LocallyConnected2D", {"filters": 3, "kernel_size": 2}, IMAGE, True),
    ("MaxPooling1D", {"pool_size": 2}, SEQUENCE, False),
    ("MaxPooling2D", {"pool_size": 2, "padding": "same"}, (None, None, 2), True),
    ("MaxPooling2D", {"pool_size": 2, "data_format": "channels_first"}, IMAGE[::-1], False),
    ("MaxPooling3D", {"pool_size": 2}, VOLUME, False),
    ("AveragePooling1D", {"pool_size": 2}, SEQUENCE, False),
    ("AveragePooling2D", {"pool_size": (2, 1)}, (None, None, 2), False),
    ("AveragePooling3D", {"pool_size": 2}, VOLUME, False),
    ("GlobalMaxPooling1D", {}, SEQUENCE, False),
    ("GlobalMaxPooling2D", {}, IMAGE, False),
    ("GlobalMaxPooling3D", {}, VOLUME, False),
    ("GlobalAveragePooling1D", {}, SEQUENCE, False),
    ("GlobalAveragePooling2D", {"data_format": "channels_first"}, IMAGE[::-1], False),
    ("GlobalAveragePooling3D", {}, VOLUME, False),
    ("SimpleRNN", {"units": 3, "return_sequences": True, "dropout": 0.2, "recurrent_dropout": 0.2}, SEQUENCE, True),
    ("GRU", {"units": 3, "go_backwards": True, "kernel_regularizer": "l1"}, SEQUENCE, False),
    ("LSTM", {"units": 3, "dropout": 0.1, "recurrent_dropout": 0.1, "implementation": 1}, SEQUENCE, False),
    ("LSTM", {"units": 3, "return_sequences": True, "unroll": True}, (5, 3), False),
    ("ConvLSTM2D", {"filters": 2, "kernel_size": 2, "dropout": 0.1, "recurrent_dropout": 0.1}, FRAMES, False),
    ("RNN", {"cell": L.StackedRNNCells([L.GRUCell(3, reset_after=True), L.SimpleRNNCell(2)])}, SEQUENCE, False),
    ("Bidirectional", {"layer": L.GRU(3, return_sequences=True), "merge_mode": "ave"}, SEQUENCE, True),
    ("Bidirectional", {"layer": L.LSTM(3), "merge_mode": "concat"}, SEQUENCE, False),
    ("TimeDistributed", {"layer": L.Dense(2)}, SEQUENCE, False),
    ("TimeDistributed", {"layer": L.BatchNormalization()}, (5, 3), False),
]


SLOW_ON_THEANO = ("Conv2D", "LocallyConnected2D", "Bidirectional")


@pytest.mark.parametrize("name, arguments, shape, fast_only", [
    pytest.param(*each[:3], not each[3], id="%s-%d" % (each[0], i),
                 marks=[pytest.mark.slow_on_theano] if each[0] in SLOW_ON_THEANO else [])
    for i, each in enumerate(LAYERS)])
def test_configuration_shapes_training_and_files(K, name, arguments, shape, fast_only, tmp_path):
    random = np.random.RandomState(3)
    sizes = (4,) + tuple(5 if size is None else size for size in shape)
    x = random.randint(0, 5, sizes) if name == "Embedding" else random.uniform(-1, 1, sizes)
    first = getattr(L, name)(**arguments)
    layer = type(first).from_config(first.get_config())
    assert layer.get_config() == first.get_config()
    assert layer.name == first.name

    # The shape computed in advance is right, for unknown sizes, too.
    inputs = L.Input(shape)
    outputs = layer(inputs)
    model = keras.models.Model(inputs, outputs)
    predicted = model.predict(x)
    promised = layer.compute_output_shape((None,) + tuple(shape))
    assert keras.backend.int_shape(outputs) == tuple(promised)
    assert len(promised) == predicted.ndim
    assert all(size in (None, real) for size, real in zip(promised, predicted.shape))
    assert tuple(layer.compute_output_shape(x.shape)) == predicted.shape
    assert predicted.dtype == "float32"

    # Weights can be copied from one model to another.
    copy = keras.models.Model.from_config(model.get_config())
    copy.set_weights(model.get_weights())
    np.testing.assert_allclose(copy.predict(x), predicted, rtol=1e-5, atol=1e-6)

    # It trains as the first layer of a sequential model, and can be saved and loaded.
    config = dict(first.get_config(), batch_input_shape=(None,) + tuple(shape))
    sequential = keras.models.Sequential([type(first).from_config(config)])
    sequential.compile("rmsprop", "mse", weighted_metrics=["mae"])
    losses = [sequential.train_on_batch(x, np.zeros(predicted.shape))[0] for _ in range(2)]
    assert np.isfinite(losses).all()
    path = str(tmp_path / "layer.h5")
    sequential.save(path)
    np.testing.assert_allclose(keras.models.load_model(path).predict(x), sequential.predict(x), rtol=1e-5, atol=1e-6)
    sequential.save_weights(path)
    sequential.load_weights(path)
