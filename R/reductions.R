#' Reductions along axes
#'
#' `k_max()`, `k_min()`: the largest and the smallest element. `k_sum()`, `k_prod()`: sum and product;
#' logicals are counted. `k_mean()`: the mean. `k_var()`, `k_std()`: variance and standard deviation,
#' divided by n as in NumPy, not by n - 1 as in R's `var()`. `k_any()`, `k_all()`: whether any or all elements
#' are true (not 0). `k_logsumexp()`: `log(sum(exp(x)))`, computed without overflow.
#'
#' @param x A tensor of numbers; for `k_any()` and `k_all()` of any dtype, for `k_logsumexp()` of a floating
#'   one.
#' @param axis The axis, or several: counted from 1, or from the end as -1, -2, ...; `NULL` for all.
#' @param keepdims Whether to keep the axes with size 1.
#' @return A tensor without the axes. Its dtype is that of `x`, except for bool from `k_any()` and `k_all()`; int32 from
#'   a sum or product of bools; and floatx from a mean, variance or deviation of integers or bools.
#'
#'   Errors: `keras_error_shape` for an axis that is 0 or out of range, `keras_error_dtype`.
#' @family reductions
#' @examplesIf is_backend_installed()
#' x <- k_constant(matrix(1:6, 2))
#' k_eval(k_sum(x))
#' k_eval(k_mean(x, axis = 1))
#' k_eval(k_max(x, axis = -1, keepdims = TRUE))
#' @name k_sum
NULL

#' @rdname k_sum
#' @export
k_max <- function(x, axis = NULL, keepdims = FALSE) {
  call_shim("max", as_value(x, ndim = length(axis)), as_axis(axis), keepdims)
}

#' @rdname k_sum
#' @export
k_min <- function(x, axis = NULL, keepdims = FALSE) {
  call_shim("min", as_value(x, ndim = length(axis)), as_axis(axis), keepdims)
}

#' @rdname k_sum
#' @export
k_sum <- function(x, axis = NULL, keepdims = FALSE) {
  call_shim("sum", as_value(x, ndim = length(axis)), as_axis(axis), keepdims)
}

#' @rdname k_sum
#' @export
k_prod <- function(x, axis = NULL, keepdims = FALSE) {
  call_shim("prod", as_value(x, ndim = length(axis)), as_axis(axis), keepdims)
}

#' @rdname k_sum
#' @export
k_mean <- function(x, axis = NULL, keepdims = FALSE) {
  call_shim("mean", as_value(x, ndim = length(axis)), as_axis(axis), keepdims)
}

#' @rdname k_sum
#' @export
k_var <- function(x, axis = NULL, keepdims = FALSE) {
  call_shim("var", as_value(x, ndim = length(axis)), as_axis(axis), keepdims)
}

#' @rdname k_sum
#' @export
k_std <- function(x, axis = NULL, keepdims = FALSE) {
  call_shim("std", as_value(x, ndim = length(axis)), as_axis(axis), keepdims)
}

#' @rdname k_sum
#' @export
k_any <- function(x, axis = NULL, keepdims = FALSE) {
  call_shim("any", as_value(x, ndim = length(axis)), as_axis(axis), keepdims)
}

#' @rdname k_sum
#' @export
k_all <- function(x, axis = NULL, keepdims = FALSE) {
  call_shim("all", as_value(x, ndim = length(axis)), as_axis(axis), keepdims)
}

#' @rdname k_sum
#' @export
k_logsumexp <- function(x, axis = NULL, keepdims = FALSE) {
  call_shim("logsumexp", as_value(x, ndim = length(axis)), as_axis(axis), keepdims)
}

#' Cumulative sums and products
#'
#' @param x A tensor of numbers.
#' @param axis The axis to go along: counted from 1, or from the end as -1, -2, ...
#' @return A tensor of `x`'s shape and dtype.
#'
#'   Errors: `keras_error_shape` for an axis that is 0 or out of range.
#' @family reductions
#' @examplesIf is_backend_installed()
#' k_eval(k_cumsum(matrix(1:6, 2), axis = 2))
#' k_eval(k_cumprod(1:5))
#' @export
k_cumsum <- function(x, axis = 1) {
  call_shim("cumsum", as_value(x, ndim = length(axis)), as_axis(axis))
}

#' @rdname k_cumsum
#' @export
k_cumprod <- function(x, axis = 1) {
  call_shim("cumprod", as_value(x, ndim = length(axis)), as_axis(axis))
}

#' The index of the largest or smallest element
#'
#' @param x A tensor of numbers.
#' @param axis The axis to search along: counted from 1, or from the end as -1, -2, ...
#' @return An int64 tensor without the axis. As a tensor of indices it counts from 0, as
#'   functions that take index tensors expect: add 1 for a position in R. Among equal elements, the first one counts.
#'
#'   Errors: `keras_error_shape` for an axis that is 0 or out of range.
#' @family reductions
#' @examplesIf is_backend_installed()
#' k_eval(k_argmax(c(2, 7, 5))) + 1
#' @export
k_argmax <- function(x, axis = -1) {
  call_shim("argmax", as_value(x, ndim = length(axis)), as_axis(axis))
}

#' @rdname k_argmax
#' @export
k_argmin <- function(x, axis = -1) {
  call_shim("argmin", as_value(x, ndim = length(axis)), as_axis(axis))
}
