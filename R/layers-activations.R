# Layers: activations.

#' Activation layer
#'
#' Applies an activation to its input.
#'
#' @param object A sequential model, which the layer is added to; a tensor or a list of tensors, which it is
#'   applied to; or nothing, for the layer itself.
#' @param activation Name of an activation, such as `"relu"`, or a function of a tensor; `NULL` for none.
#' @param input_shape Shape of one sample, without the samples' axis; `NA` or `NULL` for an unknown size.
#'   Needed in the first layer of a sequential model.
#' @param batch_input_shape Shape of a whole batch, the samples' axis included.
#' @param batch_size Number of samples in a batch, where it is fixed.
#' @param dtype Dtype of the layer's input, such as `"float32"`.
#' @param name Name of the layer, one of its own in each model; `NULL` makes one.
#' @param trainable Whether training changes the layer's weights.
#' @param weights List of arrays that the weights begin with.
#' @return The model, where `object` is one; a tensor, or a list of them, where it is given tensors; else the
#'   layer.
#' @family layers activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_activation(activation = "relu")
#' @export
layer_activation <- function(object, activation, input_shape = NULL, batch_input_shape = NULL,
                             batch_size = NULL, dtype = NULL, name = NULL, trainable = NULL, weights = NULL) {
  add_layer(object, "Activation", model_arguments())
}

#' Leaky rectified linear unit
#'
#' x where it is positive, `alpha * x` elsewhere.
#'
#' @param object A sequential model, which the layer is added to; a tensor or a list of tensors, which it is
#'   applied to; or nothing, for the layer itself.
#' @param alpha Slope for negative inputs, or scale of the exponential: a number.
#' @param input_shape Shape of one sample, without the samples' axis; `NA` or `NULL` for an unknown size.
#'   Needed in the first layer of a sequential model.
#' @param batch_input_shape Shape of a whole batch, the samples' axis included.
#' @param batch_size Number of samples in a batch, where it is fixed.
#' @param dtype Dtype of the layer's input, such as `"float32"`.
#' @param name Name of the layer, one of its own in each model; `NULL` makes one.
#' @param trainable Whether training changes the layer's weights.
#' @param weights List of arrays that the weights begin with.
#' @return The model, where `object` is one; a tensor, or a list of them, where it is given tensors; else the
#'   layer.
#' @family layers activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_activation_leaky_relu()
#' @export
layer_activation_leaky_relu <- function(object, alpha = 0.3, input_shape = NULL, batch_input_shape = NULL,
                                        batch_size = NULL, dtype = NULL, name = NULL, trainable = NULL,
                                        weights = NULL) {
  add_layer(object, "LeakyReLU", model_arguments())
}

#' Parametric rectified linear unit
#'
#' x where it is positive, `alpha * x` elsewhere, with a trained `alpha` for each element.
#'
#' @param object A sequential model, which the layer is added to; a tensor or a list of tensors, which it is
#'   applied to; or nothing, for the layer itself.
#' @param alpha_initializer Initializer of the layer's `alpha`: a name such as `"zeros"`, or an
#'   [initializer][initializer_zeros].
#' @param alpha_regularizer [Regularizer][regularizer_l1] of the layer's `alpha`; `NULL` for none.
#' @param alpha_constraint [Constraint][constraint_maxnorm] of the layer's `alpha`; `NULL` for none.
#' @param shared_axes Axes that share one slope, the samples' axis being 0.
#' @param input_shape Shape of one sample, without the samples' axis; `NA` or `NULL` for an unknown size.
#'   Needed in the first layer of a sequential model.
#' @param batch_input_shape Shape of a whole batch, the samples' axis included.
#' @param batch_size Number of samples in a batch, where it is fixed.
#' @param dtype Dtype of the layer's input, such as `"float32"`.
#' @param name Name of the layer, one of its own in each model; `NULL` makes one.
#' @param trainable Whether training changes the layer's weights.
#' @param weights List of arrays that the weights begin with.
#' @return The model, where `object` is one; a tensor, or a list of them, where it is given tensors; else the
#'   layer.
#' @family layers activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_activation_parametric_relu()
#' @export
layer_activation_parametric_relu <- function(object, alpha_initializer = "zeros", alpha_regularizer = NULL,
                                             alpha_constraint = NULL, shared_axes = NULL, input_shape = NULL,
                                             batch_input_shape = NULL, batch_size = NULL, dtype = NULL,
                                             name = NULL, trainable = NULL, weights = NULL) {
  add_layer(object, "PReLU", model_arguments())
}

#' Thresholded rectified linear unit
#'
#' x where it exceeds `theta`, 0 elsewhere.
#'
#' @param object A sequential model, which the layer is added to; a tensor or a list of tensors, which it is
#'   applied to; or nothing, for the layer itself.
#' @param theta Threshold, a number.
#' @param input_shape Shape of one sample, without the samples' axis; `NA` or `NULL` for an unknown size.
#'   Needed in the first layer of a sequential model.
#' @param batch_input_shape Shape of a whole batch, the samples' axis included.
#' @param batch_size Number of samples in a batch, where it is fixed.
#' @param dtype Dtype of the layer's input, such as `"float32"`.
#' @param name Name of the layer, one of its own in each model; `NULL` makes one.
#' @param trainable Whether training changes the layer's weights.
#' @param weights List of arrays that the weights begin with.
#' @return The model, where `object` is one; a tensor, or a list of them, where it is given tensors; else the
#'   layer.
#' @family layers activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_activation_thresholded_relu()
#' @export
layer_activation_thresholded_relu <- function(object, theta = 1, input_shape = NULL, batch_input_shape = NULL,
                                              batch_size = NULL, dtype = NULL, name = NULL, trainable = NULL,
                                              weights = NULL) {
  add_layer(object, "ThresholdedReLU", model_arguments())
}

#' Exponential linear unit
#'
#' x where it is positive, `alpha * (exp(x) - 1)` elsewhere.
#'
#' @param object A sequential model, which the layer is added to; a tensor or a list of tensors, which it is
#'   applied to; or nothing, for the layer itself.
#' @param alpha Slope for negative inputs, or scale of the exponential: a number.
#' @param input_shape Shape of one sample, without the samples' axis; `NA` or `NULL` for an unknown size.
#'   Needed in the first layer of a sequential model.
#' @param batch_input_shape Shape of a whole batch, the samples' axis included.
#' @param batch_size Number of samples in a batch, where it is fixed.
#' @param dtype Dtype of the layer's input, such as `"float32"`.
#' @param name Name of the layer, one of its own in each model; `NULL` makes one.
#' @param trainable Whether training changes the layer's weights.
#' @param weights List of arrays that the weights begin with.
#' @return The model, where `object` is one; a tensor, or a list of them, where it is given tensors; else the
#'   layer.
#' @family layers activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_activation_elu()
#' @export
layer_activation_elu <- function(object, alpha = 1, input_shape = NULL, batch_input_shape = NULL,
                                 batch_size = NULL, dtype = NULL, name = NULL, trainable = NULL,
                                 weights = NULL) {
  add_layer(object, "ELU", model_arguments())
}

#' Softmax layer
#'
#' `exp(x)`, scaled so that it sums to 1 along an axis.
#'
#' @param object A sequential model, which the layer is added to; a tensor or a list of tensors, which it is
#'   applied to; or nothing, for the layer itself.
#' @param axis Axis, the samples' axis being 0 and the last one -1, as in Keras.
#' @param input_shape Shape of one sample, without the samples' axis; `NA` or `NULL` for an unknown size.
#'   Needed in the first layer of a sequential model.
#' @param batch_input_shape Shape of a whole batch, the samples' axis included.
#' @param batch_size Number of samples in a batch, where it is fixed.
#' @param dtype Dtype of the layer's input, such as `"float32"`.
#' @param name Name of the layer, one of its own in each model; `NULL` makes one.
#' @param trainable Whether training changes the layer's weights.
#' @param weights List of arrays that the weights begin with.
#' @return The model, where `object` is one; a tensor, or a list of them, where it is given tensors; else the
#'   layer.
#' @family layers activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_activation_softmax()
#' @export
layer_activation_softmax <- function(object, axis = -1, input_shape = NULL, batch_input_shape = NULL,
                                     batch_size = NULL, dtype = NULL, name = NULL, trainable = NULL,
                                     weights = NULL) {
  add_layer(object, "Softmax", model_arguments())
}

#' Rectified linear unit
#'
#' x from the threshold on, `negative_slope * (x - threshold)` below, at most `max_value`.
#'
#' @param object A sequential model, which the layer is added to; a tensor or a list of tensors, which it is
#'   applied to; or nothing, for the layer itself.
#' @param max_value Largest output; `NULL` for no limit. In constraints the largest norm.
#' @param negative_slope Slope below the threshold.
#' @param threshold Threshold below which the input counts as negative.
#' @param input_shape Shape of one sample, without the samples' axis; `NA` or `NULL` for an unknown size.
#'   Needed in the first layer of a sequential model.
#' @param batch_input_shape Shape of a whole batch, the samples' axis included.
#' @param batch_size Number of samples in a batch, where it is fixed.
#' @param dtype Dtype of the layer's input, such as `"float32"`.
#' @param name Name of the layer, one of its own in each model; `NULL` makes one.
#' @param trainable Whether training changes the layer's weights.
#' @param weights List of arrays that the weights begin with.
#' @return The model, where `object` is one; a tensor, or a list of them, where it is given tensors; else the
#'   layer.
#' @family layers activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_activation_relu()
#' @export
layer_activation_relu <- function(object, max_value = NULL, negative_slope = 0, threshold = 0,
                                  input_shape = NULL, batch_input_shape = NULL, batch_size = NULL,
                                  dtype = NULL, name = NULL, trainable = NULL, weights = NULL) {
  add_layer(object, "ReLU", model_arguments())
}

#' Scaled exponential linear unit
#'
#' `scale * x` where x is positive, `scale * alpha * (exp(x) - 1)` elsewhere, with the constants of
#' self-normalizing networks.
#'
#' @param object A sequential model, which the layer is added to; a tensor or a list of tensors, which it is
#'   applied to; or nothing, for the layer itself.
#' @param input_shape Shape of one sample, without the samples' axis; `NA` or `NULL` for an unknown size.
#'   Needed in the first layer of a sequential model.
#' @param batch_input_shape Shape of a whole batch, the samples' axis included.
#' @param batch_size Number of samples in a batch, where it is fixed.
#' @param dtype Dtype of the layer's input, such as `"float32"`.
#' @param name Name of the layer, one of its own in each model; `NULL` makes one.
#' @param trainable Whether training changes the layer's weights.
#' @param weights List of arrays that the weights begin with.
#' @return The model, where `object` is one; a tensor, where it is given tensors; else the layer.
#' @family layers activations
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_activation_selu()
#' @export
layer_activation_selu <- function(object, input_shape = NULL, batch_input_shape = NULL, batch_size = NULL,
                                  dtype = NULL, name = NULL, trainable = NULL, weights = NULL) {
  activation <- "selu"
  add_layer(object, "Activation", c(list(activation = activation), model_arguments()))
}
