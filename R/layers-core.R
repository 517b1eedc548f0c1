# Layers: the core.

#' Input of a model
#'
#' A placeholder for the data that is passed to a model.
#'
#' @param shape Shape of one sample, without the samples' axis; `NA` or `NULL` for an unknown size.
#' @param batch_shape Shape of a whole batch, including the samples' axis.
#' @param name Name of the layer, unique within a model; `NULL` makes one.
#' @param dtype Dtype of the layer's input, such as `"float32"`.
#' @param sparse Whether the input is sparse.
#' @param tensor A tensor to use as the input, instead of a placeholder.
#' @return A tensor.
#' @family layers core
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(shape = c(28, 28, 1))
#' @export
layer_input <- function(shape = NULL, batch_shape = NULL, name = NULL, dtype = NULL, sparse = FALSE,
                        tensor = NULL) {
  keras_call("layers.Input", model_arguments(NULL, c("shape", "batch_shape", "name", "dtype", "tensor")))
}

#' Densely connected layer
#'
#' Computes `activation(x %*% kernel + bias)` on the last axis.
#'
#' @param object A sequential model to add the layer to; a tensor or a list of tensors to apply it
#'   to; or nothing, to return the layer itself.
#' @param units Size of the output's last axis, a whole number.
#' @param activation Name of an activation, such as `"relu"`, or a function of a tensor; `NULL` for none.
#' @param use_bias Whether to add a bias.
#' @param kernel_initializer Initializer of the layer's `kernel`: a name such as `"zeros"`, or an
#'   [initializer][initializer_zeros].
#' @param bias_initializer Initializer of the layer's `bias`: a name such as `"zeros"`, or an
#'   [initializer][initializer_zeros].
#' @param kernel_regularizer [Regularizer][regularizer_l1] of the layer's `kernel`; `NULL` for none.
#' @param bias_regularizer [Regularizer][regularizer_l1] of the layer's `bias`; `NULL` for none.
#' @param activity_regularizer [Regularizer][regularizer_l1] of the layer's output; `NULL` for none.
#' @param kernel_constraint [Constraint][constraint_maxnorm] of the layer's `kernel`; `NULL` for none.
#' @param bias_constraint [Constraint][constraint_maxnorm] of the layer's `bias`; `NULL` for none.
#' @param input_shape Shape of one sample, without the samples' axis; `NA` or `NULL` for an unknown size.
#'   Needed in the first layer of a sequential model.
#' @param batch_input_shape Shape of a whole batch, including the samples' axis.
#' @param batch_size Number of samples in a batch, if it is fixed.
#' @inheritParams layer_input
#' @param trainable Whether training changes the layer's weights.
#' @param weights List of arrays to initialize the weights with.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers core
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_dense(units = 4)
#' @export
layer_dense <- function(object, units, activation = NULL, use_bias = TRUE,
                        kernel_initializer = "glorot_uniform", bias_initializer = "zeros",
                        kernel_regularizer = NULL, bias_regularizer = NULL, activity_regularizer = NULL,
                        kernel_constraint = NULL, bias_constraint = NULL, input_shape = NULL,
                        batch_input_shape = NULL, batch_size = NULL, dtype = NULL, name = NULL,
                        trainable = NULL, weights = NULL) {
  add_layer(object, "Dense", model_arguments())
}

#' Reshape each sample
#'
#' Arranges the elements of each sample in another shape, in row-major order.
#'
#' @inheritParams layer_dense
#' @param target_shape Shape of one sample of the output; -1, `NULL` or `NA` for a size that follows from the
#'   others.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers core
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_reshape(target_shape = c(3, 1))
#' @export
layer_reshape <- function(object, target_shape, input_shape = NULL, batch_input_shape = NULL,
                          batch_size = NULL, dtype = NULL, name = NULL, trainable = NULL, weights = NULL) {
  if (!missing(target_shape)) { # Keras writes an unknown size of this shape as -1
    target_shape <- lapply(target_shape, function(size) if (is.null(size) || is.na(size)) -1L else size)
  }
  add_layer(object, "Reshape", model_arguments())
}

#' Permute axes
#'
#' Reorders the axes of each sample.
#'
#' @inheritParams layer_dense
#' @param dims Order of the axes, where 1 is the first axis after the samples.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers core
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(5, 3)) %>% layer_permute(dims = c(2, 1))
#' @export
layer_permute <- function(object, dims, input_shape = NULL, batch_input_shape = NULL, batch_size = NULL,
                          dtype = NULL, name = NULL, trainable = NULL, weights = NULL) {
  add_layer(object, "Permute", model_arguments())
}

#' Repeat each sample
#'
#' Input (samples, features), output (samples, n, features).
#'
#' @inheritParams layer_dense
#' @param n Number of repetitions.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers core
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_repeat_vector(n = 2)
#' @export
layer_repeat_vector <- function(object, n, batch_size = NULL, name = NULL, trainable = NULL, weights = NULL) {
  add_layer(object, "RepeatVector", model_arguments())
}

#' Apply an R function
#'
#' Wraps an R function of tensors in a layer.
#'
#' @inheritParams layer_dense
#' @param f A function of a tensor, or of a list of tensors if there are several.
#' @param output_shape Shape of one sample of the output, or a function of the input's shape; `NULL` computes
#'   it.
#' @param mask A mask, or a function that returns one.
#' @param arguments Named list of further arguments of `f`.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers core
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_lambda(f = function(x) x * 2)
#' @export
layer_lambda <- function(object, f, output_shape = NULL, mask = NULL, arguments = NULL, input_shape = NULL,
                         batch_input_shape = NULL, batch_size = NULL, dtype = NULL, name = NULL,
                         trainable = NULL, weights = NULL) {
  arguments_of_f <- arguments
  if (length(arguments_of_f)) {
    plain <- f
    f <- function(x) do.call(plain, c(list(x), arguments_of_f))
  }
  arguments <- model_arguments(c("object", "arguments"))
  names(arguments)[names(arguments) == "f"] <- "function"
  add_layer(object, "Lambda", arguments)
}

#' Activity regularization
#'
#' Passes its input on unchanged, and adds a penalty on it to the loss.
#'
#' @inheritParams layer_dense
#' @param l1 Weight of the sum of absolute values.
#' @param l2 Weight of the sum of squares.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers core
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(3) %>% layer_activity_regularization()
#' @export
layer_activity_regularization <- function(object, l1 = 0, l2 = 0, input_shape = NULL,
                                          batch_input_shape = NULL, batch_size = NULL, dtype = NULL,
                                          name = NULL, trainable = NULL, weights = NULL) {
  add_layer(object, "ActivityRegularization", model_arguments())
}

#' Mask time steps
#'
#' Marks the time steps that the following layers skip.
#'
#' @inheritParams layer_dense
#' @param mask_value The following layers skip a time step if all its values equal this number.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers core
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(5, 3)) %>% layer_masking()
#' @export
layer_masking <- function(object, mask_value = 0, input_shape = NULL, batch_input_shape = NULL,
                          batch_size = NULL, dtype = NULL, name = NULL, trainable = NULL, weights = NULL) {
  add_layer(object, "Masking", model_arguments())
}

#' Flatten each sample
#'
#' Input (samples, ...), output (samples, elements).
#'
#' @inheritParams layer_dense
#' @param data_format `"channels_last"` or `"channels_first"`; `NULL` is [k_image_data_format()].
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers core
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(5, 3)) %>% layer_flatten()
#' @export
layer_flatten <- function(object, data_format = NULL, input_shape = NULL, dtype = NULL, name = NULL,
                          trainable = NULL, weights = NULL) {
  add_layer(object, "Flatten", model_arguments())
}

#' Layer of feature columns
#'
#' Refused: only TensorFlow 2 has feature columns, and Keras 2.3.1 has no such layer. `model.matrix()` makes a
#' matrix for [layer_dense()] from a data frame, with indicator columns for factors; [layer_embedding()] takes classes.
#'
#' @inheritParams layer_dense
#' @param feature_columns Feature columns of TensorFlow.
#' @return Nothing: it signals an error of class `keras_error_argument`.
#' @family layers core
#' @examples
#' try(layer_dense_features(feature_columns = list()))
#' head(model.matrix(~ Species + Petal.Width - 1, iris))
#' @export
layer_dense_features <- function(object, feature_columns, name = NULL, trainable = NULL, input_shape = NULL,
                                 batch_input_shape = NULL, batch_size = NULL, dtype = NULL, weights = NULL) {
  abort("argument", c("There is no layer for feature columns: only TensorFlow 2 has them",
                      i = paste("model.matrix() makes a matrix of a data frame, for layer_dense();",
                                "layer_embedding() takes numbers of classes")))
}
