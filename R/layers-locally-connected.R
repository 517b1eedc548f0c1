# Layers: locally connected.

#' Locally connected layer for sequences
#'
#' A convolution with separate filters at each position.
#'
#' @inheritParams layer_dense
#' @param filters Number of filters, the size of the output's channels.
#' @param kernel_size Size of the window along each spatial axis: whole numbers, or one for all.
#' @param strides Step of the window along each spatial axis; in pooling, `NULL` is the window's size.
#' @param padding `"valid"` for none, or `"same"` for an output as large as the input (before strides); in
#'   one-dimensional convolutions also `"causal"`.
#' @param data_format `"channels_last"` or `"channels_first"`; `NULL` is [k_image_data_format()].
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers locally connected
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(8, 3)) %>% layer_locally_connected_1d(filters = 2, kernel_size = 2)
#' @export
layer_locally_connected_1d <- function(object, filters, kernel_size, strides = 1L, padding = "valid",
                                       data_format = NULL, activation = NULL, use_bias = TRUE,
                                       kernel_initializer = "glorot_uniform", bias_initializer = "zeros",
                                       kernel_regularizer = NULL, bias_regularizer = NULL,
                                       activity_regularizer = NULL, kernel_constraint = NULL,
                                       bias_constraint = NULL, batch_size = NULL, name = NULL,
                                       trainable = NULL, weights = NULL) {
  add_layer(object, "LocallyConnected1D", model_arguments())
}

#' Locally connected layer for images
#'
#' A convolution whose filters differ from place to place.
#'
#' @inheritParams layer_locally_connected_1d
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers locally connected
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(8, 8, 3)) %>% layer_locally_connected_2d(filters = 2, kernel_size = 2)
#' @export
layer_locally_connected_2d <- function(object, filters, kernel_size, strides = c(1L, 1L), padding = "valid",
                                       data_format = NULL, activation = NULL, use_bias = TRUE,
                                       kernel_initializer = "glorot_uniform", bias_initializer = "zeros",
                                       kernel_regularizer = NULL, bias_regularizer = NULL,
                                       activity_regularizer = NULL, kernel_constraint = NULL,
                                       bias_constraint = NULL, batch_size = NULL, name = NULL,
                                       trainable = NULL, weights = NULL) {
  add_layer(object, "LocallyConnected2D", model_arguments())
}
