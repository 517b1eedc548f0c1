#' Matrix product
#'
#' The product over the last axis of `x` and the second-to-last axis of `y` (or its only one).
#'
#' @param x,y Tensors of numbers, with the same dtype and at least one dimension each. `x` may be sparse; `y`
#'   then has one or two dimensions.
#' @return A tensor whose shape is that of `x` followed by that of `y`, both without the summed
#'   axis.
#'
#'   Errors: `keras_error_shape` if the two axes differ in size.
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

#' Batch-wise products
#'
#' For each sample, the sum of products over one axis of `x` and one axis of `y`.
#'
#' @param x,y Tensors of numbers, with the same dtype and at least two dimensions, the first of which is the
#'   samples.
#' @param axes The axis of `x` and that of `y` to sum over, or one number for both: counted from 1, where 1 is
#'   the samples' axis, or from the end as -1, -2, ...; `NULL` for the last axis of `x` and the second-to-last of
#'   `y` (the last if `y` has two).
#' @return A tensor with the other axes of `x`, then those of `y` without the samples; for two tensors with two
#'   dimensions, its shape is (samples, 1).
#'
#'   Errors: `keras_error_shape` if the summed axes, or the numbers of samples, differ in size.
#' @family linear_algebra
#' @examplesIf is_backend_installed()
#' dim(k_batch_dot(k_ones(c(32, 20, 5)), k_ones(c(32, 30, 20)), axes = c(2, 3)))
#' @export
k_batch_dot <- function(x, y, axes) {
  call_shim("batch_dot", as_value(x), as_value(y, "y"), as_axis(axes, "axes"))
}

#' Reverse the order of the axes
#'
#' @param x A tensor.
#' @return A tensor of `x`'s dtype; for a matrix, its transpose.
#' @family linear_algebra
#' @examplesIf is_backend_installed()
#' k_eval(k_transpose(matrix(1:6, 2)))
#' @export
k_transpose <- function(x) {
  call_shim("transpose", as_value(x))
}

#' Slices selected by indices
#'
#' @param reference A tensor with at least one dimension.
#' @param indices An R vector or array of whole numbers counted from 1, or an integer tensor, which counts
#'   from 0, as [k_argmax()] returns it.
#' @return A tensor of `reference`'s dtype: its slices along the first axis, arranged in the shape of `indices`.
#'
#'   Errors: `keras_error_dtype` if `indices` are not integers, `keras_error_shape` for an R index below
#'   1; `keras_error_engine` in evaluations for an index that is too large.
#' @family linear_algebra
#' @examplesIf is_backend_installed()
#' k_eval(k_gather(matrix(1:6, 3), c(3, 1, 1)))
#' @export
k_gather <- function(reference, indices) {
  call_shim("gather", as_value(reference, "reference", ndim = 1L), as_positions(indices))
}
