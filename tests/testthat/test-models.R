points <- function() {
  set.seed(5)
  class <- rep(0:1, 16)
  list(x = matrix(rnorm(64, sd = 0.3), 32) + 2 * class - 1, y = class)
}

classifier <- function() {
  model <- keras_model_sequential(list(
    layer_dense(units = 4, activation = "tanh", input_shape = 2), layer_dense(units = 1, activation = "sigmoid")
  ))
  compile(model, optimizer_adam(lr = 0.1), "binary_crossentropy", metrics = "accuracy")
}

for_each_backend("a model can be trained, evaluated, used for prediction, saved and loaded", {
  data <- points()
  model <- classifier()
  history <- fit(model, data$x, data$y, epochs = 12, batch_size = 8, validation_split = 0.25, verbose = 0)
  expect_s3_class(history, "keras_training_history")
  expect_named(history$metrics, c("loss", "accuracy", "val_loss", "val_accuracy"))
  expect_equal(history$metrics$val_accuracy[[12]], 1)
  expect_named(evaluate(model, data$x, data$y, verbose = 0), c("loss", "accuracy"))
  expect_equal(dim(predict(model, data$x)), c(32, 1))
  expect_equal(as.vector(predict_classes(model, data$x)), data$y)

  path <- withr::local_tempfile(fileext = ".h5")
  save_model_hdf5(model, path)
  expect_equal(predict(load_model_hdf5(path), data$x), predict(model, data$x))
  copy <- model_from_json(model_to_json(model))
  set_weights(copy, get_weights(model))
  expect_equal(predict(copy, data$x), predict(model, data$x))
  expect_equal(predict(unserialize_model(serialize_model(model)), data$x), predict(model, data$x))
}, among = every_backend())

for_each_backend("R functions can be losses, metrics, callbacks, generators and layers", {
  data <- points()
  input <- layer_input(2)
  model <- keras_model(input, layer_lambda(layer_dense(input, 1), function(x) x * 2))
  compile(model, optimizer_sgd(lr = 0.05), function(y_true, y_pred) k_mean(k_square(y_true - y_pred), axis = -1),
          metrics = list(custom_metric("largest", function(y_true, y_pred) k_max(k_abs(y_true - y_pred)))))
  seen <- c()
  history <- fit(model, data$x, data$y, epochs = 2, batch_size = 16, verbose = 0, callbacks = list(
    callback_lambda(on_epoch_end = function(epoch, logs) seen <<- c(seen, epoch, names(logs))),
    callback_learning_rate_scheduler(function(epoch, lr) 0.01)
  ))
  expect_equal(seen[c(1, 4)], c("0", "1"), ignore_attr = TRUE)
  expect_true(all(c("loss", "largest") %in% seen))
  expect_equal(as.vector(k_get_value(model$optimizer$lr)), 0.01, tolerance = 1e-6)
  batches <- function() list(data$x[1:8, ], data$y[1:8])
  history <- fit_generator(model, batches, steps_per_epoch = 3, epochs = 2, verbose = 0)
  expect_length(history$metrics$loss, 2)
}, among = every_backend())

for_each_backend("callbacks that act on batches see each batch, with the weights after it", {
  data <- points()
  model <- classifier()
  losses <- weights <- c()
  Recorder <- R6::R6Class("Recorder", inherit = KerasCallback, public = list( # nolint: object_name_linter.
    seen = NULL,
    on_batch_end = function(batch, logs = list()) self$seen <- c(self$seen, logs[["loss"]])
  ))
  recorder <- Recorder$new()
  note <- function(batch, logs) {
    losses <<- c(losses, logs[["loss"]])
    weights <<- c(weights, get_weights(model)[[1L]][[1L]])
  }
  history <- fit(model, data$x, data$y, epochs = 2, batch_size = 8, verbose = 0,
                 callbacks = list(recorder, callback_lambda(on_batch_end = note)))
  expect_length(losses, 8)
  expect_equal(recorder$seen, losses)
  expect_equal(history$metrics$loss, colMeans(matrix(losses, 4)), tolerance = 1e-6)
  expect_length(unique(weights), 8)

  # One that does not is no reason to run batches one by one.
  Epochs <- R6::R6Class("Epochs", inherit = KerasCallback, public = list( # nolint: object_name_linter.
    seen = NULL,
    on_epoch_end = function(epoch, logs = list()) self$seen <- c(self$seen, epoch)
  ))
  epochs <- Epochs$new()
  acts <- vapply(list(recorder, epochs), function(callback) {
    training <- reticulate::import("pyshim.models.training")
    training$acts_on_batches(as_callbacks(callback), "train", reticulate::import("pyshim.keras")$callbacks)
  }, NA)
  expect_equal(acts, c(TRUE, FALSE))
  fit(model, data$x, data$y, epochs = 2, batch_size = 8, verbose = 0, callbacks = epochs)
  expect_equal(epochs$seen, c(0, 1))
})

for_each_backend("a model's own methods add losses and metrics, and copies have them, too", {
  model <- keras_model_sequential() %>% layer_dense(1, use_bias = FALSE, input_shape = 2)
  set_weights(model, list(matrix(c(1, -2), 2)))
  model$add_loss(3 * k_mean(k_square(model$output)))
  model$add_metric(k_max(model$output), name = "largest")
  model %>% compile("sgd", "mse")
  x <- rbind(c(1, 1), c(2, 0), c(0, 1))
  for (each in list(model, to_backend(model, k_backend()))) {
    each %>% compile("sgd", "mse")
    # The outputs are -1, 2, -2, and the targets 0.
    values <- evaluate(each, x, matrix(0, 3, 1), verbose = 0)
    expect_equal(unlist(values), c(loss = 4 * 3, largest = 2), tolerance = 1e-5)
  }
})

for_each_backend("R6 layers have trainable weights", {
  Scale <- R6::R6Class("Scale", inherit = KerasLayer, public = list( # nolint: object_name_linter.
    start = NULL, scale = NULL,
    initialize = function(start) self$start <- start,
    build = function(input_shape) {
      self$scale <- self$add_weight("scale", list(input_shape[[2L]]), initializer = initializer_constant(self$start))
    },
    call = function(x, mask = NULL) x * self$scale
  ))
  input <- layer_input(3)
  model <- keras_model(input, create_layer(Scale, input, list(start = 2, name = "mine")))
  expect_equal(predict(model, matrix(1, 1, 3)), matrix(2, 1, 3))
  compile(model, optimizer_sgd(lr = 0.5), "mse")
  train_on_batch(model, matrix(1, 4, 3), matrix(0, 4, 3))
  expect_true(all(get_weights(model)[[1L]] < 2))
  expect_equal(get_layer(model, "mine")$name, "mine")
})

test_that("models of two backends are trained in turn", {
  data <- points()
  suppressMessages(use_backend("cntk"))
  first <- classifier()
  suppressMessages(use_backend("tensorflow"))
  second <- classifier()
  set_weights(second, get_weights(first))
  for (model in list(first, second)) {
    fit(model, data$x, data$y, epochs = 2, batch_size = 32, shuffle = FALSE, verbose = 0)
  }
  expect_equal(predict(first, data$x), predict(second, data$x), tolerance = 1e-4)
})

for_each_backend("set.seed() makes weights, shuffling and dropout repeat", {
  data <- points()
  trained <- function() {
    set.seed(8)
    model <- keras_model_sequential(list(layer_dense(units = 4, input_shape = 2), layer_dropout(rate = 0.5),
                                         layer_dense(units = 1)))
    compile(model, "sgd", "mse")
    fit(model, data$x, data$y, epochs = 2, batch_size = 8, verbose = 0)
    get_weights(model)
  }
  expect_equal(trained(), trained())
}, among = backends)

for_each_backend("set.seed() makes the weights of copies and of models made from configurations repeat", {
  model <- keras_model_sequential(list(layer_dense(units = 4, input_shape = 2), layer_dropout(rate = 0.5),
                                       layer_dense(units = 1)))
  text <- list(json = model_to_json(model), yaml = model_to_yaml(model))
  made <- list(
    function() clone_model(model), function() model_from_json(text$json), function() model_from_yaml(text$yaml),
    function() from_config(get_config(model))
  )
  for (make in made) {
    weights <- function(seed) {
      set.seed(seed)
      get_weights(make())
    }
    expect_equal(weights(1), weights(1))
    expect_false(isTRUE(all.equal(weights(1), weights(2))))
  }
})

test_that("set.seed() makes the weights of the application_*() models repeat", {
  suppressMessages(use_backend("numpy"))
  made <- list(
    function() application_mobilenet(c(32, 32, 3), alpha = 0.25, include_top = FALSE, weights = NULL),
    function() application_densenet(c(1, 1, 1, 1), input_shape = c(32, 32, 3), include_top = FALSE, weights = NULL),
    function() {
      application_nasnet(c(32, 32, 3), penultimate_filters = 96, num_blocks = 1, stem_block_filters = 8,
                         include_top = FALSE, default_size = 32)
    }
  )
  for (make in made) {
    weights <- function(seed) {
      set.seed(seed)
      get_weights(make())[[1L]]
    }
    expect_equal(weights(1), weights(1))
    expect_false(isTRUE(all.equal(weights(1), weights(2))))
  }
})

test_that("data that is not an array of numbers is refused, with advice", {
  suppressMessages(use_backend("tensorflow"))
  model <- classifier()
  expect_error(fit(model, iris[, 1:2], iris$Species, verbose = 0), "to_categorical", class = "keras_error_dtype")
  expect_error(fit(model, iris, 1:150, verbose = 0), "Species", class = "keras_error_dtype")
  expect_error(save_model_tf(model, "x"), "save_model_hdf5", class = "keras_error_argument")
  expect_error(load_model_hdf5(tempfile()), "does not exist", class = "keras_error_file")
})

test_that("a history may have no epochs", {
  suppressMessages(use_backend("cntk"))
  model <- keras_model_sequential() %>% layer_dense(1, input_shape = 4) %>% compile("sgd", "mse")
  history <- fit(model, matrix(0, 4, 4), rep(0, 4), epochs = 1, initial_epoch = 3, verbose = 0)
  expect_output(print(history), "Trained for 0 epochs")
  expect_equal(dim(as.data.frame(history)), c(0, 4))
  expect_equal(generics::glance(history)$epochs, 0)
  expect_keras_error(plot(history), "argument", c("`x`", "no epochs", "`initial_epoch`"))
  expect_warning(history <- fit(model, matrix(0, 4, 4), rep(0, 4), nb_epoch = 2, verbose = 0), "nb_epoch")
  expect_length(history$metrics$loss, 2)
})

test_that("stateful models train and predict with the number of samples that they were made for", {
  suppressMessages(use_backend("cntk"))
  model <- keras_model_sequential() %>%
    layer_lstm(2, batch_input_shape = c(3, 4, 1), stateful = TRUE) %>%
    layer_dense(1) %>%
    compile("sgd", "mse")
  x <- array(0, c(12, 4, 1))
  history <- fit(model, x, rep(0, 12), epochs = 1, verbose = 0)
  expect_equal(history$params$batch_size, 3)
  expect_equal(dim(predict(model, x)), c(12, 1))
  expect_named(evaluate(model, x, rep(0, 12), verbose = 0), "loss")
})

for_each_backend("a keras_model_custom() is applied to tensors", {
  model <- keras_model_custom(function(self) {
    self$dense <- layer_dense(units = 2)
    function(inputs, mask = NULL) list(self$dense(inputs), self$dense(inputs) * 2)
  })
  inputs <- layer_input(3)
  outputs <- model(inputs)
  expect_equal(dim(outputs[[2]]), c(NA, 2))
  values <- predict(keras_model(inputs, outputs), matrix(1, 5, 3))
  expect_equal(values[[2]], values[[1]] * 2, tolerance = 1e-6)
}, among = "cntk")

test_that("a history can be printed, plotted, and converted to a data frame", {
  history <- structure(list(params = list(samples = 8L), metrics = list(loss = c(2, 1), val_loss = c(3, 2))),
                       class = "keras_training_history")
  expect_output(print(history), "Trained for 2 epochs \\(samples = 8\\)\nFinal epoch:\n    loss: 1\nval_loss: 2")
  expect_equal(as.data.frame(history), data.frame(
    epoch = c(1L, 2L, 1L, 2L), value = c(2, 1, 3, 2), metric = factor(rep("loss", 4)),
    data = factor(rep(c("training", "validation"), each = 2))
  ))
  picture <- withr::local_tempfile(fileext = ".png")
  grDevices::png(picture)
  print(plot(history))
  plot(history, method = "base")
  grDevices::dev.off()
  expect_gt(file.size(picture), 2000)
})

test_that("histories of any length are plotted without warnings, with a smooth line from 10 epochs on", {
  grDevices::png(withr::local_tempfile(fileext = ".png"))
  withr::defer(grDevices::dev.off())
  smooth <- function(epochs, first = 1L) {
    values <- sin(seq_len(epochs))
    history <- structure(list(metrics = list(loss = values, acc = values, val_loss = rep(1, epochs), val_acc = values),
                              epochs = seq(first, length.out = epochs)), class = "keras_training_history")
    plot <- plot(history, method = "ggplot2")
    expect_silent(print(plot))
    any(vapply(plot$layers, function(layer) inherits(layer$geom, "GeomSmooth"), NA))
  }
  expect_equal(vapply(c(1:11, 30L), smooth, NA), c(rep(FALSE, 9), rep(TRUE, 3)))
  expect_false(smooth(3L, first = 11L))  # a training that was continued
})

test_that("classes become one-hot rows, and vectors are scaled to norm 1, as in base R", {
  expect_equal(to_categorical(c(0, 2, 1)), diag(3)[c(1, 3, 2), ])
  expect_equal(to_categorical(2, 4), matrix(c(0, 0, 1, 0), 1))
  expect_equal(dim(to_categorical(matrix(0:3, 2), 5)), c(2, 2, 5))
  expect_equal(to_categorical(integer(0), 3), matrix(0, 0, 3))
  expect_error(to_categorical(factor("a")), "as.integer", class = "keras_error_dtype")
  expect_error(to_categorical(c(0, 5), 3), "0 to 2", class = "keras_error_argument")
  expect_equal(normalize(matrix(c(3, 4, 0, 0), 2, byrow = TRUE)), matrix(c(0.6, 0.8, 0, 0), 2, byrow = TRUE))
})

test_that("names of layers in a list, of class folders and of backends are not taken for the values", {
  suppressMessages(use_backend("tensorflow"))
  model <- keras_model_sequential(list(first = layer_dense(units = 3, input_shape = 2), last = layer_dense(units = 1)))
  expect_equal(lengths(get_weights(model)), c(6, 3, 3, 1))
  compared <- compare_backends(model, matrix(1, 1, 2), c(a = "tensorflow", b = "numpy"))
  expect_equal(compared$backend, c("tensorflow", "numpy"))
  folder <- withr::local_tempdir()
  for (class in c("cats", "dogs")) {
    dir.create(file.path(folder, class))
    image_array_save(array(0.5, c(2, 2, 3)), file.path(folder, class, "1.png"))
  }
  flow <- suppressMessages(flow_images_from_directory(folder, classes = c(x = "dogs", y = "cats")))
  expect_equal(flow$class_indices, list(dogs = 0, cats = 1))
})
