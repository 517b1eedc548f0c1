# The R package, its engine in a worker.

library(keras)
use_backend(Sys.getenv("ENGINE"))

K <- list(
  placeholder = function(shape, dtype = NULL) k_placeholder(shape = shape, dtype = dtype),
  variable = k_variable, kernel = k_variable, constant = k_constant, set_value = k_set_value, get_value = k_get_value, size = dim,
  update = k_update,
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

workloads$call <- function() {
  x <- k_placeholder(shape = c(NA, 3))
  double <- k_function(list(x), list(x * 2))
  small <- data_of("small")
  function(i) double(list(small))[[1]][1, 1]
}

workloads$switch <- function() {
  step <- function(i) {
    suppressMessages(use_backend(Sys.getenv("OTHER_BACKEND")))
    suppressMessages(use_backend(Sys.getenv("ENGINE")))
    NULL
  }
  step(1)
  step
}

# -- fit() ---------------------------------------------------------------------------------------------

layers <- list(
  mlp = function() list(layer_dense(units = 512, activation = "relu", input_shape = 784)),
  cnn = function() list(
    layer_conv_2d(filters = 32, kernel_size = c(3, 3), padding = "same", activation = "relu",
                  input_shape = c(28, 28, 1)),
    layer_max_pooling_2d(), layer_conv_2d(filters = 64, kernel_size = c(3, 3), padding = "same", activation = "relu"),
    layer_max_pooling_2d(), layer_flatten(), layer_dense(units = 128, activation = "relu")
  ),
  lstm = function() list(layer_lstm(units = 128, recurrent_activation = "sigmoid", input_shape = c(50, 64)))
)

# An epoch of a model: see fit.py.
epoch_of <- function(network, samples = 12800L, in_order = 2L) {
  model <- keras_model_sequential(c(layers[[network]](), list(layer_dense(units = 10, activation = "softmax"))))
  optimizer <- if (network == "cnn") optimizer_adam(rate$cnn, epsilon = 1e-7) else optimizer_sgd(rate[[network]])
  compile(model, optimizer, "categorical_crossentropy")
  first <- unname(weights_of(network))
  if (network == "lstm") { # the gates of Keras: input, forget, candidate, output
    order <- c(1:256, 385:512, 257:384)
    first[1:3] <- lapply(first[1:3], function(value) if (length(dim(value)) == 2) value[, order] else value[order])
  }
  set_weights(model, first)
  data <- lapply(paste0(network, c("_x", "_y")), function(name) {
    x <- data_of(name)
    rows <- rep(seq_len(nrow(x)), length.out = samples)
    do.call(`[`, c(list(x, rows), rep(list(TRUE), length(dim(x)) - 1), drop = FALSE))
  })
  done <- 0L
  function(i) {
    done <<- done + 1L
    history <- fit(model, data[[1]], data[[2]], batch_size = batch[[network]], epochs = 1, verbose = 0,
                   shuffle = done > in_order)
    history$metrics$loss[[1]]
  }
}

for (network in names(layers)) {
  workloads[[paste0("fit_", network)]] <- local({
    name <- network
    function() epoch_of(name)
  })
}

# -- the first batch of a large network: see first.py --------------------------------------------------

commands$first <- function(name, shape = c(96, 96, 3), classes = 10, size = 8) {
  build <- list(resnet50 = application_resnet50, vgg16 = application_vgg16)[[name]]
  x <- array(runif(size * prod(shape)), c(size, shape))
  y <- to_categorical(seq_len(size) - 1L, classes)
  optimizer_sgd(0.001) # imports Keras, which is not timed
  start <- Sys.time()
  model <- build(weights = NULL, input_shape = shape, classes = classes)
  compile(model, optimizer_sgd(0.001), "categorical_crossentropy")
  loss <- train_on_batch(model, x, y)[[1]]
  took <- as.numeric(Sys.time() - start, units = "secs")
  stopifnot(is.finite(loss))
  took
}

commands$graph <- function(count) {
  value <- NULL
  k_clear_session()
  y <- k_variable(data_of("small"))
  build <- timed(function(i) y <<- k_tanh(y), count)
  evaluate <- timed(function(i) value <<- k_eval(y)[1, 1], 1)
  list(build, evaluate, value)
}

commands$many <- function(workload, count) {
  step <- workloads[[workload]]()
  thousand(step)
  before <- memory()
  first <- thousand(step)
  timed(step, count - 2000)
  last <- thousand(step)
  list(first = first, last = last, before = before, after = memory())
}

# The seconds of a thousand steps, from the median of its hundreds, so that pauses of the machine do not count.
thousand <- function(step) 10 * median(vapply(1:10, function(i) timed(step, 100), 0))

# Resident bytes of this process and the worker, after garbage collection.
memory <- function() {
  gc()
  reticulate::import("gc")$collect()
  k_eval(k_constant(1)) # a call tells the worker what is no longer needed
  pages <- as.numeric(strsplit(readLines("/proc/self/statm"), " ")[[1]][[2]])
  c(pages * as.numeric(system2("getconf", "PAGESIZE", stdout = TRUE)), backend_info()$memory)
}
