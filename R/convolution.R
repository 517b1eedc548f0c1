#' Convolutions
#'
#' `k_conv1d()` convolves sequences, `k_conv2d()` images, and `k_conv3d()` volumes.
#' `k_depthwise_conv2d()` applies separate filters to each channel; `k_separable_conv1d()` and
#' `k_separable_conv2d()` do so, too, and then mix the channels.
#'
#' @param x A floating tensor with dimensions (samples, spatial axes, channels), or with channels first
#'   (samples, channels, spatial axes).
#' @param kernel A tensor with dimensions (spatial sizes, channels, filters).
#' @param depthwise_kernel A tensor with dimensions (spatial sizes, channels, multiplier).
#' @param pointwise_kernel A tensor with dimensions (1 for each spatial axis, channels * multiplier, filters).
#' @param strides,dilation_rate A number, or one for each spatial axis. At least one of the two must be 1.
#' @param padding `"valid"` or `"same"`; for `k_conv1d()` also `"causal"`: no output sees later steps.
#' @param data_format `"channels_last"` or `"channels_first"`; [k_image_data_format()] by default.
#' @return A tensor of `x`'s dtype and data format, with the filters as its channels. `k_depthwise_conv2d()`
#'   returns channels * multiplier channels; those from the same channel are adjacent.
#'
#'   Errors: `keras_error_shape` if a kernel does not fit, `keras_error_argument` for an unknown padding or
#'   data format, and for strides together with dilation.
#' @family convolution
#' @examplesIf is_backend_installed()
#' dim(k_conv1d(k_ones(c(1, 8, 2)), k_ones(c(3, 2, 4)), padding = "causal"))
#' dim(k_conv2d(k_ones(c(1, 6, 6, 1)), k_ones(c(3, 3, 1, 2)), strides = c(2, 2), padding = "same"))
#' dim(k_depthwise_conv2d(k_ones(c(1, 6, 6, 2)), k_ones(c(3, 3, 2, 2))))
#' @export
k_conv1d <- function(x, kernel, strides = 1, padding = "valid", data_format = NULL, dilation_rate = 1) {
  call_shim("conv1d", as_value(x), as_value(kernel, "kernel"), as_counts(strides), padding, data_format,
            as_counts(dilation_rate))
}

#' @rdname k_conv1d
#' @export
k_conv2d <- function(x, kernel, strides = c(1, 1), padding = "valid", data_format = NULL,
                     dilation_rate = c(1, 1)) {
  call_shim("conv2d", as_value(x), as_value(kernel, "kernel"), as_counts(strides), padding, data_format,
            as_counts(dilation_rate))
}

#' @rdname k_conv1d
#' @export
k_conv3d <- function(x, kernel, strides = c(1, 1, 1), padding = "valid", data_format = NULL,
                     dilation_rate = c(1, 1, 1)) {
  call_shim("conv3d", as_value(x), as_value(kernel, "kernel"), as_counts(strides), padding, data_format,
            as_counts(dilation_rate))
}

#' @rdname k_conv1d
#' @export
k_depthwise_conv2d <- function(x, depthwise_kernel, strides = c(1, 1), padding = "valid", data_format = NULL,
                               dilation_rate = c(1, 1)) {
  call_shim("depthwise_conv2d", as_value(x), as_value(depthwise_kernel, "depthwise_kernel"),
            as_counts(strides),
            padding, data_format, as_counts(dilation_rate))
}

#' @rdname k_conv1d
#' @export
k_separable_conv1d <- function(x, depthwise_kernel, pointwise_kernel, strides = 1, padding = "valid",
                               data_format = NULL, dilation_rate = 1) {
  call_shim("separable_conv1d", as_value(x), as_value(depthwise_kernel, "depthwise_kernel"),
            as_value(pointwise_kernel, "pointwise_kernel"), as_counts(strides), padding, data_format,
            as_counts(dilation_rate))
}

#' @rdname k_conv1d
#' @export
k_separable_conv2d <- function(x, depthwise_kernel, pointwise_kernel, strides = c(1, 1), padding = "valid",
                               data_format = NULL, dilation_rate = c(1, 1)) {
  call_shim("separable_conv2d", as_value(x), as_value(depthwise_kernel, "depthwise_kernel"),
            as_value(pointwise_kernel, "pointwise_kernel"), as_counts(strides), padding, data_format,
            as_counts(dilation_rate))
}

#' Transposed convolutions
#'
#' The gradient of [k_conv2d()] or [k_conv3d()] with respect to the input.
#'
#' @param x A floating tensor with dimensions (samples, spatial axes, channels), or with channels first
#'   (samples, channels, spatial axes).
#' @param kernel A tensor with dimensions (spatial sizes, filters, channels of `x`).
#' @param output_shape The shape of the result, including the samples, which may be `NA`: a vector, or a list that
#'   may contain integer tensors such as `k_shape(x)[1]`, or an integer tensor with one dimension.
#' @param strides,dilation_rate A number, or one for each spatial axis. One of the two must be 1.
#' @param padding `"valid"` or `"same"`.
#' @param data_format `"channels_last"` or `"channels_first"`; [k_image_data_format()] by default.
#' @return A tensor of `output_shape` and of `x`'s dtype.
#'
#'   Errors: `keras_error_shape` if a convolution would not map an input of `output_shape` to the shape of `x`,
#'   `keras_error_argument`.
#' @family convolution
#' @examplesIf is_backend_installed()
#' kernel <- k_ones(c(3, 3, 4, 2))
#' dim(k_conv2d_transpose(k_ones(c(1, 3, 3, 2)), kernel, c(NA, 7, 7, 4), strides = c(2, 2)))
#' @export
k_conv2d_transpose <- function(x, kernel, output_shape, strides = c(1, 1), padding = "valid",
                               data_format = NULL, dilation_rate = c(1, 1)) {
  call_shim("conv2d_transpose", as_value(x), as_value(kernel, "kernel"), as_shape(output_shape),
            as_counts(strides), padding, data_format, as_counts(dilation_rate))
}

#' @rdname k_conv2d_transpose
#' @export
k_conv3d_transpose <- function(x, kernel, output_shape, strides = c(1, 1, 1), padding = "valid",
                               data_format = NULL) {
  call_shim("conv3d_transpose", as_value(x), as_value(kernel, "kernel"), as_shape(output_shape),
            as_counts(strides), padding, data_format)
}

#' Pooling
#'
#' The largest element, or the mean, of windows that slide over images or volumes.
#'
#' @param x A floating tensor: images, with four dimensions, or volumes, with five.
#' @param pool_size,strides A number, or one for each spatial axis.
#' @param padding `"valid"` or `"same"`; padded positions do not count.
#' @param data_format `"channels_last"` or `"channels_first"`; [k_image_data_format()] by default.
#' @param pool_mode `"max"` or `"avg"`.
#' @return A tensor of `x`'s dtype and data format.
#'
#'   Errors: `keras_error_shape` if the window does not fit, `keras_error_argument`.
#' @family convolution
#' @examplesIf is_backend_installed()
#' x <- array(1:16, c(1, 4, 4, 1))
#' drop(k_eval(k_pool2d(x / 1, c(2, 2), strides = c(2, 2))))
#' drop(k_eval(k_pool2d(x / 1, c(2, 2), strides = c(2, 2), pool_mode = "avg")))
#' @export
k_pool2d <- function(x, pool_size, strides = c(1, 1), padding = "valid", data_format = NULL,
                     pool_mode = "max") {
  call_shim("pool2d", as_value(x), as_counts(pool_size), as_counts(strides), padding, data_format, pool_mode)
}

#' @rdname k_pool2d
#' @export
k_pool3d <- function(x, pool_size, strides = c(1, 1, 1), padding = "valid", data_format = NULL,
                     pool_mode = "max") {
  call_shim("pool3d", as_value(x), as_counts(pool_size), as_counts(strides), padding, data_format, pool_mode)
}

#' Locally connected convolutions
#'
#' Like [k_conv1d()] and [k_conv2d()], but with a separate kernel at each position.
#'
#' @param inputs A floating tensor with dimensions (samples, spatial axes, channels), or with channels first
#'   (samples, channels, spatial axes).
#' @param kernel A tensor with dimensions (positions, size of a patch, filters). A patch is flattened in row-major order
#'   of `kernel_size` and then the channels; with channels first, the channels come first.
#' @param kernel_size,strides A number, or one for each spatial axis.
#' @param output_shape The rows and columns of the result; `NULL` to compute them.
#' @param data_format `"channels_last"` or `"channels_first"`; [k_image_data_format()] by default.
#' @return A tensor of the inputs' dtype and data format, with the filters as its channels.
#'
#'   Errors: `keras_error_shape` if the kernel or `output_shape` does not fit.
#' @family convolution
#' @examplesIf is_backend_installed()
#' dim(k_local_conv1d(k_ones(c(1, 6, 2)), k_ones(c(4, 6, 5)), kernel_size = 3, strides = 1))
#' @export
k_local_conv1d <- function(inputs, kernel, kernel_size, strides, data_format = NULL) {
  call_shim("local_conv1d", as_value(inputs, "inputs"), as_value(kernel, "kernel"), as_counts(kernel_size),
            as_counts(strides), data_format)
}

#' @rdname k_local_conv1d
#' @export
k_local_conv2d <- function(inputs, kernel, kernel_size, strides, output_shape, data_format = NULL) {
  call_shim("local_conv2d", as_value(inputs, "inputs"), as_value(kernel, "kernel"), as_counts(kernel_size),
            as_counts(strides), as_counts(output_shape), data_format)
}
