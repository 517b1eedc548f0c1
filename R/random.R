#' Random tensors
#'
#' Every evaluation draws anew. `k_random_normal()`: from the normal distribution. `k_truncated_normal()`: the
#' same, with draws beyond two standard deviations drawn again. `k_random_uniform()`: from the uniform
#' distribution on `[minval, maxval)`. `k_random_binomial()`: 1 with probability `p`, else 0.
#'
#' @param shape The sizes, all known, or an integer tensor with one dimension.
#' @param mean,stddev Mean and standard deviation.
#' @param minval,maxval Limits: numbers, or with a floating dtype scalar tensors.
#' @param p A number from 0 to 1, or a tensor.
#' @param dtype Name of a floating dtype; [k_floatx()] by default. `k_random_uniform()` draws whole numbers
#'   for an integer dtype.
#' @param seed A whole number with which a new tensor draws the same sequence again on the same backend.
#' @return A tensor.
#'
#'   Errors: `keras_error_shape` where a size is unknown, `keras_error_dtype`, `keras_error_argument`.
#' @family random
#' @examplesIf is_backend_installed()
#' k_eval(k_random_normal(3, mean = 10, seed = 1))
#' k_eval(k_random_uniform(c(2, 3), maxval = 6, dtype = "int32"))
#' k_eval(k_random_binomial(8, p = 0.5))
#' @export
k_random_normal <- function(shape, mean = 0, stddev = 1, dtype = NULL, seed = NULL) {
  call_shim("random_normal", as_shape(shape), as_value(mean, "mean"), as_value(stddev, "stddev"), dtype,
            as_whole(seed))
}

#' @rdname k_random_normal
#' @export
k_truncated_normal <- function(shape, mean = 0, stddev = 1, dtype = NULL, seed = NULL) {
  call_shim("truncated_normal", as_shape(shape), as_value(mean, "mean"), as_value(stddev, "stddev"), dtype,
            as_whole(seed))
}

#' @rdname k_random_normal
#' @export
k_random_uniform <- function(shape, minval = 0, maxval = 1, dtype = NULL, seed = NULL) {
  call_shim("random_uniform", as_shape(shape), as_value(minval, "minval"), as_value(maxval, "maxval"), dtype,
            as_whole(seed))
}

#' @rdname k_random_normal
#' @export
k_random_binomial <- function(shape, p = 0, dtype = NULL, seed = NULL) {
  call_shim("random_binomial", as_shape(shape), as_value(p, "p"), dtype, as_whole(seed))
}
