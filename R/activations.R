# Activations as functions of tensors.

#' Rectified linear unit
#'
#' @param x A tensor.
#' @param alpha Slope for negative inputs, or the scale of the exponential: a number.
#' @param max_value Largest output; `NULL` for no limit.
#' @param threshold Threshold below which the input counts as negative.
#' @return A tensor of the same shape as `x`.
#' @family activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' k_eval(activation_relu(k_constant(c(-1, 0, 2))))
#' @export
activation_relu <- function(x, alpha = 0, max_value = NULL, threshold = 0) {
  keras_call("activations.relu", model_arguments(character(), drop = character()))
}
attr(activation_relu, "py_function_name") <- "relu"

#' Exponential linear unit
#'
#' @inheritParams activation_relu
#' @return A tensor of the same shape as `x`.
#' @family activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' k_eval(activation_elu(k_constant(c(-1, 0, 2))))
#' @export
activation_elu <- function(x, alpha = 1) {
  keras_call("activations.elu", model_arguments(character(), drop = character()))
}
attr(activation_elu, "py_function_name") <- "elu"

#' Scaled exponential linear unit
#'
#' @inheritParams activation_relu
#' @return A tensor of the same shape as `x`.
#' @family activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' k_eval(activation_selu(k_constant(c(-1, 0, 2))))
#' @export
activation_selu <- function(x) {
  keras_call("activations.selu", model_arguments(character(), drop = character()))
}
attr(activation_selu, "py_function_name") <- "selu"

#' Piecewise linear sigmoid
#'
#' @inheritParams activation_relu
#' @return A tensor of the same shape as `x`.
#' @family activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' k_eval(activation_hard_sigmoid(k_constant(c(-1, 0, 2))))
#' @export
activation_hard_sigmoid <- function(x) {
  keras_call("activations.hard_sigmoid", model_arguments(character(), drop = character()))
}
attr(activation_hard_sigmoid, "py_function_name") <- "hard_sigmoid"

#' The identity function
#'
#' @inheritParams activation_relu
#' @return A tensor of the same shape as `x`.
#' @family activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' k_eval(activation_linear(k_constant(c(-1, 0, 2))))
#' @export
activation_linear <- function(x) {
  keras_call("activations.linear", model_arguments(character(), drop = character()))
}
attr(activation_linear, "py_function_name") <- "linear"

#' Sigmoid
#'
#' @inheritParams activation_relu
#' @return A tensor of the same shape as `x`.
#' @family activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' k_eval(activation_sigmoid(k_constant(c(-1, 0, 2))))
#' @export
activation_sigmoid <- function(x) {
  keras_call("activations.sigmoid", model_arguments(character(), drop = character()))
}
attr(activation_sigmoid, "py_function_name") <- "sigmoid"

#' Softmax along an axis
#'
#' @param x A tensor.
#' @param axis The axis, as in Keras: 0 is the samples' axis, and -1 the last.
#' @return A tensor of the same shape as `x`.
#' @family activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' k_eval(activation_softmax(k_constant(c(-1, 0, 2), shape = c(1, 3))))
#' @export
activation_softmax <- function(x, axis = -1) {
  keras_call("activations.softmax", model_arguments(character(), drop = character()))
}
attr(activation_softmax, "py_function_name") <- "softmax"

#' `log(exp(x) + 1)`
#'
#' @inheritParams activation_relu
#' @return A tensor of the same shape as `x`.
#' @family activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' k_eval(activation_softplus(k_constant(c(-1, 0, 2))))
#' @export
activation_softplus <- function(x) {
  keras_call("activations.softplus", model_arguments(character(), drop = character()))
}
attr(activation_softplus, "py_function_name") <- "softplus"

#' `x / (abs(x) + 1)`
#'
#' @inheritParams activation_relu
#' @return A tensor of the same shape as `x`.
#' @family activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' k_eval(activation_softsign(k_constant(c(-1, 0, 2))))
#' @export
activation_softsign <- function(x) {
  keras_call("activations.softsign", model_arguments(character(), drop = character()))
}
attr(activation_softsign, "py_function_name") <- "softsign"

#' Hyperbolic tangent
#'
#' @inheritParams activation_relu
#' @return A tensor of the same shape as `x`.
#' @family activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' k_eval(activation_tanh(k_constant(c(-1, 0, 2))))
#' @export
activation_tanh <- function(x) {
  keras_call("activations.tanh", model_arguments(character(), drop = character()))
}
attr(activation_tanh, "py_function_name") <- "tanh"

#' Exponential
#'
#' @inheritParams activation_relu
#' @return A tensor of the same shape as `x`.
#' @family activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' k_eval(activation_exponential(k_constant(c(-1, 0, 2))))
#' @export
activation_exponential <- function(x) {
  keras_call("activations.exponential", model_arguments(character(), drop = character()))
}
attr(activation_exponential, "py_function_name") <- "exponential"
