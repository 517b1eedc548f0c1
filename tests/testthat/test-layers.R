# The output shape of each layer, according to Keras's documentation.
sequence <- function() layer_input(c(6, 3))
image <- function() layer_input(c(8, 6, 3))
volume <- function() layer_input(c(4, 4, 4, 2))
row <- function() layer_input(5)

shapes <- list(
  layer_dense = list(function() layer_dense(row(), 4), 4),
  layer_reshape = list(function() layer_reshape(row(), c(5, 1)), c(5, 1)),
  layer_permute = list(function() layer_permute(sequence(), c(2, 1)), c(3, 6)),
  "layer_permute of one axis" = list(function() layer_permute(row(), 1), 5),
  "layer_permute by a list" = list(function() layer_permute(sequence(), list(2, 1)), c(3, 6)),
  "layer_activation_parametric_relu by a list" = list(
    function() layer_activation_parametric_relu(image(), shared_axes = list(1, 2)), c(8, 6, 3)
  ),
  "layer_dot by a list" = list(function() layer_dot(list(row(), row()), axes = list(1, 1)), 1),
  layer_repeat_vector = list(function() layer_repeat_vector(row(), 3), c(3, 5)),
  layer_lambda = list(function() layer_lambda(row(), function(x) k_sum(x, axis = 2, keepdims = TRUE)), 1),
  layer_activity_regularization = list(function() layer_activity_regularization(row(), l1 = 0.1), 5),
  layer_masking = list(function() layer_masking(sequence()), c(6, 3)),
  layer_flatten = list(function() layer_flatten(image()), 144),
  layer_activation = list(function() layer_activation(row(), "relu"), 5),
  layer_activation_leaky_relu = list(function() layer_activation_leaky_relu(row()), 5),
  layer_activation_parametric_relu = list(function() layer_activation_parametric_relu(row()), 5),
  layer_activation_thresholded_relu = list(function() layer_activation_thresholded_relu(row()), 5),
  layer_activation_elu = list(function() layer_activation_elu(row()), 5),
  layer_activation_selu = list(function() layer_activation_selu(row()), 5),
  layer_activation_softmax = list(function() layer_activation_softmax(row()), 5),
  layer_activation_relu = list(function() layer_activation_relu(row(), max_value = 6), 5),
  layer_conv_1d = list(function() layer_conv_1d(sequence(), 4, 3), c(4, 4)),
  layer_conv_2d = list(function() layer_conv_2d(image(), 4, c(3, 3), padding = "same"), c(8, 6, 4)),
  layer_conv_3d = list(function() layer_conv_3d(volume(), 4, 2), c(3, 3, 3, 4)),
  layer_conv_2d_transpose = list(function() layer_conv_2d_transpose(image(), 2, 2, strides = 2), c(16, 12, 2)),
  layer_conv_3d_transpose = list(function() layer_conv_3d_transpose(volume(), 2, 2), c(5, 5, 5, 2)),
  layer_separable_conv_1d = list(function() layer_separable_conv_1d(sequence(), 4, 3), c(4, 4)),
  layer_separable_conv_2d = list(function() layer_separable_conv_2d(image(), 4, 3), c(6, 4, 4)),
  layer_depthwise_conv_2d = list(function() layer_depthwise_conv_2d(image(), 3, depth_multiplier = 2), c(6, 4, 6)),
  layer_upsampling_1d = list(function() layer_upsampling_1d(sequence(), 2), c(12, 3)),
  layer_upsampling_2d = list(function() layer_upsampling_2d(image(), c(2, 1)), c(16, 6, 3)),
  layer_upsampling_3d = list(function() layer_upsampling_3d(volume()), c(8, 8, 8, 2)),
  layer_zero_padding_1d = list(function() layer_zero_padding_1d(sequence(), 2), c(10, 3)),
  layer_zero_padding_2d = list(function() layer_zero_padding_2d(image(), list(c(1, 0), c(2, 1))), c(9, 9, 3)),
  layer_zero_padding_3d = list(function() layer_zero_padding_3d(volume()), c(6, 6, 6, 2)),
  layer_cropping_1d = list(function() layer_cropping_1d(sequence(), c(1, 2)), c(3, 3)),
  layer_cropping_2d = list(function() layer_cropping_2d(image(), list(c(1, 0), c(2, 1))), c(7, 3, 3)),
  layer_cropping_3d = list(function() layer_cropping_3d(volume()), c(2, 2, 2, 2)),
  layer_conv_lstm_2d = list(function() layer_conv_lstm_2d(layer_input(c(3, 8, 6, 2)), 4, 3), c(6, 4, 4)),
  layer_dropout = list(function() layer_dropout(row(), 0.5), 5),
  layer_spatial_dropout_1d = list(function() layer_spatial_dropout_1d(sequence(), 0.5), c(6, 3)),
  layer_spatial_dropout_2d = list(function() layer_spatial_dropout_2d(image(), 0.5), c(8, 6, 3)),
  layer_spatial_dropout_3d = list(function() layer_spatial_dropout_3d(volume(), 0.5), c(4, 4, 4, 2)),
  layer_embedding = list(function() layer_embedding(layer_input(7), 10, 4), c(7, 4)),
  layer_locally_connected_1d = list(function() layer_locally_connected_1d(sequence(), 4, 3), c(4, 4)),
  layer_locally_connected_2d = list(function() layer_locally_connected_2d(image(), 4, c(3, 3)), c(6, 4, 4)),
  layer_add = list(function() layer_add(list(row(), row())), 5),
  layer_subtract = list(function() layer_subtract(list(row(), row())), 5),
  layer_multiply = list(function() layer_multiply(list(row(), row())), 5),
  layer_average = list(function() layer_average(list(row(), row())), 5),
  layer_maximum = list(function() layer_maximum(list(row(), row())), 5),
  layer_minimum = list(function() layer_minimum(list(row(), row())), 5),
  layer_concatenate = list(function() layer_concatenate(list(row(), row())), 10),
  layer_dot = list(function() layer_dot(list(row(), row()), axes = 1), 1),
  layer_gaussian_noise = list(function() layer_gaussian_noise(row(), 0.1), 5),
  layer_gaussian_dropout = list(function() layer_gaussian_dropout(row(), 0.1), 5),
  layer_alpha_dropout = list(function() layer_alpha_dropout(row(), 0.1), 5),
  layer_batch_normalization = list(function() layer_batch_normalization(row()), 5),
  layer_max_pooling_1d = list(function() layer_max_pooling_1d(sequence(), 2), c(3, 3)),
  layer_max_pooling_2d = list(function() layer_max_pooling_2d(image(), c(2, 2)), c(4, 3, 3)),
  layer_max_pooling_3d = list(function() layer_max_pooling_3d(volume()), c(2, 2, 2, 2)),
  layer_average_pooling_1d = list(function() layer_average_pooling_1d(sequence(), 2), c(3, 3)),
  layer_average_pooling_2d = list(function() layer_average_pooling_2d(image()), c(4, 3, 3)),
  layer_average_pooling_3d = list(function() layer_average_pooling_3d(volume()), c(2, 2, 2, 2)),
  layer_global_max_pooling_1d = list(function() layer_global_max_pooling_1d(sequence()), 3),
  layer_global_max_pooling_2d = list(function() layer_global_max_pooling_2d(image()), 3),
  layer_global_max_pooling_3d = list(function() layer_global_max_pooling_3d(volume()), 2),
  layer_global_average_pooling_1d = list(function() layer_global_average_pooling_1d(sequence()), 3),
  layer_global_average_pooling_2d = list(function() layer_global_average_pooling_2d(image()), 3),
  layer_global_average_pooling_3d = list(function() layer_global_average_pooling_3d(volume()), 2),
  layer_simple_rnn = list(function() layer_simple_rnn(sequence(), 4), 4),
  layer_gru = list(function() layer_gru(sequence(), 4, return_sequences = TRUE), c(6, 4)),
  layer_lstm = list(function() layer_lstm(sequence(), 4, dropout = 0.1), 4),
  time_distributed = list(function() time_distributed(sequence(), layer_dense(units = 2)), c(6, 2)),
  bidirectional = list(function() bidirectional(sequence(), layer_lstm(units = 4)), 8)
)

for_each_backend("every layer's output has the shape that Keras documents", {
  for (name in names(shapes)) {
    tensor <- shapes[[name]][[1L]]()
    expect_s3_class(tensor, "keras_tensor")
    expect_equal(dim(tensor)[-1L], shapes[[name]][[2L]], label = name)
  }
  missing <- setdiff(grep("^layer_", getNamespaceExports("keras"), value = TRUE), c(names(shapes), "layer_input"))
  expect_equal(sort(missing), c("layer_cudnn_gru", "layer_cudnn_lstm", "layer_dense_features"))
})

for_each_backend("layers can be created alone, added to a model, and applied to tensors", {
  layer <- layer_dense(units = 2, name = "mine")
  expect_s3_class(layer, "keras.layers.core.Dense")
  expect_equal(layer$name, "mine")
  model <- keras_model_sequential()
  expect_identical(layer_dense(model, 3, input_shape = c(4)), model)
  expect_equal(dim(layer(layer_input(3))), c(NA, 2))
  expect_equal(length(model$layers), 1L)
})

test_that("arguments of layers are checked in R's terms", {
  with(suppressMessages(use_backend("tensorflow")), {
    expect_error(layer_dense(units = 1.5), "units", class = "keras_error_argument")
    expect_error(layer_cudnn_lstm(units = 2), "layer_lstm|LSTM\\(")
    expect_error(layer_dense(layer_input(3)), "units")
  })
})
