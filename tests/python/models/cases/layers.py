"""Layers: the predictions of each one, and its weights after a training step."""

def _one(make, shape, integers=None):
    """A case of one layer; the shape of its input includes the samples."""
    def case(keras, random):
        x = (random.randint(0, integers, shape) if integers else random.uniform(-1, 1, shape)).astype("float32")
        inputs = keras.layers.Input(batch_shape=shape)
        return keras.models.Model(inputs, make(keras.layers)(inputs)), [x]
    return case


def _several(make, *shapes):
    """A case of one layer that takes a list of inputs."""
    def case(keras, random):
        inputs = [keras.layers.Input(batch_shape=shape) for shape in shapes]
        return (keras.models.Model(inputs, make(keras.layers)(inputs)),
                [random.uniform(-1, 1, shape).astype("float32") for shape in shapes])
    return case


def _masked(make, shape):
    """A case of one layer after a Masking layer, with one masked step in the middle and masked steps at the end."""
    def case(keras, random):
        x = random.uniform(-1, 1, shape).astype("float32")
        x[0, -2:] = 0
        x[1, 1] = 0
        inputs = keras.layers.Input(batch_shape=shape)
        return keras.models.Model(inputs, make(keras.layers)(keras.layers.Masking()(inputs))), [x]
    return case


ROWS, SEQUENCE, IMAGE, VOLUME = (3, 4), (2, 5, 3), (2, 6, 5, 2), (2, 4, 5, 4, 2)

CORE = {
    "dense": _one(lambda L: L.Dense(3, activation="tanh"), ROWS),
    "dense_of_sequence": _one(lambda L: L.Dense(2, use_bias=False), SEQUENCE),
    "flatten": _one(lambda L: L.Flatten(), IMAGE),
    "flatten_channels_first": _one(lambda L: L.Flatten(data_format="channels_first"), IMAGE),
    "reshape": _one(lambda L: L.Reshape((3, -1)), SEQUENCE),
    "permute": _one(lambda L: L.Permute((2, 3, 1)), IMAGE),
    "repeat_vector": _one(lambda L: L.RepeatVector(3), ROWS),
    "activity_regularization": _one(lambda L: L.ActivityRegularization(l1=0.1, l2=0.2), ROWS),
    "masking": _masked(lambda L: L.Activation("linear"), SEQUENCE),
    "dropout": _one(lambda L: L.Dropout(0.5), ROWS),
    "spatial_dropout_1d": _one(lambda L: L.SpatialDropout1D(0.5), SEQUENCE),
    "spatial_dropout_2d": _one(lambda L: L.SpatialDropout2D(0.5), IMAGE),
    "spatial_dropout_3d": _one(lambda L: L.SpatialDropout3D(0.5), VOLUME),
    "embedding": _one(lambda L: L.Embedding(7, 3), (3, 4), integers=7),
}
for _name in ("elu", "exponential", "hard_sigmoid", "linear", "relu", "selu", "sigmoid", "softmax", "softplus",
              "softsign", "tanh"):
    CORE["activation_" + _name] = _one(lambda L, name=_name: L.Activation(name), ROWS)

ACTIVATIONS = {
    "leaky_relu": _one(lambda L: L.LeakyReLU(0.2), ROWS),
    "prelu": _one(lambda L: L.PReLU(), ROWS),
    "prelu_shared": _one(lambda L: L.PReLU(shared_axes=[1, 2]), IMAGE),
    "elu": _one(lambda L: L.ELU(0.7), ROWS),
    "thresholded_relu": _one(lambda L: L.ThresholdedReLU(0.3), ROWS),
    "softmax": _one(lambda L: L.Softmax(axis=1), SEQUENCE),
    "relu": _one(lambda L: L.ReLU(max_value=0.5, negative_slope=0.1, threshold=0.1), ROWS),
}

CONVOLUTION = {
    "conv1d": _one(lambda L: L.Conv1D(4, 3), SEQUENCE),
    "conv1d_causal_dilated": _one(lambda L: L.Conv1D(4, 2, padding="causal", dilation_rate=2), SEQUENCE),
    "conv1d_same_strides": _one(lambda L: L.Conv1D(4, 3, padding="same", strides=2), SEQUENCE),
    "conv2d": _one(lambda L: L.Conv2D(3, (2, 3), activation="relu"), IMAGE),
    "conv2d_same_strides": _one(lambda L: L.Conv2D(3, 3, strides=(2, 1), padding="same"), IMAGE),
    "conv2d_dilated": _one(lambda L: L.Conv2D(3, 2, dilation_rate=(2, 1)), IMAGE),
    "conv2d_channels_first": _one(lambda L: L.Conv2D(3, 2, data_format="channels_first", padding="same"), (2, 2, 5, 4)),
    "separable_conv1d": _one(lambda L: L.SeparableConv1D(4, 3, depth_multiplier=2), SEQUENCE),
    "separable_conv2d": _one(lambda L: L.SeparableConv2D(3, 2, depth_multiplier=2, padding="same"), IMAGE),
    "depthwise_conv2d": _one(lambda L: L.DepthwiseConv2D(2, depth_multiplier=2), IMAGE),
    "conv2d_transpose": _one(lambda L: L.Conv2DTranspose(3, 3, strides=2, padding="same"), IMAGE),
    "conv2d_transpose_valid": _one(lambda L: L.Conv2DTranspose(3, (2, 3), output_padding=None), IMAGE),
    "conv3d": _one(lambda L: L.Conv3D(2, 2, padding="same"), VOLUME),
    "conv3d_transpose": _one(lambda L: L.Conv3DTranspose(2, 2, strides=2), VOLUME),
    "cropping1d": _one(lambda L: L.Cropping1D((1, 2)), SEQUENCE),
    "cropping2d": _one(lambda L: L.Cropping2D(((1, 2), (0, 1))), IMAGE),
    "cropping3d": _one(lambda L: L.Cropping3D(((1, 0), (0, 1), (1, 1))), VOLUME),
    "upsampling1d": _one(lambda L: L.UpSampling1D(2), SEQUENCE),
    "upsampling2d": _one(lambda L: L.UpSampling2D((2, 3)), IMAGE),
    "upsampling2d_bilinear": _one(lambda L: L.UpSampling2D(2, interpolation="bilinear"), IMAGE),
    "upsampling3d": _one(lambda L: L.UpSampling3D((1, 2, 2)), VOLUME),
    "zero_padding1d": _one(lambda L: L.ZeroPadding1D((1, 2)), SEQUENCE),
    "zero_padding2d": _one(lambda L: L.ZeroPadding2D(((1, 2), (0, 1))), IMAGE),
    "zero_padding3d": _one(lambda L: L.ZeroPadding3D(1), VOLUME),
    "locally_connected1d": _one(lambda L: L.LocallyConnected1D(4, 3), SEQUENCE),
    "locally_connected2d": _one(lambda L: L.LocallyConnected2D(3, (2, 3)), IMAGE),
}

POOLING = {
    "max_pooling1d": _one(lambda L: L.MaxPooling1D(2), SEQUENCE),
    "max_pooling2d": _one(lambda L: L.MaxPooling2D((2, 3), strides=1), IMAGE),
    "max_pooling2d_same": _one(lambda L: L.MaxPooling2D(3, strides=2, padding="same"), IMAGE),
    "max_pooling3d": _one(lambda L: L.MaxPooling3D(2), VOLUME),
    "average_pooling1d": _one(lambda L: L.AveragePooling1D(2, padding="same"), SEQUENCE),
    "average_pooling2d": _one(lambda L: L.AveragePooling2D(2, padding="same"), IMAGE),
    "average_pooling3d": _one(lambda L: L.AveragePooling3D(2), VOLUME),
    "global_max_pooling1d": _one(lambda L: L.GlobalMaxPooling1D(), SEQUENCE),
    "global_max_pooling2d": _one(lambda L: L.GlobalMaxPooling2D(), IMAGE),
    "global_max_pooling3d": _one(lambda L: L.GlobalMaxPooling3D(), VOLUME),
    "global_average_pooling1d": _one(lambda L: L.GlobalAveragePooling1D(), SEQUENCE),
    "global_average_pooling1d_masked": _masked(lambda L: L.GlobalAveragePooling1D(), SEQUENCE),
    "global_average_pooling2d": _one(lambda L: L.GlobalAveragePooling2D(), IMAGE),
    "global_average_pooling3d": _one(lambda L: L.GlobalAveragePooling3D(), VOLUME),
}

RECURRENT = {
    "simple_rnn": _one(lambda L: L.SimpleRNN(3), SEQUENCE),
    "simple_rnn_masked": _masked(lambda L: L.SimpleRNN(3, return_sequences=True), SEQUENCE),
    "gru": _one(lambda L: L.GRU(3), SEQUENCE),
    "gru_reset_after": _one(lambda L: L.GRU(3, reset_after=True, return_sequences=True), SEQUENCE),
    "gru_of_gates_at_once": _one(lambda L: L.GRU(3, implementation=2), SEQUENCE),
    "lstm": _one(lambda L: L.LSTM(3), SEQUENCE),
    "lstm_masked": _masked(lambda L: L.LSTM(3, return_sequences=True), SEQUENCE),
    "lstm_backwards": _one(lambda L: L.LSTM(3, go_backwards=True, return_sequences=True), SEQUENCE),
    "lstm_unrolled": _one(lambda L: L.LSTM(3, unroll=True), SEQUENCE),
    "lstm_of_gates_one_by_one": _one(lambda L: L.LSTM(3, implementation=1), SEQUENCE),
    "lstm_stateful": _one(lambda L: L.LSTM(3, stateful=True), SEQUENCE),
    "rnn_of_cells": _one(lambda L: L.RNN([L.LSTMCell(3), L.GRUCell(2)]), SEQUENCE),
    "conv_lstm2d": _one(lambda L: L.ConvLSTM2D(2, 2, padding="same", return_sequences=True), (2, 3, 4, 3, 2)),
    "bidirectional": _one(lambda L: L.Bidirectional(L.LSTM(3, return_sequences=True)), SEQUENCE),
    "bidirectional_masked": _masked(lambda L: L.Bidirectional(L.GRU(3), merge_mode="sum"), SEQUENCE),
    "time_distributed": _one(lambda L: L.TimeDistributed(L.Dense(2)), SEQUENCE),
    "time_distributed_conv2d": _one(lambda L: L.TimeDistributed(L.Conv2D(2, 2)), (2, 3, 4, 3, 2)),
}

MERGE = {
    "add": _several(lambda L: L.Add(), ROWS, ROWS, ROWS),
    "subtract": _several(lambda L: L.Subtract(), ROWS, ROWS),
    "multiply": _several(lambda L: L.Multiply(), SEQUENCE, SEQUENCE),
    "average": _several(lambda L: L.Average(), ROWS, ROWS),
    "maximum": _several(lambda L: L.Maximum(), ROWS, ROWS),
    "minimum": _several(lambda L: L.Minimum(), ROWS, ROWS),
    "add_of_ranks": _several(lambda L: L.Add(), SEQUENCE, (2, 3)),
    "concatenate": _several(lambda L: L.Concatenate(axis=1), SEQUENCE, (2, 4, 3)),
    "dot": _several(lambda L: L.Dot(axes=-1), ROWS, ROWS),
    "dot_of_sequences": _several(lambda L: L.Dot(axes=(2, 2)), SEQUENCE, (2, 4, 3)),
    "dot_normalized": _several(lambda L: L.Dot(axes=1, normalize=True), ROWS, ROWS),
}

NORMALIZATION = {
    "batch_normalization": _one(lambda L: L.BatchNormalization(), ROWS),
    "batch_normalization_of_images": _one(lambda L: L.BatchNormalization(momentum=0.8), IMAGE),
    "batch_normalization_axis": _one(lambda L: L.BatchNormalization(axis=1, scale=False), IMAGE),
    "gaussian_noise": _one(lambda L: L.GaussianNoise(0.5), ROWS),
    "gaussian_dropout": _one(lambda L: L.GaussianDropout(0.5), ROWS),
    "alpha_dropout": _one(lambda L: L.AlphaDropout(0.5), ROWS),
}

RANDOM = ("dropout", "spatial_dropout_1d", "spatial_dropout_2d", "spatial_dropout_3d", "gaussian_noise",
          "gaussian_dropout", "alpha_dropout")  # random in training, so only their predictions are compared


def _case(name, make):
    """The case of a layer.

    It computes the "prediction", the "loss" of one training step (mean squared error, gradient descent), and the
    weights after that step as "w0", "w1" and so on.
    """
    def case(keras, random):
        model, inputs = make(keras, random)
        model.set_weights([random.uniform(0.1, 0.5, w.shape) for w in model.get_weights()])
        prediction = model.predict(inputs, batch_size=len(inputs[0]))
        yield "prediction", prediction
        if name not in RANDOM:
            model.reset_states()
            target = random.uniform(-1, 1, prediction.shape)
            model.compile(keras.optimizers.SGD(0.5), "mse")
            yield "loss", model.train_on_batch(inputs, target)
            for i, w in enumerate(model.get_weights()):
                yield "w%d" % i, w
    return case


FAMILIES = {family: {name: _case(name, make) for name, make in cases.items()} for family, cases in {
    "core": CORE, "activations": ACTIVATIONS, "convolution": CONVOLUTION, "pooling": POOLING, "recurrent": RECURRENT,
    "merge": MERGE, "normalization": NORMALIZATION}.items()}
