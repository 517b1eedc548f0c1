# Elements by position: `[`, `[[`, `head()`, `tail()`, and the errors for changing elements in place.
#
# Each index becomes a pick: an argument of the shim's get_item (a position from 0, or start, stop and step), or a
# function that selects elements along an axis of a tensor. All picks of the first kind are applied in one call.

#' @rdname keras_tensor
#' @export
`[.keras_tensor` <- function(x, ..., drop = TRUE) {
  indices <- evaluated_indices(rlang::enquos(..., .ignore_empty = "none"))
  given <- !vapply(indices, rlang::is_missing, NA)
  if (length(indices) <= 1L && !any(given)) {
    return(x)
  }
  rank <- length(dim(x))
  if (length(indices) == 1L && rank != 1L) {
    return(pick_elements(x, indices[[1L]]))
  }
  if (length(indices) != rank) {
    refuse_number_of_indices(length(indices), rank, "`[`")
  }
  pick_from_axes(x, indices, given, drop)
}

#' @rdname keras_tensor
#' @export
`[[.keras_tensor` <- function(x, ..., exact = TRUE) {
  indices <- rlang::dots_list(..., .preserve_empty = TRUE, .ignore_empty = "none")
  rank <- length(dim(x))
  if (length(indices) != rank) {
    refuse_number_of_indices(length(indices), rank, "`[[`")
  }
  for (i in seq_along(indices)) {
    need_one_position(indices[[i]], dim(x)[[i]], i)
  }
  picked <- pick_from_axes(x, indices, rep(TRUE, rank), drop = TRUE)
  if (!is.null(attr(x, "shape_of")) && is.numeric(indices[[1L]])) {
    attr(picked, "size_at") <- list(tensor = attr(x, "shape_of"), index = indices[[1L]])  # for as_noise_shape()
  }
  picked
}

need_one_position <- function(index, size, axis) {
  if (!is_one_position(index)) {
    empty <- rlang::is_missing(index)
    missing <- !empty && is.atomic(index) && length(index) == 1L && is.na(index)
    abort("argument", c("{argument} must be one position, counted from 1, not {given}",
                        i = if (missing) hint_of_size(size)), axis = axis,
          given = if (empty) "an empty one" else describe_value(index), argument = paste("index", axis),
          value = if (!empty) index, function_name = "`[[`")
  }
  if (!k_is_tensor(index) && isTRUE(as_plain_number(index) > size)) {
    refuse_position(axis, index, size, "`[[`")
  }
}

is_one_position <- function(index) {
  if (rlang::is_missing(index)) {
    FALSE
  } else if (k_is_tensor(index)) {
    is.null(dim(index)) && k_dtype(index) != "bool"
  } else {
    has_numbers(index) && !is.logical(index) && length(index) == 1L &&
      isTRUE(as_plain_number(index) >= 1 && as_plain_number(index) %% 1 == 0)
  }
}

refuse_number_of_indices <- function(number, rank, function_name) {
  abort("shape", c(
    "{given} given for a tensor with {dimensions}; one for each is needed",
    i = if (rank > 1L) {
      "`x[2, ]` is the second row, and `k_flatten(x)[2]` the second element in row-major order."
    }
  ), given = if (number == 1L) "1 index is" else paste(number, "indices are"),
  dimensions = paste0(rank, " dimension", if (rank != 1L) "s"), function_name = function_name)
}

pick_from_axes <- function(x, indices, given, drop) {
  if (!isTRUE(drop) && !isFALSE(drop)) {
    abort("argument", "{argument} must be TRUE or FALSE, not {value}", argument = "drop", value = drop,
          function_name = "`[`")
  }
  shape <- dim(x)
  picks <- lapply(seq_along(indices), function(i) {
    if (given[[i]]) as_pick(indices[[i]], shape[[i]], i, drop) else whole_axis
  })
  later <- vapply(picks, is.function, NA)
  parts <- replace(picks, later, list(whole_axis))
  if (!all(vapply(parts, identical, NA, whole_axis))) {
    x <- call_shim("get_item", x, parts)
  }
  axis <- 0L
  for (pick in picks) {
    if (is.list(pick)) {
      axis <- axis + 1L
    } else if (is.function(pick)) {
      rank <- length(dim(x))
      x <- pick(x, axis + 1L)
      axis <- axis + 1L - (rank - length(dim(x)))
    }
  }
  if (drop) without_axes_of_size_1(x) else x
}

whole_axis <- list(NULL, NULL, NULL)

without_axes_of_size_1 <- function(x) {
  single <- dim(x) %in% 1L
  if (any(single)) call_shim("get_item", x, ifelse(single, list(0L), list(whole_axis))) else x
}

# -- one index --------------------------------------------------------------------------------------------

#' Convert one index to a pick
#' @noRd
as_pick <- function(index, size, axis, drop) {
  if (inherits(index, "keras_range")) {
    return(pick_range(index, axis))
  }
  if (k_is_tensor(index)) {
    return(pick_by_tensor(index, axis, drop))
  }
  if (is.logical(index) && !is.object(index)) {
    index <- positions_of_true(index, size, axis)
  } else {
    index <- positions_in_order(index, size, axis)
  }
  if (length(index) && index[[1L]] < 0L) {
    pick_all_but(-index, size)
  } else {
    pick_positions(index, size, drop)
  }
}

positions_of_true <- function(index, size, axis) {
  if (anyNA(index)) {
    refuse_index(axis, index, "holds NA; replace the NAs by TRUE or FALSE")
  }
  if (is.na(size)) {
    refuse_index(axis, index, "is logical, and the axis has an unknown size. Give positions, or a bool tensor")
  }
  if (length(index) > size) {
    abort("shape", "{argument} has {count} logicals for an axis of size {size}", count = length(index), size = size,
          argument = paste("index", axis), value = index, function_name = "`[`")
  }
  if (!length(index)) integer() else which(rep_len(as.vector(index), size))
}

#' Positions as an integer vector, all at least 1 or all negative
#' @noRd
positions_in_order <- function(index, size, axis) { # nolint: cyclocomp_linter.
  if (is_integer64(index)) {
    index <- integer64_as_double(index)
  }
  if (is.null(index)) {
    refuse_index(axis, index, "is {value}; leave it empty for all positions")
  }
  if (is.character(index)) {
    refuse_index(axis, index, "is {value}; tensors have no names")
  }
  if (is.object(index) || !is.numeric(index)) {
    refuse_index(axis, index, "must hold positions, or be logical, not {value}")
  }
  if (anyNA(index)) {
    refuse_index(axis, index, "holds NA; tensors hold no missing values", hint_of_size(size))
  }
  if (any(index != trunc(index))) {
    broken <- index[index != trunc(index)][[1L]]
    refuse_index(axis, broken, "must hold whole numbers, not {value}")
  }
  if (any(index == 0)) {
    refuse_index(axis, index, "is {value}; positions count from 1, and negative ones leave out elements")
  }
  if (any(index < 0) && any(index > 0)) {
    refuse_index(axis, index, "is {value}, which mixes positions with negative ones, which leave out elements")
  }
  if (any(index > size, na.rm = TRUE)) {
    refuse_position(axis, max(index), size, "`[`")
  }
  if (any(index > .Machine$integer.max)) {
    refuse_index(axis, max(index), "is {value}; positions go up to 2147483647")
  }
  as.integer(pmax(as.vector(index), -.Machine$integer.max))
}

refuse_index <- function(axis, index, problem, remedy = NULL) {
  abort("argument", c(paste("{argument}", problem), i = remedy), axis = axis, argument = paste("index", axis),
        value = index, function_name = "`[`")
}

#' For an index that was computed from the size of an axis, as in `x[nrow(x), ]`
#' @noRd
hint_of_size <- function(size) if (is.na(size)) "The size of this axis is not known here; `k_shape(x)[{axis}]` is it."

refuse_position <- function(axis, position, size, function_name) {
  abort("shape", "{argument} is {value}, out of bounds for an axis of size {size}", size = size,
        argument = paste("index", axis), value = position, function_name = function_name)
}

pick_positions <- function(index, size, drop) { # nolint: cyclocomp_linter.
  if (length(index) == 0L) {
    return(list(0L, 0L, NULL))
  }
  if (length(index) == 1L && drop) {
    return(index - 1L)
  }
  step <- unique(diff(index))
  # An axis of unknown size may be shorter than a range. A slice would be truncated silently; gather signals an error.
  if (is.na(size) || length(step) > 1L || 0L %in% step) {
    return(function(x, axis) gather_along(x, axis, array(index - 1L)))
  }
  step <- if (length(step)) step else 1L
  stop <- index[[length(index)]] - 1L + sign(step)
  list(index[[1L]] - 1L, if (stop >= 0L) stop, step)
}

#' All but some positions: the runs between them. Positions beyond the axis are ignored, as in R
#' @noRd
pick_all_but <- function(left_out, size) {
  left_out <- sort(unique(left_out))
  left_out <- if (is.na(size)) left_out else left_out[left_out <= size]
  starts <- c(0L, left_out)
  stops <- c(left_out - 1L, size)
  kept <- is.na(stops) | starts < stops
  runs <- Map(function(start, stop) list(start, if (!is.na(stop)) stop, NULL), starts[kept], stops[kept])
  if (length(runs) == 0L) {
    return(list(0L, 0L, NULL))
  }
  if (length(runs) == 1L) {
    return(runs[[1L]])
  }
  function(x, axis) {
    parts <- rep(list(whole_axis), length(dim(x)))
    pieces <- lapply(runs, function(run) call_shim("get_item", x, replace(parts, axis, list(run))))
    call_method("concatenate", pieces, axis - 1L)
  }
}

#' A tensor as an index: bools, or positions, which count from 1 as always in `[`
#' @noRd
pick_by_tensor <- function(index, axis, drop) {
  rank <- length(dim(index))
  dtype <- k_dtype(index)
  if (rank > 1L) {
    abort("shape", "{argument} must have no more than one dimension, not shape {shape}", shape = dim(index),
          argument = paste("index", axis), value = index, function_name = "`[`")
  }
  if (dtype == "bool") {
    if (rank == 0L) {
      refuse_index(axis, index, "is one bool; a bool tensor needs one dimension to be an index")
    }
    return(function(x, axis) mask_along(x, axis, index))
  }
  if (startsWith(dtype, "float")) {
    abort("dtype", c("{argument} must hold integers or bools, not {dtype}",
                     i = "Convert it with `k_cast(i, \"int32\")`."), dtype = dtype, argument = paste("index", axis),
          value = index, function_name = "`[`")
  }
  left_out <- attr(index, "left_out", exact = TRUE)
  if (!is.null(left_out)) {
    return(pick_all_but_tensor(left_out, axis))
  }
  from_zero <- call_method("subtract", index, 1L)
  if (rank == 0L && !drop) {
    from_zero <- call_method("reshape", from_zero, list(1L))
  }
  function(x, axis) gather_along(x, axis, from_zero)
}

#' All but one position, which is given by a tensor
#' @noRd
pick_all_but_tensor <- function(position, axis) {
  if (length(dim(position))) {
    refuse_index(axis, position, "is the negative of several positions in a tensor; only one can be left out")
  }
  function(x, axis) {
    parts <- rep(list(whole_axis), length(dim(x)))
    before <- list(NULL, call_method("subtract", position, 1L), NULL)
    after <- list(position, NULL, NULL)
    pieces <- lapply(list(before, after), function(part) {
      call_shim("get_item", x, replace(parts, axis, list(part)))
    })
    call_method("concatenate", pieces, axis - 1L)
  }
}

#' The slices along an axis at the given positions, which count from 0; a scalar position drops the axis
#' @noRd
gather_along <- function(x, axis, positions) {
  along_front(x, axis, function(x) call_method("gather", x, positions))
}

mask_along <- function(x, axis, mask) {
  along_front(x, axis, function(x) call_method("boolean_mask", x, mask))
}

#' Apply a function of the first axis to another axis
#' @noRd
along_front <- function(x, axis, f) {
  if (axis == 1L) {
    return(f(x))
  }
  rank <- length(dim(x))
  to_front <- c(axis, seq_len(rank)[-axis])
  x <- f(call_method("permute_dimensions", x, as.list(to_front - 1L)))
  if (length(dim(x)) < rank) x else call_method("permute_dimensions", x, as.list(order(to_front) - 1L))
}

# -- one index for all axes -------------------------------------------------------------------------------

#' Elements selected by a mask of the tensor's shape, or by a matrix with a row for each element, as a vector
#'
#' With a mask, they are in R's order (column-major).
#' @noRd
pick_elements <- function(x, index) { # nolint: cyclocomp_linter.
  shape <- dim(x)
  if (k_is_tensor(index)) {
    if (k_dtype(index) != "bool" || length(dim(index)) != length(shape)) {
      refuse_number_of_indices(1L, length(shape), "`[`")
    }
    return(call_method("boolean_mask", call_method("transpose", x), call_method("transpose", index)))
  }
  if (is_of_matrix_package(index)) {
    index <- as.matrix(index)
  }
  if (is.logical(index) && length(shape) && length(dim(index)) == length(shape)) {
    if (anyNA(shape) || any(dim(index) != shape)) {
      abort("shape", "{argument} has shape {mask_shape}, but the tensor {shape}; they must be equal",
            mask_shape = dim(index), shape = shape, argument = "the mask", value = index, function_name = "`[`")
    }
    if (anyNA(index)) {
      refuse_index(1L, index, "holds NA; replace the NAs by TRUE or FALSE")
    }
    elements <- call_method("flatten", call_method("transpose", x))
    return(call_method("gather", elements, array(which(index) - 1L)))
  }
  if (is.numeric(index) && is.matrix(index) && length(shape) > 1L && ncol(index) == length(shape)) {
    return(pick_by_rows(x, index))
  }
  refuse_number_of_indices(1L, length(shape), "`[`")
}

pick_by_rows <- function(x, index) {
  shape <- dim(x)
  if (anyNA(shape[-1L])) {
    abort("shape", "a matrix of positions needs a tensor whose sizes are known but for the first, not shape {shape}",
          shape = shape, argument = "x", value = x, function_name = "`[`")
  }
  positions <- lapply(seq_along(shape), function(axis) {
    column <- positions_in_order(index[, axis], shape[[axis]], axis)
    if (any(column < 0L)) {
      refuse_index(axis, min(index[, axis]), "is {value}; a matrix of positions holds none below 1")
    }
    column - 1
  })
  place <- Reduce(function(place, axis) place * shape[[axis]] + positions[[axis]], seq_along(shape)[-1L],
                  positions[[1L]])
  call_method("gather", call_method("flatten", x), array(as_whole(place)))
}

# -- the first and the last -------------------------------------------------------------------------------

#' @rdname keras_tensor
#' @importFrom utils head
#' @export
head.keras_tensor <- function(x, n = 6L, ...) {
  if (k_is_tensor(n)) {
    return(head_by_tensor(x, n))
  }
  ends_of(x, n, "head()", function(n) list(if (n < 0L) NULL else 0L, n, NULL))
}

#' @rdname keras_tensor
#' @importFrom utils tail
#' @export
tail.keras_tensor <- function(x, n = 6L, ...) {
  if (k_is_tensor(n)) {
    return(tail_by_tensor(x, n))
  }
  ends_of(x, n, "tail()", function(n) if (n == 0L) list(0L, 0L, NULL) else list(-n, NULL, NULL))
}

ends_of <- function(x, n, function_name, part) {
  rank <- length(dim(x))
  if (!is.integer(as_whole(n[!is.na(n)])) || !length(n) || length(n) > max(rank, 1L)) {
    abort("argument", "{argument} must hold whole numbers, one for each of the first axes, not {value}",
          argument = "n", value = n, function_name = function_name)
  }
  if (rank == 0L) {
    abort("shape", "{argument} must have at least one dimension", argument = "x", value = x,
          function_name = function_name)
  }
  call_shim("get_item", x, lapply(seq_len(rank), function(axis) {
    if (is.na(n[axis])) whole_axis else part(as_whole(n[[axis]]))
  }))
}

# -- no changes in place ----------------------------------------------------------------------------------

#' Signal an error about changing a tensor in place
#'
#' Two names may refer to the same tensor, so a change in place would affect both.
#' @noRd
refuse_assignment <- function(function_name) {
  abort("argument", c(
    "the elements of a tensor cannot be assigned.",
    i = paste("`k_update(x, new_x)` gives a variable a new value each time it is evaluated,",
              "`k_set_value(x, value)` at once."),
    i = "`k_switch(mask, value, x)` makes a tensor with other elements where a bool tensor is true."
  ), function_name = function_name)
}

#' @export
`[<-.keras_tensor` <- function(x, ..., value) refuse_assignment("`[<-`")

#' @export
`[[<-.keras_tensor` <- function(x, ..., value) refuse_assignment("`[[<-`")

# -- properties of a tensor, by `$` -----------------------------------------------------------------------

attributes_of_tensors <- c("backend", "constraint", "dtype", "kind", "name", "ndim", "shape", "sparse")

#' @rdname keras_tensor
#' @export
`$.keras_tensor` <- function(x, name) {
  if (!name %in% attributes_of_tensors) {
    abort("argument", c("tensors have no `{name}`. They have {accepted}",
                        i = "Everything else is computed by functions: see `?keras_tensor`."),
          name = name, accepted = paste0("`", attributes_of_tensors, "`", collapse = ", "), argument = "name",
          value = name, function_name = "`$`")
  }
  value <- tryCatch(reticulate::py_to_r(reticulate::py_get_attr(x, name)), error = refuse)
  if (name == "shape") lapply(value, identity) else value
}

#' @export
`$<-.keras_tensor` <- function(x, name, value) { # nolint: object_name_linter.
  abort("argument", c(
    "`{name}` of a tensor cannot be assigned",
    i = "Give name, dtype and constraint where the tensor is made, as in `k_variable(value, dtype, name)`."
  ), name = name, argument = "name", value = name, function_name = "`$<-`")
}

#' @importFrom utils .DollarNames
#' @export
.DollarNames.keras_tensor <- function(x, pattern = "") { # nolint: object_name_linter.
  grep(pattern, attributes_of_tensors, value = TRUE)
}
