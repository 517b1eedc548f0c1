# The R package, its engine in a worker.

library(keras)
use_backend(Sys.getenv("KERAS_BACKEND"))

K <- list(
  placeholder = function(shape, dtype = NULL) k_placeholder(shape = shape, dtype = dtype),
  variable = k_variable, kernel = k_variable, constant = k_constant, size = dim, update = k_update,
  compile = k_function, gradients = function(loss, w) k_gradients(loss, unname(w)), shaped = function(x, shape) x,
  dot = k_dot, bias_add = k_bias_add, relu = k_relu, mean = k_mean, abs = k_abs, sigmoid = k_sigmoid, tanh = k_tanh,
  sqrt = k_sqrt, square = k_square, gather = function(reference, indices) k_gather(reference, indices),
  crossentropy = function(target, logits) k_categorical_crossentropy(target, logits, from_logits = TRUE),
  conv2d = function(x, kernel) k_conv2d(x, kernel, padding = "same"),
  pool2d = function(x) k_pool2d(x, c(2, 2), strides = c(2, 2)), batch_flatten = k_batch_flatten,
  add = `+`, subtract = `-`, multiply = `*`, divide = `/`, pow = k_pow,
  columns = function(x, from, to) x[, (from + 1L):to],
  rnn = function(step, x, states) k_rnn(step, x, states)$last_output,
  zero_states = function(x, units) k_tile(k_expand_dims(k_sum(k_zeros_like(x), axis = c(2, 3))), c(1, units))
)
