# Conversion of arguments from R's conventions to pyshim's.

#' A matrix, sparse or not, as pyshim's SparseArray
#' @noRd
as_sparse_array <- function(x, arg) {
  if (is_sparse_matrix(x)) {
    # Convert to the general form, since triplets omit elements implied by symmetry or a unit diagonal.
    elements <- Matrix::mat2triplet(methods::as(x, "generalMatrix"), uniqT = TRUE)
    if (is.null(elements$x)) {
      elements$x <- rep(TRUE, length(elements$i))  # a pattern matrix, which has positions but no values
    }
  } else {
    x <- as_dense_matrix(x, arg)
    places <- which(is.na(x) | x != 0, arr.ind = TRUE)
    elements <- list(i = places[, 1L], j = places[, 2L], x = x[places])
  }
  column <- function(values) array(values, length(values))
  call_shim("SparseArray", column(elements$i - 1L), column(elements$j - 1L),
            column(as_numbers(as.vector(elements$x), arg)), as.list(dim(x)))
}

#' A value for a function that accepts sparse tensors: a sparse matrix becomes a sparse tensor
#' @noRd
as_sparse_or_value <- function(x, arg, dtype = NULL, ndim = 0L) {
  if (is_sparse_matrix(x)) call_shim("variable", as_sparse_array(x, arg), dtype) else as_value(x, arg, ndim)
}

#' Whether x is a plain list, not a data frame or another object based on a list
#' @noRd
is_plain_list <- function(x) is.list(x) && !is.object(x)

#' A list of values for tensors; a single value becomes a list of one
#' @noRd
as_values <- function(x, arg, ndim = 0L) {
  if (is_plain_list(x)) {
    lapply(seq_along(x), function(i) as_value(x[[i]], paste0(arg, "[[", i, "]]"), ndim))
  } else {
    list(as_value(x, arg, ndim))
  }
}

#' The largest number of dimensions among the tensors in a list
#' @noRd
most_dimensions <- function(x) {
  max(0L, vapply(x, function(part) if (k_is_tensor(part)) k_ndim(part) else length(dim(part)), 0L))
}

#' A value for a tensor, such as a variable, with the same number of dimensions as the tensor
#' @noRd
as_value_like <- function(x, like, arg) {
  as_value(x, arg, if (k_is_tensor(like)) k_ndim(like) else length(dim(like)))
}

#' A list of a variable and its new value
#' @noRd
as_pair <- function(pair, arg) {
  pair <- unname(pair)
  if (length(pair) != 2L) {
    return(as_values(pair, arg))
  }
  list(as_value(pair[[1L]], arg), as_value_like(pair[[2L]], pair[[1L]], arg))
}

#' Convert one or several axes, which count from 1, to pyshim's, which count from 0. In both, negative axes count from
#' the end
#' @noRd
as_axis <- function(axis, arg = "axis") {
  if (is.null(axis)) {
    return(NULL)
  }
  axis <- if (is.list(axis)) unlist(lapply(axis, as_plain_number)) else as_plain_number(axis)
  axis <- if (is.object(axis)) axis else as.vector(unname(axis))
  if (!is.numeric(axis) || anyNA(axis)) {
    abort("argument", "{argument} must be whole numbers, not {value}", argument = arg, value = axis)
  }
  if (any(axis == 0)) {
    abort("shape", "{argument} must not be 0: axes count from 1, and from the end as -1, -2, ...", argument = arg,
          value = axis)
  }
  axis <- as_whole(ifelse(axis > 0, axis - 1, axis))
  if (length(axis) == 1L) axis else as.list(axis)
}

#' One of the names that an argument accepts; a vector of all of them, as in a default, means the first
#' @param accepted The accepted names; by default those in the argument's default value.
#' @param remedy A template.
#' @noRd
one_of <- function(value, arg, accepted = NULL, remedy = NULL) {
  if (is.null(accepted)) {
    accepted <- eval(formals(sys.function(sys.parent()))[[arg]])
  }
  if (identical(value, accepted)) {
    return(value[[1L]])
  }
  if (!is.character(value) || length(value) != 1L || !value %in% accepted) {
    meant <- if (is.character(value) && length(value) == 1L) accepted[utils::adist(value, accepted) <= 2L]
    abort("argument", c("{argument} must be {accepted}, not {value}",
                        i = if (length(meant)) "Did you mean {meant}?", i = remedy),
          accepted = paste(dQuote(accepted, FALSE), collapse = " or "), meant = dQuote(meant[1L], FALSE),
          argument = arg, value = value)
  }
  value
}

#' A shape, size by size
#'
#' @param ... Sizes: whole numbers, vectors of them, scalar integer tensors, or `NULL` or `NA` for an unknown
#'   size.
#' @return A list of integers and tensors, with `NULL` for each unknown size. Every argument that is a shape
#'   accepts such a list; it also accepts a vector, or a list of sizes.
#'
#'   Errors: `keras_error_argument` for a value that is not a size.
#' @examples
#' str(shape(NULL, 28, 28))
#' str(shape(c(2, 3)))
#' @export
shape <- function(...) { # nolint: cyclocomp_linter.
  sizes <- lapply(unname(list(...)), function(size) {
    if (is.null(size) || inherits(size, "python.builtin.object")) {
      return(list(size))
    }
    size <- as_plain_number(size)
    missing <- is.na(size)
    whole <- as_whole(size[!missing])
    if (!is.atomic(size) || is.object(size) || !(is.integer(whole) || all(missing)) || any(whole < 0)) {
      abort("argument", "{argument} must be a whole number, NULL or NA, not {value}", argument = "a size",
            value = size)
    }
    lapply(size, function(size) if (!is.na(size)) as_whole(size))
  })
  do.call(c, c(list(list()), sizes))
}

#' A shape with `NA` or `NULL` for unknown sizes
#' @noRd
as_shape <- function(shape) { # nolint: cyclocomp_linter.
  if (!is.atomic(shape) && !is.list(shape) || is.null(shape) || inherits(shape, "python.builtin.object")) {
    return(shape)  # not a shape at all: pyshim or reticulate will reject it
  }
  if (is.double(shape) && !has_numbers(shape)) {
    abort("argument", "a size must be a whole number, not {type}", type = describe_type(shape))
  }
  lapply(unname(as.list(as_plain_number(shape))), function(size) {
    if (inherits(size, "python.builtin.object")) {
      return(size)
    }
    if (!is.null(size) && length(size) != 1L) {
      abort("argument", "{argument} must be a whole number, NULL or NA, not {value}", argument = "a size", value = size)
    }
    if (!is.null(size) && !is.na(size)) as_whole(size)
  })
}

#' Whole numbers for several axes, as vectors or (nested) lists; a single number is returned unchanged
#' @noRd
as_counts <- function(x) {
  if (!is.atomic(x) && !is.list(x) || is.null(x) || inherits(x, "python.builtin.object")) {
    x
  } else if (is.list(x)) {
    lapply(unname(x), as_counts)
  } else if (length(x) == 1L) {
    as_whole(x)
  } else {
    as.list(as_whole(unname(x)))
  }
}

#' Convert whole numbers to integers; anything else is returned unchanged, for pyshim to reject
#' @noRd
as_whole <- function(x) {
  x <- as_plain_number(x)
  whole <- is.double(x) && has_numbers(x) && all(is.finite(x) & x == trunc(x) & abs(x) <= .Machine$integer.max)
  if (whole) {
    storage.mode(x) <- "integer"  # keeps the dimensions, unlike as.integer()
  }
  x
}

#' Convert a count or position of class integer64 to a double
#' @noRd
as_plain_number <- function(x) if (is_integer64(x)) integer64_as_double(x) else x

#' Positions: those in R vectors count from 1 and are converted; those in tensors count from 0 and are left unchanged
#' @noRd
as_positions <- function(x, arg = "indices") {
  if (is.null(x) || inherits(x, "python.builtin.object")) {
    return(x)
  }
  x <- as_plain_number(x)
  if (is.object(x) || !is.numeric(x)) {
    abort("dtype", "{argument} must be whole numbers or an integer tensor, not {value}", argument = arg, value = x)
  }
  if (any(x < 1, na.rm = TRUE)) {
    abort("shape", "{argument} must be 1 or more, not {value}; those of a tensor count from 0", argument = arg,
          value = x)
  }
  as_value(as_whole(x - 1), arg)
}

#' Indices, classes and lengths: whole numbers, which are doubles in R, become integers. They count from 0 and are
#' not shifted
#' @noRd
as_integers <- function(x, arg, ndim = 0L) {
  if (is.factor(x)) {
    abort("dtype", c("{argument} must be whole numbers or an integer tensor, not {value}",
                     i = "Classes count from 0 here: give `as.integer({name}) - 1`."), name = arg, argument = arg,
          value = x)
  }
  if (is.data.frame(x)) {
    x <- data_frame_matrix(x, arg)
  }
  as_value(if (is.double(x) && !is_integer64(x)) as_whole(x) else x, arg, ndim)
}
