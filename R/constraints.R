# Constraints.

#' Norms of at most a number
#'
#' What weights are changed to after each step.
#'
#' @param max_value Largest output; `NULL` for no limit. In constraints the largest norm.
#' @param axis Axis, the samples' axis being 0 and the last one -1, as in Keras.
#' @return A constraint, for the arguments of layers that are named so.
#' @family constraints
#' @examplesIf is_keras_available() && is_backend_installed()
#' constraint_maxnorm()
#' @export
constraint_maxnorm <- function(max_value = 2, axis = 0) {
  keras_call("constraints.max_norm", model_arguments(character(), drop = character()))
}

#' No negative weights
#'
#' What weights are changed to after each step.
#'
#' @return A constraint, for the arguments of layers that are named so.
#' @family constraints
#' @examplesIf is_keras_available() && is_backend_installed()
#' constraint_nonneg()
#' @export
constraint_nonneg <- function() {
  keras_call("constraints.non_neg")
}

#' Norms of 1
#'
#' What weights are changed to after each step.
#'
#' @inheritParams constraint_maxnorm
#' @return A constraint, for the arguments of layers that are named so.
#' @family constraints
#' @examplesIf is_keras_available() && is_backend_installed()
#' constraint_unitnorm()
#' @export
constraint_unitnorm <- function(axis = 0) {
  keras_call("constraints.unit_norm", model_arguments(character(), drop = character()))
}

#' Norms between two numbers
#'
#' What weights are changed to after each step.
#'
#' @param min_value Smallest norm.
#' @inheritParams constraint_maxnorm
#' @param rate Share of the way to the norm that a step goes, from 0 to 1.
#' @return A constraint, for the arguments of layers that are named so.
#' @family constraints
#' @examplesIf is_keras_available() && is_backend_installed()
#' constraint_minmaxnorm()
#' @export
constraint_minmaxnorm <- function(min_value = 0, max_value = 1, rate = 1, axis = 0) {
  keras_call("constraints.min_max_norm", model_arguments(character(), drop = character()))
}
