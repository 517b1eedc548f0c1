# The effects of callbacks during training, on data with known losses.
linear <- function(weight = 1) {
  model <- keras_model_sequential(list(layer_dense(units = 1, use_bias = FALSE, input_shape = 1)))
  set_weights(model, list(matrix(weight)))
  compile(model, optimizer_sgd(lr = 0.25), "mse")
}
# With x = 1 and y = 0, the loss is w^2, and each step halves w.
trained <- function(model, epochs, ..., y = 0, batch_size = 1) {
  fit(model, matrix(1), matrix(y), epochs = epochs, batch_size = batch_size, verbose = 0, ...)
}

for_each_backend("training stops when the loss no longer improves enough, and the best weights are restored", {
  model <- linear()
  history <- trained(model, 20, callbacks = callback_early_stopping("loss", min_delta = 0.1, patience = 1))
  # The losses are 1, 1/4, 1/16, 1/64: the last one is not an improvement by 0.1 on the best, 1/16.
  expect_equal(history$metrics$loss, 0.25 ^ (0:3), tolerance = 1e-5)
  model <- linear()
  stop <- callback_early_stopping("loss", min_delta = 10, patience = 2, restore_best_weights = TRUE)
  trained(model, 20, callbacks = list(stop))
  expect_equal(get_weights(model)[[1L]], matrix(0.5))  # after the first epoch, the best one
})

for_each_backend("the learning rate is reduced on a plateau", {
  model <- linear()
  history <- trained(model, 4, callbacks = callback_reduce_lr_on_plateau("loss", factor = 0.5, patience = 1,
                                                                         min_delta = 10, min_lr = 0.05))
  expect_equal(history$metrics$lr, c(0.25, 0.25, 0.125, 0.0625), tolerance = 1e-6)
})

for_each_backend("models are saved after epochs: after each, or only the best", {
  folder <- withr::local_tempdir()
  each <- file.path(folder, "at-{epoch:02d}-{loss:.2f}.h5")
  best <- file.path(folder, "best.h5")
  trained(linear(), 3, callbacks = list(
    callback_model_checkpoint(each, monitor = "loss"),
    callback_model_checkpoint(best, monitor = "loss", save_best_only = TRUE, save_weights_only = TRUE, mode = "max")
  ))
  expect_setequal(list.files(folder), c("at-01-1.00.h5", "at-02-0.25.h5", "at-03-0.06.h5", "best.h5"))
  expect_equal(get_weights(load_model_hdf5(file.path(folder, "at-02-0.25.h5")))[[1L]], matrix(0.25))
  model <- linear()
  load_model_weights_hdf5(model, best)
  expect_equal(get_weights(model)[[1L]], matrix(0.5))  # of the first epoch, which has the largest loss
  expect_keras_error(callback_model_checkpoint(best, save_freq = 10), "argument", "save_freq")
})

for_each_backend("a loss of NaN ends the training, and the log file has the metrics", {
  expect_output(history <- trained(linear(), 5, callbacks = callback_terminate_on_naan(), y = NaN), "Invalid loss")
  expect_lte(length(history$metrics$loss), 1L)
  file <- withr::local_tempfile(fileext = ".csv")
  history <- trained(linear(), 3, callbacks = callback_csv_logger(file, separator = ";"))
  trained(linear(), 1, callbacks = callback_csv_logger(file, separator = ";", append = TRUE))
  written <- read.csv(file, sep = ";")
  expect_equal(written, data.frame(epoch = c(0:2, 0L), loss = c(history$metrics$loss, 1)), tolerance = 1e-6)
})

for_each_backend("R6 callbacks see the parameters, the model, epochs and batches", {
  Seen <- R6::R6Class("Seen", inherit = KerasCallback, public = list( # nolint: object_name_linter.
    calls = NULL, losses = NULL, weight = NULL,
    on_train_begin = function(logs) self$calls <- c(self$calls, "begin"),
    on_epoch_end = function(epoch, logs) {
      self$calls <- c(self$calls, paste("epoch", epoch))
      self$losses <- c(self$losses, logs$loss)
    },
    on_batch_end = function(batch, logs = list()) self$calls <- c(self$calls, paste("batch", batch)),
    on_train_end = function(logs) self$weight <- get_weights(self$model)[[1L]][[1L]]
  ))
  seen <- Seen$new()
  fit(linear(), matrix(c(1, 1)), c(0, 0), epochs = 2, batch_size = 1, verbose = 0, callbacks = list(seen))
  expect_equal(seen$calls, c("begin", "batch 0", "batch 1", "epoch 0", "batch 0", "batch 1", "epoch 1"))
  expect_equal(seen$weight, 0.5 ^ 4, tolerance = 1e-5)
  expect_equal(seen$params$epochs, 2L)
  expect_length(seen$losses, 2L)
})

# A loopback server in this process: its address, the posts it received, and how to stop it.
local_server <- function(frame = parent.frame()) {
  start <- reticulate::py_run_string(paste(
    "def start():",
    "    import http.server, os, threading",
    "    os.environ['no_proxy'] = '127.0.0.1'",
    "    class Handler(http.server.BaseHTTPRequestHandler):",
    "        def do_POST(self):",
    "            body = self.rfile.read(int(self.headers['Content-Length'])).decode()",
    "            server.seen.append([self.path, self.headers['Content-Type'], self.headers['X-Run'], body])",
    "            self.send_response(200)",
    "            self.end_headers()",
    "        def log_message(self, *args):",
    "            pass",
    "    server = http.server.HTTPServer(('127.0.0.1', 0), Handler)",
    "    server.seen = []",
    "    threading.Thread(target=server.serve_forever, daemon=True).start()",
    "    return server", sep = "\n"
  ), local = TRUE)$start
  server <- start()
  withr::defer({
    server$shutdown()
    server$server_close()
  }, frame)
  server
}

for_each_backend("metrics of each epoch are sent to a server", {
  server <- local_server()
  root <- paste0("http://127.0.0.1:", server$server_port)
  history <- trained(linear(), 2, callbacks = list(
    callback_remote_monitor(root, headers = list("X-Run" = "a"), field = "epoch"),
    callback_remote_monitor(root, path = "/json", send_as_json = TRUE)
  ))
  expect_length(server$seen, 4L)
  form <- server$seen[[3L]]  # the second epoch's
  expect_equal(unlist(form[1:3]), c("/publish/epoch/end/", "application/x-www-form-urlencoded", "a"))
  expect_match(form[[4L]], "^epoch=")
  expect_equal(jsonlite::fromJSON(utils::URLdecode(chartr("+", " ", sub("^epoch=", "", form[[4L]])))),
               list(epoch = 1L, loss = history$metrics$loss[[2L]]), tolerance = 1e-6)
  object <- server$seen[[4L]]
  expect_equal(unlist(object[1:2]), c("/json", "application/json"))
  expect_equal(jsonlite::fromJSON(object[[4L]])$loss, history$metrics$loss[[2L]], tolerance = 1e-6)
})

test_that("a missing server is not an error", {
  suppressMessages(use_backend("tensorflow"))
  monitor <- callback_remote_monitor(root = "http://127.0.0.1:9", headers = list(a = "b"))
  expect_equal(monitor$root, "http://127.0.0.1:9")
  expect_message(history <- trained(linear(), 1, callbacks = monitor), "could not reach")
  expect_length(history$metrics$loss, 1L)
})

for_each_backend("a progress bar among the callbacks is shown once, and not at all if verbose is 0", {
  batch <- function() list(matrix(1), 0)
  for (verbose in 0:2) {
    bar <- list(stop = callback_progbar_logger("samples"), callback_progbar_logger("steps"))
    output <- paste(capture.output({
      history <- fit(linear(), matrix(1), 0, epochs = 2, verbose = verbose, callbacks = bar)
      fit_generator(linear(), batch, steps_per_epoch = 1, epochs = 2, verbose = verbose, callbacks = bar)
      fit(linear(), matrix(1), 0, epochs = 1, verbose = verbose, callbacks = callback_progbar_logger())
    }), collapse = "\n")
    expect_equal(history$metrics$loss, c(1, 0.25), tolerance = 1e-6)
    count <- function(text) lengths(regmatches(output, gregexpr(text, output, fixed = TRUE)))
    times <- if (verbose == 0) 0L else 1L
    expect_equal(c(count("Epoch 1/1"), count("Epoch 1/2"), count("Epoch 2/2")), times * c(1L, 2L, 2L))
    expect_equal(c(count("loss: 1.0000"), count("loss: 0.2500")), times * c(3L, 2L))
  }
})

for_each_backend("each R function of a callback is called at its moment", {
  seen <- c()
  moments <- names(formals(callback_lambda))
  note <- function(moments) {
    do.call(callback_lambda, sapply(moments, function(name) function(x, logs) seen <<- c(seen, name), simplify = FALSE))
  }
  expect_seen <- function(...) {
    expect_equal(sub("^on_", "", seen), c(...))
    seen <<- c()
  }
  model <- linear()
  evaluate(model, matrix(1), 0, verbose = 0, callbacks = list(note(moments)))
  expect_seen("test_begin", "test_batch_begin", "test_batch_end", "test_end")
  predict(model, matrix(1), callbacks = list(note(moments)))
  expect_seen("predict_begin", "predict_batch_begin", "predict_batch_end", "predict_end")
  trained(model, 1, callbacks = note(moments), validation_data = list(matrix(1), 0))
  expect_seen("train_begin", "epoch_begin", "train_batch_begin", "train_batch_end",
              "test_begin", "test_batch_begin", "test_batch_end", "test_end", "epoch_end", "train_end")
  # The older names of the functions of batches
  trained(model, 1, callbacks = note(c("on_batch_begin", "on_batch_end")))
  expect_seen("batch_begin", "batch_end")
})
