# Layers: normalization.

#' Batch normalization
#'
#' Scales each batch to mean 0 and variance 1 along an axis; predictions use moving averages instead.
#'
#' @inheritParams layer_dense
#' @param axis The axis, as in Keras: 0 is the samples' axis, and -1 the last.
#' @param momentum Momentum of the moving averages.
#' @param epsilon A small constant that keeps quotients finite; `NULL` means [k_epsilon()].
#' @param center Whether to add a trained offset.
#' @param scale Whether to multiply by a trained factor.
#' @param beta_initializer Initializer of the layer's `beta`: a name such as `"zeros"`, or an
#'   [initializer][initializer_zeros].
#' @param gamma_initializer Initializer of the layer's `gamma`: a name such as `"zeros"`, or an
#'   [initializer][initializer_zeros].
#' @param moving_mean_initializer Initializer of the layer's `moving_mean`: a name such as `"zeros"`, or an
#'   [initializer][initializer_zeros].
#' @param moving_variance_initializer Initializer of the layer's `moving_variance`: a name such as `"zeros"`,
#'   or an [initializer][initializer_zeros].
#' @param beta_regularizer [Regularizer][regularizer_l1] of the layer's `beta`; `NULL` for none.
#' @param gamma_regularizer [Regularizer][regularizer_l1] of the layer's `gamma`; `NULL` for none.
#' @param beta_constraint [Constraint][constraint_maxnorm] of the layer's `beta`; `NULL` for none.
#' @param gamma_constraint [Constraint][constraint_maxnorm] of the layer's `gamma`; `NULL` for none.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers normalization
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_batch_normalization()
#' @export
layer_batch_normalization <- function(object, axis = -1L, momentum = 0.99, epsilon = 0.001, center = TRUE,
                                      scale = TRUE, beta_initializer = "zeros", gamma_initializer = "ones",
                                      moving_mean_initializer = "zeros", moving_variance_initializer = "ones",
                                      beta_regularizer = NULL, gamma_regularizer = NULL,
                                      beta_constraint = NULL, gamma_constraint = NULL, input_shape = NULL,
                                      batch_input_shape = NULL, batch_size = NULL, dtype = NULL, name = NULL,
                                      trainable = NULL, weights = NULL) {
  add_layer(object, "BatchNormalization", model_arguments())
}
