# Constraints.

#' Limit norms
#'
#' Applied to weights after each training step.
#'
#' @param max_value Largest norm.
#' @param axis The axis, as in Keras: 0 is the samples' axis, and -1 the last.
#' @return A constraint, for layer arguments such as `kernel_constraint`.
#' @family constraints
#' @examplesIf is_keras_available() && is_backend_installed()
#' constraint_maxnorm()
#' @export
constraint_maxnorm <- function(max_value = 2, axis = 0) {
  keras_call("constraints.max_norm", model_arguments(character(), drop = character()))
}

#' Replace negative weights by 0
#'
#' Applied to weights after each training step.
#'
#' @return A constraint, for layer arguments such as `kernel_constraint`.
#' @family constraints
#' @examplesIf is_keras_available() && is_backend_installed()
#' constraint_nonneg()
#' @export
constraint_nonneg <- function() {
  keras_call("constraints.non_neg")
}

#' Scale to norm 1
#'
#' Applied to weights after each training step.
#'
#' @inheritParams constraint_maxnorm
#' @return A constraint, for layer arguments such as `kernel_constraint`.
#' @family constraints
#' @examplesIf is_keras_available() && is_backend_installed()
#' constraint_unitnorm()
#' @export
constraint_unitnorm <- function(axis = 0) {
  keras_call("constraints.unit_norm", model_arguments(character(), drop = character()))
}

#' Keep norms between two limits
#'
#' Applied to weights after each training step.
#'
#' @param min_value Smallest norm.
#' @inheritParams constraint_maxnorm
#' @param rate How far a step moves towards the limit, from 0 to 1.
#' @return A constraint, for layer arguments such as `kernel_constraint`.
#' @family constraints
#' @examplesIf is_keras_available() && is_backend_installed()
#' constraint_minmaxnorm()
#' @export
constraint_minmaxnorm <- function(min_value = 0, max_value = 1, rate = 1, axis = 0) {
  keras_call("constraints.min_max_norm", model_arguments(character(), drop = character()))
}
