# Conversion of R values to arrays for pyshim.
#
# Engines compute with numbers and logicals. A class may give the same doubles another meaning
# (days, nanoseconds, the bits of a 64-bit integer), so an unknown class is rejected with an error that names it.

#' A value for a tensor: tensors are returned unchanged; numbers and logicals become a NumPy array or a scalar
#'
#' R has no scalars: a vector of length 1 may stand for a scalar, or for a tensor with one dimension of size 1. If the
#' argument is known to have dimensions, it is the latter.
#' @param ndim The minimum number of dimensions of the argument, if known.
#' @param ... Passed to `abort()`: `function_name`.
#' @noRd
as_value <- function(x, arg = "x", ndim = 0L, ...) {
  if (is.null(x) || inherits(x, "python.builtin.object")) {
    return(x)
  }
  if (is.list(x) && !is.object(x)) {
    return(lapply(seq_along(x), function(i) as_value(x[[i]], paste0(arg, "[[", i, "]]"), ...)))
  }
  as_plain_array(as_numbers(x, arg, ...), ndim)
}

#' Numbers without names, class and other attributes, which reticulate converts to a NumPy array or a scalar
#' @noRd
as_plain_array <- function(x, ndim = 0L) {
  if (is_integer64(x)) {
    return(int64_array(x, ndim))
  }
  size <- dim(x)
  if (is.null(size)) {
    size <- length(x)
    if (size == 1L && ndim < 1L) {
      return(as.vector(unclass(x)))
    }
  } else if (identical(names(attributes(x)), "dim")) {
    return(x)  # unchanged, without a copy
  }
  array(as.vector(unclass(x)), size)
}

#' Convert numbers or logicals to a vector or array; NA is an error in types that have no NaN
#' @noRd
as_numbers <- function(x, arg, ...) {
  if (is.data.frame(x)) {
    x <- data_frame_matrix(x, arg, ...)
  } else if (is_of_matrix_package(x)) {
    x <- as.matrix(x)
  }
  if (!has_numbers(x)) {
    refuse_value(x, arg, ...)
  }
  missing <- if (is_integer64(x)) anyNA(integer64_as_double(x)) else !is.double(x) && anyNA(x)
  if (missing) {
    abort("dtype", c("{argument} holds NA, which only doubles can (as NaN)",
                     i = "Replace the NAs, or convert with `as.double()`."), argument = arg, value = x, ...)
  }
  x
}

#' Whether a vector or array has numbers or logicals that keep their plain meaning
#' @noRd
has_numbers <- function(x) {
  is_integer64(x) ||
    typeof(x) %in% c("double", "integer", "logical") && all(oldClass(x) %in% numeric_classes)
}

#' Classes whose elements are plain numbers
#' @noRd
numeric_classes <- c(
  "numeric", "double", "integer", "logical", "matrix", "array", "AsIs", "table", "xtabs", "ts", "mts", "zoo",
  "zooreg", "xts", "labelled", "haven_labelled", "vctrs_vctr"
)

refuse_value <- function(x, arg, ...) {
  remedy <- if (is.factor(x)) {
    "`as.integer({name})` are its codes, which count from 1."
  } else if (inherits(x, c("Date", "POSIXct", "difftime"))) {
    "`as.numeric({name})` are its numbers."
  } else if (is.raw(x)) {
    "`as.integer({name})` are its numbers."
  } else if (is.complex(x)) {
    "`Re({name})` and `Im({name})` are its parts."
  } else if (is.object(x) && typeof(x) %in% c("double", "integer", "logical")) {
    "The numbers of a class may have another meaning. If these do not, pass `unclass({name})`."
  }
  abort("dtype", c("{argument} must be a tensor, a number, or an array of numbers or logicals, not {type}", i = remedy),
        name = arg, type = describe_type(x), argument = arg, value = x, ...)
}

# -- data frames and matrices of Matrix -------------------------------------------------------------------

data_frame_matrix <- function(x, arg, ...) {
  fitting <- vapply(x, function(column) has_numbers(column) || is.data.frame(column), NA)
  if (!all(fitting)) {
    abort("dtype", c("{argument} is a data frame with columns that are not numbers: {columns}",
                     i = "Leave them out, or replace a factor by its codes, `as.integer()`."),
          columns = toString(names(x)[!fitting]), argument = arg, value = x, ...)
  }
  x[] <- lapply(x, function(column) {  # in a form that as.matrix() does not change
    if (is.data.frame(column)) {
      data_frame_matrix(column, arg, ...)
    } else if (is_integer64(column)) {
      exact_double(column, arg, ...)
    } else {
      unclass(column)
    }
  })
  as.matrix(x)
}

#' Whether a value is a matrix of the package Matrix. If so, the package is loaded: a value, such as one from a file,
#' may exist without it
#' @noRd
is_of_matrix_package <- function(x) {
  isS4(x) && identical(attr(class(x), "package"), "Matrix") && requireNamespace("Matrix", quietly = TRUE) &&
    methods::is(x, "Matrix")
}

is_sparse_matrix <- function(x) is_of_matrix_package(x) && methods::is(x, "sparseMatrix")

#' A value for a sparse placeholder: a numeric matrix
#' @noRd
as_dense_matrix <- function(x, arg) {
  x <- as_numbers(x, arg)
  as.matrix(if (is_integer64(x)) exact_double(x, arg) else unclass(x))
}

# -- integer64 of the package bit64 -----------------------------------------------------------------------

#' Whether a vector has bit64's class: 64-bit integers stored in doubles. The package need not be installed. The numbers
#' of a class that extends bit64's, such as nanotime's, have another meaning
#' @noRd
is_integer64 <- function(x) {
  is.double(x) && !isS4(x) && inherits(x, "integer64") && all(oldClass(x) %in% c("integer64", numeric_classes))
}

#' An int64 NumPy array with the same bits
#' @noRd
int64_array <- function(x, ndim = 0L) {
  size <- if (!is.null(dim(x))) dim(x) else if (length(x) != 1L || ndim >= 1L) length(x)
  bits <- reticulate::r_to_py(array(as.vector(unclass(x)), length(x)))
  numbers <- reticulate::py_call(reticulate::py_get_attr(bits, "view"), "int64")
  shape <- reticulate::r_to_py(as.list(as.integer(size)))
  reticulate::py_call(reticulate::py_get_attr(numbers, "reshape"), shape, order = "F")
}

#' Convert integer64 to doubles; numbers beyond 2^53 are rounded
#' @noRd
integer64_as_double <- function(x) {
  bytes <- writeBin(as.vector(unclass(x)), raw(), endian = "little")
  halves <- matrix(readBin(bytes, "integer", 2L * length(x), 4L, endian = "little"), 2L)
  # The smallest 32-bit integer is R's NA.
  whole <- ifelse(is.na(halves), -2^31, halves)
  low <- ifelse(whole[1L, ] < 0, whole[1L, ] + 2^32, whole[1L, ])
  value <- whole[2L, ] * 2^32 + low
  value[is.na(halves[2L, ]) & low == 0] <- NA
  dim(value) <- dim(x)
  value
}

exact_double <- function(x, arg, ...) {
  value <- integer64_as_double(x)
  if (any(abs(value) > 2^53, na.rm = TRUE)) {
    abort("dtype", "{argument} holds an integer64 beyond 2^53, which a double cannot hold exactly", argument = arg,
          value = x, ...)
  }
  value
}
