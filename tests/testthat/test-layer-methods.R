# Queries of layers and models, on models with known results.
for_each_backend("layers and models can be rebuilt from their configurations", {
  layer <- layer_dense(units = 3, activation = "tanh", name = "mine")
  copy <- from_config(get_config(layer))
  expect_equal(copy$name, "mine")
  expect_equal(dim(copy(layer_input(2))), c(NA, 3L))
  model <- keras_model_sequential(list(layer_dense(units = 3, input_shape = 2), layer_dense(units = 1)))
  again <- from_config(get_config(model))
  expect_equal(lapply(get_weights(again), dim), lapply(get_weights(model), dim))
  expect_equal(count_params(again), 3 * 2 + 3 + 3 + 1)
})

for_each_backend("summary() prints each layer with its output's shape and its number of weights", {
  model <- keras_model_sequential(list(layer_dense(units = 3, input_shape = 2, name = "first"),
                                       layer_dense(units = 1, name = "second")))
  freeze_weights(model, to = "first")
  lines <- capture.output(summary(model, line_length = 60))
  expect_match(lines, "^first \\(Dense\\) +\\((None|NA), 3\\) +9 *$", all = FALSE)
  expect_match(lines, "^second \\(Dense\\) +\\((None|NA), 1\\) +4 *$", all = FALSE)
  expect_match(lines, "^Total params: 13$", all = FALSE)
  expect_match(lines, "^Non-trainable params: 9$", all = FALSE)
  expect_true(all(nchar(lines) <= 60))
})

for_each_backend("a layer that is used twice has two inputs and outputs", {
  shared <- layer_dense(units = 4)
  first <- layer_input(3)
  second <- layer_input(3)
  shared(first)
  out <- shared(second)
  expect_equal(get_input_shape_at(shared, 1), list(NULL, 3L))
  expect_equal(get_output_shape_at(shared, 2), list(NULL, 4L))
  model <- keras_model(get_input_at(shared, 2), get_output_at(shared, 2))
  x <- matrix(1:6 / 6, 2)
  weights <- get_weights(shared)
  expect_equal(predict(model, x), sweep(x %*% weights[[1L]], 2, weights[[2L]], "+"), tolerance = 1e-5)
  expect_equal(dim(get_output_at(shared, 2)), dim(out))
})

for_each_backend("masks come from the layers that make them", {
  embedding <- layer_embedding(input_dim = 5, output_dim = 2, mask_zero = TRUE)
  numbers <- layer_input(3)
  vectors <- embedding(numbers)
  recurrent <- layer_lstm(units = 2, return_sequences = TRUE)
  recurrent(vectors)
  expect_null(get_input_mask_at(embedding, 1))
  mask <- get_output_mask_at(embedding, 1)
  found <- k_function(list(numbers), list(mask))(list(matrix(c(1, 0, 2, 0, 0, 4), 2)))[[1L]]
  expect_equal(found, matrix(c(TRUE, FALSE, TRUE, FALSE, FALSE, TRUE), 2))
  expect_equal(dim(get_input_mask_at(recurrent, 1)), c(NA, 3L))
})

for_each_backend("stateful layers continue from their state until they are reset", {
  model <- keras_model_sequential(list(
    layer_simple_rnn(units = 1, stateful = TRUE, batch_input_shape = c(1, 1, 1), activation = "linear")
  ))
  set_weights(model, list(matrix(1), matrix(1), 0))  # the state adds up the inputs
  sums <- vapply(1:3, function(i) predict(model, array(i, c(1, 1, 1)))[[1L]], 0)
  expect_equal(sums, cumsum(1:3))
  reset_states(model)
  expect_equal(predict(model, array(5, c(1, 1, 1)))[[1L]], 5)
})

for_each_backend("frozen weights do not change", {
  model <- keras_model_sequential(list(layer_dense(units = 2, input_shape = 2, name = "first"),
                                       layer_dense(units = 2, name = "second"), layer_dense(units = 1)))
  freeze_weights(model, to = "second")
  compile(model, "sgd", "mse")
  before <- get_weights(model)
  train_on_batch(model, matrix(1:4, 2), c(9, 9))
  after <- get_weights(model)
  expect_equal(after[1:4], before[1:4])
  expect_false(isTRUE(all.equal(after[[5L]], before[[5L]])))
  unfreeze_weights(model, from = 2)
  compile(model, "sgd", "mse")
  train_on_batch(model, matrix(1:4, 2), c(9, 9))
  expect_equal(get_weights(model)[1:2], before[1:2])
  expect_false(isTRUE(all.equal(get_weights(model)[[3L]], before[[3L]])))
})

for_each_backend("R6 wrappers change a layer's output", {
  Twice <- R6::R6Class("Twice", inherit = KerasWrapper, public = list( # nolint: object_name_linter.
    factor = NULL,
    initialize = function(factor) self$factor <- factor,
    call = function(inputs) super$call(inputs) * self$factor,
    compute_output_shape = function(input_shape) list(input_shape[[1L]], 2L)
  ))
  input <- layer_input(3)
  output <- create_wrapper(Twice, input, list(factor = 2, layer = layer_dense(units = 2), name = "twice"))
  expect_equal(dim(output), c(NA, 2L))
  model <- keras_model(input, output)
  expect_equal(lapply(get_weights(model), length), list(6L, 2L))
  set_weights(model, list(matrix(1:6, 3), c(0.5, 1)))
  expect_equal(predict(model, matrix(1, 1, 3)), matrix(2 * c(6.5, 16), 1))
  compile(model, "sgd", "mse")
  train_on_batch(model, matrix(1, 1, 3), matrix(0, 1, 2))
  expect_true(all(get_weights(model)[[1L]] < matrix(1:6, 3)))
  expect_equal(get_layer(model, "twice")$name, "twice")
})

test_that("a layer's class needs no name, and a weight no axes", {
  suppressMessages(use_backend("cntk"))
  input <- layer_input(2)
  output <- create_layer(R6::R6Class(inherit = KerasLayer, public = list(
    factor = NULL,
    build = function(input_shape) self$factor <- self$add_weight("factor", shape = list(), initializer = "ones"),
    call = function(x, mask = NULL) x * self$factor
  )), input)
  model <- keras_model(input, output)
  set_weights(model, list(3))
  expect_equal(predict(model, matrix(1:2, 1)), matrix(c(3, 6), 1))
  set_weights(model, get_weights(model))
  expect_equal(get_weights(model), list(3))
  expect_keras_error(set_weights(model, list(c(1, 2))), "shape", "`weights[[1]]`")
})

test_that("arguments of other classes have the meaning that these give them", {
  suppressMessages(use_backend("cntk"))
  foreign <- reticulate::py_run_string(paste(
    "from pyshim import keras",
    "class Foreign(keras.layers.Layer):",
    "    def __init__(self, size, k, units, **kwargs):",
    "        super().__init__(**kwargs)",
    "        self.given = dict(size=size, k=k, units=units)",
    "    def get_config(self):",
    "        return dict(super().get_config(), **self.given)", sep = "\n"
  ), local = TRUE)$Foreign
  given <- list(size = "large", k = 0.5, units = 3L)
  layer <- create_layer(foreign, args = list(size = "large", k = 0.5, units = 3, name = "own", input_shape = 2))
  expect_identical(layer$given, given)
  expect_equal(layer$name, "own")
  path <- withr::local_tempfile(fileext = ".h5")
  save_model_hdf5(keras_model_sequential(list(layer)), path)
  copy <- load_model_hdf5(path, custom_objects = list(Foreign = foreign))
  expect_identical(get_layer(copy, "own")$given, given)
})

for_each_backend("R6 layers and wrappers take arguments named input_dim and input_length", {
  Scale <- R6::R6Class("Scale", inherit = KerasLayer, public = list( # nolint: object_name_linter.
    factor = NULL,
    initialize = function(input_dim, input_length) self$factor <- input_dim * input_length,
    call = function(x, mask = NULL) x * self$factor
  ))
  input <- layer_input(3)
  arguments <- list(input_dim = 2, input_length = 5, name = "scale")
  model <- keras_model(input, create_layer(Scale, input, arguments))
  expect_equal(predict(model, matrix(1:3, 1)), matrix(c(10, 20, 30), 1))
  expect_equal(model$layers[[2L]]$name, "scale")
  Outer <- R6::R6Class("Outer", inherit = KerasWrapper, public = list( # nolint: object_name_linter.
    factor = NULL,
    initialize = function(input_dim) self$factor <- input_dim,
    call = function(inputs) super$call(inputs) * self$factor
  ))
  wrapped <- keras_model(input, create_wrapper(Outer, input, list(layer = layer_activation(activation = "relu"),
                                                                  input_dim = 4, name = NULL)))
  expect_equal(predict(wrapped, matrix(c(-1, 2, 3), 1)), matrix(c(0, 8, 12), 1))
})

test_that("a changed configuration makes another layer or model, and its copies do not change", {
  suppressMessages(use_backend("cntk"))
  before <- get_config(layer_dense(units = 2, input_shape = 3))
  config <- before
  config$units <- 5
  config[["activation"]] <- "tanh"
  config$kernel_initializer$config$mode <- "fan_in"
  layer <- from_config(config)
  expect_equal(layer$units, 5)
  expect_equal(layer$activation$`__name__`, "tanh")
  expect_equal(layer$kernel_initializer$mode, "fan_in")
  expect_equal(from_config(before)$units, 2)

  input <- layer_input(3)
  config <- get_config(keras_model(input, input %>% layer_dense(units = 2) %>% layer_dropout(rate = 0.5)))
  config$layers[[2]]$config$units <- 7
  config$layers[[3]]$config$rate <- 0.25
  model <- from_config(config)
  expect_equal(dim(predict(model, matrix(0, 2, 3))), c(2, 7))
  expect_equal(model$layers[[3L]]$rate, 0.25)

  config <- get_config(layer_conv_2d(filters = 2, kernel_size = 3, input_shape = c(8, 8, 1)))
  config$kernel_size <- c(5, 3)
  config$batch_input_shape <- list(NULL, 9, 9, 1)
  expect_equal(dim(predict(keras_model_sequential(list(from_config(config))), array(0, c(1, 9, 9, 1)))), c(1, 5, 7, 2))
  expect_keras_error(config[[1]] <- 2, "argument", "string")
})

test_that("a configuration, or a copy of it, makes several layers", {
  suppressMessages(use_backend("numpy"))
  config <- get_config(bidirectional(layer = layer_lstm(units = 2)))
  other <- config
  other$name <- "b"
  for (i in 1:2) {
    expect_equal(from_config(config)$layer$units, 2)
    expect_equal(from_config(other)$name, "b")
  }
})

for_each_backend("layers take lists of tensors with names", {
  a <- layer_input(1, name = "a")
  b <- layer_input(2, name = "b")
  joined <- keras_model(list(a, b), layer_concatenate(list(second = b, first = a)))
  expect_equal(predict(joined, list(matrix(1), matrix(2:3, 1))), matrix(c(2, 3, 1), 1))
  subtract <- layer_lambda(f = function(x) x[[1L]] - x[[2L]])
  differing <- keras_model(list(a, b), subtract(list(y = b, z = a)))
  expect_equal(predict(differing, list(matrix(1), matrix(2:3, 1))), matrix(1:2, 1))
  layers <- list(one = layer_dense(units = 2, input_shape = 3), two = layer_dense(units = 4))
  expect_equal(dim(keras_model_sequential(layers)$output), c(NA, 4L))
})

test_that("layers with NVIDIA's kernels are refused, with the layers to use instead", {
  suppressMessages(use_backend("tensorflow"))
  expect_error(layer_cudnn_gru(units = 2), "layer_gru|GRU\\(")
})

test_that("the console completes the attributes of models and layers", {
  suppressMessages(use_backend("tensorflow"))
  model <- keras_model_sequential(list(layer_dense(units = 2, input_shape = 2)))
  compile(model, "sgd", "mse")
  complete <- function(text) {
    utils:::.assignLinebuffer(text)
    utils:::.assignEnd(nchar(text))
    utils:::.guessTokenFromLine()
    utils:::.completeToken()
    utils:::.retrieveCompletions()
  }
  assign("completed_model", model, globalenv())
  withr::defer(rm("completed_model", envir = globalenv()))
  expect_true("completed_model$layers" %in% complete("completed_model$lay"))
  expect_true("completed_model$optimizer" %in% complete("completed_model$opt"))
  expect_true("kernel" %in% .DollarNames(model$layers[[1L]], "^kern"))
  expect_true("lr" %in% .DollarNames(model$optimizer, "^l"))
})

for_each_backend("set_weights() takes what get_weights() returns", {
  model <- keras_model_sequential() %>%
    layer_dense(3, input_shape = 2) %>%
    layer_batch_normalization() %>%
    layer_dense(1)
  freeze_weights(model, to = 1)
  values <- lapply(get_weights(model), function(value) value + 1)
  set_weights(model, values)
  expect_equal(get_weights(model), values, tolerance = 1e-6)
  copy <- clone_model(model)
  set_weights(copy, values)
  expect_equal(get_weights(copy), values, tolerance = 1e-6)
  nested <- keras_model_sequential() %>% layer_dense(2, input_shape = 2)
  nested$add(model)
  set_weights(nested, get_weights(nested))
  expect_keras_error(set_weights(model, c(values[1:4], values[7:8], values[5:6])), "shape",
                     c("`weights[[5]]` has shape c(3, 1)", "c(3)"))
})

test_that("freeze_weights() takes positions from the end, and refuses others than the layers have", {
  suppressMessages(use_backend("numpy"))
  model <- keras_model_sequential() %>%
    layer_dense(4, input_shape = 3, name = "a") %>%
    layer_dense(2, name = "b") %>%
    layer_dense(1, name = "c")
  trained <- function() vapply(model$layers, function(layer) layer$trainable, NA)
  freeze_weights(model, from = 1, to = -2)
  expect_equal(trained(), c(FALSE, FALSE, TRUE))
  unfreeze_weights(model, from = -2)
  expect_equal(trained(), c(FALSE, TRUE, TRUE))
  expect_keras_error(freeze_weights(model, from = 7), "argument", c("`from` is 7", "1 to 3"))
  expect_keras_error(freeze_weights(model, to = -4), "argument", c("`to` is -4", "1 to 3"))
  expect_keras_error(freeze_weights(model, from = 0, to = 2), "argument", "`from` is 0")
  expect_keras_error(freeze_weights(model, from = "b", to = "a"), "argument", c("`from` is layer 2", "layer 1, `to`"))
  expect_keras_error(get_layer(model, index = 0), "argument", c("`index` is 0", "positions 1 to 3"))
  expect_equal(trained(), c(FALSE, TRUE, TRUE))
})

for_each_backend("a wrapper does what its layer does, and reaches it under the name that scripts know", {
  # nolint start: object_name_linter.
  Halved <- R6::R6Class("Halved", inherit = KerasWrapper, public = list(
    size = NULL,
    build = function(input_shape) {
      super$build(input_shape)
      kernel <- private$py_wrapper$layer$kernel
      self$size <- dim(kernel)
      super$add_loss(k_sum(k_square(kernel)))
    },
    call = function(x, mask = NULL) super$call(x) / 2
  ))
  # nolint end
  input <- layer_input(3)
  output <- create_wrapper(Halved, input, list(layer = layer_dense(units = 8)))
  expect_equal(dim(output), c(NA, 8L))
  model <- keras_model(input, layer_dense(output, 1))
  values <- get_weights(model)
  expect_equal(lengths(values), c(24L, 8L, 8L, 1L))
  expected <- (matrix(1:3, 1) %*% values[[1L]]) %*% values[[3L]] / 2
  expect_equal(predict(model, matrix(1:3, 1)), expected, tolerance = 1e-5)
  if (k_backend() != "numpy") {
    compile(model, "sgd", "mse")
    loss <- evaluate(model, matrix(1:3, 1), expected, verbose = 0)
    expect_equal(as.numeric(loss), sum(values[[1L]]^2), tolerance = 1e-5)
  }
})

for_each_backend("R6 layers accept masks, and may return others", {
  # nolint start: object_name_linter.
  Passing <- R6::R6Class("Passing", inherit = KerasLayer, public = list(
    supports_masking = TRUE,
    call = function(x, mask = NULL) x * k_expand_dims(k_cast(mask, "float32"))
  ))
  Ending <- R6::R6Class("Ending", inherit = Passing, public = list(compute_mask = function(inputs, mask = NULL) NULL))
  # nolint end
  input <- layer_input(4)
  embedded <- layer_embedding(input, 5, 2, mask_zero = TRUE)
  tokens <- matrix(c(1, 2, 0, 0), 1)
  passed <- keras_model(input, create_layer(Passing, embedded) %>% layer_simple_rnn(2, return_sequences = TRUE))
  sequence <- predict(passed, tokens)
  expect_equal(sequence[1, 3, ], sequence[1, 2, ])
  ended <- keras_model(input, create_layer(Ending, embedded) %>% layer_simple_rnn(2, return_sequences = TRUE))
  sequence <- predict(ended, tokens)
  expect_false(isTRUE(all.equal(sequence[1, 3, ], sequence[1, 2, ])))
})

test_that("add_weight() has default initial values, and takes names of Keras's objects", {
  suppressMessages(use_backend("torch"))
  Own <- R6::R6Class("Own", inherit = KerasLayer, public = list( # nolint: object_name_linter.
    kernel = NULL,
    build = function(input_shape) {
      self$kernel <- self$add_weight("kernel", list(input_shape[[2L]], 2L), regularizer = "l2",
                                     constraint = "non_neg")
    },
    call = function(x, mask = NULL) k_dot(x, self$kernel),
    compute_output_shape = function(input_shape) list(input_shape[[1L]], 2L)
  ))
  model <- keras_model_sequential() %>% create_layer(Own, ., list(input_shape = 3))
  values <- get_weights(model)[[1L]]
  expect_true(all(abs(values) <= sqrt(6 / 5)) && sd(values) > 0)
  compile(model, "sgd", "mse")
  loss <- evaluate(model, matrix(0, 1, 3), matrix(0, 1, 2), verbose = 0)
  expect_equal(as.numeric(loss), 0.01 * sum(values^2), tolerance = 1e-5)
  train_on_batch(model, matrix(0, 1, 3), matrix(0, 1, 2))
  expect_gte(min(get_weights(model)[[1L]]), 0)
})

test_that("layers in a list are layers of a keras_model_custom()", {
  suppressMessages(use_backend("torch"))
  model <- keras_model_custom(function(self) {
    self$parts <- list(layer_dense(units = 3), layer_dense(units = 1))
    function(inputs, mask = NULL) inputs %>% self$parts[[1L]]() %>% self$parts[[2L]]()
  })
  model %>% compile("sgd", "mse")
  model %>% fit(matrix(1, 4, 2), 1:4, epochs = 1, verbose = 0)
  expect_equal(lengths(get_weights(model)), c(6L, 3L, 3L, 1L))
  expect_length(model$layers, 2L)
})
