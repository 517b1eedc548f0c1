#' Reshape a tensor
#'
#' `k_reshape()`: to a given shape. `k_flatten()`: to one dimension. `k_batch_flatten()`: to two,
#' the first of which is the samples, as before. Elements keep their row-major order: the last axis varies
#' fastest. (With R's `dim<-`, the first does.)
#'
#' @param x A tensor.
#' @param shape The sizes, a vector, or a list, which may hold integer tensors such as `k_shape(x)[1]`, or an
#'   integer tensor with one dimension. One of them may be -1, `NA` or `NULL`: it is computed from the others.
#' @return A tensor of `x`'s dtype.
#'
#'   Errors: `keras_error_shape` if the sizes do not match the number of `x`'s elements.
#' @family shapes
#' @examplesIf is_backend_installed()
#' k_eval(k_reshape(1:6, c(2, -1)))
#' k_eval(k_flatten(matrix(1:6, 2)))
#' x <- k_placeholder(shape = c(NA, 4))
#' k_reshape(x, list(k_shape(x)[1], 2, -1))
#' @export
k_reshape <- function(x, shape) {
  call_shim("reshape", as_value(x), as_shape(shape))
}

#' @rdname k_reshape
#' @export
k_flatten <- function(x) {
  call_shim("flatten", as_value(x))
}

#' @rdname k_reshape
#' @export
k_batch_flatten <- function(x) {
  call_shim("batch_flatten", as_value(x, ndim = 1L))
}

#' Join tensors along an axis
#'
#' @param tensors List of tensors with the same dtype, number of dimensions and other sizes; either all of
#'   them sparse or none.
#' @param axis The axis: counted from 1, or from the end as -1, -2, ...
#' @return A tensor.
#'
#'   Errors: `keras_error_shape` or `keras_error_dtype`, which name the tensor that does not fit.
#' @family shapes
#' @examplesIf is_backend_installed()
#' k_eval(k_concatenate(list(matrix(1:4, 2), matrix(5:6, 2)), axis = 2))
#' @export
k_concatenate <- function(tensors, axis = -1) {
  if (!is.list(tensors)) {
    tensors <- list(tensors)
  }
  tensors <- lapply(unname(tensors), as_sparse_or_value, arg = "tensors", ndim = 1L)
  call_shim("concatenate", tensors, as_axis(axis))
}

#' Add an axis of size 1
#'
#' @param x A tensor.
#' @param axis Its position in the result: counted from 1, or from the end as -1, -2, ...
#' @return A tensor with one more dimension.
#'
#'   Errors: `keras_error_shape` for an axis that is 0 or out of range.
#' @family shapes
#' @examplesIf is_backend_installed()
#' dim(k_expand_dims(c(1, 2, 3), axis = 1))
#' @export
k_expand_dims <- function(x, axis = -1) {
  call_shim("expand_dims", as_value(x, ndim = axes_before(axis)), as_axis(axis))
}

#' The minimum number of dimensions of a tensor that gets a new axis at this position
#' @noRd
axes_before <- function(axis) if (is.numeric(axis) && length(axis) == 1L && !is.na(axis)) abs(axis) - 1 else 0

#' Drop axes of size 1
#'
#' @param x A tensor.
#' @param axis The axis: counted from 1, or from the end as -1, -2, ...; `NULL` for every axis that is
#'   known to have size 1.
#' @return A tensor without the axis.
#'
#'   Errors: `keras_error_shape` if the axis has another size.
#' @family shapes
#' @examplesIf is_backend_installed()
#' dim(k_squeeze(matrix(1:3, 1), axis = 1))
#' @export
k_squeeze <- function(x, axis = NULL) {
  x <- as_value(x, ndim = length(axis))
  if (!is.null(axis)) {
    return(call_shim("squeeze", x, as_axis(axis)))
  }
  for (axis in rev(which(vapply(call_shim("int_shape", x), identical, NA, 1L)))) {
    x <- call_shim("squeeze", x, as_axis(axis))
  }
  if (inherits(x, "keras_tensor")) x else k_identity(x)
}

#' One-hot encoding
#'
#' @param indices Whole numbers counted from 0, which are not shifted: a vector, an array, or an integer
#'   tensor. Subtract 1 from R's factor codes.
#' @param num_classes The size of the new last axis, a number or an integer tensor.
#' @return A floatx tensor with one more dimension: 1 at the index, 0 elsewhere, and all 0 for an index out of
#'   range.
#'
#'   Errors: `keras_error_dtype` if `indices` are not integers.
#' @family shapes
#' @examplesIf is_backend_installed()
#' k_eval(k_one_hot(c(0, 2, 1), 3))
#' k_eval(k_one_hot(as.integer(iris$Species[c(1, 150)]) - 1, 3))
#' @export
k_one_hot <- function(indices, num_classes) {
  call_shim("one_hot", as_integers(indices, "indices"), as_whole(num_classes))
}

#' Permute the axes
#'
#' @param x A tensor.
#' @param pattern Each axis of `x` once, counted from 1: axis `i` of the result is axis `pattern[i]` of `x`,
#'   as in [aperm()].
#' @return A tensor of `x`'s dtype.
#'
#'   Errors: `keras_error_shape` for any other pattern.
#' @family shapes
#' @examplesIf is_backend_installed()
#' dim(k_permute_dimensions(k_ones(c(2, 3, 4)), c(3, 1, 2)))
#' @export
k_permute_dimensions <- function(x, pattern) {
  call_shim("permute_dimensions", as_value(x, ndim = 1L), as_axis(pattern, "pattern"))
}

#' Repeat elements, samples, or a whole tensor
#'
#' `k_repeat_elements()` repeats each slice along an axis. `k_repeat()` repeats each sample of a
#' matrix along a new second axis. `k_tile()` repeats the whole tensor along its axes.
#'
#' @param x A tensor; for `k_repeat()` with two dimensions, the first of which is the samples.
#' @param rep,n Number of repetitions, a number or an integer tensor. For `k_tile()` one for each axis, in a list if
#'   some are tensors; fewer apply to the last axes, more add new first axes to `x`.
#' @param axis The axis: counted from 1, or from the end as -1, -2, ...
#' @return A tensor of `x`'s dtype.
#'
#'   Errors: `keras_error_argument` for a number that is negative or not whole, `keras_error_shape` for an
#'   axis that is 0 or out of range.
#' @family shapes
#' @examplesIf is_backend_installed()
#' k_eval(k_repeat_elements(c(1, 2), 3, axis = 1))
#' dim(k_repeat(k_ones(c(2, 3)), 4))
#' k_eval(k_tile(c(1, 2), 3))
#' @export
k_repeat_elements <- function(x, rep, axis) {
  call_shim("repeat_elements", as_value(x, ndim = 1L), as_whole(rep), as_axis(axis))
}

#' @rdname k_repeat_elements
#' @export
k_repeat <- function(x, n) {
  call_shim("repeat", as_value(x), as_whole(n))
}

#' @rdname k_repeat_elements
#' @export
k_tile <- function(x, n) {
  call_shim("tile", as_value(x), as_counts(n))
}

#' Stack and unstack tensors along an axis
#'
#' `k_stack()` joins tensors along a new axis. `k_unstack()` returns the slices along an axis.
#'
#' @param x For `k_stack()`, a list of tensors with the same shape and dtype (numbers take that of the tensors);
#'   for `k_unstack()`, a tensor.
#' @param axis The position of the new axis, or the axis to split: counted from 1, or from the end as -1, -2, ...
#' @param num The number of slices, needed only if the shape of `x` does not have it.
#' @param name A string: the slices are named `name_1`, `name_2`, ...
#' @return `k_stack()`: a tensor with one more dimension. `k_unstack()`: a list of tensors with one dimension
#'   fewer.
#'
#'   Errors: `keras_error_shape` if shapes, or `num`, do not fit, `keras_error_dtype`.
#' @family shapes
#' @examplesIf is_backend_installed()
#' x <- k_stack(list(c(1, 2), c(3, 4)))
#' k_eval(x)
#' lapply(k_unstack(x, axis = 2), k_eval)
#' @export
k_stack <- function(x, axis = 1) {
  ndim <- max(axes_before(axis), if (is.list(x)) most_dimensions(x))
  call_shim("stack", as_values(x, "x", ndim), as_axis(axis))
}

#' @rdname k_stack
#' @export
k_unstack <- function(x, axis = 1L, num = NULL, name = NULL) {
  if (!k_is_tensor(x)) {
    x <- call_shim("identity", as_value(x, ndim = 1L))
  }
  shape <- dim(x)
  at <- as_axis(axis)
  if (length(at) != 1L || !length(shape) || !(at %in% seq(-length(shape), length(shape) - 1L))) {
    abort("shape", "{argument} is {value}, which no tensor with {rank} dimensions has", rank = length(shape),
          argument = "axis", value = axis)
  }
  at <- at %% length(shape) + 1L
  if (!is.null(name) && !(is.character(name) && length(name) == 1L)) {
    abort("argument", "{argument} must be a string, not {value}", argument = "name", value = name)
  }
  lapply(seq_len(number_of_slices(shape, at, num)), function(i) {
    parts <- rep(list(list(NULL, NULL, NULL)), length(shape))
    parts[[at]] <- i - 1L
    slice <- call_shim("get_item", x, parts)
    if (is.null(name)) slice else k_identity(slice, paste0(name, "_", i))
  })
}

#' The size of an axis, from `num` if the shape does not have it
#' @noRd
number_of_slices <- function(shape, axis, num) { # nolint: cyclocomp_linter.
  size <- shape[[axis]]
  if (is.na(size) && is.null(num)) {
    abort("shape", c("axis {axis} of {argument} has an unknown size, of shape {shape}", i = "Give `num`."), axis = axis,
          shape = shape, argument = "x")
  }
  whole <- as_whole(num)
  if (!is.null(num) && !(is.integer(whole) && length(whole) == 1L && !is.na(whole) && whole >= 0L)) {
    abort("argument", "{argument} must be a whole number or NULL, not {value}", argument = "num", value = num)
  }
  if (!is.null(num) && !is.na(size) && num != size) {
    abort("shape", "{argument} is {value}, but axis {axis} of `x` has size {size}", axis = axis, size = size,
          argument = "num", value = num)
  }
  if (is.null(num)) size else num
}

#' Reverse the order along axes
#'
#' @param x A tensor.
#' @param axes The axis, or several: counted from 1, or from the end as -1, -2, ...
#' @return A tensor of `x`'s shape and dtype.
#'
#'   Errors: `keras_error_shape` for an axis that is 0 or out of range.
#' @family shapes
#' @examplesIf is_backend_installed()
#' k_eval(k_reverse(matrix(1:6, 2), axes = 2))
#' @export
k_reverse <- function(x, axes) {
  call_shim("reverse", as_value(x, ndim = 1L), as_axis(axes, "axes"))
}

#' Extract a block of a tensor
#'
#' See also `[` of a [tensor][keras_tensor].
#'
#' @param x A tensor.
#' @param start The first position on each axis, counted from 1; but an integer tensor, or one in a list, counts
#'   from 0.
#' @param size The number of positions on each axis, numbers or, in a list, integer tensors; -1 or `NA` for all that
#'   follow.
#' @return A tensor of `x`'s dtype.
#'
#'   Errors: `keras_error_shape` if the block extends beyond `x`; if that is not known in advance, evaluating it
#'   signals `keras_error_engine`.
#' @family shapes
#' @examplesIf is_backend_installed()
#' k_eval(k_slice(matrix(1:6, 2), start = c(1, 2), size = c(-1, 2)))
#' x <- k_placeholder(shape = c(NA, 2))
#' all_but_the_last <- k_slice(x, c(1, 1), list(k_shape(x)[1] - 1, -1))
#' k_function(list(x), list(all_but_the_last))(list(matrix(1:6, 3)))
#' @export
k_slice <- function(x, start, size) {
  start <- each_count(start, "start", function(first) {
    if (!is.numeric(first) || !isTRUE(first >= 1)) {
      abort("argument", "{argument} must hold whole numbers of at least 1, not {value}", argument = "start",
            value = first)
    }
    as_whole(first - 1)
  })
  size <- each_count(size, "size", function(count) {
    if (length(count) > 1L) {
      abort("argument", "{argument} must hold a whole number for each axis, not {value}", argument = "size",
            value = count)
    }
    if (is.null(count) || is.na(count)) -1L else as_whole(count)
  })
  call_shim("slice", as_value(x, ndim = 1L), start, size)
}

#' Counts or positions for several axes, each converted unless it is a tensor; a single one applies to all axes
#' @noRd
each_count <- function(x, arg, convert) {
  if (inherits(x, "python.builtin.object")) {
    return(x)
  }
  if (!is.atomic(x) && !is.list(x)) {
    abort("argument", "{argument} must be whole numbers, not {value}", argument = arg, value = x)
  }
  counts <- lapply(unname(as.list(x)), function(one) {
    if (inherits(one, "python.builtin.object")) one else convert(one)
  })
  if (length(counts) == 1L && !is.list(x)) counts[[1L]] else counts
}

#' Axes along which a tensor broadcasts
#'
#' Declares that axes of unknown size have size 1.
#'
#' @param x A tensor.
#' @param broadcastable A logical for each axis: whether it has size 1.
#' @return A tensor of `x`'s dtype.
#'
#'   Errors: `keras_error_shape` if such an axis has another size.
#' @family shapes
#' @examplesIf is_backend_installed()
#' dim(k_pattern_broadcast(k_placeholder(shape = c(NA, 3)), c(TRUE, FALSE)))
#' @export
k_pattern_broadcast <- function(x, broadcastable) {
  if (is.atomic(broadcastable) && anyNA(broadcastable)) {
    abort("argument", "{argument} must be TRUE or FALSE for each axis, not {value}", argument = "broadcastable",
          value = broadcastable)
  }
  call_shim("pattern_broadcast", as_value(x, ndim = length(broadcastable)),
            if (is.atomic(broadcastable)) as.list(unname(broadcastable)) else broadcastable)
}

#' Pad sequences, images and volumes with zeros
#'
#' @param x A tensor: with dimensions (samples, steps, channels) for `k_temporal_padding()`; of images, with
#'   four dimensions, for `k_spatial_2d_padding()`; of volumes, with five, for `k_spatial_3d_padding()`.
#' @param padding Number of zeros before and after: two numbers, or a list of two for each spatial axis.
#' @param data_format `"channels_last"` or `"channels_first"`; [k_image_data_format()] by default.
#' @return A tensor of `x`'s dtype.
#'
#'   Errors: `keras_error_shape` for another number of dimensions, `keras_error_argument`.
#' @family shapes
#' @examplesIf is_backend_installed()
#' dim(k_temporal_padding(k_ones(c(1, 4, 2)), c(2, 1)))
#' dim(k_spatial_2d_padding(k_ones(c(1, 4, 5, 2)), list(c(1, 2), c(0, 1))))
#' @export
k_temporal_padding <- function(x, padding = c(1, 1)) {
  call_shim("temporal_padding", as_value(x), as_counts(padding))
}

#' @rdname k_temporal_padding
#' @export
k_spatial_2d_padding <- function(x, padding = list(list(1, 1), list(1, 1)), data_format = NULL) {
  call_shim("spatial_2d_padding", as_value(x), as_counts(padding), data_format)
}

#' @rdname k_temporal_padding
#' @export
k_spatial_3d_padding <- function(x, padding = list(list(1, 1), list(1, 1), list(1, 1)), data_format = NULL) {
  call_shim("spatial_3d_padding", as_value(x), as_counts(padding), data_format)
}

#' Enlarge images and volumes by whole factors
#'
#' @param x A tensor of images, with four dimensions, or of volumes, with five.
#' @param depth_factor,height_factor,width_factor Whole numbers.
#' @param data_format `"channels_last"` or `"channels_first"`.
#' @param interpolation `"nearest"`, which repeats pixels, or `"bilinear"`, which goes from each pixel to the
#'   next one in equal steps, and repeats the last one.
#' @return A tensor of `x`'s dtype.
#'
#'   Errors: `keras_error_shape` for another number of dimensions, `keras_error_argument`.
#' @family shapes
#' @examplesIf is_backend_installed()
#' dim(k_resize_images(k_ones(c(1, 4, 5, 3)), 2, 3, "channels_last"))
#' @export
k_resize_images <- function(x, height_factor, width_factor, data_format, interpolation = "nearest") {
  call_shim("resize_images", as_value(x), as_whole(height_factor), as_whole(width_factor), data_format,
            interpolation)
}

#' @rdname k_resize_images
#' @export
k_resize_volumes <- function(x, depth_factor, height_factor, width_factor, data_format) {
  call_shim("resize_volumes", as_value(x), as_whole(depth_factor), as_whole(height_factor),
            as_whole(width_factor), data_format)
}
