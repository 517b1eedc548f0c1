# Layers: locally connected.

#' Locally connected layer for sequences
#'
#' A convolution whose filters differ from place to place.
#'
#' @param object A sequential model, which the layer is added to; a tensor or a list of tensors, which it is
#'   applied to; or nothing, for the layer itself.
#' @param filters Number of filters, the size of the output's channels.
#' @param kernel_size Size of the window along each spatial axis: whole numbers, or one for all.
#' @param strides Step of the window along each spatial axis; in pooling, `NULL` is the window's size.
#' @param padding `"valid"` for none, or `"same"` for an output as large as the input (before strides); in
#'   one-dimensional convolutions also `"causal"`.
#' @param data_format `"channels_last"` or `"channels_first"`; `NULL` is [k_image_data_format()].
#' @param activation Name of an activation, such as `"relu"`, or a function of a tensor; `NULL` for none.
#' @param use_bias Whether a bias is added.
#' @param kernel_initializer Initializer of the layer's `kernel`: a name such as `"zeros"`, or an
#'   [initializer][initializer_zeros].
#' @param bias_initializer Initializer of the layer's `bias`: a name such as `"zeros"`, or an
#'   [initializer][initializer_zeros].
#' @param kernel_regularizer [Regularizer][regularizer_l1] of the layer's `kernel`; `NULL` for none.
#' @param bias_regularizer [Regularizer][regularizer_l1] of the layer's `bias`; `NULL` for none.
#' @param activity_regularizer [Regularizer][regularizer_l1] of the layer's output; `NULL` for none.
#' @param kernel_constraint [Constraint][constraint_maxnorm] of the layer's `kernel`; `NULL` for none.
#' @param bias_constraint [Constraint][constraint_maxnorm] of the layer's `bias`; `NULL` for none.
#' @param batch_size Number of samples in a batch, where it is fixed.
#' @param name Name of the layer, one of its own in each model; `NULL` makes one.
#' @param trainable Whether training changes the layer's weights.
#' @param weights List of arrays that the weights begin with.
#' @return The model, where `object` is one; a tensor, or a list of them, where it is given tensors; else the
#'   layer.
#' @family layers locally connected
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(8, 3)) %>% layer_locally_connected_1d(filters = 2, kernel_size = 2)
#' @export
layer_locally_connected_1d <- function(object, filters, kernel_size, strides = 1L, padding = "valid",
                                       data_format = NULL, activation = NULL, use_bias = TRUE,
                                       kernel_initializer = "glorot_uniform", bias_initializer = "zeros",
                                       kernel_regularizer = NULL, bias_regularizer = NULL,
                                       activity_regularizer = NULL, kernel_constraint = NULL,
                                       bias_constraint = NULL, batch_size = NULL, name = NULL,
                                       trainable = NULL, weights = NULL) {
  add_layer(object, "LocallyConnected1D", model_arguments())
}

#' Locally connected layer for images
#'
#' A convolution whose filters differ from place to place.
#'
#' @param object A sequential model, which the layer is added to; a tensor or a list of tensors, which it is
#'   applied to; or nothing, for the layer itself.
#' @param filters Number of filters, the size of the output's channels.
#' @param kernel_size Size of the window along each spatial axis: whole numbers, or one for all.
#' @param strides Step of the window along each spatial axis; in pooling, `NULL` is the window's size.
#' @param padding `"valid"` for none, or `"same"` for an output as large as the input (before strides); in
#'   one-dimensional convolutions also `"causal"`.
#' @param data_format `"channels_last"` or `"channels_first"`; `NULL` is [k_image_data_format()].
#' @param activation Name of an activation, such as `"relu"`, or a function of a tensor; `NULL` for none.
#' @param use_bias Whether a bias is added.
#' @param kernel_initializer Initializer of the layer's `kernel`: a name such as `"zeros"`, or an
#'   [initializer][initializer_zeros].
#' @param bias_initializer Initializer of the layer's `bias`: a name such as `"zeros"`, or an
#'   [initializer][initializer_zeros].
#' @param kernel_regularizer [Regularizer][regularizer_l1] of the layer's `kernel`; `NULL` for none.
#' @param bias_regularizer [Regularizer][regularizer_l1] of the layer's `bias`; `NULL` for none.
#' @param activity_regularizer [Regularizer][regularizer_l1] of the layer's output; `NULL` for none.
#' @param kernel_constraint [Constraint][constraint_maxnorm] of the layer's `kernel`; `NULL` for none.
#' @param bias_constraint [Constraint][constraint_maxnorm] of the layer's `bias`; `NULL` for none.
#' @param batch_size Number of samples in a batch, where it is fixed.
#' @param name Name of the layer, one of its own in each model; `NULL` makes one.
#' @param trainable Whether training changes the layer's weights.
#' @param weights List of arrays that the weights begin with.
#' @return The model, where `object` is one; a tensor, or a list of them, where it is given tensors; else the
#'   layer.
#' @family layers locally connected
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(8, 8, 3)) %>% layer_locally_connected_2d(filters = 2, kernel_size = 2)
#' @export
layer_locally_connected_2d <- function(object, filters, kernel_size, strides = c(1L, 1L), padding = "valid",
                                       data_format = NULL, activation = NULL, use_bias = TRUE,
                                       kernel_initializer = "glorot_uniform", bias_initializer = "zeros",
                                       kernel_regularizer = NULL, bias_regularizer = NULL,
                                       activity_regularizer = NULL, kernel_constraint = NULL,
                                       bias_constraint = NULL, batch_size = NULL, name = NULL,
                                       trainable = NULL, weights = NULL) {
  add_layer(object, "LocallyConnected2D", model_arguments())
}
