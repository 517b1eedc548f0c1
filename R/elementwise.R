#' Elementwise functions
#'
#' `k_square()`: `x * x`. `k_abs()`: absolute value. `k_sqrt()`: square root, 0 for a negative number.
#' `k_exp()`: e to the power of `x`. `k_log()`: natural logarithm, `-Inf` at 0 and `NaN` below. `k_round()`:
#' nearest whole number; ties go to the even one. `k_sign()`: -1, 0 or 1. `k_sin()`, `k_cos()`: of radians.
#'
#' @param x A tensor of numbers; of a floating dtype for `k_sqrt()`, `k_exp()`, `k_log()`, `k_sin()`,
#'   `k_cos()`.
#' @return A tensor of `x`'s shape and dtype.
#'
#'   Errors: `keras_error_dtype` for an unsuitable dtype.
#' @family elementwise
#' @examplesIf is_backend_installed()
#' k_eval(k_square(c(-2, 3)))
#' k_eval(k_sqrt(c(-2, 9)))
#' k_constant(c(-1.5, 0.5)) |> k_round() |> k_eval()
#' @name k_abs
NULL

#' @rdname k_abs
#' @export
k_square <- function(x) {
  call_shim("square", as_value(x))
}

#' @rdname k_abs
#' @export
k_abs <- function(x) {
  call_shim("abs", as_value(x))
}

#' @rdname k_abs
#' @export
k_sqrt <- function(x) {
  call_shim("sqrt", as_value(x))
}

#' @rdname k_abs
#' @export
k_exp <- function(x) {
  call_shim("exp", as_value(x))
}

#' @rdname k_abs
#' @export
k_log <- function(x) {
  call_shim("log", as_value(x))
}

#' @rdname k_abs
#' @export
k_round <- function(x) {
  call_shim("round", as_value(x))
}

#' @rdname k_abs
#' @export
k_sign <- function(x) {
  call_shim("sign", as_value(x))
}

#' @rdname k_abs
#' @export
k_sin <- function(x) {
  call_shim("sin", as_value(x))
}

#' @rdname k_abs
#' @export
k_cos <- function(x) {
  call_shim("cos", as_value(x))
}

#' Elementwise powers
#'
#' @param x A tensor of numbers.
#' @param a The exponent: a number, or a tensor that broadcasts with `x`.
#' @return A tensor of `x`'s dtype.
#'
#'   Errors: `keras_error_shape` if the shapes do not broadcast.
#' @family elementwise
#' @examplesIf is_backend_installed()
#' k_eval(k_pow(c(1, 2, 3), 2))
#' @export
k_pow <- function(x, a) {
  call_shim("pow", as_value(x), as_value(a, "a"))
}

#' Elementwise limits
#'
#' @param x A tensor of numbers.
#' @param min_value,max_value The limits: numbers or tensors, or `NULL` for none.
#' @return A tensor of `x`'s dtype, and of `x`'s shape unless a limit has more dimensions.
#'
#'   Errors: `keras_error_argument` if `min_value` is the larger number.
#' @family elementwise
#' @examplesIf is_backend_installed()
#' k_eval(k_clip(c(-2, 0.5, 2), -1, 1))
#' @export
k_clip <- function(x, min_value = NULL, max_value = NULL) {
  call_shim("clip", as_value(x), as_value(min_value, "min_value"), as_value(max_value, "max_value"))
}

#' Elementwise comparisons
#'
#' The same as the operators `==`, `!=`, `>`, `>=`, `<` and `<=` of a [tensor][keras_tensor].
#'
#' @param x,y Tensors of the same dtype whose shapes broadcast.
#' @return A bool tensor of the broadcast shape.
#'
#'   Errors: `keras_error_shape` if the shapes do not broadcast, `keras_error_dtype` if the dtypes differ.
#' @family elementwise
#' @examplesIf is_backend_installed()
#' k_eval(k_equal(c(1, 2), c(1, 3)))
#' k_eval(k_greater(matrix(1:4, 2), 2L))
#' @export
k_equal <- function(x, y) {
  call_shim("equal", as_value(x), as_value(y, "y"))
}

#' @rdname k_equal
#' @export
k_not_equal <- function(x, y) {
  call_shim("not_equal", as_value(x), as_value(y, "y"))
}

#' @rdname k_equal
#' @export
k_greater <- function(x, y) {
  call_shim("greater", as_value(x), as_value(y, "y"))
}

#' @rdname k_equal
#' @export
k_greater_equal <- function(x, y) {
  call_shim("greater_equal", as_value(x), as_value(y, "y"))
}

#' @rdname k_equal
#' @export
k_less <- function(x, y) {
  call_shim("less", as_value(x), as_value(y, "y"))
}

#' @rdname k_equal
#' @export
k_less_equal <- function(x, y) {
  call_shim("less_equal", as_value(x), as_value(y, "y"))
}

#' The larger or the smaller of two elements
#'
#' @inheritParams k_equal
#' @return A tensor of the same dtype and the broadcast shape. The errors are those of [k_equal()].
#' @family elementwise
#' @examplesIf is_backend_installed()
#' k_eval(k_maximum(c(1, 5), c(3, 2)))
#' k_eval(k_minimum(c(1, 5), 3))
#' @export
k_maximum <- function(x, y) {
  call_shim("maximum", as_value(x), as_value(y, "y"))
}

#' @rdname k_maximum
#' @export
k_minimum <- function(x, y) {
  call_shim("minimum", as_value(x), as_value(y, "y"))
}
