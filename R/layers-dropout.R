# Layers: dropout.

#' Dropout
#'
#' Sets a random fraction of the input to 0 in training, and scales up the rest.
#'
#' @inheritParams layer_dense
#' @param rate Fraction to drop in training, from 0 to 1.
#' @param noise_shape Shape of the mask; size 1 on axes whose elements are dropped together.
#' @param seed A whole number that makes the draws repeat.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers dropout
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_dropout(rate = 0.5)
#' @export
layer_dropout <- function(object, rate, noise_shape = NULL, seed = NULL, input_shape = NULL,
                          batch_input_shape = NULL, batch_size = NULL, name = NULL, trainable = NULL,
                          weights = NULL) {
  add_layer(object, "Dropout", model_arguments())
}

#' Dropout of whole features of sequences
#'
#' Drops whole channels in training.
#'
#' @inheritParams layer_dropout
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers dropout
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(8, 3)) %>% layer_spatial_dropout_1d(rate = 0.5)
#' @export
layer_spatial_dropout_1d <- function(object, rate, batch_size = NULL, name = NULL, trainable = NULL,
                                     weights = NULL) {
  add_layer(object, "SpatialDropout1D", model_arguments())
}

#' Dropout of whole channels of images
#'
#' Drops whole channels in training.
#'
#' @inheritParams layer_dropout
#' @param data_format `"channels_last"` or `"channels_first"`; `NULL` is [k_image_data_format()].
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers dropout
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(8, 8, 3)) %>% layer_spatial_dropout_2d(rate = 0.5)
#' @export
layer_spatial_dropout_2d <- function(object, rate, data_format = NULL, batch_size = NULL, name = NULL,
                                     trainable = NULL, weights = NULL) {
  add_layer(object, "SpatialDropout2D", model_arguments())
}

#' Dropout of whole channels of volumes
#'
#' Drops whole channels in training.
#'
#' @inheritParams layer_spatial_dropout_2d
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers dropout
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(4, 4, 4, 2)) %>% layer_spatial_dropout_3d(rate = 0.5)
#' @export
layer_spatial_dropout_3d <- function(object, rate, data_format = NULL, batch_size = NULL, name = NULL,
                                     trainable = NULL, weights = NULL) {
  add_layer(object, "SpatialDropout3D", model_arguments())
}
