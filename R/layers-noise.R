# Layers: noise.

#' Additive noise
#'
#' Adds normally distributed noise in training.
#'
#' @inheritParams layer_dense
#' @param stddev Standard deviation, a number.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers noise
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_gaussian_noise(stddev = 0.1)
#' @export
layer_gaussian_noise <- function(object, stddev, input_shape = NULL, batch_input_shape = NULL,
                                 batch_size = NULL, dtype = NULL, name = NULL, trainable = NULL,
                                 weights = NULL) {
  add_layer(object, "GaussianNoise", model_arguments())
}

#' Multiplicative noise
#'
#' Multiplies by normally distributed noise around 1 in training.
#'
#' @inheritParams layer_dense
#' @param rate Share that is dropped in training, from 0 to 1.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers noise
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_gaussian_dropout(rate = 0.5)
#' @export
layer_gaussian_dropout <- function(object, rate, input_shape = NULL, batch_input_shape = NULL,
                                   batch_size = NULL, dtype = NULL, name = NULL, trainable = NULL,
                                   weights = NULL) {
  add_layer(object, "GaussianDropout", model_arguments())
}

#' Alpha dropout
#'
#' Dropout that keeps the mean and variance of its input, for the activation selu.
#'
#' @inheritParams layer_gaussian_dropout
#' @param noise_shape Shape of the mask: 1 where an axis shares it.
#' @param seed A whole number that makes the draws repeat.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers noise
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_alpha_dropout(rate = 0.5)
#' @export
layer_alpha_dropout <- function(object, rate, noise_shape = NULL, seed = NULL, input_shape = NULL,
                                batch_input_shape = NULL, batch_size = NULL, dtype = NULL, name = NULL,
                                trainable = NULL, weights = NULL) {
  add_layer(object, "AlphaDropout", model_arguments())
}
