# Initializers.

#' All zeros
#'
#' Initial values for weights.
#'
#' @return An initializer, for layer arguments such as `kernel_initializer`.
#' @family initializers
#' @examplesIf is_keras_available() && is_backend_installed()
#' initializer_zeros()
#' @export
initializer_zeros <- function() {
  keras_call("initializers.Zeros")
}

#' All ones
#'
#' Initial values for weights.
#'
#' @return An initializer, for layer arguments such as `kernel_initializer`.
#' @family initializers
#' @examplesIf is_keras_available() && is_backend_installed()
#' initializer_ones()
#' @export
initializer_ones <- function() {
  keras_call("initializers.Ones")
}

#' A constant
#'
#' Initial values for weights.
#'
#' @param value A number.
#' @return An initializer, for layer arguments such as `kernel_initializer`.
#' @family initializers
#' @examplesIf is_keras_available() && is_backend_installed()
#' initializer_constant()
#' @export
initializer_constant <- function(value = 0) {
  keras_call("initializers.Constant", model_arguments(character(), drop = character()))
}

#' Normally distributed numbers
#'
#' Initial values for weights.
#'
#' @param mean Mean, a number.
#' @param stddev Standard deviation, a number.
#' @param seed A whole number that makes the draws repeat.
#' @return An initializer, for layer arguments such as `kernel_initializer`.
#' @family initializers
#' @examplesIf is_keras_available() && is_backend_installed()
#' initializer_random_normal()
#' @export
initializer_random_normal <- function(mean = 0, stddev = 0.05, seed = NULL) {
  keras_call("initializers.RandomNormal", model_arguments(character(), drop = character()))
}

#' Uniformly distributed numbers
#'
#' Initial values for weights.
#'
#' @param minval Lower limit.
#' @param maxval Upper limit.
#' @param seed A whole number that makes the draws repeat.
#' @return An initializer, for layer arguments such as `kernel_initializer`.
#' @family initializers
#' @examplesIf is_keras_available() && is_backend_installed()
#' initializer_random_uniform()
#' @export
initializer_random_uniform <- function(minval = -0.05, maxval = 0.05, seed = NULL) {
  keras_call("initializers.RandomUniform", model_arguments(character(), drop = character()))
}

#' Normally distributed numbers within two standard deviations
#'
#' Initial values for weights.
#'
#' @inheritParams initializer_random_normal
#' @return An initializer, for layer arguments such as `kernel_initializer`.
#' @family initializers
#' @examplesIf is_keras_available() && is_backend_installed()
#' initializer_truncated_normal()
#' @export
initializer_truncated_normal <- function(mean = 0, stddev = 0.05, seed = NULL) {
  keras_call("initializers.TruncatedNormal", model_arguments(character(), drop = character()))
}

#' Random numbers with a variance that depends on the shape
#'
#' Initial values for weights.
#'
#' @param scale Factor of the variance.
#' @param mode What the variance is divided by.
#' @param distribution Distribution of the numbers.
#' @param seed A whole number that makes the draws repeat.
#' @return An initializer, for layer arguments such as `kernel_initializer`.
#' @family initializers
#' @examplesIf is_keras_available() && is_backend_installed()
#' initializer_variance_scaling()
#' @export
initializer_variance_scaling <- function(scale = 1, mode = c("fan_in", "fan_out", "fan_avg"),
                                         distribution = c("normal", "uniform", "truncated_normal",
                                         "untruncated_normal"), seed = NULL) {
  keras_call("initializers.VarianceScaling", model_arguments(character(), drop = character()))
}

#' A random orthogonal matrix
#'
#' Initial values for weights.
#'
#' @param gain Factor of the matrix.
#' @param seed A whole number that makes the draws repeat.
#' @return An initializer, for layer arguments such as `kernel_initializer`.
#' @family initializers
#' @examplesIf is_keras_available() && is_backend_installed()
#' initializer_orthogonal()
#' @export
initializer_orthogonal <- function(gain = 1, seed = NULL) {
  keras_call("initializers.Orthogonal", model_arguments(character(), drop = character()))
}

#' The identity matrix
#'
#' Initial values for weights.
#'
#' @inheritParams initializer_orthogonal
#' @return An initializer, for layer arguments such as `kernel_initializer`.
#' @family initializers
#' @examplesIf is_keras_available() && is_backend_installed()
#' initializer_identity()
#' @export
initializer_identity <- function(gain = 1) {
  keras_call("initializers.Identity", model_arguments(character(), drop = character()))
}

#' LeCun's normal initializer
#'
#' Initial values for weights.
#'
#' @inheritParams initializer_random_normal
#' @return An initializer, for layer arguments such as `kernel_initializer`.
#' @family initializers
#' @examplesIf is_keras_available() && is_backend_installed()
#' initializer_lecun_normal()
#' @export
initializer_lecun_normal <- function(seed = NULL) {
  keras_call("initializers.lecun_normal", model_arguments(character(), drop = character()))
}

#' Glorot's normal initializer
#'
#' Initial values for weights.
#'
#' @inheritParams initializer_random_normal
#' @return An initializer, for layer arguments such as `kernel_initializer`.
#' @family initializers
#' @examplesIf is_keras_available() && is_backend_installed()
#' initializer_glorot_normal()
#' @export
initializer_glorot_normal <- function(seed = NULL) {
  keras_call("initializers.glorot_normal", model_arguments(character(), drop = character()))
}

#' Glorot's uniform initializer
#'
#' Initial values for weights.
#'
#' @inheritParams initializer_random_normal
#' @return An initializer, for layer arguments such as `kernel_initializer`.
#' @family initializers
#' @examplesIf is_keras_available() && is_backend_installed()
#' initializer_glorot_uniform()
#' @export
initializer_glorot_uniform <- function(seed = NULL) {
  keras_call("initializers.glorot_uniform", model_arguments(character(), drop = character()))
}

#' He's normal initializer
#'
#' Initial values for weights.
#'
#' @inheritParams initializer_random_normal
#' @return An initializer, for layer arguments such as `kernel_initializer`.
#' @family initializers
#' @examplesIf is_keras_available() && is_backend_installed()
#' initializer_he_normal()
#' @export
initializer_he_normal <- function(seed = NULL) {
  keras_call("initializers.he_normal", model_arguments(character(), drop = character()))
}

#' He's uniform initializer
#'
#' Initial values for weights.
#'
#' @inheritParams initializer_random_normal
#' @return An initializer, for layer arguments such as `kernel_initializer`.
#' @family initializers
#' @examplesIf is_keras_available() && is_backend_installed()
#' initializer_he_uniform()
#' @export
initializer_he_uniform <- function(seed = NULL) {
  keras_call("initializers.he_uniform", model_arguments(character(), drop = character()))
}

#' LeCun's uniform initializer
#'
#' Initial values for weights.
#'
#' @inheritParams initializer_random_normal
#' @return An initializer, for layer arguments such as `kernel_initializer`.
#' @family initializers
#' @examplesIf is_keras_available() && is_backend_installed()
#' initializer_lecun_uniform()
#' @export
initializer_lecun_uniform <- function(seed = NULL) {
  keras_call("initializers.lecun_uniform", model_arguments(character(), drop = character()))
}

#' Make initializers R functions: they return initial values for a shape, whose sizes may be doubles
#' @noRd
#' @exportS3Method reticulate::py_to_r_wrapper
py_to_r_wrapper.keras.initializers.Initializer <- function(x) { # nolint: object_name_linter, object_length_linter.
  force(x)
  function(shape, dtype = NULL) object_call(x, "", as_model_shape(shape, "shape"), arguments = list(dtype = dtype))
}
