#' Product of matrices
#'
#' The product of `x`'s last axis with the last axis but one of `y` (or its only one).
#'
#' @param x,y Tensors of numbers, of one dtype, with at least one dimension each.
#' @return A tensor whose shape is that of `x` and then that of `y`, both without the axis that is summed
#'   over.
#'
#'   Errors: `keras_error_shape` where the two axes differ in size.
#' @family linear_algebra
#' @examplesIf is_backend_installed()
#' k_eval(k_dot(matrix(1:4, 2), diag(2)))
#' @export
k_dot <- function(x, y) {
  call_shim("dot", as_value(x), as_value(y, "y"))
}

#' The axes in reverse order
#'
#' @param x A tensor.
#' @return A tensor of `x`'s dtype; of a matrix, its transpose.
#' @family linear_algebra
#' @examplesIf is_backend_installed()
#' k_eval(k_transpose(matrix(1:6, 2)))
#' @export
k_transpose <- function(x) {
  call_shim("transpose", as_value(x))
}
