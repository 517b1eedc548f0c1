# Models on several backends: copies, comparisons, and models that survive their engine.

#' Move a model to another backend
#'
#' `to_backend()` copies a model: the new one has the same architecture, weights, optimizer state and arguments
#' of [compile()], and continues training where the old one is. The old one does not change.
#'
#' @param model A model. If its engine has exited, its snapshot is copied (see [snapshot_model()]).
#' @param backend Name of the backend. The current backend does not change.
#' @param custom_objects Named list of custom layers and functions that the model uses. Those that its layers hold need
#'   not be listed.
#' @return The new model.
#'
#'   Losses, metrics and targets that were given to the model as tensors are copied. A variable that they read and that
#'   belongs to no layer is copied with its value, with a warning. States of stateful layers are not copied.
#'
#'   Errors: `keras_error_argument` for a model that cannot be copied, such as one whose constructor took layers.
#' @family models on several backends
#' @examplesIf is_keras_available() && is_backend_installed()
#' model <- keras_model_sequential() %>% layer_dense(2, input_shape = 3)
#' moved <- to_backend(model, k_backend())
#' all.equal(get_weights(moved), get_weights(model))
#' @export
to_backend <- function(model, backend, custom_objects = NULL) {
  seed_python()
  call_shim("to_backend", model, backend, as_custom_objects(custom_objects))
}

#' Compare a model on several backends
#'
#' Checks whether backends agree: each gets a copy of the model (see [to_backend()]), and predicts.
#'
#' @param model A model.
#' @param x Array of its inputs, or a list of arrays.
#' @param backends Names of backends; by default the model's own first, and then all other installed ones.
#' @return A data frame of class `keras_comparison` with a row for each backend: `backend`; `absolute`, the largest
#'   difference from the first backend's predictions; `relative`, the same divided by the largest absolute value of the
#'   first backend's predictions; `seconds`, the time of a prediction once the model is built. Its attribute
#'   "predictions" is the list of predictions by backend.
#' @family models on several backends
#' @examplesIf is_keras_available() && is_backend_installed()
#' model <- keras_model_sequential() %>% layer_dense(2, input_shape = 3)
#' compare_backends(model, matrix(runif(6), 2), backends = k_backend())
#' @export
compare_backends <- function(model, x, backends = NULL) {
  compared <- call_shim("comparison", model, named_data(x, "x"), if (!is.null(backends)) unname(as.list(backends)))
  comparison_table(compared, "predictions")
}

comparison_table <- function(compared, name) {
  columns <- lapply(compared[[1L]], unlist)[c("backend", "absolute", "relative", "seconds")]
  table <- structure(as.data.frame(columns), class = c("keras_comparison", "data.frame"))
  attr(table, name) <- compared[[2L]]
  table
}

#' @export
print.keras_comparison <- function(x, ...) {
  shown <- data.frame(backend = x$backend, absolute = sprintf("%.1e", x$absolute),
                      relative = sprintf("%.1e", x$relative), seconds = sprintf("%.4f", x$seconds))
  print(shown, row.names = FALSE, ...)
  invisible(x)
}

#' Models that survive their engine
#'
#' An engine runs in a separate process. If it exits during [fit()][fit.keras.engine.training.Model], `fit()`
#' signals an error of class `keras_error_training` that says in which epoch; if it exceeded the timeout, the error also
#' has the class `keras_error_timeout`. A snapshot keeps the weights and the optimizer state of the end of each epoch in
#' R's own process, so that training can be resumed.
#'
#' `snapshot_model()` takes a snapshot now, and makes `fit()` take one at the end of each epoch. With
#' `options(keras.snapshot = TRUE)`, `fit()` does so for every model. `restore_model()` restores the model from the last
#' snapshot, on the same backend or another one. On another one, tensors that were taken from the model, such as
#' `model$output`, have to be taken again.
#'
#' @param model A model. `restore_model()` changes it in place.
#' @param keep `FALSE` to drop the snapshot, and to take none from now on.
#' @param backend Name of the backend to continue with; `NULL` means the model's own.
#' @param custom_objects As in [to_backend()].
#' @return The model, invisibly.
#'
#'   Errors: `keras_error_argument` if there is no snapshot, or if the model cannot be copied to another backend.
#' @family models on several backends
#' @examplesIf is_keras_available() && is_backend_installed()
#' x <- matrix(runif(30), 10)
#' model <- keras_model_sequential() %>% layer_dense(1, input_shape = 3)
#' model %>% compile(loss = "mse", optimizer = "sgd")
#' snapshot_model(model)
#' tryCatch(
#'   fit(model, x, rowSums(x), epochs = 3, verbose = 0),
#'   keras_error_training = function(condition) {
#'     restore_model(model)
#'     fit(model, x, rowSums(x), epochs = 3, verbose = 0, initial_epoch = condition$initial_epoch)
#'   }
#' )
#' @export
snapshot_model <- function(model, keep = TRUE) {
  call_shim("snapshot", model, keep)
  invisible(model)
}

#' @rdname snapshot_model
#' @export
restore_model <- function(model, backend = NULL, custom_objects = NULL) {
  invisible(call_shim("restore", model, backend, as_custom_objects(custom_objects)))
}

keeps_snapshots <- function() isTRUE(getOption("keras.snapshot", FALSE))
