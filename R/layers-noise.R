# Layers: noise.

#' Additive noise
#'
#' Adds normal draws in training.
#'
#' @param object A sequential model, which the layer is added to; a tensor or a list of tensors, which it is
#'   applied to; or nothing, for the layer itself.
#' @param stddev Standard deviation, a number.
#' @param input_shape Shape of one sample, without the samples' axis; `NA` or `NULL` for an unknown size.
#'   Needed in the first layer of a sequential model.
#' @param batch_input_shape Shape of a whole batch, the samples' axis included.
#' @param batch_size Number of samples in a batch, where it is fixed.
#' @param dtype Dtype of the layer's input, such as `"float32"`.
#' @param name Name of the layer, one of its own in each model; `NULL` makes one.
#' @param trainable Whether training changes the layer's weights.
#' @param weights List of arrays that the weights begin with.
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
#' @param object A sequential model, which the layer is added to; a tensor or a list of tensors, which it is
#'   applied to; or nothing, for the layer itself.
#' @param rate Share that is dropped in training, from 0 to 1.
#' @param input_shape Shape of one sample, without the samples' axis; `NA` or `NULL` for an unknown size.
#'   Needed in the first layer of a sequential model.
#' @param batch_input_shape Shape of a whole batch, the samples' axis included.
#' @param batch_size Number of samples in a batch, where it is fixed.
#' @param dtype Dtype of the layer's input, such as `"float32"`.
#' @param name Name of the layer, one of its own in each model; `NULL` makes one.
#' @param trainable Whether training changes the layer's weights.
#' @param weights List of arrays that the weights begin with.
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
#' @param object A sequential model, which the layer is added to; a tensor or a list of tensors, which it is
#'   applied to; or nothing, for the layer itself.
#' @param rate Share that is dropped in training, from 0 to 1.
#' @param noise_shape Shape of the mask: 1 where an axis shares it.
#' @param seed A whole number that makes the draws repeat.
#' @param input_shape Shape of one sample, without the samples' axis; `NA` or `NULL` for an unknown size.
#'   Needed in the first layer of a sequential model.
#' @param batch_input_shape Shape of a whole batch, the samples' axis included.
#' @param batch_size Number of samples in a batch, where it is fixed.
#' @param dtype Dtype of the layer's input, such as `"float32"`.
#' @param name Name of the layer, one of its own in each model; `NULL` makes one.
#' @param trainable Whether training changes the layer's weights.
#' @param weights List of arrays that the weights begin with.
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
