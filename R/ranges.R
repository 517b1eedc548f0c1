# Ranges between tensors in `[`: x[2:n, ] and x[1:(n - 1), ], where n is an integer tensor such as
# k_shape(x)[1]; and head() and tail() with a number of slices given by a tensor.
#
# R's `:` is not a generic function and does not accept tensors. So `[` inspects the code of an index: if it is a call
# of `:`, both ends are evaluated, and if one of them is a tensor, the index is a range between tensors.

#' Evaluate the indices of a call of `[`
#' @noRd
evaluated_indices <- function(quosures) {
  lapply(quosures, function(quosure) {
    if (rlang::quo_is_missing(quosure)) {
      return(rlang::missing_arg())
    }
    if (!rlang::quo_is_call(quosure, ":", n = 2L)) {
      return(rlang::eval_tidy(quosure))
    }
    ends <- lapply(rlang::call_args(rlang::quo_get_expr(quosure)), rlang::eval_tidy,
                   env = rlang::quo_get_env(quosure))
    if (k_is_tensor(ends[[1L]]) || k_is_tensor(ends[[2L]])) {
      structure(unname(ends), class = "keras_range")
    } else {
      ends[[1L]]:ends[[2L]]
    }
  })
}

#' The positions of a range, which count from 1 and include both ends. A range is ascending, and 1:0 is empty
#' @noRd
pick_range <- function(range, axis) {
  ends <- lapply(1:2, function(i) range_end(range[[i]], axis))
  first <- ends[[1L]] - 1L
  count <- ends[[2L]] - first
  # In the shim, a count of -1 means all positions, so make negative counts smaller than that.
  count <- call_method("minimum", count, count * 2L)
  function(x, axis) {
    rank <- length(dim(x))
    call_method("slice", x, replace(rep(list(0L), rank), axis, list(first)),
                replace(rep(list(-1L), rank), axis, list(count)))
  }
}

range_end <- function(end, axis) {
  if (k_is_tensor(end)) {
    if (startsWith(k_dtype(end), "float") || k_dtype(end) == "bool" || !is.null(dim(end))) {
      abort("dtype", c("{argument} is a range to {end}", i = "The ends of a range are integers."), end = format(end),
            argument = paste("index", axis), value = end, function_name = "`[`")
    }
    return(end)
  }
  position <- positions_in_order(end, NA_integer_, axis)
  if (length(position) != 1L || position < 1L) {
    refuse_index(axis, end, "is a range to {value}, which is not one position, counted from 1")
  }
  position
}

#' `head()` and `tail()` with a number of slices of the first axis given by a tensor; a negative n means all but -n
#' @noRd
head_by_tensor <- function(x, n) {
  call_shim("get_item", x, from_first_axis(x, list(0L, need_count(n, "head()"), NULL), "head()"))
}

tail_by_tensor <- function(x, n) {
  size <- call_method("get_item", k_shape(x), 0L)
  n <- k_cast(need_count(n, "tail()"), "int32")
  start <- k_switch(n < 0L, -n, k_maximum(size - n, 0L))
  call_shim("get_item", x, from_first_axis(x, list(start, NULL, NULL), "tail()"))
}

from_first_axis <- function(x, part, function_name) {
  rank <- length(dim(x))
  if (rank == 0L) {
    abort("shape", "{argument} must have at least one dimension", argument = "x", value = x,
          function_name = function_name)
  }
  c(list(part), rep(list(whole_axis), rank - 1L))
}

need_count <- function(n, function_name) {
  if (!is.null(dim(n)) || startsWith(k_dtype(n), "float") || k_dtype(n) == "bool") {
    abort("dtype", "{argument} must be a number or an integer scalar, not {tensor}", tensor = format(n),
          argument = "n", value = n, function_name = function_name)
  }
  n
}
