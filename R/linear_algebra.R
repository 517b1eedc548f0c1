#' Product of matrices
#'
#' The product of `x`'s last axis with the last axis but one of `y` (or its only one).
#'
#' @param x,y Tensors of numbers, of one dtype, with at least one dimension each. `x` may be sparse, and `y`
#'   has one or two dimensions then.
#' @return A tensor whose shape is that of `x` and then that of `y`, both without the axis that is summed
#'   over.
#'
#'   Errors: `keras_error_shape` where the two axes differ in size.
#' @family linear_algebra
#' @examplesIf is_backend_installed()
#' k_eval(k_dot(matrix(1:4, 2), diag(2)))
#' @export
k_dot <- function(x, y) {
  # A single number is a vector if the sum is over one element; otherwise it is a scalar, which has no product.
  single <- c(is_size(utils::tail(dim(y), 2L)[1L], 1L), is_size(utils::tail(dim(x), 1L), 1L))
  x <- as_sparse_or_value(x, "x", if (k_is_tensor(y)) k_dtype(y), ndim = single[[1L]])
  call_shim("dot", x, as_value(y, "y", ndim = single[[2L]]))
}

#' Products of batches
#'
#' For each sample, the sum over one axis of `x` and one of `y` of their products.
#'
#' @param x,y Tensors of numbers, of one dtype, with at least two dimensions, the first of which counts the
#'   samples.
#' @param axes The axis of `x` and that of `y` to sum over, or one number for both: counted from 1, where 1 is
#'   the axis of the samples, from the end as -1, -2, ...; `NULL` for the last of `x` and the last but one of
#'   `y` (the last where `y` has two).
#' @return A tensor with the other axes of `x`, then those of `y` without the samples; of two tensors with two
#'   dimensions, one of shape (samples, 1).
#'
#'   Errors: `keras_error_shape` where the summed axes, or the numbers of samples, differ in size.
#' @family linear_algebra
#' @examplesIf is_backend_installed()
#' dim(k_batch_dot(k_ones(c(32, 20, 5)), k_ones(c(32, 30, 20)), axes = c(2, 3)))
#' @export
k_batch_dot <- function(x, y, axes) {
  call_shim("batch_dot", as_value(x), as_value(y, "y"), as_axis(axes, "axes"))
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

#' Slices by their indices
#'
#' @param reference A tensor with at least one dimension.
#' @param indices An R vector or array of whole numbers counted from 1, or an integer tensor, which counts
#'   from 0, as [k_argmax()] gives it.
#' @return A tensor of `reference`'s dtype: its slices along the first axis, in the shape of `indices`.
#'
#'   Errors: `keras_error_dtype` where `indices` holds no integers, `keras_error_shape` for an R index below
#'   1; for an index that is too large `keras_error_engine` when it is evaluated.
#' @family linear_algebra
#' @examplesIf is_backend_installed()
#' k_eval(k_gather(matrix(1:6, 3), c(3, 1, 1)))
#' @export
k_gather <- function(reference, indices) {
  call_shim("gather", as_value(reference, "reference", ndim = 1L), as_positions(indices))
}
