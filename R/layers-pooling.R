# Layers: pooling.

#' Max pooling of sequences
#'
#' The largest element of each window.
#'
#' @inheritParams layer_dense
#' @param pool_size Size of the window along each spatial axis.
#' @param strides Step of the window along each spatial axis; in pooling, `NULL` is the window's size.
#' @param padding `"valid"` for none, or `"same"` for an output as large as the input (before strides); in
#'   one-dimensional convolutions also `"causal"`.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers pooling
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(8, 3)) %>% layer_max_pooling_1d()
#' @export
layer_max_pooling_1d <- function(object, pool_size = 2L, strides = NULL, padding = "valid", batch_size = NULL,
                                 name = NULL, trainable = NULL, weights = NULL) {
  add_layer(object, "MaxPooling1D", model_arguments())
}

#' Max pooling of images
#'
#' Largest element of each window.
#'
#' @inheritParams layer_max_pooling_1d
#' @param data_format `"channels_last"` or `"channels_first"`; `NULL` is [k_image_data_format()].
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers pooling
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(8, 8, 3)) %>% layer_max_pooling_2d()
#' @export
layer_max_pooling_2d <- function(object, pool_size = c(2L, 2L), strides = NULL, padding = "valid",
                                 data_format = NULL, batch_size = NULL, name = NULL, trainable = NULL,
                                 weights = NULL) {
  add_layer(object, "MaxPooling2D", model_arguments())
}

#' Max pooling of volumes
#'
#' Largest element of each window.
#'
#' @inheritParams layer_max_pooling_2d
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers pooling
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(4, 4, 4, 2)) %>% layer_max_pooling_3d()
#' @export
layer_max_pooling_3d <- function(object, pool_size = c(2L, 2L, 2L), strides = NULL, padding = "valid",
                                 data_format = NULL, batch_size = NULL, name = NULL, trainable = NULL,
                                 weights = NULL) {
  add_layer(object, "MaxPooling3D", model_arguments())
}

#' Average pooling of sequences
#'
#' The mean of each window.
#'
#' @inheritParams layer_max_pooling_2d
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers pooling
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(8, 3)) %>% layer_average_pooling_1d()
#' @export
layer_average_pooling_1d <- function(object, pool_size = 2L, strides = NULL, padding = "valid",
                                     data_format = "channels_last", batch_size = NULL, name = NULL,
                                     trainable = NULL, weights = NULL) {
  add_layer(object, "AveragePooling1D", model_arguments())
}

#' Average pooling of images
#'
#' Mean of each window.
#'
#' @inheritParams layer_max_pooling_2d
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers pooling
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(8, 8, 3)) %>% layer_average_pooling_2d()
#' @export
layer_average_pooling_2d <- function(object, pool_size = c(2L, 2L), strides = NULL, padding = "valid",
                                     data_format = NULL, batch_size = NULL, name = NULL, trainable = NULL,
                                     weights = NULL) {
  add_layer(object, "AveragePooling2D", model_arguments())
}

#' Average pooling of volumes
#'
#' Mean of each window.
#'
#' @inheritParams layer_max_pooling_2d
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers pooling
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(4, 4, 4, 2)) %>% layer_average_pooling_3d()
#' @export
layer_average_pooling_3d <- function(object, pool_size = c(2L, 2L, 2L), strides = NULL, padding = "valid",
                                     data_format = NULL, batch_size = NULL, name = NULL, trainable = NULL,
                                     weights = NULL) {
  add_layer(object, "AveragePooling3D", model_arguments())
}

#' Global max pooling of sequences
#'
#' The largest element of each channel.
#'
#' @inheritParams layer_max_pooling_2d
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers pooling
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(8, 3)) %>% layer_global_max_pooling_1d()
#' @export
layer_global_max_pooling_1d <- function(object, data_format = "channels_last", batch_size = NULL, name = NULL,
                                        trainable = NULL, weights = NULL) {
  add_layer(object, "GlobalMaxPooling1D", model_arguments())
}

#' Global average pooling of sequences
#'
#' The mean of each channel.
#'
#' @inheritParams layer_max_pooling_2d
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers pooling
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(8, 3)) %>% layer_global_average_pooling_1d()
#' @export
layer_global_average_pooling_1d <- function(object, data_format = "channels_last", batch_size = NULL,
                                            name = NULL, trainable = NULL, weights = NULL) {
  add_layer(object, "GlobalAveragePooling1D", model_arguments())
}

#' Global max pooling of images
#'
#' The largest element of each channel.
#'
#' @inheritParams layer_max_pooling_2d
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers pooling
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(8, 8, 3)) %>% layer_global_max_pooling_2d()
#' @export
layer_global_max_pooling_2d <- function(object, data_format = NULL, batch_size = NULL, name = NULL,
                                        trainable = NULL, weights = NULL) {
  add_layer(object, "GlobalMaxPooling2D", model_arguments())
}

#' Global average pooling of images
#'
#' The mean of each channel.
#'
#' @inheritParams layer_max_pooling_2d
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers pooling
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(8, 8, 3)) %>% layer_global_average_pooling_2d()
#' @export
layer_global_average_pooling_2d <- function(object, data_format = NULL, batch_size = NULL, name = NULL,
                                            trainable = NULL, weights = NULL) {
  add_layer(object, "GlobalAveragePooling2D", model_arguments())
}

#' Global max pooling of volumes
#'
#' The largest element of each channel.
#'
#' @inheritParams layer_max_pooling_2d
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers pooling
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(4, 4, 4, 2)) %>% layer_global_max_pooling_3d()
#' @export
layer_global_max_pooling_3d <- function(object, data_format = NULL, batch_size = NULL, name = NULL,
                                        trainable = NULL, weights = NULL) {
  add_layer(object, "GlobalMaxPooling3D", model_arguments())
}

#' Global average pooling of volumes
#'
#' The mean of each channel.
#'
#' @inheritParams layer_max_pooling_2d
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers pooling
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(4, 4, 4, 2)) %>% layer_global_average_pooling_3d()
#' @export
layer_global_average_pooling_3d <- function(object, data_format = NULL, batch_size = NULL, name = NULL,
                                            trainable = NULL, weights = NULL) {
  add_layer(object, "GlobalAveragePooling3D", model_arguments())
}
