# Layers that merge several inputs.

#' Add
#'
#' The sum of the inputs, element by element.
#'
#' @param inputs A list of tensors, of two or more; or nothing, for the layer itself.
#' @inheritParams layer_dense
#' @return A tensor, where tensors are given; else the layer.
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
#' @return A tensor, where tensors are given; else the layer.
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
#' The product of the inputs, element by element.
#'
#' @inheritParams layer_add
#' @return A tensor, where tensors are given; else the layer.
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
#' The mean of the inputs, element by element.
#'
#' @inheritParams layer_add
#' @return A tensor, where tensors are given; else the layer.
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
#' The largest of the inputs, element by element.
#'
#' @inheritParams layer_add
#' @return A tensor, where tensors are given; else the layer.
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
#' The smallest of the inputs, element by element.
#'
#' @inheritParams layer_add
#' @return A tensor, where tensors are given; else the layer.
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
#' @param axis Axis, the samples' axis being 0 and the last one -1, as in Keras.
#' @return A tensor, where tensors are given; else the layer.
#' @family layers merge
#' @examplesIf is_keras_available() && is_backend_installed()
#' inputs <- list(layer_input(3), layer_input(3))
#' layer_concatenate(inputs)
#' @export
layer_concatenate <- function(inputs, axis = -1, batch_size = NULL, dtype = NULL, name = NULL,
                              trainable = NULL, weights = NULL) {
  add_layer(inputs, "Concatenate", model_arguments("inputs"))
}

#' Products of samples
#'
#' Sums of products of two inputs along axes.
#'
#' @inheritParams layer_add
#' @param axes Axes of the products, one for both inputs or two, the samples' axis being 0.
#' @param normalize Whether to normalize both inputs first, which makes the product the cosine of their angle.
#' @return A tensor, where tensors are given; else the layer.
#' @family layers merge
#' @examplesIf is_keras_available() && is_backend_installed()
#' inputs <- list(layer_input(3), layer_input(3))
#' layer_dot(inputs, axes = 1)
#' @export
layer_dot <- function(inputs, axes, normalize = FALSE, batch_size = NULL, dtype = NULL, name = NULL,
                      trainable = NULL, weights = NULL) {
  add_layer(inputs, "Dot", model_arguments("inputs"))
}
