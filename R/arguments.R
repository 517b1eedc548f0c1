# Arguments as R users give them, as pyshim takes them.

#' A value for a tensor: a tensor as it is; numbers and logicals as a NumPy array, or one of them as a scalar
#' @param ... `function_name` of `abort()`.
#' @noRd
as_value <- function(x, arg = "x", ...) {
  if (is.null(x) || inherits(x, "python.builtin.object")) {
    return(x)
  }
  if (is.data.frame(x)) {
    x <- data_frame_matrix(x, arg, ...)
  } else if (is_of_matrix_package(x)) {
    x <- as.matrix(x)
  }
  if (is.list(x)) {
    return(lapply(unname(x), as_value, arg = arg, ...))
  }
  if (!(is.numeric(x) || is.logical(x))) {
    abort("dtype", paste0("`", arg, "` must be a tensor, a number, or an array of numbers or logicals, not ",
                          describe_type(x), "."), argument = arg, value = x, ...)
  }
  as_plain_array(without_na(x, arg, ...))
}

#' Numbers as reticulate takes them for a NumPy array or a scalar: without names, class and such
#' @noRd
as_plain_array <- function(x) {
  size <- dim(x)
  if (is.null(size)) {
    size <- length(x)
    if (size == 1L) {
      return(as.vector(x))
    }
  } else if (identical(names(attributes(x)), "dim")) {
    return(x)  # as it is, without a copy
  }
  array(as.vector(x), size)
}

without_na <- function(x, arg, ...) {
  if (!is.double(x) && anyNA(x)) {
    abort("dtype", c(paste0("`", arg, "` holds NA, which only doubles can (as NaN)."),
                     i = "Replace the NAs, or convert with `as.double()`."), ...)
  }
  x
}

data_frame_matrix <- function(x, arg, ...) {
  fitting <- vapply(x, function(column) is.numeric(column) || is.logical(column), NA)
  if (!all(fitting)) {
    abort("dtype", paste0("`", arg, "` has columns that are no numbers: ",
                          paste(names(x)[!fitting], collapse = ", "), "."), ...)
  }
  as.matrix(x)
}

#' Whether a value is a matrix of the package Matrix, which is loaded then: a value may come without it
#' @noRd
is_of_matrix_package <- function(x) {
  isS4(x) && identical(attr(class(x), "package"), "Matrix") && requireNamespace("Matrix", quietly = TRUE) &&
    methods::is(x, "Matrix")
}

is_sparse_matrix <- function(x) is_of_matrix_package(x) && methods::is(x, "sparseMatrix")

#' A matrix, sparse or not, as pyshim's SparseArray
#' @noRd
as_sparse_array <- function(x, arg) {
  if (is_sparse_matrix(x)) {
    # In general form, since triplets leave out what symmetry and a unit diagonal imply.
    elements <- Matrix::mat2triplet(methods::as(x, "generalMatrix"), uniqT = TRUE)
    if (is.null(elements$x)) {
      elements$x <- rep(TRUE, length(elements$i))  # a matrix that tells only where something is
    }
  } else {
    x <- if (is.data.frame(x)) data_frame_matrix(x, arg) else as.matrix(x)
    places <- which(is.na(x) | x != 0, arr.ind = TRUE)
    elements <- list(i = places[, 1L], j = places[, 2L], x = x[places])
  }
  column <- function(values) array(values, length(values))
  call_shim("SparseArray", column(elements$i - 1L), column(elements$j - 1L),
            column(without_na(as.vector(elements$x), arg)), as.list(dim(x)))
}

#' A value for a function that takes sparse tensors: a sparse matrix as such a tensor
#' @noRd
as_sparse_or_value <- function(x, arg, dtype = NULL) {
  if (is_sparse_matrix(x)) call_shim("variable", as_sparse_array(x, arg), dtype) else as_value(x, arg)
}

#' A list of values for tensors; one alone counts as a list of one
#' @noRd
as_values <- function(x, arg) {
  if (is.list(x) && !is.data.frame(x)) {
    lapply(unname(x), as_value, arg = arg)
  } else {
    list(as_value(x, arg))
  }
}

#' An axis, or several, counted from 1, as pyshim counts: from 0. Negative ones count from the end in both
#' @noRd
as_axis <- function(axis, arg = "axis") {
  if (is.null(axis)) {
    return(NULL)
  }
  axis <- unlist(axis)
  if (!is.numeric(axis) || anyNA(axis)) {
    abort("argument", paste0("`", arg, "` must be whole numbers, not ", describe_value(axis), "."),
          argument = arg, value = axis)
  }
  if (any(axis == 0)) {
    abort("shape", paste0("`", arg, "` must not be 0: axes count from 1, and from the end as -1, -2, ..."))
  }
  axis <- as_whole(ifelse(axis > 0, axis - 1, axis))
  if (length(axis) == 1L) axis else as.list(axis)
}

#' A shape with `NA` or `NULL` for unknown sizes
#' @noRd
as_shape <- function(shape) {
  if (is.null(shape) || inherits(shape, "python.builtin.object")) {
    return(shape)
  }
  lapply(unname(as.list(shape)), function(size) {
    if (inherits(size, "python.builtin.object")) size else if (!is.null(size) && !is.na(size)) as_whole(size)
  })
}

#' Whole numbers for several axes, as vectors or (nested) lists; one number alone as it is
#' @noRd
as_counts <- function(x) {
  if (is.null(x) || inherits(x, "python.builtin.object")) {
    x
  } else if (is.list(x)) {
    lapply(unname(x), as_counts)
  } else if (length(x) == 1L) {
    as_whole(x)
  } else {
    as.list(as_whole(unname(x)))
  }
}

#' Whole numbers as integers; anything else as it is, for pyshim to refuse
#' @noRd
as_whole <- function(x) {
  whole <- is.double(x) && all(is.finite(x) & x == trunc(x) & abs(x) <= .Machine$integer.max)
  if (whole) {
    storage.mode(x) <- "integer"  # which keeps the dimensions
  }
  x
}

#' Indices: R vectors count from 1, tensors are taken as they are, from 0
#' @noRd
as_indices <- function(x, arg = "indices") {
  if (inherits(x, "python.builtin.object")) {
    return(x)
  }
  if (!is.numeric(x)) {
    abort("dtype", paste0("`", arg, "` must be whole numbers or an integer tensor, not ",
                          describe_value(x), "."))
  }
  as_value(as_whole(x - 1), arg)
}

#' Classes and lengths: whole numbers, which R gives as doubles, as integers. They count from 0
#' @noRd
as_integers <- function(x, arg) {
  if (is.factor(x)) {
    abort("dtype", c(paste0("`", arg, "` is a factor, and classes count from 0 here."),
                     i = paste0("Give `as.integer(", arg, ") - 1`.")))
  }
  as_value(if (is.double(x)) as_whole(x) else x, arg)
}
