# Layers that merge several inputs.

#' Add
#'
#' The elementwise sum of the inputs.
#'
#' @param inputs A list of two or more tensors; or nothing, to return the layer itself.
#' @inheritParams layer_dense
#' @return A tensor if tensors are given; otherwise the layer.
#' @family layers merge
#' @examplesIf is_keras_available() && is_backend_installed()
#' inputs <- list(layer_input(3), layer_input(3))
#' layer_add(inputs)
#' @export
layer_add <- function(inputs, batch_size = NULL, dtype = NULL, name = NULL, trainable = NULL, weights = NULL) {
  add_layer(inputs, "Add", model_arguments("inputs"))
}

#' Subtract
#'
#' The first input minus the second.
#'
#' @inheritParams layer_add
#' @return A tensor if tensors are given; otherwise the layer.
#' @family layers merge
#' @examplesIf is_keras_available() && is_backend_installed()
#' inputs <- list(layer_input(3), layer_input(3))
#' layer_subtract(inputs)
#' @export
layer_subtract <- function(inputs, batch_size = NULL, dtype = NULL, name = NULL, trainable = NULL,
                           weights = NULL) {
  add_layer(inputs, "Subtract", model_arguments("inputs"))
}

#' Multiply
#'
#' The elementwise product of the inputs.
#'
#' @inheritParams layer_add
#' @return A tensor if tensors are given; otherwise the layer.
#' @family layers merge
#' @examplesIf is_keras_available() && is_backend_installed()
#' inputs <- list(layer_input(3), layer_input(3))
#' layer_multiply(inputs)
#' @export
layer_multiply <- function(inputs, batch_size = NULL, dtype = NULL, name = NULL, trainable = NULL,
                           weights = NULL) {
  add_layer(inputs, "Multiply", model_arguments("inputs"))
}

#' Average
#'
#' The elementwise mean of the inputs.
#'
#' @inheritParams layer_add
#' @return A tensor if tensors are given; otherwise the layer.
#' @family layers merge
#' @examplesIf is_keras_available() && is_backend_installed()
#' inputs <- list(layer_input(3), layer_input(3))
#' layer_average(inputs)
#' @export
layer_average <- function(inputs, batch_size = NULL, dtype = NULL, name = NULL, trainable = NULL,
                          weights = NULL) {
  add_layer(inputs, "Average", model_arguments("inputs"))
}

#' Maximum
#'
#' The elementwise maximum of the inputs.
#'
#' @inheritParams layer_add
#' @return A tensor if tensors are given; otherwise the layer.
#' @family layers merge
#' @examplesIf is_keras_available() && is_backend_installed()
#' inputs <- list(layer_input(3), layer_input(3))
#' layer_maximum(inputs)
#' @export
layer_maximum <- function(inputs, batch_size = NULL, dtype = NULL, name = NULL, trainable = NULL,
                          weights = NULL) {
  add_layer(inputs, "Maximum", model_arguments("inputs"))
}

#' Minimum
#'
#' The elementwise minimum of the inputs.
#'
#' @inheritParams layer_add
#' @return A tensor if tensors are given; otherwise the layer.
#' @family layers merge
#' @examplesIf is_keras_available() && is_backend_installed()
#' inputs <- list(layer_input(3), layer_input(3))
#' layer_minimum(inputs)
#' @export
layer_minimum <- function(inputs, batch_size = NULL, dtype = NULL, name = NULL, trainable = NULL,
                          weights = NULL) {
  add_layer(inputs, "Minimum", model_arguments("inputs"))
}

#' Concatenate
#'
#' The inputs joined along an axis.
#'
#' @inheritParams layer_add
#' @param axis The axis, as in Keras: 0 is the samples' axis, and -1 the last.
#' @return A tensor if tensors are given; otherwise the layer.
#' @family layers merge
#' @examplesIf is_keras_available() && is_backend_installed()
#' inputs <- list(layer_input(3), layer_input(3))
#' layer_concatenate(inputs)
#' @export
layer_concatenate <- function(inputs, axis = -1, batch_size = NULL, dtype = NULL, name = NULL,
                              trainable = NULL, weights = NULL) {
  add_layer(inputs, "Concatenate", model_arguments("inputs"))
}

#' Dot product of samples
#'
#' Sums of products of two inputs along given axes.
#'
#' @inheritParams layer_add
#' @param axes The axis to sum over, one for both inputs or one for each; 0 is the samples' axis.
#' @param normalize Whether to normalize both inputs first, so that the result is the cosine of their angle.
#' @return A tensor if tensors are given; otherwise the layer.
#' @family layers merge
#' @examplesIf is_keras_available() && is_backend_installed()
#' inputs <- list(layer_input(3), layer_input(3))
#' layer_dot(inputs, axes = 1)
#' @export
layer_dot <- function(inputs, axes, normalize = FALSE, batch_size = NULL, dtype = NULL, name = NULL,
                      trainable = NULL, weights = NULL) {
  add_layer(inputs, "Dot", model_arguments("inputs"))
}
