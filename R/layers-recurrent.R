# Layers: recurrent networks.

#' Fully connected recurrent layer
#'
#' The output of each time step is the state of the next. Input (samples, time steps, features).
#'
#' @inheritParams layer_dense
#' @param return_sequences Whether to return the output of each time step, not of the last one alone.
#' @param return_state Whether to also return the final states, after the output.
#' @param go_backwards Whether to begin with the last time step.
#' @param stateful Whether the final state of each sample is the initial state of the sample at the same position in the
#'   next batch.
#' @param unroll Whether to write the time steps into the graph one after another.
#' @param recurrent_initializer Initializer of the layer's `recurrent_kernel`: a name such as `"zeros"`, or an
#'   [initializer][initializer_zeros].
#' @param recurrent_regularizer [Regularizer][regularizer_l1] of the layer's `recurrent_kernel`; `NULL` for none.
#' @param recurrent_constraint [Constraint][constraint_maxnorm] of the layer's `recurrent_kernel`; `NULL` for none.
#' @param dropout Fraction of the inputs to drop in training, from 0 to 1.
#' @param recurrent_dropout Fraction of the states to drop in training, from 0 to 1.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers recurrent
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(5, 3)) %>% layer_simple_rnn(units = 4)
#' @export
layer_simple_rnn <- function(object, units, activation = "tanh", use_bias = TRUE, return_sequences = FALSE,
                             return_state = FALSE, go_backwards = FALSE, stateful = FALSE, unroll = FALSE,
                             kernel_initializer = "glorot_uniform", recurrent_initializer = "orthogonal",
                             bias_initializer = "zeros", kernel_regularizer = NULL,
                             recurrent_regularizer = NULL, bias_regularizer = NULL,
                             activity_regularizer = NULL, kernel_constraint = NULL,
                             recurrent_constraint = NULL, bias_constraint = NULL, dropout = 0,
                             recurrent_dropout = 0, input_shape = NULL, batch_input_shape = NULL,
                             batch_size = NULL, dtype = NULL, name = NULL, trainable = NULL, weights = NULL) {
  add_layer(object, "SimpleRNN", model_arguments())
}

#' Gated recurrent unit
#'
#' Input (samples, time steps, features).
#'
#' @inheritParams layer_simple_rnn
#' @param recurrent_activation Activation of the gates, as `activation`.
#' @param reset_after Whether to apply the reset gate after the matrix product, as cuDNN does.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers recurrent
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(5, 3)) %>% layer_gru(units = 4)
#' @export
layer_gru <- function(object, units, activation = "tanh", recurrent_activation = "hard_sigmoid",
                      use_bias = TRUE, return_sequences = FALSE, return_state = FALSE, go_backwards = FALSE,
                      stateful = FALSE, unroll = FALSE, reset_after = FALSE,
                      kernel_initializer = "glorot_uniform", recurrent_initializer = "orthogonal",
                      bias_initializer = "zeros", kernel_regularizer = NULL, recurrent_regularizer = NULL,
                      bias_regularizer = NULL, activity_regularizer = NULL, kernel_constraint = NULL,
                      recurrent_constraint = NULL, bias_constraint = NULL, dropout = 0, recurrent_dropout = 0,
                      input_shape = NULL, batch_input_shape = NULL, batch_size = NULL, dtype = NULL,
                      name = NULL, trainable = NULL, weights = NULL) {
  add_layer(object, "GRU", model_arguments())
}

#' GRU on a GPU
#'
#' Refused, with the alternative: [layer_gru()] with `recurrent_activation = "sigmoid"` and
#' `reset_after = TRUE`.
#'
#' @inheritParams layer_simple_rnn
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers recurrent
#' @examplesIf is_keras_available() && is_backend_installed()
#' try(layer_cudnn_gru(units = 2))
#' @export
layer_cudnn_gru <- function(object, units, kernel_initializer = "glorot_uniform",
                            recurrent_initializer = "orthogonal", bias_initializer = "zeros",
                            kernel_regularizer = NULL, recurrent_regularizer = NULL, bias_regularizer = NULL,
                            activity_regularizer = NULL, kernel_constraint = NULL,
                            recurrent_constraint = NULL, bias_constraint = NULL, return_sequences = FALSE,
                            return_state = FALSE, stateful = FALSE, input_shape = NULL,
                            batch_input_shape = NULL, batch_size = NULL, dtype = NULL, name = NULL,
                            trainable = NULL, weights = NULL) {
  add_layer(object, "CuDNNGRU", model_arguments())
}

#' Long short-term memory
#'
#' Input (samples, time steps, features).
#'
#' @inheritParams layer_gru
#' @param unit_forget_bias Whether the bias of the forget gate begins with 1.
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers recurrent
#' @examplesIf is_keras_available() && is_backend_installed()
#' layer_input(c(5, 3)) %>% layer_lstm(units = 4)
#' @export
layer_lstm <- function(object, units, activation = "tanh", recurrent_activation = "hard_sigmoid",
                       use_bias = TRUE, return_sequences = FALSE, return_state = FALSE, go_backwards = FALSE,
                       stateful = FALSE, unroll = FALSE, kernel_initializer = "glorot_uniform",
                       recurrent_initializer = "orthogonal", bias_initializer = "zeros",
                       unit_forget_bias = TRUE, kernel_regularizer = NULL, recurrent_regularizer = NULL,
                       bias_regularizer = NULL, activity_regularizer = NULL, kernel_constraint = NULL,
                       recurrent_constraint = NULL, bias_constraint = NULL, dropout = 0,
                       recurrent_dropout = 0, input_shape = NULL, batch_input_shape = NULL, batch_size = NULL,
                       dtype = NULL, name = NULL, trainable = NULL, weights = NULL) {
  add_layer(object, "LSTM", model_arguments())
}

#' LSTM on a GPU
#'
#' Refused, with the alternative: [layer_lstm()] with `recurrent_activation = "sigmoid"`.
#'
#' @inheritParams layer_lstm
#' @return The model if `object` is one; a tensor, or a list of them, if it is applied to tensors; otherwise the
#'   layer.
#' @family layers recurrent
#' @examplesIf is_keras_available() && is_backend_installed()
#' try(layer_cudnn_lstm(units = 2))
#' @export
layer_cudnn_lstm <- function(object, units, kernel_initializer = "glorot_uniform",
                             recurrent_initializer = "orthogonal", bias_initializer = "zeros",
                             unit_forget_bias = TRUE, kernel_regularizer = NULL, recurrent_regularizer = NULL,
                             bias_regularizer = NULL, activity_regularizer = NULL, kernel_constraint = NULL,
                             recurrent_constraint = NULL, bias_constraint = NULL, return_sequences = FALSE,
                             return_state = FALSE, stateful = FALSE, input_shape = NULL,
                             batch_input_shape = NULL, batch_size = NULL, dtype = NULL, name = NULL,
                             trainable = NULL, weights = NULL) {
  add_layer(object, "CuDNNLSTM", model_arguments())
}
