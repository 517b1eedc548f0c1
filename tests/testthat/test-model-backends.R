# Models on several backends: copies, comparisons, and models that survive their engine.

x <- matrix(sin(1:36), 12)
y <- cbind(rowSums(x), x[, 1] - x[, 2])
other <- function(name) if (name == "cntk") "tensorflow" else "cntk"

new_model <- function() {
  model <- keras_model_sequential() %>%
    layer_dense(4, activation = "tanh", input_shape = 3, kernel_initializer = initializer_constant(0.1)) %>%
    layer_dense(2, kernel_initializer = initializer_constant(0.2))
  model %>% compile(loss = "mse", optimizer = optimizer_adam(lr = 0.05), metrics = "mae")
  model
}

# Kills a backend's worker after the first batch of an epoch, counted from 0.
killer <- function(name, epoch) {
  now <- NULL
  callback_lambda(
    on_epoch_begin = function(epoch, logs) now <<- epoch,
    on_batch_end = function(batch, logs) if (now == epoch && batch == 0) kill_worker(name)
  )
}

kill_worker <- function(name) {
  reticulate::py_run_string(sprintf(
    "import os, pyshim\nfor h in pyshim.session.started():\n  if h.backend == '%s': os.kill(h.pid, 9)",
    name
  ))
}

fit_quietly <- function(model, ..., epochs = 4) {
  fit(model, x, y, batch_size = 4, epochs = epochs, shuffle = FALSE, verbose = 0, view_metrics = FALSE, ...)
}

for_each_backend("to_backend() copies weights, optimizer state and compile()'s arguments", {
  name <- k_backend()
  model <- new_model()
  fit_quietly(model, epochs = 2)
  moved <- to_backend(model, other(name))
  expect_equal(predict(moved, x), predict(model, x), tolerance = 1e-5)
  fit_quietly(model)
  history <- fit_quietly(moved)
  expect_equal(names(history$metrics), c("loss", "mae"))
  expect_equal(get_weights(moved), get_weights(model), tolerance = 1e-4)
  expect_equal(k_backend(), name)
})

for_each_backend("a model made by an R function is rebuilt by calling it again", {
  name <- k_backend()
  units <- 3
  model <- keras_model_custom(name = "mine", function(self) {
    self$hidden <- layer_dense(units = units, activation = "tanh")
    self$out <- layer_dense(units = 2)
    function(inputs, mask = NULL) self$out(self$hidden(inputs))
  })
  model %>% compile(loss = "mse", optimizer = "adam")
  fit_quietly(model, epochs = 1)
  moved <- to_backend(model, other(name))
  expect_equal(predict(moved, x), predict(model, x), tolerance = 1e-5)
  fit_quietly(moved, epochs = 1)
  fit_quietly(model, epochs = 1)
  expect_equal(get_weights(moved), get_weights(model), tolerance = 1e-4)
  snapshot_model(model)
  kill_worker(name)
  expect_equal(predict(restore_model(model), x), predict(moved, x), tolerance = 1e-4)
})

for_each_backend("layers, activations, losses and metrics written in R move with the model", {
  twice <- function(x) 2 * x
  Scale <- R6::R6Class("Scale", inherit = KerasLayer, public = list( # nolint: object_name_linter.
    scale = NULL,
    build = function(input_shape) {
      self$scale <- self$add_weight("scale", list(input_shape[[2]]), initializer = "ones")
    },
    call = function(x, mask = NULL) x * self$scale
  ))
  Around <- R6::R6Class("Around", inherit = KerasWrapper) # nolint: object_name_linter.
  model <- keras_model_sequential() %>%
    layer_dense(2, input_shape = 3, activation = twice) %>%
    layer_lambda(function(x) x + 1)
  create_layer(Scale, model)
  create_wrapper(Around, model, list(layer = layer_dense(units = 2)))
  squared <- function(y_true, y_pred) k_mean(k_square(y_true - y_pred), axis = -1)
  model %>% compile(loss = squared, optimizer = optimizer_sgd(lr = 0.1, momentum = 0.9),
                    metrics = custom_metric("largest", function(y_true, y_pred) k_max(k_abs(y_true - y_pred))))
  train_on_batch(model, x, y)
  moved <- to_backend(model, other(k_backend()))
  expect_equal(predict(moved, x), predict(model, x), tolerance = 1e-5)
  expect_equal(train_on_batch(moved, x, y), train_on_batch(model, x, y), tolerance = 1e-4)
  expect_equal(get_weights(moved), get_weights(model), tolerance = 1e-4)
  expect_length(get_weights(moved), 5)
})

for_each_backend("R6 layers are made again from a file, with their arguments", {
  Scale <- R6::R6Class("Scale", inherit = KerasLayer, public = list( # nolint: object_name_linter.
    by = NULL, shift = NULL, weight = NULL,
    initialize = function(by = 1, shift = 0, f = NULL) {
      self$by <- by
      self$shift <- shift
    },
    build = function(input_shape) {
      self$weight <- self$add_weight("weight", list(input_shape[[2]]), initializer = "ones")
    },
    call = function(x, mask = NULL) x * self$weight * self$by + self$shift
  ))
  model <- keras_model_sequential()
  create_layer(Scale, model, list(by = 3, shift = 0.5, f = function(x) x, input_shape = 3, name = "scale"))
  set_weights(model, list(c(1, 2, 3)))
  path <- withr::local_tempfile(fileext = ".h5")
  save_model_hdf5(model, path)
  expect_equal(get_config(get_layer(model, "scale"))$by, 3)
  again <- list(
    load_model_hdf5(path, custom_objects = list(Scale = Scale)),
    unserialize_model(serialize_model(model), custom_objects = list(Scale = Scale)),
    load_model_hdf5(path, custom_objects = list(Scale = function(...) create_layer(Scale, args = list(...))))
  )
  described <- model_from_json(model_to_json(model), custom_objects = list(Scale = Scale))
  for (each in c(again, set_weights(described, get_weights(model)))) {
    expect_equal(predict(each, x), predict(model, x), tolerance = 1e-6)
    expect_equal(get_layer(each, index = 1)$name, "scale")
  }
  moved <- to_backend(model, other(k_backend()))
  expect_equal(get_config(get_layer(moved, "scale"))$shift, 0.5)
  expect_equal(predict(moved, x), predict(model, x), tolerance = 1e-5)
})

for_each_backend("R6 layers may say what a file holds", {
  Own <- R6::R6Class("Own", inherit = KerasLayer, public = list( # nolint: object_name_linter.
    sizes = NULL,
    initialize = function(sizes) self$sizes <- unlist(sizes),
    call = function(x, mask = NULL) x * self$sizes[[1]] + self$sizes[[2]],
    get_config = function() list(sizes = self$sizes)
  ))
  model <- keras_model_sequential()
  create_layer(Own, model, list(sizes = matrix(c(2, 5), 1), input_shape = 3))
  again <- model_from_json(model_to_json(model), custom_objects = list(Own = Own))
  expect_equal(predict(again, x), 2 * x + 5, tolerance = 1e-6)
}, among = "cntk")

for_each_backend("compare_backends() measures how far predictions differ", {
  name <- k_backend()
  model <- new_model()
  compared <- compare_backends(model, x, backends = c(name, other(name)))
  expect_s3_class(compared, c("keras_comparison", "data.frame"), exact = TRUE)
  expect_equal(compared$backend, c(name, other(name)))
  expect_equal(compared$absolute[[1]], 0)
  predictions <- attr(compared, "predictions")
  difference <- max(abs(predictions[[1]] - predictions[[2]]))
  expect_equal(compared$absolute[[2]], difference)
  expect_equal(compared$relative[[2]], difference / max(abs(predictions[[1]])))
  expect_true(all(compared$absolute < 1e-5 & compared$seconds > 0))
  expect_equal(predictions[[name]], predict(model, x), tolerance = 1e-6)
  expect_output(print(compared), "backend +absolute +relative +seconds")
})

for_each_backend("the error for an exited engine names the epoch, and the training can be resumed", {
  name <- k_backend()
  expected <- new_model()
  fit_quietly(expected)
  expected <- get_weights(expected)
  model <- new_model()
  local({
    withr::local_options(keras.snapshot = TRUE)
    condition <- expect_error(fit_quietly(model, callbacks = list(killer(name, 2))), class = "keras_error_training")
    expect_s3_class(condition, c("keras_error_worker", "keras_error"))
    expect_equal(condition$initial_epoch, 2)
    expect_match(conditionMessage(condition), paste0("worker of backend ", name, " exited in epoch 3 of 4"))
    expect_match(rlang::cnd_message(condition), "`restore_model()`", fixed = TRUE)
    expect_match(rlang::cnd_message(condition), "`initial_epoch = 2`", fixed = TRUE)
    expect_identical(restore_model(model), model)
    fit_quietly(model, initial_epoch = condition$initial_epoch)
  })
  expect_equal(get_weights(model), expected, tolerance = 1e-4)
  # On another backend.
  model <- new_model()
  snapshot_model(model)
  condition <- expect_error(fit_quietly(model, callbacks = list(killer(name, 1))), class = "keras_error_training")
  restore_model(model, other(name))
  fit_quietly(model, initial_epoch = condition$initial_epoch)
  expect_equal(get_weights(model), expected, tolerance = 1e-4)
})

for_each_backend("a timeout in fit() is an error of training and of its timeout", {
  model <- new_model()
  fit_quietly(model, epochs = 1)
  local({
    withr::local_options(keras.timeout = 0.5)
    stopped <- callback_lambda(on_epoch_begin = function(epoch, logs) {
      tools::pskill(backend_info()$pid, tools::SIGSTOP)
    })
    condition <- expect_error(fit_quietly(model, callbacks = list(stopped)), class = "keras_error_timeout")
    expect_s3_class(condition, c("keras_error_training", "keras_error"))
    expect_equal(condition$initial_epoch, 0)
    expect_match(conditionMessage(condition), "in epoch 1 of 4", fixed = TRUE)
    expect_match(conditionMessage(condition), "within the timeout of 0.5 seconds", fixed = TRUE)
  })
})

for_each_backend("errors of copies and snapshots name R's functions", {
  model <- new_model()
  condition <- expect_error(restore_model(model), class = "keras_error_argument")
  expect_match(rlang::cnd_message(condition), "`snapshot_model()`", fixed = TRUE)
  snapshot_model(model)
  snapshot_model(model, keep = FALSE)
  expect_error(restore_model(model), class = "keras_error_argument")
  expect_error(to_backend(3, "cntk"), "`model` must be a Keras model", class = "keras_error_argument")
  expect_error(to_backend(model, "tensorfow"), class = "keras_error_unknown_backend")
  expect_error(compare_backends(model, x, "tensorfow"), class = "keras_error_unknown_backend")
})
