# Layers around other layers.

#' Apply a layer to each time step
#'
#' Input (samples, time, ...).
#'
#' @param object A sequential model, which the layer is added to; a tensor or a list of tensors, which it is
#'   applied to; or nothing, for the layer itself.
#' @param layer A layer.
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
#' The layer and its copy that begins with the last time step.
#'
#' @param object A sequential model, which the layer is added to; a tensor or a list of tensors, which it is
#'   applied to; or nothing, for the layer itself.
#' @param layer A layer.
#' @param merge_mode How both directions are joined: `"sum"`, `"mul"`, `"concat"`, `"ave"`, or `NULL` for a
#'   list of both.
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
#' @family layer wrappers
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(5, 3)) %>% bidirectional(layer = layer_lstm(units = 2))
#' @export
bidirectional <- function(object, layer, merge_mode = "concat", input_shape = NULL, batch_input_shape = NULL,
                          batch_size = NULL, dtype = NULL, name = NULL, trainable = NULL, weights = NULL) {
  add_layer(object, "Bidirectional", model_arguments())
}
