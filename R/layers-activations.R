# Layers: activations.

#' Activation layer
#'
#' Applies an activation to its input.
#'
#' @inheritParams layer_dense
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_activation(activation = "relu")
#' @export
layer_activation <- function(object, activation, input_shape = NULL, batch_input_shape = NULL,
                             batch_size = NULL, dtype = NULL, name = NULL, trainable = NULL, weights = NULL) {
  add_layer(object, "Activation", model_arguments())
}

#' Leaky rectified linear unit
#'
#' `x` if it is positive, `alpha * x` otherwise.
#'
#' @inheritParams layer_dense
#' @param alpha Slope for negative inputs, or the scale of the exponential: a number.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_activation_leaky_relu()
#' @export
layer_activation_leaky_relu <- function(object, alpha = 0.3, input_shape = NULL, batch_input_shape = NULL,
                                        batch_size = NULL, dtype = NULL, name = NULL, trainable = NULL,
                                        weights = NULL) {
  add_layer(object, "LeakyReLU", model_arguments())
}

#' Parametric rectified linear unit
#'
#' `x` if it is positive, `alpha * x` otherwise, with a trained `alpha` for each element.
#'
#' @inheritParams layer_dense
#' @param alpha_initializer Initializer of the layer's `alpha`: a name such as `"zeros"`, or an
#'   [initializer][initializer_zeros].
#' @param alpha_regularizer [Regularizer][regularizer_l1] of the layer's `alpha`; `NULL` for none.
#' @param alpha_constraint [Constraint][constraint_maxnorm] of the layer's `alpha`; `NULL` for none.
#' @param shared_axes Axes along which elements share a slope; 0 is the samples' axis.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_activation_parametric_relu()
#' @export
layer_activation_parametric_relu <- function(object, alpha_initializer = "zeros", alpha_regularizer = NULL,
                                             alpha_constraint = NULL, shared_axes = NULL, input_shape = NULL,
                                             batch_input_shape = NULL, batch_size = NULL, dtype = NULL,
                                             name = NULL, trainable = NULL, weights = NULL) {
  add_layer(object, "PReLU", model_arguments())
}

#' Thresholded rectified linear unit
#'
#' `x` if it exceeds `theta`, 0 otherwise.
#'
#' @inheritParams layer_dense
#' @param theta Threshold, a number.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_activation_thresholded_relu()
#' @export
layer_activation_thresholded_relu <- function(object, theta = 1, input_shape = NULL, batch_input_shape = NULL,
                                              batch_size = NULL, dtype = NULL, name = NULL, trainable = NULL,
                                              weights = NULL) {
  add_layer(object, "ThresholdedReLU", model_arguments())
}

#' Exponential linear unit
#'
#' `x` if it is positive, `alpha * (exp(x) - 1)` otherwise.
#'
#' @inheritParams layer_activation_leaky_relu
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_activation_elu()
#' @export
layer_activation_elu <- function(object, alpha = 1, input_shape = NULL, batch_input_shape = NULL,
                                 batch_size = NULL, dtype = NULL, name = NULL, trainable = NULL,
                                 weights = NULL) {
  add_layer(object, "ELU", model_arguments())
}

#' Softmax layer
#'
#' `exp(x)`, scaled so that it sums to 1 along an axis.
#'
#' @inheritParams layer_dense
#' @param axis The axis, as in Keras: 0 is the samples' axis, and -1 the last.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_activation_softmax()
#' @export
layer_activation_softmax <- function(object, axis = -1, input_shape = NULL, batch_input_shape = NULL,
                                     batch_size = NULL, dtype = NULL, name = NULL, trainable = NULL,
                                     weights = NULL) {
  add_layer(object, "Softmax", model_arguments())
}

#' Rectified linear unit
#'
#' `x` from the threshold on, `negative_slope * (x - threshold)` below it, and at most `max_value`.
#'
#' @inheritParams layer_dense
#' @param max_value Largest output; `NULL` for no limit.
#' @param negative_slope Slope below the threshold.
#' @param threshold Threshold below which the input counts as negative.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_activation_relu()
#' @export
layer_activation_relu <- function(object, max_value = NULL, negative_slope = 0, threshold = 0,
                                  input_shape = NULL, batch_input_shape = NULL, batch_size = NULL,
                                  dtype = NULL, name = NULL, trainable = NULL, weights = NULL) {
  add_layer(object, "ReLU", model_arguments())
}

#' Scaled exponential linear unit
#'
#' `scale * x` if `x` is positive, `scale * alpha * (exp(x) - 1)` otherwise, with the constants of
#' self-normalizing networks.
#'
#' @inheritParams layer_dense
#' @return The model if `object` is one; a tensor if it is applied to a tensor; otherwise the layer.
#' @family layers activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_activation_selu()
#' @export
layer_activation_selu <- function(object, input_shape = NULL, batch_input_shape = NULL, batch_size = NULL,
                                  dtype = NULL, name = NULL, trainable = NULL, weights = NULL) {
  activation <- "selu"
  add_layer(object, "Activation", c(list(activation = activation), model_arguments()))
}
