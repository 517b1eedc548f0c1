# Layers: noise.

#' Additive noise
#'
#' Adds normal draws in training.
#'
#' @inheritParams layer_dense
#' @param stddev Standard deviation, a number.
#' @return The model, where `object` is one; a tensor, or a list of them, where it is given tensors; else the
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
#' Multiplies by normal draws around 1 in training.
#'
#' @inheritParams layer_dense
#' @param rate Share that is dropped in training, from 0 to 1.
#' @return The model, where `object` is one; a tensor, or a list of them, where it is given tensors; else the
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
#' Dropout that keeps mean and variance of inputs of activation selu.
#'
#' @inheritParams layer_gaussian_dropout
#' @param noise_shape Shape of the mask: 1 where an axis shares it.
#' @param seed A whole number that makes the draws repeat.
#' @return The model, where `object` is one; a tensor, or a list of them, where it is given tensors; else the
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
