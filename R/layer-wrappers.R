# Layers that wrap other layers.

#' Apply a layer to each time step
#'
#' Input (samples, time steps, ...).
#'
#' @inheritParams layer_dense
#' @param layer A layer.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layer wrappers
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(5, 3)) %>% time_distributed(layer = layer_dense(units = 2))
#' @export
time_distributed <- function(object, layer, input_shape = NULL, batch_input_shape = NULL, batch_size = NULL,
                             dtype = NULL, name = NULL, trainable = NULL, weights = NULL) {
  add_layer(object, "TimeDistributed", model_arguments())
}

#' Run a recurrent layer in both directions
#'
#' Runs the layer, and a copy of it that begins with the last time step.
#'
#' @inheritParams time_distributed
#' @param merge_mode How to combine the two directions: `"sum"`, `"mul"`, `"concat"`, `"ave"`, or `NULL` for a
#'   list of both.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layer wrappers
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(5, 3)) %>% bidirectional(layer = layer_lstm(units = 2))
#' @export
bidirectional <- function(object, layer, merge_mode = "concat", input_shape = NULL, batch_input_shape = NULL,
                          batch_size = NULL, dtype = NULL, name = NULL, trainable = NULL, weights = NULL) {
  add_layer(object, "Bidirectional", model_arguments())
}
