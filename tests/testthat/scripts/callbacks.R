# Callbacks: early stopping, checkpoints, learning rates, logs, functions.
library(keras)

set.seed(15)
x <- matrix(rnorm(200), 50)
y <- x %*% 1:4
build_model <- function(lr = 0.1) {
  model <- keras_model_sequential() %>% layer_dense(units = 1, input_shape = dim(x)[2])
  model %>% compile(loss = "mse", optimizer = optimizer_sgd(lr = lr), metrics = list("mean_absolute_error"))
  model
}
folder <- tempfile()
dir.create(folder)
filepath <- file.path(folder, "weights.{epoch:02d}-{val_loss:.2f}.hdf5")
model <- build_model()
early_stop <- callback_early_stopping(monitor = "val_loss", patience = 2, min_delta = 0.5, restore_best_weights = TRUE)
reduce <- callback_reduce_lr_on_plateau(monitor = "val_loss", factor = 0.1, patience = 1, min_delta = 0.5)
history <- model %>% fit(x, y, epochs = 30, validation_split = 0.2, verbose = 0, callbacks = list(
  reduce,
  callback_model_checkpoint(filepath),
  callback_model_checkpoint(file.path(folder, "best.h5"), save_best_only = TRUE, monitor = "val_loss", mode = "min"),
  callback_csv_logger(file.path(folder, "log.csv")),
  callback_terminate_on_naan(), early_stop
))
n <- length(history$metrics$loss)
stopifnot(n < 30, length(list.files(folder, "^weights\\.01-.*hdf5$")) == 1, length(list.files(folder, "^weights")) == n)
log <- read.csv(file.path(folder, "log.csv"))
stopifnot(identical(log$epoch, seq_len(n) - 1L), all.equal(log$loss, history$metrics$loss, tolerance = 1e-5))
stopifnot("lr" %in% names(history$metrics), history$metrics$lr[n] < 0.1)
best <- load_model_hdf5(file.path(folder, "best.h5"))
stopifnot(all.equal(evaluate(best, x[41:50, ], y[41:50], verbose = 0)$loss,
                    min(history$metrics$val_loss), tolerance = 1e-3))
stopifnot(early_stop$stopped_epoch == n - 1)

# One callback without a list, functions with fewer arguments, batches.
seen <- list(epochs = c(), batches = 0, began = 0)
model <- build_model()
model %>% fit(x, y, epochs = 2, batch_size = 25, verbose = 0, callbacks = callback_lambda(
  on_train_begin = function(logs) seen$began <<- seen$began + 1,
  on_epoch_begin = function(epoch, logs) seen$epochs <<- c(seen$epochs, epoch),
  on_batch_end = function(batch, logs) seen$batches <<- seen$batches + logs$size,
  on_train_end = function() seen$ended <<- TRUE
))
stopifnot(identical(seen$epochs, c(0L, 1L)), seen$batches == 100, seen$began == 1, seen$ended)

# Schedules, and the learning rate set by hand.
rates <- c()
schedule <- function(epoch, lr) {
  rates <<- c(rates, lr)
  lr * 0.5
}
model %>% fit(x, y, epochs = 3, verbose = 0, callbacks = list(callback_learning_rate_scheduler(schedule)))
stopifnot(all.equal(rates, c(0.1, 0.05, 0.025), tolerance = 1e-6))
model %>% fit(x, y, epochs = 1, verbose = 0,
              callbacks = list(callback_learning_rate_scheduler(function(epoch) 0.2 / (epoch + 1))))
stopifnot(abs(k_get_value(model$optimizer$lr) - 0.2) < 1e-6)
k_set_value(model$optimizer$lr, 0.001)
stopifnot(abs(k_get_value(model$optimizer$lr) - 0.001) < 1e-8)
before <- get_weights(model)
k_set_value(model$optimizer$lr, 0)
model %>% fit(x, y, epochs = 1, verbose = 0)
stopifnot(all.equal(before, get_weights(model)))

# A loss of NaN ends the training.
model <- build_model()
history <- model %>% fit(x, y * NaN, epochs = 5, verbose = 0, callbacks = list(callback_terminate_on_naan()))
stopifnot(length(history$metrics$loss) == 1)

# Training stopped by the callback itself.
StopAt <- R6::R6Class("StopAt", inherit = KerasCallback, public = list( # nolint: object_name_linter.
  on_epoch_end = function(epoch, logs = NULL) {
    if (epoch == 1) self$model$stop_training <- TRUE
  }
))
history <- build_model() %>% fit(x, y, epochs = 9, verbose = 0, callbacks = list(StopAt$new()))
stopifnot(length(history$metrics$loss) == 2)
# Evaluation and prediction have callbacks, too.
tested <- 0
model %>% evaluate(x, y, verbose = 0, callbacks = list(callback_lambda(on_test_batch_end = function(batch, logs) {
  tested <<- tested + 1
})))
predicted <- 0
model %>% predict(x, batch_size = 10, callbacks = list(callback_lambda(on_predict_batch_end = function(batch, logs) {
  predicted <<- predicted + 1
})))
stopifnot(tested == 2, predicted == 5)
