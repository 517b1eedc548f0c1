# Models called batch by batch and with generators, and saved in parts.
x <- matrix(c(0.5, -1, 2, 0, 1, 1.5), 3)
kernel <- matrix(c(1, -2, 0.5, 0.25, 3, -1), 2)
softmax <- function(x) exp(x) / rowSums(exp(x))

classifier <- function() {
  model <- keras_model_sequential(list(layer_dense(units = 3, activation = "softmax", use_bias = FALSE,
                                                   input_shape = 2)))
  set_weights(model, list(kernel))
  compile(model, optimizer_sgd(lr = 0.1), "categorical_crossentropy", metrics = "accuracy")
}

for_each_backend("probabilities, classes and batches agree with base R", {
  model <- classifier()
  shares <- softmax(x %*% kernel)
  expect_equal(predict_proba(model, x), shares, tolerance = 1e-5)
  expect_equal(predict_on_batch(model, x), shares, tolerance = 1e-5)
  expect_equal(as.vector(predict_classes(model, x)), max.col(shares) - 1)
  y <- diag(3)
  expected <- c(loss = mean(-log(diag(shares))), accuracy = mean(max.col(shares) == 1:3))
  expect_equal(unlist(test_on_batch(model, x, y)), expected, tolerance = 1e-5)
  weight <- c(1, 0, 0)
  expect_equal(test_on_batch(model, x, y, sample_weight = weight)$loss, -log(shares[1, 1]) / 3, tolerance = 1e-5)
  expect_equal(unlist(train_on_batch(model, x, y)), expected, tolerance = 1e-5)
  gradient <- t(x) %*% (shares - y) / 3
  expect_equal(get_weights(model)[[1L]], kernel - 0.1 * gradient, tolerance = 1e-5)
})

for_each_backend("predictions for no samples are arrays without rows", {
  model <- classifier()
  expect_equal(predict(model, x[0L, ]), matrix(0, 0L, 3L))
  expect_equal(predict_classes(model, x[0L, ]), numeric())
  input <- layer_input(c(6, 6, 2))
  convolved <- input %>% layer_conv_2d(2, 3) %>% layer_batch_normalization() %>% layer_max_pooling_2d()
  model <- keras_model(input, list(convolved, convolved %>% layer_flatten() %>% layer_dense(3)))
  expect_equal(predict(model, array(0, c(0, 6, 6, 2))), list(array(0, c(0, 2, 2, 2)), matrix(0, 0L, 3L)))
})

for_each_backend("generators evaluate and predict", {
  model <- classifier()
  shares <- softmax(x %*% kernel)
  i <- 0
  each <- function() {
    i <<- i %% 3 + 1
    list(x[i, , drop = FALSE], diag(3)[i, , drop = FALSE])
  }
  found <- evaluate_generator(model, each, steps = 3)
  expect_equal(found$accuracy, mean(max.col(shares) == 1:3), tolerance = 1e-5)
  expect_equal(found$loss, mean(-log(diag(shares))), tolerance = 1e-5)
  i <- 0
  expect_equal(predict_generator(model, function() each()[1L], steps = 3), shares, tolerance = 1e-5)
})

for_each_backend("evaluate() and predict() take all batches of a generator that knows how many it has", {
  model <- classifier()
  shares <- softmax(x %*% kernel)
  # Of a series of 4 rows, windows of 1 row: the rows 1, 2 and 3, in two batches.
  windows <- timeseries_generator(rbind(x, 0), rbind(0, diag(3)), length = 1, batch_size = 2)
  flat <- keras_model_sequential(list(layer_flatten(input_shape = c(1, 2)), model))
  compile(flat, "sgd", "categorical_crossentropy", metrics = "accuracy")
  batches <- 0
  count <- callback_lambda(on_test_batch_end = function(batch, logs) batches <<- batches + 1,
                           on_predict_batch_end = function(batch, logs) batches <<- batches + 1)
  expect_equal(predict(flat, windows, callbacks = list(count)), shares, tolerance = 1e-5)
  expect_equal(batches, 2)
  found <- evaluate(flat, windows, verbose = 0, callbacks = list(count))
  expect_equal(batches, 4)
  expect_equal(found$accuracy, mean(max.col(shares) == 1:3), tolerance = 1e-5)
  expect_equal(predict_generator(flat, windows, steps = 1), shares[1:2, ], tolerance = 1e-5)
  expect_equal(predict_generator(flat, windows, steps = NULL), shares, tolerance = 1e-5)
})

test_that("an R function as a generator needs a number of batches", {
  suppressMessages(use_backend("cntk"))
  model <- classifier()
  one <- function() list(x, diag(3))
  expect_keras_error(evaluate(model, one), "argument", "`steps` is NULL, but the generator does not say")
  expect_keras_error(predict(model, one), "argument", "steps")
  expect_keras_error(fit(model, one), "argument", "steps_per_epoch")
  expect_keras_error(fit(model, one, steps_per_epoch = 1, validation_data = one), "argument", "validation_steps")
  expect_keras_error(evaluate_generator(model, one), "argument", "`steps` is missing")
})

for_each_backend("copies, and models without their last layer", {
  model <- keras_model_sequential(list(layer_dense(units = 3, input_shape = 2), layer_dense(units = 1)))
  copy <- clone_model(model)
  expect_false(identical(get_weights(copy), get_weights(model)))
  set_weights(copy, get_weights(model))
  expect_equal(predict(copy, x), predict(model, x), tolerance = 1e-6)
  pop_layer(copy)
  expect_equal(dim(predict(copy, x)), c(3, 3))
  custom <- keras_model_custom(name = "mine", function(self) {
    self$dense <- layer_dense(units = 3, use_bias = FALSE)
    function(inputs, mask = NULL) k_softmax(self$dense(inputs))
  })
  compile(custom, "sgd", "mse")
  train_on_batch(custom, x, matrix(0, 3, 3))
  set_weights(custom, list(kernel))
  expect_equal(predict(custom, x), softmax(x %*% kernel), tolerance = 1e-5)
  expect_error(multi_gpu_model(model), "train the model itself")
})

for_each_backend("weights and architecture are saved separately", {
  model <- classifier()
  path <- withr::local_tempfile(fileext = ".h5")
  save_model_weights_hdf5(model, path)
  text <- model_to_yaml(model)
  expect_match(text, "units: 3")
  copy <- model_from_yaml(text)
  load_model_weights_hdf5(copy, path)
  expect_equal(predict(copy, x), predict(model, x), tolerance = 1e-6)
  expect_keras_error(save_model_weights_hdf5(model, path, overwrite = FALSE), "file", "overwrite")
})

for_each_backend("weights are loaded by the names of layers", {
  path <- withr::local_tempfile(fileext = ".h5")
  model <- keras_model_sequential(list(layer_dense(units = 3, input_shape = 2, name = "a"),
                                       layer_dense(units = 1, name = "b")))
  save_model_weights_hdf5(model, path)
  other <- keras_model_sequential(list(layer_dense(units = 3, input_shape = 2, name = "a"),
                                       layer_dense(units = 2, name = "c")))
  load_model_weights_hdf5(other, path, by_name = TRUE)
  expect_equal(get_weights(other)[1:2], get_weights(model)[1:2])
})

for_each_backend("weights of other shapes are refused, skipped or reshaped", {
  path <- withr::local_tempfile(fileext = ".h5")
  convolution <- function(size, channels) {
    keras_model_sequential(list(layer_conv_1d(filters = 3, kernel_size = size, input_shape = c(4, channels),
                                              use_bias = FALSE, name = "a")))
  }
  saved <- convolution(2, 1)
  save_model_weights_hdf5(saved, path)
  other <- convolution(1, 2)
  before <- get_weights(other)
  for (by_name in c(FALSE, TRUE)) {
    expect_error(load_model_weights_hdf5(other, path, by_name), "(2, 1, 3)", fixed = TRUE, class = "keras_error")
  }
  expect_message(load_model_weights_hdf5(other, path, by_name = TRUE, skip_mismatch = TRUE), "mismatch in shape")
  expect_equal(get_weights(other), before)
  load_model_weights_hdf5(other, path, by_name = TRUE, reshape = TRUE)
  expect_equal(get_weights(other)[[1L]], array_reshape(get_weights(saved)[[1L]], c(1, 2, 3)))
})

for_each_backend("a copy is built on another input", {
  first <- layer_input(2)
  model <- keras_model(first, layer_dense(first, 1))
  input <- layer_input(2)
  copy <- clone_model(model, input)
  set_weights(copy, get_weights(model))
  expect_equal(predict(keras_model(input, copy$output), x), predict(model, x), tolerance = 1e-6)
})

for_each_backend("custom objects are found by name, in a scope or an argument", {
  path <- withr::local_tempfile(fileext = ".h5")
  doubled <- function(y_true, y_pred) 2 * k_mean(k_square(y_true - y_pred), axis = -1)
  model <- keras_model_sequential(list(layer_dense(units = 1, use_bias = FALSE, input_shape = 2)))
  compile(model, "sgd", custom_metric("doubled", doubled))
  save_model_hdf5(model, path)
  expect_error(load_model_hdf5(path), "doubled")
  loss <- 2 * mean((predict(model, x) - 1) ^ 2)
  for (copy in list(load_model_hdf5(path, custom_objects = list(doubled = doubled)),
                    with_custom_object_scope(list(doubled = doubled), load_model_hdf5(path)))) {
    expect_equal(test_on_batch(copy, x, c(1, 1, 1))$loss, loss, tolerance = 1e-5)
  }
  # custom_metric() has given the function its name.
  expect_equal(test_on_batch(load_model_hdf5(path, list(custom_metric("doubled", doubled))), x, c(1, 1, 1))$loss, loss,
               tolerance = 1e-5)
  expect_keras_error(load_model_hdf5(path, list(doubled)), "argument", c("`custom_objects`", "named list"))
  # The file has no function of R: it is found by its layer's name.
  model <- keras_model_sequential() %>%
    layer_dense(1, input_shape = 2) %>%
    layer_lambda(function(x) x * 2, name = "twice")
  save_model_hdf5(model, path)
  copy <- load_model_hdf5(path, custom_objects = list(twice = function(x) x * 3))
  expect_equal(predict(copy, x), predict(model, x) * 1.5, tolerance = 1e-6)
})

for_each_backend("the code that a file holds is run only on request", {
  code <- reticulate::py_eval(
    "__import__('codecs').encode(__import__('marshal').dumps((lambda x: x * 5).__code__), 'base64').decode('ascii')"
  )
  layer <- list(class_name = "Lambda", config = list(
    name = "five", batch_input_shape = list(NULL, 2L), "function" = list(code, NULL, NULL), function_type = "lambda",
    output_shape = NULL, output_shape_type = "raw"
  ))
  json <- jsonlite::toJSON(list(class_name = "Sequential", config = list(name = "stored", layers = list(layer))),
                           auto_unbox = TRUE, null = "null")
  json <- as.character(json)
  expect_keras_error(model_from_json(json), "file", c("`trusting_files()`", "\"five\""))
  expect_equal(predict(trusting_files(model_from_json(json)), cbind(1:2, 3:4)), 5 * cbind(1:2, 3:4))
  expect_keras_error(model_from_json(json), "file", "trusting_files()")
})

test_that("TensorFlow's own format is refused, with the function to use", {
  suppressMessages(use_backend("tensorflow"))
  model <- classifier()
  for (call in list(quote(load_model_tf("x")), quote(model_from_saved_model("x")))) {
    expect_keras_error(eval(call), "argument", "load_model_hdf5")
  }
  expect_keras_error(model_to_saved_model(model, "x"), "argument", "save_model_hdf5")
  expect_keras_error(save_model_weights_tf(model, "x"), "argument", "save_model_weights_hdf5")
  expect_keras_error(load_model_weights_tf(model, "x"), "argument", "load_model_weights_hdf5")
})

test_that("files are found, checked and unpacked", {
  folder <- withr::local_tempdir()
  file <- file.path(folder, "remote.txt")
  writeLines("hello", file)
  sum <- unname(tools::md5sum(file))
  output <- capture.output(
    found <- get_file("local.txt", paste0("file://", file), file_hash = sum, cache_dir = folder)
  )
  expect_true(all(nchar(output) < 200))  # a bar that ends
  expect_equal(readLines(found), "hello")
  expect_equal(normalizePath(dirname(found)), normalizePath(file.path(folder, "datasets")))
  writeLines("damaged", found)
  expect_output(get_file("local.txt", paste0("file://", file), file_hash = sum, cache_dir = folder), "incomplete")
  expect_equal(readLines(found), "hello")
})

for_each_backend("HDF5 data is read in parts", {
  folder <- withr::local_tempdir()
  h5py <- reticulate::import("h5py")
  h5 <- h5py$File(file.path(folder, "data.h5"), "w")
  h5$create_dataset("x", data = x)
  h5$close()
  part <- hdf5_matrix(file.path(folder, "data.h5"), "x", start = 1, normalizer = function(rows) rows * 2)
  expect_equal(part$shape, list(2L, 2L))
  model <- classifier()
  expect_equal(predict(model, part, batch_size = 1), softmax(2 * x[2:3, ] %*% kernel), tolerance = 1e-5)
})

for_each_backend("arrays become NumPy arrays", {
  model <- classifier()
  array <- keras_array(x)
  expect_s3_class(array, "numpy.ndarray")
  expect_equal(array$shape, as.list(dim(x)))
  expect_equal(reticulate::py_to_r(array), x, tolerance = 1e-6, ignore_attr = TRUE)
  expect_equal(predict(model, array), softmax(x %*% kernel), tolerance = 1e-5)
  expect_length(keras_array(list(x, 1:3)), 2L)
})

test_that("the implementation is Keras itself", {
  expect_equal(implementation(), "keras")
  expect_true(is_keras_available("2.2.0"))
  expect_false(is_keras_available("2.4.0"))
})

test_that("functions as arguments of layers have the names that the call gives them", {
  suppressMessages(use_backend("numpy"))
  mish <- function(x) x * k_tanh(k_softplus(x))
  tripled <- function(x) x * 3
  twos <- function(shape, dtype = NULL) 2 * k_ones(shape)
  model <- keras_model_sequential() %>%
    layer_dense(3, activation = mish, input_shape = 2, kernel_initializer = twos) %>%
    layer_activation(tripled) %>%
    layer_dense(2, activation = activation_relu) %>%
    layer_activation(function(x) x + 1)
  configs <- lapply(model$layers, get_config)
  activations <- vapply(configs, function(config) config$activation, "")
  expect_equal(activations, c("mish", "tripled", "relu", "activation"))
  expect_equal(configs[[1L]]$kernel_initializer, "twos")
  path <- withr::local_tempfile(fileext = ".h5")
  save_model_hdf5(model, path)
  inputs <- matrix(c(-1, 2, 0.5, 3), 2)
  loaded <- load_model_hdf5(path, custom_objects = list(mish = mish, tripled = tripled, twos = twos,
                                                        activation = function(x) x + 1), compile = FALSE)
  expect_equal(predict(loaded, inputs), predict(model, inputs))
  expect_equal(predict(to_backend(model, "torch"), inputs), predict(model, inputs), tolerance = 1e-5)
})

for_each_backend("a list of one tensor, such as model$outputs, is that tensor", {
  model <- keras_model_sequential() %>% layer_dense(4, input_shape = 3)
  output <- model$outputs %>% layer_activation("relu") %>% list() %>% layer_dense(2)
  expect_equal(dim(output), c(NA, 2L))
  more <- keras_model(model$inputs, output)
  expect_equal(dim(predict(more, matrix(1, 5, 3))), c(5, 2))
  First <- R6::R6Class("First", inherit = KerasLayer, public = list( # nolint: object_name_linter.
    call = function(x, mask = NULL) x[[1L]] * 2,
    compute_output_shape = function(input_shape) input_shape[[1L]]
  ))
  first <- keras_model(model$inputs, create_layer(First, model$outputs))
  expect_equal(predict(first, matrix(1, 1, 3)), 2 * predict(model, matrix(1, 1, 3)), tolerance = 1e-6)
})

test_that("validation runs after every second epoch", {
  suppressMessages(use_backend("torch"))
  model <- keras_model_sequential() %>% layer_dense(1, input_shape = 2)
  model %>% compile("sgd", "mse")
  history <- fit(model, matrix(1, 4, 2), 1:4, epochs = 4, verbose = 0, validation_split = 0.5, validation_freq = 2)
  expect_length(history$metrics$val_loss, 2L)
  frame <- as.data.frame(history)
  expect_equal(frame$value[frame$data == "validation"], c(NA, history$metrics$val_loss)[c(1, 2, 1, 3)])
  expect_equal(frame$epoch, c(1:4, 1:4))
  expect_output(print(history), paste("val_loss:", format(history$metrics$val_loss[[2]], digits = 4)), fixed = TRUE)
  history <- fit(model, matrix(1, 4, 2), 1:4, epochs = 4, verbose = 0, validation_split = 0.5,
                 validation_freq = list(1, 3))
  frame <- as.data.frame(history)
  expect_equal(which(!is.na(frame$value[frame$data == "validation"])), c(1, 3))
  expect_output(print(history), "val_loss: [0-9.]+ \\(epoch 3\\)$")
  history <- fit(model, matrix(1, 4, 2), 1:4, epochs = 4, verbose = 0, validation_split = 0.5,
                 validation_freq = list(3))
  expect_equal(which(!is.na(as.data.frame(history)$value[5:8])), 3)
})

test_that("a model that its first fit() builds takes class numbers, and callbacks with either name of a metric", {
  suppressMessages(use_backend("cntk"))
  model <- keras_model_sequential() %>% layer_dense(4) %>% layer_dense(3, activation = "softmax")
  compile(model, "sgd", "sparse_categorical_crossentropy", metrics = "accuracy")
  expect_keras_error(fit(model, x), "argument", "`y` is NULL")
  stopping <- callback_early_stopping("val_acc", patience = 1, min_delta = 2)
  history <- fit(model, x, 0:2, epochs = 5, verbose = 0, validation_data = list(x, 0:2), callbacks = stopping)
  expect_length(history$metrics$val_accuracy, 2L)
  expect_keras_error(fit(model, x, 1:3), "argument", "class number 3")
  model <- keras_model_sequential() %>% layer_dense(3, input_shape = 2)
  expect_keras_error(fit(model, x, 0:2, callbacks = callback_early_stopping()), "argument", "not compiled")
})

test_that("losses and metrics are matched with the outputs, whatever these are called", {
  suppressMessages(use_backend("cntk"))
  input <- layer_input(2)
  model <- keras_model(input, list(layer_dense(input, 3, activation = "softmax", name = "start"),
                                   layer_dense(input, 1, name = "end")))
  data <- list(0:2, c(1, 2, 3))
  expected <- NULL
  for (loss in list(list(start = "sparse_categorical_crossentropy", end = "mse"),
                    list(end = "mse", start = "sparse_categorical_crossentropy"),
                    c(end = "mse", start = "sparse_categorical_crossentropy"))) {
    compile(model, "sgd", loss)
    found <- evaluate(model, x, data, verbose = 0)
    expected <- if (is.null(expected)) found else expected
    expect_equal(found, expected, tolerance = 1e-6)
  }
  expect_keras_error(compile(model, "sgd", "mse", metrics = list(other = "mae")), "argument", c("other", "end"))
  # The outputs of a model that its first fit() builds are not known yet.
  custom <- keras_model_custom(function(self) {
    self$first <- layer_dense(units = 1)
    self$second <- layer_dense(units = 1)
    function(inputs, mask = NULL) list(self$first(inputs), self$second(inputs))
  })
  compile(custom, "sgd", "mse", metrics = list(output_1 = "mae", output_2 = "mape"))
  history <- fit(custom, x, list(1:3, 1:3), epochs = 1, verbose = 0)
  expect_setequal(names(history$metrics), c("loss", "output_1_loss", "output_2_loss", "output_1_mae", "output_2_mape"))
  # A model with one output has no need of names.
  model <- keras_model_sequential() %>% layer_dense(1, activation = "sigmoid", input_shape = 2)
  compile(model, "sgd", "mse", metrics = c(acc = "accuracy"))
  expect_equal(unlist(model$metrics_names), c("loss", "accuracy"))
  first <- function(y_true, y_pred) k_mean(y_pred)
  second <- function(y_true, y_pred) k_mean(y_true)
  compile(model, "sgd", "mse", weighted_metrics = list(first, second))
  expect_equal(unlist(model$metrics_names), c("loss", "first", "second"))
  area <- reticulate::import("pyshim.keras")$metrics$AUC(name = "area")
  for (metrics in list(area, list(area))) {
    compile(model, "sgd", "binary_crossentropy", metrics = metrics)
    expect_length(model$metrics, 1L)  # it is the metric itself, whose state is reset
  }
})

for_each_backend("fit() with a generator takes its further arguments, and refuses those that batches contain", {
  batches <- timeseries_generator(x, diag(3), length = 1, batch_size = 1)
  model <- keras_model_sequential() %>%
    layer_flatten(input_shape = c(1, 2)) %>%
    layer_dense(3, activation = "softmax")
  compile(model, "sgd", "categorical_crossentropy")
  history <- fit(model, batches, epochs = 2, shuffle = FALSE, workers = 2, max_queue_size = 4, verbose = 0)
  expect_length(history$metrics$loss, 2L)
  expect_named(evaluate(model, batches, workers = 2, verbose = 0), "loss")
  expect_equal(dim(predict(model, batches, workers = 2)), c(2L, 3L))
  one <- function() list(x, diag(3))
  expect_refused <- function(argument, ...) {
    expect_keras_error(fit(model, one, steps_per_epoch = 1, ...), "argument", c(argument, "together with a generator"))
  }
  expect_refused("`y`", y = diag(3))
  expect_refused("`batch_size`", batch_size = 3)
  expect_refused("`sample_weight`", sample_weight = 1:3)
  expect_refused("`validation_split`", validation_split = 0.5)
  expect_keras_error(fit_generator(model, batches, steps_per_epoch = 3 / 10), "argument",
                     "`steps_per_epoch` must be at least 1")
}, among = "cntk")

test_that("a sequence is read in its own order if it is not to be shuffled", {
  suppressMessages(use_backend("cntk"))
  order <- c()
  model <- keras_model_sequential() %>% layer_flatten(input_shape = c(1, 1)) %>% layer_dense(1)
  compile(model, optimizer_sgd(lr = 0), function(y_true, y_pred) k_mean(y_true + 0 * y_pred, axis = -1))
  noting <- callback_lambda(on_batch_end = function(batch, logs) order <<- c(order, logs$loss))
  sequence <- timeseries_generator(matrix(1:9), 1:9, length = 1, batch_size = 1)
  fit(model, sequence, epochs = 1, shuffle = FALSE, verbose = 0, callbacks = noting)
  expect_equal(order, 2:9)
})
