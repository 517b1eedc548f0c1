# Losses.

#' Mean squared error
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @param y_true Tensor of the targets.
#' @param y_pred Tensor of the predictions, of the targets' shape.
#' @return A tensor with the loss of each sample.
#' @family losses
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(0, 1, 0), 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(loss_mean_squared_error(y_true, y_pred))
#' @export
loss_mean_squared_error <- function(y_true, y_pred) {
  keras_call("losses.mean_squared_error", model_arguments(character(), drop = character()))
}
attr(loss_mean_squared_error, "py_function_name") <- "mean_squared_error"

#' Mean absolute error
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams loss_mean_squared_error
#' @return A tensor with the loss of each sample.
#' @family losses
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(0, 1, 0), 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(loss_mean_absolute_error(y_true, y_pred))
#' @export
loss_mean_absolute_error <- function(y_true, y_pred) {
  keras_call("losses.mean_absolute_error", model_arguments(character(), drop = character()))
}
attr(loss_mean_absolute_error, "py_function_name") <- "mean_absolute_error"

#' Mean absolute percentage error
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams loss_mean_squared_error
#' @return A tensor with the loss of each sample.
#' @family losses
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(0, 1, 0), 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(loss_mean_absolute_percentage_error(y_true, y_pred))
#' @export
loss_mean_absolute_percentage_error <- function(y_true, y_pred) {
  keras_call("losses.mean_absolute_percentage_error", model_arguments(character(), drop = character()))
}
attr(loss_mean_absolute_percentage_error, "py_function_name") <- "mean_absolute_percentage_error"

#' Mean squared logarithmic error
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams loss_mean_squared_error
#' @return A tensor with the loss of each sample.
#' @family losses
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(0, 1, 0), 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(loss_mean_squared_logarithmic_error(y_true, y_pred))
#' @export
loss_mean_squared_logarithmic_error <- function(y_true, y_pred) {
  keras_call("losses.mean_squared_logarithmic_error", model_arguments(character(), drop = character()))
}
attr(loss_mean_squared_logarithmic_error, "py_function_name") <- "mean_squared_logarithmic_error"

#' Squared hinge
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams loss_mean_squared_error
#' @return A tensor with the loss of each sample.
#' @family losses
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(-1, 1, 1), 1))
#' y_pred <- k_constant(matrix(c(-0.4, 2, 0.6), 1))
#' k_eval(loss_squared_hinge(y_true, y_pred))
#' @export
loss_squared_hinge <- function(y_true, y_pred) {
  keras_call("losses.squared_hinge", model_arguments(character(), drop = character()))
}
attr(loss_squared_hinge, "py_function_name") <- "squared_hinge"

#' Hinge
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams loss_mean_squared_error
#' @return A tensor with the loss of each sample.
#' @family losses
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(-1, 1, 1), 1))
#' y_pred <- k_constant(matrix(c(-0.4, 2, 0.6), 1))
#' k_eval(loss_hinge(y_true, y_pred))
#' @export
loss_hinge <- function(y_true, y_pred) {
  keras_call("losses.hinge", model_arguments(character(), drop = character()))
}
attr(loss_hinge, "py_function_name") <- "hinge"

#' Categorical hinge
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams loss_mean_squared_error
#' @return A tensor with the loss of each sample.
#' @family losses
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(0, 1, 0), 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(loss_categorical_hinge(y_true, y_pred))
#' @export
loss_categorical_hinge <- function(y_true, y_pred) {
  keras_call("losses.categorical_hinge", model_arguments(character(), drop = character()))
}
attr(loss_categorical_hinge, "py_function_name") <- "categorical_hinge"

#' Log-cosh
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams loss_mean_squared_error
#' @return A tensor with the loss of each sample.
#' @family losses
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(0, 1, 0), 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(loss_logcosh(y_true, y_pred))
#' @export
loss_logcosh <- function(y_true, y_pred) {
  keras_call("losses.logcosh", model_arguments(character(), drop = character()))
}
attr(loss_logcosh, "py_function_name") <- "logcosh"

#' Categorical crossentropy
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams loss_mean_squared_error
#' @return A tensor with the loss of each sample.
#' @family losses
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(0, 1, 0), 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(loss_categorical_crossentropy(y_true, y_pred))
#' @export
loss_categorical_crossentropy <- function(y_true, y_pred) {
  keras_call("losses.categorical_crossentropy", model_arguments(character(), drop = character()))
}
attr(loss_categorical_crossentropy, "py_function_name") <- "categorical_crossentropy"

#' Sparse categorical crossentropy
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams loss_mean_squared_error
#' @return A tensor with the loss of each sample.
#' @family losses
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(1, 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(loss_sparse_categorical_crossentropy(y_true, y_pred))
#' @export
loss_sparse_categorical_crossentropy <- function(y_true, y_pred) {
  keras_call("losses.sparse_categorical_crossentropy", model_arguments(character(), drop = character()))
}
attr(loss_sparse_categorical_crossentropy, "py_function_name") <- "sparse_categorical_crossentropy"

#' Binary crossentropy
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams loss_mean_squared_error
#' @return A tensor with the loss of each sample.
#' @family losses
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(0, 1, 0), 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(loss_binary_crossentropy(y_true, y_pred))
#' @export
loss_binary_crossentropy <- function(y_true, y_pred) {
  keras_call("losses.binary_crossentropy", model_arguments(character(), drop = character()))
}
attr(loss_binary_crossentropy, "py_function_name") <- "binary_crossentropy"

#' Kullback-Leibler divergence
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams loss_mean_squared_error
#' @return A tensor with the loss of each sample.
#' @family losses
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(0, 1, 0), 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(loss_kullback_leibler_divergence(y_true, y_pred))
#' @export
loss_kullback_leibler_divergence <- function(y_true, y_pred) {
  keras_call("losses.kullback_leibler_divergence", model_arguments(character(), drop = character()))
}
attr(loss_kullback_leibler_divergence, "py_function_name") <- "kullback_leibler_divergence"

#' Poisson
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams loss_mean_squared_error
#' @return A tensor with the loss of each sample.
#' @family losses
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(0, 1, 0), 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(loss_poisson(y_true, y_pred))
#' @export
loss_poisson <- function(y_true, y_pred) {
  keras_call("losses.poisson", model_arguments(character(), drop = character()))
}
attr(loss_poisson, "py_function_name") <- "poisson"

#' Cosine proximity
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams loss_mean_squared_error
#' @return A tensor with the loss of each sample.
#' @family losses
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(0, 1, 0), 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(loss_cosine_proximity(y_true, y_pred))
#' @export
loss_cosine_proximity <- function(y_true, y_pred) {
  keras_call("losses.cosine_proximity", model_arguments(character(), drop = character()))
}
attr(loss_cosine_proximity, "py_function_name") <- "cosine_proximity"

#' Cosine similarity
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams loss_mean_squared_error
#' @return A tensor with the loss of each sample.
#' @family losses
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(0, 1, 0), 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(loss_cosine_similarity(y_true, y_pred))
#' @export
loss_cosine_similarity <- function(y_true, y_pred) {
  keras_call("losses.cosine_similarity", model_arguments(character(), drop = character()))
}
attr(loss_cosine_similarity, "py_function_name") <- "cosine_similarity"
