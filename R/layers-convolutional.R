# Layers: convolution, padding, cropping, upsampling.

#' Convolution of sequences
#'
#' Input (samples, steps, channels), output (samples, steps, filters).
#'
#' @inheritParams layer_dense
#' @param filters Number of filters, which is the number of the output's channels.
#' @param kernel_size Size of the window along each spatial axis: whole numbers, or one for all axes.
#' @param strides Step of the window along each spatial axis; in pooling, `NULL` means the window's size.
#' @param padding `"valid"` for none, or `"same"` for an output as large as the input (before strides); for
#'   sequences also `"causal"`.
#' @param data_format `"channels_last"` or `"channels_first"`; `NULL` means [k_image_data_format()].
#' @param dilation_rate Distance between elements of the window along each spatial axis.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers convolutional
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(8, 3)) %>% layer_conv_1d(filters = 2, kernel_size = 2)
#' @export
layer_conv_1d <- function(object, filters, kernel_size, strides = 1L, padding = "valid",
                          data_format = "channels_last", dilation_rate = 1L, activation = NULL,
                          use_bias = TRUE, kernel_initializer = "glorot_uniform", bias_initializer = "zeros",
                          kernel_regularizer = NULL, bias_regularizer = NULL, activity_regularizer = NULL,
                          kernel_constraint = NULL, bias_constraint = NULL, input_shape = NULL,
                          batch_input_shape = NULL, batch_size = NULL, dtype = NULL, name = NULL,
                          trainable = NULL, weights = NULL) {
  add_layer(object, "Conv1D", model_arguments())
}

#' Convolution of images
#'
#' Input (samples, rows, columns, channels), output (samples, rows, columns, filters).
#'
#' @inheritParams layer_conv_1d
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers convolutional
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(8, 8, 3)) %>% layer_conv_2d(filters = 2, kernel_size = 2)
#' @export
layer_conv_2d <- function(object, filters, kernel_size, strides = c(1L, 1L), padding = "valid",
                          data_format = NULL, dilation_rate = c(1L, 1L), activation = NULL, use_bias = TRUE,
                          kernel_initializer = "glorot_uniform", bias_initializer = "zeros",
                          kernel_regularizer = NULL, bias_regularizer = NULL, activity_regularizer = NULL,
                          kernel_constraint = NULL, bias_constraint = NULL, input_shape = NULL,
                          batch_input_shape = NULL, batch_size = NULL, dtype = NULL, name = NULL,
                          trainable = NULL, weights = NULL) {
  add_layer(object, "Conv2D", model_arguments())
}

#' Convolution of volumes
#'
#' Input (samples, three spatial axes, channels).
#'
#' @inheritParams layer_conv_1d
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers convolutional
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(4, 4, 4, 2)) %>% layer_conv_3d(filters = 2, kernel_size = 2)
#' @export
layer_conv_3d <- function(object, filters, kernel_size, strides = c(1L, 1L, 1L), padding = "valid",
                          data_format = NULL, dilation_rate = c(1L, 1L, 1L), activation = NULL,
                          use_bias = TRUE, kernel_initializer = "glorot_uniform", bias_initializer = "zeros",
                          kernel_regularizer = NULL, bias_regularizer = NULL, activity_regularizer = NULL,
                          kernel_constraint = NULL, bias_constraint = NULL, input_shape = NULL,
                          batch_input_shape = NULL, batch_size = NULL, dtype = NULL, name = NULL,
                          trainable = NULL, weights = NULL) {
  add_layer(object, "Conv3D", model_arguments())
}

#' Transposed convolution of images
#'
#' The gradient of a convolution, as a layer that enlarges images.
#'
#' @inheritParams layer_conv_1d
#' @param output_padding Rows and columns of the output beyond the smallest size; `NULL` computes it.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers convolutional
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(8, 8, 3)) %>% layer_conv_2d_transpose(filters = 2, kernel_size = 2)
#' @export
layer_conv_2d_transpose <- function(object, filters, kernel_size, strides = c(1, 1), padding = "valid",
                                    output_padding = NULL, data_format = NULL, dilation_rate = c(1, 1),
                                    activation = NULL, use_bias = TRUE, kernel_initializer = "glorot_uniform",
                                    bias_initializer = "zeros", kernel_regularizer = NULL,
                                    bias_regularizer = NULL, activity_regularizer = NULL,
                                    kernel_constraint = NULL, bias_constraint = NULL, input_shape = NULL,
                                    batch_input_shape = NULL, batch_size = NULL, dtype = NULL, name = NULL,
                                    trainable = NULL, weights = NULL) {
  add_layer(object, "Conv2DTranspose", model_arguments())
}

#' Transposed convolution of volumes
#'
#' The gradient of a convolution, as a layer that enlarges volumes.
#'
#' @inheritParams layer_conv_2d_transpose
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers convolutional
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(4, 4, 4, 2)) %>% layer_conv_3d_transpose(filters = 2, kernel_size = 2)
#' @export
layer_conv_3d_transpose <- function(object, filters, kernel_size, strides = c(1, 1, 1), padding = "valid",
                                    output_padding = NULL, data_format = NULL, activation = NULL,
                                    use_bias = TRUE, kernel_initializer = "glorot_uniform",
                                    bias_initializer = "zeros", kernel_regularizer = NULL,
                                    bias_regularizer = NULL, activity_regularizer = NULL,
                                    kernel_constraint = NULL, bias_constraint = NULL, input_shape = NULL,
                                    batch_input_shape = NULL, batch_size = NULL, dtype = NULL, name = NULL,
                                    trainable = NULL, weights = NULL) {
  add_layer(object, "Conv3DTranspose", model_arguments())
}

#' Separable convolution of images
#'
#' A convolution of each channel, followed by one that mixes the channels.
#'
#' @inheritParams layer_conv_1d
#' @param depth_multiplier Number of output channels for each input channel.
#' @param depthwise_initializer Initializer of the layer's `depthwise_kernel`: a name such as `"zeros"`, or an
#'   [initializer][initializer_zeros].
#' @param pointwise_initializer Initializer of the layer's `pointwise_kernel`: a name such as `"zeros"`, or an
#'   [initializer][initializer_zeros].
#' @param depthwise_regularizer [Regularizer][regularizer_l1] of the layer's `depthwise_kernel`; `NULL` for none.
#' @param pointwise_regularizer [Regularizer][regularizer_l1] of the layer's `pointwise_kernel`; `NULL` for none.
#' @param depthwise_constraint [Constraint][constraint_maxnorm] of the layer's `depthwise_kernel`; `NULL` for none.
#' @param pointwise_constraint [Constraint][constraint_maxnorm] of the layer's `pointwise_kernel`; `NULL` for none.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers convolutional
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(8, 8, 3)) %>% layer_separable_conv_2d(filters = 2, kernel_size = 2)
#' @export
layer_separable_conv_2d <- function(object, filters, kernel_size, strides = c(1, 1), padding = "valid",
                                    data_format = NULL, dilation_rate = 1, depth_multiplier = 1,
                                    activation = NULL, use_bias = TRUE,
                                    depthwise_initializer = "glorot_uniform",
                                    pointwise_initializer = "glorot_uniform", bias_initializer = "zeros",
                                    depthwise_regularizer = NULL, pointwise_regularizer = NULL,
                                    bias_regularizer = NULL, activity_regularizer = NULL,
                                    depthwise_constraint = NULL, pointwise_constraint = NULL,
                                    bias_constraint = NULL, input_shape = NULL, batch_input_shape = NULL,
                                    batch_size = NULL, dtype = NULL, name = NULL, trainable = NULL,
                                    weights = NULL) {
  add_layer(object, "SeparableConv2D", model_arguments())
}

#' Depthwise convolution of images
#'
#' A separate convolution of each channel.
#'
#' @inheritParams layer_separable_conv_2d
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers convolutional
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(8, 8, 3)) %>% layer_depthwise_conv_2d(kernel_size = 2)
#' @export
layer_depthwise_conv_2d <- function(object, kernel_size, strides = c(1, 1), padding = "valid",
                                    depth_multiplier = 1, data_format = NULL, activation = NULL,
                                    use_bias = TRUE, depthwise_initializer = "glorot_uniform",
                                    bias_initializer = "zeros", depthwise_regularizer = NULL,
                                    bias_regularizer = NULL, activity_regularizer = NULL,
                                    depthwise_constraint = NULL, bias_constraint = NULL, input_shape = NULL,
                                    batch_input_shape = NULL, batch_size = NULL, dtype = NULL, name = NULL,
                                    trainable = NULL, weights = NULL) {
  add_layer(object, "DepthwiseConv2D", model_arguments())
}

#' Separable convolution of sequences
#'
#' A convolution of each channel, then one that mixes the channels.
#'
#' @inheritParams layer_separable_conv_2d
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers convolutional
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(8, 3)) %>% layer_separable_conv_1d(filters = 2, kernel_size = 2)
#' @export
layer_separable_conv_1d <- function(object, filters, kernel_size, strides = 1, padding = "valid",
                                    data_format = "channels_last", dilation_rate = 1, depth_multiplier = 1,
                                    activation = NULL, use_bias = TRUE,
                                    depthwise_initializer = "glorot_uniform",
                                    pointwise_initializer = "glorot_uniform", bias_initializer = "zeros",
                                    depthwise_regularizer = NULL, pointwise_regularizer = NULL,
                                    bias_regularizer = NULL, activity_regularizer = NULL,
                                    depthwise_constraint = NULL, pointwise_constraint = NULL,
                                    bias_constraint = NULL, input_shape = NULL, batch_input_shape = NULL,
                                    batch_size = NULL, dtype = NULL, name = NULL, trainable = NULL,
                                    weights = NULL) {
  add_layer(object, "SeparableConv1D", model_arguments())
}

#' Repeat time steps
#'
#' Repeats each time step `size` times.
#'
#' @inheritParams layer_dense
#' @param size Factor along each spatial axis.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers convolutional
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(8, 3)) %>% layer_upsampling_1d()
#' @export
layer_upsampling_1d <- function(object, size = 2L, batch_size = NULL, name = NULL, trainable = NULL,
                                weights = NULL) {
  add_layer(object, "UpSampling1D", model_arguments())
}

#' Enlarge images
#'
#' Repeats rows and columns, or interpolates.
#'
#' @inheritParams layer_conv_1d
#' @param size Factor along each spatial axis.
#' @param interpolation `"nearest"` or `"bilinear"`.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers convolutional
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(8, 8, 3)) %>% layer_upsampling_2d()
#' @export
layer_upsampling_2d <- function(object, size = c(2L, 2L), data_format = NULL, interpolation = "nearest",
                                batch_size = NULL, name = NULL, trainable = NULL, weights = NULL) {
  add_layer(object, "UpSampling2D", model_arguments())
}

#' Enlarge volumes
#'
#' Repeats along each spatial axis.
#'
#' @inheritParams layer_upsampling_2d
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers convolutional
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(4, 4, 4, 2)) %>% layer_upsampling_3d()
#' @export
layer_upsampling_3d <- function(object, size = c(2L, 2L, 2L), data_format = NULL, batch_size = NULL,
                                name = NULL, trainable = NULL, weights = NULL) {
  add_layer(object, "UpSampling3D", model_arguments())
}

#' Pad sequences with zeros
#'
#' Adds zeros at the beginning and the end of each sequence.
#'
#' @inheritParams layer_conv_1d
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers convolutional
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(8, 3)) %>% layer_zero_padding_1d()
#' @export
layer_zero_padding_1d <- function(object, padding = 1L, batch_size = NULL, name = NULL, trainable = NULL,
                                  weights = NULL) {
  add_layer(object, "ZeroPadding1D", model_arguments())
}

#' Pad images with zeros
#'
#' Adds rows and columns of zeros.
#'
#' @inheritParams layer_conv_1d
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers convolutional
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(8, 8, 3)) %>% layer_zero_padding_2d()
#' @export
layer_zero_padding_2d <- function(object, padding = c(1L, 1L), data_format = NULL, batch_size = NULL,
                                  name = NULL, trainable = NULL, weights = NULL) {
  add_layer(object, "ZeroPadding2D", model_arguments())
}

#' Pad volumes with zeros
#'
#' Adds zeros along each spatial axis.
#'
#' @inheritParams layer_conv_1d
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers convolutional
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(4, 4, 4, 2)) %>% layer_zero_padding_3d()
#' @export
layer_zero_padding_3d <- function(object, padding = c(1L, 1L, 1L), data_format = NULL, batch_size = NULL,
                                  name = NULL, trainable = NULL, weights = NULL) {
  add_layer(object, "ZeroPadding3D", model_arguments())
}

#' Crop sequences
#'
#' Removes time steps at the beginning and the end.
#'
#' @inheritParams layer_dense
#' @param cropping How much to crop at the beginning and the end of each spatial axis: a whole number, one for each
#'   axis, or a list of pairs.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers convolutional
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(8, 3)) %>% layer_cropping_1d()
#' @export
layer_cropping_1d <- function(object, cropping = c(1L, 1L), batch_size = NULL, name = NULL, trainable = NULL,
                              weights = NULL) {
  add_layer(object, "Cropping1D", model_arguments())
}

#' Crop images
#'
#' Removes rows and columns at the borders.
#'
#' @inheritParams layer_conv_1d
#' @param cropping What is cropped at the beginning and end of each spatial axis: a whole number, one for each
#'   axis, or a list of pairs.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers convolutional
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(8, 8, 3)) %>% layer_cropping_2d()
#' @export
layer_cropping_2d <- function(object, cropping = list(c(0L, 0L), c(0L, 0L)), data_format = NULL,
                              batch_size = NULL, name = NULL, trainable = NULL, weights = NULL) {
  add_layer(object, "Cropping2D", model_arguments())
}

#' Crop volumes
#'
#' Removes the borders of each spatial axis.
#'
#' @inheritParams layer_cropping_2d
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers convolutional
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(4, 4, 4, 2)) %>% layer_cropping_3d()
#' @export
layer_cropping_3d <- function(object, cropping = list(c(1L, 1L), c(1L, 1L), c(1L, 1L)), data_format = NULL,
                              batch_size = NULL, name = NULL, trainable = NULL, weights = NULL) {
  add_layer(object, "Cropping3D", model_arguments())
}

#' Convolutional LSTM
#'
#' An LSTM that uses convolutions in place of matrix products. Input (samples, time steps, rows, columns, channels).
#'
#' @inheritParams layer_conv_1d
#' @param recurrent_activation Activation of the gates, specified like `activation`.
#' @param recurrent_initializer Initializer of the layer's `recurrent_kernel`: a name such as `"zeros"`, or an
#'   [initializer][initializer_zeros].
#' @param unit_forget_bias Whether to initialize the bias of the forget gate with 1.
#' @param recurrent_regularizer [Regularizer][regularizer_l1] of the layer's `recurrent_kernel`; `NULL` for none.
#' @param recurrent_constraint [Constraint][constraint_maxnorm] of the layer's `recurrent_kernel`; `NULL` for none.
#' @param return_sequences Whether to return the output of every time step, instead of only the last one.
#' @param go_backwards Whether to begin with the last time step.
#' @param stateful Whether the final state of each sample is the initial state of the sample at the same position in the
#'   next batch.
#' @param dropout Fraction of the inputs to drop in training, from 0 to 1.
#' @param recurrent_dropout Fraction of the states to drop in training, from 0 to 1.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers convolutional
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(4, 8, 8, 3)) %>% layer_conv_lstm_2d(filters = 2, kernel_size = 2)
#' @export
layer_conv_lstm_2d <- function(object, filters, kernel_size, strides = c(1L, 1L), padding = "valid",
                               data_format = NULL, dilation_rate = c(1L, 1L), activation = "tanh",
                               recurrent_activation = "hard_sigmoid", use_bias = TRUE,
                               kernel_initializer = "glorot_uniform", recurrent_initializer = "orthogonal",
                               bias_initializer = "zeros", unit_forget_bias = TRUE, kernel_regularizer = NULL,
                               recurrent_regularizer = NULL, bias_regularizer = NULL,
                               activity_regularizer = NULL, kernel_constraint = NULL,
                               recurrent_constraint = NULL, bias_constraint = NULL, return_sequences = FALSE,
                               go_backwards = FALSE, stateful = FALSE, dropout = 0, recurrent_dropout = 0,
                               batch_size = NULL, name = NULL, trainable = NULL, weights = NULL,
                               input_shape = NULL) {
  add_layer(object, "ConvLSTM2D", model_arguments())
}
