# `%*%`, crossprod() and tcrossprod() of tensors, with vectors as rows or columns, as in R.
#
# R dispatches `%*%` on S3 classes since 4.3, and the other two since 4.4. For earlier versions, this package exports
# functions of these names, which pass everything but tensors to the base functions.

#' @rdname keras_tensor
#' @name %*%
#' @rawNamespace if (getRversion() < "4.3.0") export("%*%")
#' @usage x \%*\% y
NULL

`%*%` <- function(x, y) { # nolint: object_name_linter.
  if (one_is_tensor(x, y)) matrix_product(x, y) else base::`%*%`(x, y)
}

#' @rdname keras_tensor
#' @name crossprod
#' @rawNamespace if (getRversion() < "4.4.0") export(crossprod, tcrossprod)
#' @usage crossprod(x, y = NULL, ...)
NULL

crossprod <- function(x, y = NULL, ...) {
  if (one_is_tensor(x, y)) cross_product(x, y) else base::crossprod(x, y, ...)
}

#' @rdname keras_tensor
#' @name tcrossprod
#' @usage tcrossprod(x, y = NULL, ...)
NULL

tcrossprod <- function(x, y = NULL, ...) {
  if (one_is_tensor(x, y)) outer_cross_product(x, y) else base::tcrossprod(x, y, ...)
}

one_is_tensor <- function(x, y) inherits(x, "keras_tensor") || inherits(y, "keras_tensor")

#' The method for R's group generic matrixOps
#' @noRd
matrix_operation <- function(x, y = NULL, ...) {
  switch(.Generic, "%*%" = matrix_product(x, y), crossprod = cross_product(x, y),
         tcrossprod = outer_cross_product(x, y))
}

matrix_product <- function(x, y) {
  x <- as_value(x, "x", ndim = 1L, function_name = "`%*%`")
  y <- as_value(y, "y", ndim = 1L, function_name = "`%*%`")
  # A vector is a row on the left and a column on the right, unless only the opposite fits.
  if (length(dim(x)) == 1L) {
    x <- vector_as_matrix(x, column = is_size(dim(y)[1L], 1L) && !is_size(dim(x), 1L))
  }
  if (length(dim(y)) == 1L) {
    y <- vector_as_matrix(y, column = !is_size(dim(x)[length(dim(x))], 1L) || is_size(dim(y), 1L))
  }
  call_method("dot", x, y)
}

cross_product <- function(x, y) {
  x <- as_matrix_operand(x, "x", "crossprod()", function(x) TRUE)
  y <- if (is.null(y)) {
    x
  } else {
    as_matrix_operand(y, "y", "crossprod()", function(y) !is_size(dim(x)[1L], 1L) || is_size(dim(y), 1L))
  }
  call_method("dot", t(x), y)
}

outer_cross_product <- function(x, y) {
  x <- as_matrix_operand(x, "x", "tcrossprod()", function(x) TRUE)
  y <- if (is.null(y)) {
    x
  } else {
    as_matrix_operand(y, "y", "tcrossprod()", function(y) is_size(dim(x)[2L], 1L) && !is_size(dim(y), 1L))
  }
  call_method("dot", x, t(y))
}

as_matrix_operand <- function(x, arg, function_name, column) {
  x <- as_value(x, arg, ndim = 1L, function_name = function_name)
  rank <- length(dim(x))
  if (!rank %in% 1:2) {
    abort("shape", "{argument} must have one or two dimensions, not shape {shape}", shape = dim(x), argument = arg,
          value = x, function_name = function_name)
  }
  if (rank == 1L) vector_as_matrix(x, column(x)) else x
}

#' Whether a static size is known and equals a number
#' @noRd
is_size <- function(size, number) isTRUE(size == number)

vector_as_matrix <- function(x, column) {
  if (k_is_tensor(x)) {
    call_method("expand_dims", x, if (column) 1L else 0L)
  } else {
    if (column) matrix(x) else matrix(x, 1L)
  }
}
