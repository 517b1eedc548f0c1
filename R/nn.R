#' Activations
#'
#' `k_relu()`: `x` where it is positive, up to `max_value`, and `alpha * x` below 0. `k_sigmoid()`:
#' `1 / (1 + exp(-x))`. `k_tanh()`: hyperbolic tangent.
#'
#' @param x A tensor of numbers; of a floating dtype for `k_sigmoid()` and `k_tanh()`.
#' @param alpha The slope below 0.
#' @param max_value The limit above, `NULL` for none.
#' @return A tensor of `x`'s shape and dtype.
#' @family nn
#' @examplesIf is_backend_installed()
#' k_eval(k_relu(c(-2, 3, 9), alpha = 0.1, max_value = 6))
#' k_eval(k_sigmoid(0))
#' @export
k_relu <- function(x, alpha = 0, max_value = NULL) {
  call_shim("relu", as_value(x), alpha, max_value)
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

#' exp(x), scaled to sum 1 along an axis
#'
#' @param x A floating tensor with at least one dimension.
#' @param axis The axis: counted from 1, from the end as -1, -2, ...
#' @return A tensor of `x`'s shape and dtype.
#'
#'   Errors: `keras_error_shape` for an axis that is 0 or out of range.
#' @family nn
#' @examplesIf is_backend_installed()
#' k_constant(c(1, 2, 3)) |> k_softmax() |> k_eval()
#' @export
k_softmax <- function(x, axis = -1) {
  call_shim("softmax", as_value(x), as_axis(axis))
}

#' Cross-entropy of a distribution over classes
#'
#' `-sum(target * log(output))` along the axis of the classes.
#'
#' @param target A tensor of `output`'s shape: the probabilities that are right.
#' @param output A floating tensor: probabilities, which are scaled to sum 1 and kept [k_epsilon()] away
#'   from 0 and 1; or with `from_logits` what softmax takes.
#' @param from_logits Whether `output` is what softmax takes.
#' @param axis The axis of the classes: counted from 1, from the end as -1, -2, ...
#' @return A tensor without that axis.
#'
#'   Errors: `keras_error_shape` where the shapes differ.
#' @family nn
#' @examplesIf is_backend_installed()
#' k_eval(k_categorical_crossentropy(rbind(c(0, 1, 0)), rbind(c(0.2, 0.7, 0.1))))
#' @export
k_categorical_crossentropy <- function(target, output, from_logits = FALSE, axis = -1) {
  call_shim("categorical_crossentropy", as_value(target, "target"), as_value(output, "output"), from_logits,
            as_axis(axis))
}

#' Cross-entropy of two classes
#'
#' `-(target * log(output) + (1 - target) * log(1 - output))`, element by element.
#'
#' @param target A tensor of `output`'s shape: the probabilities that are right.
#' @param output A floating tensor: probabilities, which are kept [k_epsilon()] away from 0 and 1; or with
#'   `from_logits` what sigmoid takes.
#' @param from_logits Whether `output` is what sigmoid takes.
#' @return A tensor of `output`'s shape.
#'
#'   Errors: `keras_error_shape` where the shapes differ.
#' @family nn
#' @examplesIf is_backend_installed()
#' k_eval(k_binary_crossentropy(c(0, 1), c(0.1, 0.8)))
#' @export
k_binary_crossentropy <- function(target, output, from_logits = FALSE) {
  call_shim("binary_crossentropy", as_value(target, "target"), as_value(output, "output"), from_logits)
}
