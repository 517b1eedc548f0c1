# Regularizers.

#' Penalty on absolute values
#'
#' Added to the loss.
#'
#' @param l Weight of the penalty.
#' @return A regularizer, for layer arguments such as `kernel_regularizer`.
#' @family regularizers
#' @examplesIf is_keras_available() && is_backend_installed()
#' regularizer_l1()
#' @export
regularizer_l1 <- function(l = 0.01) {
  keras_call("regularizers.l1", model_arguments(character(), drop = character()))
}

#' Penalty on squares
#'
#' Added to the loss.
#'
#' @inheritParams regularizer_l1
#' @return A regularizer, for layer arguments such as `kernel_regularizer`.
#' @family regularizers
#' @examplesIf is_keras_available() && is_backend_installed()
#' regularizer_l2()
#' @export
regularizer_l2 <- function(l = 0.01) {
  keras_call("regularizers.l2", model_arguments(character(), drop = character()))
}

#' Penalty on absolute values and squares
#'
#' Added to the loss.
#'
#' @param l1 Weight of the sum of absolute values.
#' @param l2 Weight of the sum of squares.
#' @return A regularizer, for layer arguments such as `kernel_regularizer`.
#' @family regularizers
#' @examplesIf is_keras_available() && is_backend_installed()
#' regularizer_l1_l2()
#' @export
regularizer_l1_l2 <- function(l1 = 0.01, l2 = 0.01) {
  keras_call("regularizers.l1_l2", model_arguments(character(), drop = character()))
}
