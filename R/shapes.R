#' The elements in another shape
#'
#' Elements keep their row-major order: the last axis runs fastest. (R's `dim<-` lets the first run fastest.)
#'
#' @param x A tensor.
#' @param shape The sizes, a vector or list. One of them may be -1, `NA` or `NULL`: what is left.
#' @return A tensor of `x`'s dtype; `k_flatten()`: with one dimension.
#'
#'   Errors: `keras_error_shape` where the sizes cannot hold `x`'s elements.
#' @family shapes
#' @examplesIf is_backend_installed()
#' k_eval(k_reshape(1:6, c(2, -1)))
#' k_eval(k_flatten(matrix(1:6, 2)))
#' @export
k_reshape <- function(x, shape) {
  call_shim("reshape", as_value(x), as_shape(shape))
}

#' @rdname k_reshape
#' @export
k_flatten <- function(x) {
  call_shim("flatten", as_value(x))
}

#' Join tensors along an axis
#'
#' @param tensors List of tensors of one dtype and number of dimensions, whose other sizes are equal.
#' @param axis The axis: counted from 1, from the end as -1, -2, ...
#' @return A tensor.
#'
#'   Errors: `keras_error_shape` or `keras_error_dtype` naming the tensor that does not fit.
#' @family shapes
#' @examplesIf is_backend_installed()
#' k_eval(k_concatenate(list(matrix(1:4, 2), matrix(5:6, 2)), axis = 2))
#' @export
k_concatenate <- function(tensors, axis = -1) {
  call_shim("concatenate", as_values(tensors, "tensors"), as_axis(axis))
}

#' A new axis of size 1
#'
#' @param x A tensor.
#' @param axis Its place in the result: counted from 1, from the end as -1, -2, ...
#' @return A tensor with one dimension more.
#'
#'   Errors: `keras_error_shape` for an axis that is 0 or out of range.
#' @family shapes
#' @examplesIf is_backend_installed()
#' dim(k_expand_dims(c(1, 2, 3), axis = 1))
#' @export
k_expand_dims <- function(x, axis = -1) {
  call_shim("expand_dims", as_value(x), as_axis(axis))
}

#' Drop an axis of size 1
#'
#' @param x A tensor.
#' @param axis The axis: counted from 1, from the end as -1, -2, ...; `NULL` for every axis whose size is
#'   known to be 1.
#' @return A tensor without the axis.
#'
#'   Errors: `keras_error_shape` where the axis has another size.
#' @family shapes
#' @examplesIf is_backend_installed()
#' dim(k_squeeze(matrix(1:3, 1), axis = 1))
#' @export
k_squeeze <- function(x, axis = NULL) {
  x <- as_value(x)
  if (!is.null(axis)) {
    return(call_shim("squeeze", x, as_axis(axis)))
  }
  for (axis in rev(which(vapply(call_shim("int_shape", x), identical, NA, 1L)))) {
    x <- call_shim("squeeze", x, as_axis(axis))
  }
  if (inherits(x, "keras_tensor")) x else k_identity(x)
}

#' Indices as rows of zeros with a one
#'
#' @param indices An R vector or array of whole numbers counted from 1, or an integer tensor, which counts
#'   from 0.
#' @param num_classes The size of the new last axis.
#' @return A floatx tensor with one dimension more: 1 at the index, 0 elsewhere, all 0 for an index out of
#'   range.
#'
#'   Errors: `keras_error_dtype` where `indices` holds no integers.
#' @family shapes
#' @examplesIf is_backend_installed()
#' k_eval(k_one_hot(c(1, 3, 2), 3))
#' k_eval(k_one_hot(as.integer(iris$Species[c(1, 150)]), 3))
#' @export
k_one_hot <- function(indices, num_classes) {
  call_shim("one_hot", as_indices(indices), as_whole(num_classes))
}
