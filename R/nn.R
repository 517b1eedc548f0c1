#' Activations
#'
#' `k_relu()`: `x` from `threshold` up to `max_value`, and `alpha * (x - threshold)` below the threshold. `k_elu()`: `x`
#' where it is positive, `alpha * (exp(x) - 1)` elsewhere. `k_sigmoid()`: `1 / (1 + exp(-x))`. `k_hard_sigmoid()`: `0.2
#' * x + 0.5`, limited to the range from 0 to 1. `k_tanh()`: hyperbolic tangent. `k_softplus()`: `log(1 + exp(x))`.
#' `k_softsign()`: `x / (1 + abs(x))`.
#'
#' @param x A tensor of numbers; of a floating dtype except for `k_relu()`.
#' @param alpha The slope below the threshold, or the factor for negative inputs.
#' @param max_value The upper limit, or `NULL` for none.
#' @param threshold The threshold below which the slope applies. Like `alpha` and `max_value`, it may also be an array
#'   or tensor that broadcasts with `x`.
#' @return A tensor of `x`'s shape and dtype.
#'
#'   Errors: `keras_error_dtype` for a dtype that does not fit.
#' @family nn
#' @examplesIf is_backend_installed()
#' k_eval(k_relu(c(-2, 3, 9), alpha = 0.1, max_value = 6))
#' k_eval(k_elu(c(-2, 3)))
#' k_eval(k_sigmoid(0))
#' @export
k_relu <- function(x, alpha = 0, max_value = NULL, threshold = 0) {
  call_shim("relu", as_value(x), as_value(alpha, "alpha"), as_value(max_value, "max_value"),
            as_value(threshold, "threshold"))
}

#' @rdname k_relu
#' @export
k_elu <- function(x, alpha = 1) {
  call_shim("elu", as_value(x), as_value(alpha, "alpha"))
}

#' @rdname k_relu
#' @export
k_softplus <- function(x) {
  call_shim("softplus", as_value(x))
}

#' @rdname k_relu
#' @export
k_softsign <- function(x) {
  call_shim("softsign", as_value(x))
}

#' @rdname k_relu
#' @export
k_hard_sigmoid <- function(x) {
  call_shim("hard_sigmoid", as_value(x))
}

#' @rdname k_relu
#' @export
k_sigmoid <- function(x) {
  call_shim("sigmoid", as_value(x))
}

#' @rdname k_relu
#' @export
k_tanh <- function(x) {
  call_shim("tanh", as_value(x))
}

#' Softmax along an axis
#'
#' @param x A floating tensor with at least one dimension.
#' @param axis The axis: counted from 1, or from the end as -1, -2, ...
#' @return A tensor of `x`'s shape and dtype.
#'
#'   Errors: `keras_error_shape` for an axis that is 0 or out of range.
#' @family nn
#' @examplesIf is_backend_installed()
#' k_constant(c(1, 2, 3)) |> k_softmax() |> k_eval()
#' @export
k_softmax <- function(x, axis = -1) {
  call_shim("softmax", as_value(x, ndim = 1L), as_axis(axis))
}

#' Categorical crossentropy
#'
#' Computes `-sum(target * log(output))` along the axis of the classes.
#'
#' @param target A tensor of `output`'s shape: the true probabilities.
#' @param output A floating tensor: probabilities, which are scaled to sum to 1 and clipped [k_epsilon()] away
#'   from 0 and 1; or, with `from_logits`, inputs of softmax.
#' @param from_logits Whether `output` holds inputs of softmax.
#' @param axis The axis of the classes: counted from 1, or from the end as -1, -2, ...
#' @return A tensor without that axis.
#'
#'   Errors: `keras_error_shape` if the shapes differ.
#' @family nn
#' @examplesIf is_backend_installed()
#' k_eval(k_categorical_crossentropy(rbind(c(0, 1, 0)), rbind(c(0.2, 0.7, 0.1))))
#' @export
k_categorical_crossentropy <- function(target, output, from_logits = FALSE, axis = -1) {
  call_shim("categorical_crossentropy", as_value(target, "target", ndim = 1L),
            as_value(output, "output", ndim = 1L), from_logits, as_axis(axis))
}

#' Binary crossentropy
#'
#' Computes `-(target * log(output) + (1 - target) * log(1 - output))` elementwise.
#'
#' @param target A tensor of `output`'s shape: the probabilities that are right.
#' @param output A floating tensor: probabilities, which are clipped [k_epsilon()] away from 0 and 1; or, with
#'   `from_logits`, inputs of sigmoid.
#' @param from_logits Whether `output` holds inputs of sigmoid.
#' @return A tensor of `output`'s shape.
#'
#'   Errors: `keras_error_shape` where the shapes differ.
#' @family nn
#' @examplesIf is_backend_installed()
#' k_eval(k_binary_crossentropy(c(0, 1), c(0.1, 0.8)))
#' @export
k_binary_crossentropy <- function(target, output, from_logits = FALSE) {
  call_shim("binary_crossentropy", as_value_like(target, output, "target"),
            as_value_like(output, target, "output"), from_logits)
}

#' Sparse categorical crossentropy
#'
#' Computes `-log(output)` of the right class, along the axis of the classes.
#'
#' @param target The numbers of the right classes, counted from 0 as in data sets for Keras: a tensor or array
#'   of `output`'s shape without the axis of the classes, or with size 1 there. Subtract 1 from R's factor
#'   codes.
#' @param output A floating tensor: probabilities, which are scaled to sum 1 and kept [k_epsilon()] away
#'   from 0 and 1; or with `from_logits` what softmax takes.
#' @param from_logits Whether `output` is what softmax takes.
#' @param axis The axis of the classes: counted from 1, or from the end as -1, -2, ...
#' @return A tensor without that axis; `NaN` for a class that does not exist.
#'
#'   Errors: `keras_error_shape` if the shapes do not fit.
#' @family nn
#' @examplesIf is_backend_installed()
#' classes <- factor(c("setosa", "virginica"))
#' k_eval(k_sparse_categorical_crossentropy(as.integer(classes) - 1, rbind(c(0.2, 0.8), c(0.3, 0.7))))
#' @export
k_sparse_categorical_crossentropy <- function(target, output, from_logits = FALSE, axis = -1) {
  output <- as_value(output, "output", ndim = 1L)
  ndim <- if (k_is_tensor(output)) k_ndim(output) else length(dim(output))
  call_shim("sparse_categorical_crossentropy", as_integers(target, "target", ndim - 1L), output, from_logits,
            as_axis(axis))
}

#' Whether the right class is among the k most probable
#'
#' @param predictions A floating tensor with dimensions (samples, classes).
#' @param targets The number of the right class of each sample, counted from 0: a tensor or vector of
#'   integers.
#' @param k Number of most probable classes to count; ties with the k-th class count, too.
#' @return A bool tensor with an element for each sample. It is false for a class that does not exist, or whose
#'   prediction is not finite.
#'
#'   Errors: `keras_error_shape` if the shapes do not fit, `keras_error_argument`.
#' @family nn
#' @examplesIf is_backend_installed()
#' k_eval(k_in_top_k(rbind(c(0.1, 0.3, 0.6), c(0.5, 0.4, 0.1)), targets = c(1, 2), k = 2))
#' @export
k_in_top_k <- function(predictions, targets, k) {
  call_shim("in_top_k", as_value(predictions, "predictions"),
            as_integers(targets, "targets", ndim = 1L), as_whole(k))
}

#' Dropout
#'
#' Sets some elements to 0 at random, and scales the others so that the expected sum stays the same. Each evaluation
#' draws a new mask, even in the test phase: use [k_in_train_phase()] to choose.
#'
#' @param x A floating tensor.
#' @param level The fraction to drop, at least 0 and less than 1: a number, or a floating scalar tensor such as a
#'   variable.
#' @param noise_shape The shape of the mask: 1 on axes whose elements are dropped together, `NA` for
#'   `x`'s own size.
#' @param seed A whole number that makes the sequence of masks repeat; `NULL` takes one from R's generator.
#' @return A tensor of `x`'s shape and dtype.
#'
#'   Errors: `keras_error_argument` for any other level, `keras_error_shape` for a mask that does not fit.
#' @family nn
#' @examplesIf is_backend_installed()
#' k_eval(k_dropout(k_ones(c(2, 5)), level = 0.5, seed = 1))
#' @export
k_dropout <- function(x, level, noise_shape = NULL, seed = NULL) {
  call_shim("dropout", as_value(x, ndim = length(noise_shape)), level, as_shape(noise_shape), as_seed(seed))
}

#' Scale to L2 norm 1
#'
#' Computes `x / sqrt(sum(x^2))` over an axis. A sum below 1e-12 is replaced by 1e-12.
#'
#' @param x A floating tensor.
#' @param axis The axis, or several: counted from 1, or from the end as -1, -2, ...; `NULL` for all.
#' @return A tensor of `x`'s shape and dtype.
#'
#'   Errors: `keras_error_shape` for an axis that is 0 or out of range.
#' @family nn
#' @examplesIf is_backend_installed()
#' k_eval(k_l2_normalize(rbind(c(3, 4), c(0, 2)), axis = 2))
#' @export
k_l2_normalize <- function(x, axis = NULL) {
  call_shim("l2_normalize", as_value(x, ndim = length(axis)), as_axis(axis))
}

#' Batch normalization
#'
#' `k_batch_normalization()`: `gamma * (x - mean) / sqrt(var + epsilon) + beta`.
#' `k_normalize_batch_in_training()`: the same, with the mean and the variance of the batch itself.
#'
#' @param x A floating tensor.
#' @param mean,var,beta,gamma Tensors with one dimension, of `x`'s size along the axis of the features (or of
#'   `x`'s sizes that are not averaged over), or tensors that broadcast with `x`. `beta` and `gamma` may be
#'   `NULL`.
#' @param axis The axis of the features: counted from 1, or from the end as -1, -2, ...
#' @param reduction_axes The axes to average over, which count from 0 here: `c(0, 1, 2)` for the
#'   samples, rows and columns of images.
#' @param epsilon A small number that is added to the variance.
#' @return `k_batch_normalization()`: a tensor of `x`'s shape and dtype. `k_normalize_batch_in_training()`: a
#'   list of such a tensor, the mean and the variance (divided by n, not n - 1).
#'
#'   Errors: `keras_error_shape` where the shapes do not fit.
#' @family nn
#' @examplesIf is_backend_installed()
#' x <- matrix(c(1, 3, 10, 30), 2)
#' k_eval(k_batch_normalization(x, mean = c(2, 20), var = c(1, 100), beta = c(0, 1), gamma = NULL))
#' lapply(k_normalize_batch_in_training(x, NULL, NULL, reduction_axes = 0), k_eval)
#' @export
k_batch_normalization <- function(x, mean, var, beta, gamma, axis = -1, epsilon = 0.001) {
  call_shim("batch_normalization", as_value(x), as_value(mean, "mean"), as_value(var, "var"),
            as_value(beta, "beta"), as_value(gamma, "gamma"), as_axis(axis), epsilon)
}

#' @rdname k_batch_normalization
#' @export
k_normalize_batch_in_training <- function(x, gamma, beta, reduction_axes, epsilon = 0.001) {
  call_shim("normalize_batch_in_training", as_value(x), as_value(gamma, "gamma"), as_value(beta, "beta"),
            as_counts(reduction_axes), epsilon)
}

#' Add a bias to each channel
#'
#' @param x A tensor with at least two dimensions.
#' @param bias A tensor with one dimension, or with one fewer than `x`: one value for each position and channel, with
#'   the channels last.
#' @param data_format `"channels_last"` or `"channels_first"`; [k_image_data_format()] by default.
#' @return A tensor of `x`'s shape and dtype.
#'
#'   Errors: `keras_error_shape` for a bias that does not fit.
#' @family nn
#' @examplesIf is_backend_installed()
#' k_eval(k_bias_add(matrix(0, 2, 3), c(1, 2, 3)))
#' @export
k_bias_add <- function(x, bias, data_format = NULL) {
  bias <- as_value(bias, "bias", ndim = 1L)
  if (k_is_tensor(bias) && is.null(dim(bias))) {
    bias <- k_expand_dims(bias)  # a variable created from one number is a scalar
  }
  call_shim("bias_add", as_value(x), bias, data_format)
}
