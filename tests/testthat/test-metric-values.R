# Values of metrics: by the names that compile() was given, and by those that earlier releases of Keras had.
regression <- function(metrics = NULL) {
  model <- keras_model_sequential() %>% layer_dense(1, input_shape = 2, kernel_initializer = "zeros")
  compile(model, optimizer_sgd(lr = 0.1), "mse", metrics = metrics)
}
x <- matrix(c(1, 0, 2, 1), 2)
y <- c(1, -3)

for_each_backend("a loss without metrics is a number that scripts can compute with", {
  model <- regression()
  loss <- evaluate(model, x, y, verbose = 0)
  expect_equal(as.numeric(loss), 5, tolerance = 1e-5)
  expect_named(loss, "loss")
  expect_equal(c(loss$loss, loss[["loss"]], loss[1], 2 * loss, round(loss), mean(loss)), c(5, 5, 5, 10, 5, 5),
               ignore_attr = TRUE, tolerance = 1e-5)
  expect_output(cat("loss:", test_on_batch(model, x, y)), "loss: 5")
  expect_equal(sprintf("%.2f", loss), "5.00")
  expect_output(print(loss), "loss *\n *5")
  losses <- c()
  for (i in 1:2) losses <- c(losses, train_on_batch(model, x, y))
  expect_type(losses, "double")
  expect_lt(losses[[2]], losses[[1]])
  expect_equal(0.5 * (loss + loss), 5, ignore_attr = TRUE, tolerance = 1e-5)
}, among = backends)

for_each_backend("metrics also have the names of 2017", {
  model <- regression(c("mae", "mse"))
  values <- evaluate(model, x, y, verbose = 0)
  expect_named(values, c("loss", "mae", "mse"))
  expect_type(values, "list")
  expect_equal(c(values$mean_absolute_error, values[["mean_absolute_error"]], values$mae), c(2, 2, 2), tolerance = 1e-5)
  expect_equal(values["mean_squared_error"], list(mse = values$mse))
  expect_null(values$mean_absolute_percentage_error)
  expect_output(print(values), "$mae\n[1] 2", fixed = TRUE)
  history <- fit(model, x, y, epochs = 2, validation_data = list(x, y), verbose = 0)
  expect_identical(history$metrics$val_mean_absolute_error, history$metrics$val_mae)
  expect_length(history$metrics$val_mae, 2L)
  expect_equal(dim(as.data.frame(history$metrics)), c(2, 6))
  expect_equal(levels(as.data.frame(history)$metric), c("loss", "mae", "mse"))
  expect_equal(levels(plot(history, metrics = "mean_absolute_error", method = "ggplot2")$data$metric), "mae")
  expect_keras_error(plot(history, metrics = "los"), "argument", c("`metrics`", "\"mae\"", "Did you mean \"loss\"?"))
}, among = backends)

for_each_backend("accuracy is found by `[[`, `[` and `$`, in full and as acc, whichever name was compiled", {
  data <- list(x = rbind(c(0, 1), c(2, 1)), y = c(0, 0))  # zero weights predict 0.5, which counts as class 0
  for (given in c("accuracy", "acc")) {
    model <- keras_model_sequential() %>%
      layer_dense(1, activation = "sigmoid", input_shape = 2, kernel_initializer = "zeros") %>%
      compile(optimizer_sgd(lr = 0), "binary_crossentropy", metrics = given)
    seen <- NULL
    history <- fit(model, data$x, data$y, epochs = 2, validation_data = list(data$x, c(0, 1)), verbose = 0,
                   callbacks = callback_lambda(on_epoch_end = function(epoch, logs) {
                     seen <<- c(seen, logs[["acc"]], logs[["accuracy"]], logs$acc, unlist(logs["val_acc"]))
                   }))
    expect_equal(unname(seen), rep(c(1, 1, 1, 0.5), 2))
    expect_named(history$metrics, c("loss", given, "val_loss", paste0("val_", given)))
    metric <- factor(rep(c("loss", given, "loss", given), each = 2), c("loss", given))
    expect_equal(as.data.frame(history)$metric, metric)
    batches <- list(evaluate(model, data$x, c(0, 1), verbose = 0), test_on_batch(model, data$x, c(0, 1)),
                    train_on_batch(model, data$x, c(0, 1)))
    for (name in c("accuracy", "acc")) {
      expect_equal(history$metrics[[name]], c(1, 1))
      expect_equal(history$metrics[[paste0("val_", name)]], c(0.5, 0.5))
      expect_equal(history$metrics[paste0(c("", "val_"), name)],
                   setNames(list(c(1, 1), c(0.5, 0.5)), paste0(c("", "val_"), given)))
      for (values in batches) {
        expect_named(values, c("loss", given))
        expect_equal(values[[name]], 0.5)
        expect_equal(values[name], setNames(list(0.5), given))
        expect_equal(eval(call("$", values, as.name(name))), 0.5)
      }
    }
    expect_identical(values[], unclass(values))
    expect_null(values[["precision"]])
  }
}, among = backends)

test_that("callbacks monitor and report metrics by either name", {
  suppressMessages(use_backend("cntk"))
  folder <- withr::local_tempdir()
  model <- keras_model_sequential() %>%
    layer_dense(1, activation = "sigmoid", input_shape = 2) %>%
    compile("sgd", "binary_crossentropy", metrics = "accuracy")
  seen <- NULL
  stop_early <- callback_early_stopping(monitor = "val_acc", patience = 1)
  history <- fit(model, x, 0:1, epochs = 2, validation_data = list(x, 0:1), verbose = 0, callbacks = list(
    stop_early, callback_model_checkpoint(file.path(folder, "{epoch:d}-{val_acc:.2f}.h5"), monitor = "acc",
                                          save_best_only = TRUE),
    callback_lambda(on_epoch_end = function(epoch, logs) seen <<- c(seen, logs$acc, logs$val_acc))
  ))
  expect_equal(keras:::object_get(stop_early, "monitor"), "val_accuracy")
  expect_match(list.files(folder)[[1L]], "^1-(0.00|0.50|1.00)[.]h5$")
  expect_equal(seen[1:2], c(history$metrics$accuracy[[1L]], history$metrics$val_accuracy[[1L]]), tolerance = 1e-6)
})

for_each_backend("metrics have the names that compile() was given, for functions and classes of Keras, too", {
  data <- list(x = rbind(c(0, 1), c(2, 1)), y = c(0, 1))
  own <- function(y_true, y_pred) k_mean(y_pred)
  model <- keras_model_sequential() %>%
    layer_dense(1, activation = "sigmoid", input_shape = 2, kernel_initializer = "ones") %>%
    compile(optimizer_sgd(lr = 0), "binary_crossentropy",
            metrics = list(hits = metric_binary_accuracy, mean = custom_metric("own", own), "AUC"))
  history <- fit(model, data$x, data$y, epochs = 1, verbose = 0)
  expect_named(history$metrics, c("loss", "hits", "mean", "auc"))
  expect_equal(history$metrics$hits, 0.5)
  expect_equal(history$metrics$auc, 1, tolerance = 0.01)
  input <- layer_input(2)
  outputs <- list(layer_dense(input, 1, name = "a"), layer_dense(input, 1, name = "b"))
  two <- keras_model(input, outputs) %>%
    compile("sgd", "mse", metrics = list(b = metric_mean_absolute_error, a = c("mae", "Precision")))
  expect_equal(two$metrics_names, c("loss", "a_loss", "b_loss", "a_mae", "a_precision", "b_mean_absolute_error"))
}, among = setdiff(backends, "theano"))

test_that("a data frame of the history has all epochs, and only the loss and the metrics", {
  suppressMessages(use_backend("torch"))
  model <- regression("mae")
  history <- fit(model, x, y, epochs = 4, verbose = 0, validation_data = list(x, y), callbacks = list(
    callback_early_stopping("loss", min_delta = 100), callback_reduce_lr_on_plateau("loss")
  ))
  expect_true("lr" %in% names(history$metrics))
  frame <- as.data.frame(history)
  expect_equal(levels(frame$metric), c("loss", "mae"))
  expect_equal(frame$epoch, rep(1:4, 4))
  expect_equal(which(is.na(frame$value)), c(3:4, 7:8, 11:12, 15:16))
  withr::local_pdf(withr::local_tempfile(fileext = ".pdf"))
  expect_silent(print(plot(history, method = "ggplot2")))
  expect_silent(plot(history, method = "base"))
  expect_equal(generics::glance(history)$epochs, 2)
})
