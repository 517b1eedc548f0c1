# Metrics.

#' Binary accuracy
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @param y_true Tensor of the targets.
#' @param y_pred Tensor of the predictions, of the targets' shape.
#' @return A tensor with the metric of each sample.
#' @family metrics
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(0, 1, 0), 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(metric_binary_accuracy(y_true, y_pred))
#' @export
metric_binary_accuracy <- function(y_true, y_pred) {
  keras_call("metrics.binary_accuracy", model_arguments(character(), drop = character()))
}
attr(metric_binary_accuracy, "py_function_name") <- "binary_accuracy"

#' Binary crossentropy
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams metric_binary_accuracy
#' @return A tensor with the metric of each sample.
#' @family metrics
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(0, 1, 0), 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(metric_binary_crossentropy(y_true, y_pred))
#' @export
metric_binary_crossentropy <- function(y_true, y_pred) {
  keras_call("metrics.binary_crossentropy", model_arguments(character(), drop = character()))
}
attr(metric_binary_crossentropy, "py_function_name") <- "binary_crossentropy"

#' Categorical accuracy
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams metric_binary_accuracy
#' @return A tensor with the metric of each sample.
#' @family metrics
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(0, 1, 0), 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(metric_categorical_accuracy(y_true, y_pred))
#' @export
metric_categorical_accuracy <- function(y_true, y_pred) {
  keras_call("metrics.categorical_accuracy", model_arguments(character(), drop = character()))
}
attr(metric_categorical_accuracy, "py_function_name") <- "categorical_accuracy"

#' Categorical crossentropy
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams metric_binary_accuracy
#' @return A tensor with the metric of each sample.
#' @family metrics
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(0, 1, 0), 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(metric_categorical_crossentropy(y_true, y_pred))
#' @export
metric_categorical_crossentropy <- function(y_true, y_pred) {
  keras_call("metrics.categorical_crossentropy", model_arguments(character(), drop = character()))
}
attr(metric_categorical_crossentropy, "py_function_name") <- "categorical_crossentropy"

#' Cosine proximity
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams metric_binary_accuracy
#' @return A tensor with the metric of each sample.
#' @family metrics
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(0, 1, 0), 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(metric_cosine_proximity(y_true, y_pred))
#' @export
metric_cosine_proximity <- function(y_true, y_pred) {
  keras_call("metrics.cosine_proximity", model_arguments(character(), drop = character()))
}
attr(metric_cosine_proximity, "py_function_name") <- "cosine_proximity"

#' Hinge
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams metric_binary_accuracy
#' @return A tensor with the metric of each sample.
#' @family metrics
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(-1, 1, 1), 1))
#' y_pred <- k_constant(matrix(c(-0.4, 2, 0.6), 1))
#' k_eval(metric_hinge(y_true, y_pred))
#' @export
metric_hinge <- function(y_true, y_pred) {
  keras_call("metrics.hinge", model_arguments(character(), drop = character()))
}
attr(metric_hinge, "py_function_name") <- "hinge"

#' Kullback-Leibler divergence
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams metric_binary_accuracy
#' @return A tensor with the metric of each sample.
#' @family metrics
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(0, 1, 0), 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(metric_kullback_leibler_divergence(y_true, y_pred))
#' @export
metric_kullback_leibler_divergence <- function(y_true, y_pred) {
  keras_call("metrics.kullback_leibler_divergence", model_arguments(character(), drop = character()))
}
attr(metric_kullback_leibler_divergence, "py_function_name") <- "kullback_leibler_divergence"

#' Mean absolute error
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams metric_binary_accuracy
#' @return A tensor with the metric of each sample.
#' @family metrics
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(0, 1, 0), 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(metric_mean_absolute_error(y_true, y_pred))
#' @export
metric_mean_absolute_error <- function(y_true, y_pred) {
  keras_call("metrics.mean_absolute_error", model_arguments(character(), drop = character()))
}
attr(metric_mean_absolute_error, "py_function_name") <- "mean_absolute_error"

#' Mean absolute percentage error
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams metric_binary_accuracy
#' @return A tensor with the metric of each sample.
#' @family metrics
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(0, 1, 0), 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(metric_mean_absolute_percentage_error(y_true, y_pred))
#' @export
metric_mean_absolute_percentage_error <- function(y_true, y_pred) {
  keras_call("metrics.mean_absolute_percentage_error", model_arguments(character(), drop = character()))
}
attr(metric_mean_absolute_percentage_error, "py_function_name") <- "mean_absolute_percentage_error"

#' Mean squared error
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams metric_binary_accuracy
#' @return A tensor with the metric of each sample.
#' @family metrics
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(0, 1, 0), 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(metric_mean_squared_error(y_true, y_pred))
#' @export
metric_mean_squared_error <- function(y_true, y_pred) {
  keras_call("metrics.mean_squared_error", model_arguments(character(), drop = character()))
}
attr(metric_mean_squared_error, "py_function_name") <- "mean_squared_error"

#' Mean squared logarithmic error
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams metric_binary_accuracy
#' @return A tensor with the metric of each sample.
#' @family metrics
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(0, 1, 0), 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(metric_mean_squared_logarithmic_error(y_true, y_pred))
#' @export
metric_mean_squared_logarithmic_error <- function(y_true, y_pred) {
  keras_call("metrics.mean_squared_logarithmic_error", model_arguments(character(), drop = character()))
}
attr(metric_mean_squared_logarithmic_error, "py_function_name") <- "mean_squared_logarithmic_error"

#' Poisson
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams metric_binary_accuracy
#' @return A tensor with the metric of each sample.
#' @family metrics
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(0, 1, 0), 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(metric_poisson(y_true, y_pred))
#' @export
metric_poisson <- function(y_true, y_pred) {
  keras_call("metrics.poisson", model_arguments(character(), drop = character()))
}
attr(metric_poisson, "py_function_name") <- "poisson"

#' Sparse categorical crossentropy
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams metric_binary_accuracy
#' @return A tensor with the metric of each sample.
#' @family metrics
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(1, 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(metric_sparse_categorical_crossentropy(y_true, y_pred))
#' @export
metric_sparse_categorical_crossentropy <- function(y_true, y_pred) {
  keras_call("metrics.sparse_categorical_crossentropy", model_arguments(character(), drop = character()))
}
attr(metric_sparse_categorical_crossentropy, "py_function_name") <- "sparse_categorical_crossentropy"

#' Squared hinge
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams metric_binary_accuracy
#' @return A tensor with the metric of each sample.
#' @family metrics
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(-1, 1, 1), 1))
#' y_pred <- k_constant(matrix(c(-0.4, 2, 0.6), 1))
#' k_eval(metric_squared_hinge(y_true, y_pred))
#' @export
metric_squared_hinge <- function(y_true, y_pred) {
  keras_call("metrics.squared_hinge", model_arguments(character(), drop = character()))
}
attr(metric_squared_hinge, "py_function_name") <- "squared_hinge"

#' Top k categorical accuracy
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams metric_binary_accuracy
#' @param k Number of largest predictions that count.
#' @return A tensor with the metric of each sample.
#' @family metrics
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(c(0, 1, 0), 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(metric_top_k_categorical_accuracy(y_true, y_pred, k = 2))
#' @export
metric_top_k_categorical_accuracy <- function(y_true, y_pred, k = 5) {
  keras_call("metrics.top_k_categorical_accuracy", model_arguments(character(), drop = character()))
}
attr(metric_top_k_categorical_accuracy, "py_function_name") <- "top_k_categorical_accuracy"

#' Sparse top k categorical accuracy
#'
#' Pass it to [compile()][compile.keras.engine.training.Model], or call it with tensors.
#'
#' @inheritParams metric_top_k_categorical_accuracy
#' @return A tensor with the metric of each sample.
#' @family metrics
#' @examplesIf is_keras_available() && is_backend_installed()
#' y_true <- k_constant(matrix(1, 1))
#' y_pred <- k_constant(matrix(c(0.2, 0.7, 0.1), 1))
#' k_eval(metric_sparse_top_k_categorical_accuracy(y_true, y_pred, k = 2))
#' @export
metric_sparse_top_k_categorical_accuracy <- function(y_true, y_pred, k = 5) {
  keras_call("metrics.sparse_top_k_categorical_accuracy", model_arguments(character(), drop = character()))
}
attr(metric_sparse_top_k_categorical_accuracy, "py_function_name") <- "sparse_top_k_categorical_accuracy"
