# Generators as R functions, and a data generator over matrices; timeseries_generator(); train_on_batch().
library(keras)

set.seed(9)
data <- cbind(sin(1:120 / 5), cos(1:120 / 7))
generator <- function(data, lookback, delay, min_index, max_index, shuffle = FALSE, batch_size = 8, step = 2) {
  if (is.null(max_index)) max_index <- nrow(data) - delay - 1
  i <- min_index + lookback
  function() {
    if (shuffle) {
      rows <- sample(c((min_index + lookback):max_index), size = batch_size)
    } else {
      if (i + batch_size >= max_index) i <<- min_index + lookback
      rows <- c(i:min(i + batch_size - 1, max_index))
      i <<- i + length(rows)
    }
    samples <- array(0, dim = c(length(rows), lookback / step, dim(data)[[-1]]))
    targets <- array(0, dim = c(length(rows)))
    for (j in seq_along(rows)) {
      indices <- seq(rows[[j]] - lookback, rows[[j]] - 1, length.out = dim(samples)[[2]])
      samples[j, , ] <- data[indices, ]
      targets[[j]] <- data[rows[[j]] + delay, 2]
    }
    list(samples, targets)
  }
}
train_gen <- generator(data, 10, 2, 1, 80, shuffle = TRUE)
val_gen <- generator(data, 10, 2, 81, NULL)
model <- keras_model_sequential() %>%
  layer_gru(units = 4, dropout = 0.1, recurrent_dropout = 0.1, input_shape = list(NULL, dim(data)[[-1]])) %>%
  layer_dense(units = 1)
model %>% compile(optimizer = optimizer_rmsprop(), loss = "mae")
history <- model %>% fit_generator(train_gen, steps_per_epoch = 4, epochs = 2, validation_data = val_gen,
                                   validation_steps = 2, verbose = 0)
stopifnot(length(history$metrics$val_loss) == 2)
result <- model %>% evaluate_generator(val_gen, steps = 2)
stopifnot(is.finite(result$loss), identical(names(result), "loss"))
predicted <- model %>% predict_generator(val_gen, steps = 3)
stopifnot(identical(dim(predicted), c(24L, 1L)))

# A plain function that samples rows; fit() takes it, too.
x <- matrix(runif(100), 50)
y <- as.numeric(x[, 1] > x[, 2])
sampling_generator <- function(X_data, Y_data, batch_size) { # nolint: object_name_linter.
  function() {
    rows <- sample(1:nrow(X_data), batch_size, replace = TRUE) # nolint: seq_linter.
    list(X_data[rows, ], Y_data[rows])
  }
}
model <- keras_model_sequential() %>% layer_dense(1, activation = "sigmoid", input_shape = 2)
model %>% compile("sgd", "binary_crossentropy", metrics = "accuracy")
history <- model %>% fit_generator(sampling_generator(x, y, 10), steps_per_epoch = nrow(x) / 10, epochs = 3,
                                   verbose = 0, validation_data = list(x, y))
stopifnot(length(history$metrics$val_accuracy) == 3)

# Windows of a time series.
windows <- timeseries_generator(data, data[, 1], length = 6, sampling_rate = 2, batch_size = 16)
stopifnot(length(windows) == 8)
batch <- generator_next(windows)
stopifnot(identical(dim(batch[[1]]), c(16L, 3L, 2L)),
          all.equal(batch[[1]][2, , 2], data[c(2, 4, 6), 2], tolerance = 1e-6))
stopifnot(all.equal(as.vector(batch[[2]]), data[7:22, 1], tolerance = 1e-6))
model <- keras_model_sequential() %>% layer_simple_rnn(3, input_shape = c(3, 2)) %>% layer_dense(1)
model %>% compile("adam", "mse")
model %>% fit_generator(windows, steps_per_epoch = 8, epochs = 1, verbose = 0)
stopifnot(nrow(predict_generator(model, windows, steps = 8)) == 114)

# Batch by batch.
model <- keras_model_sequential() %>% layer_dense(1, activation = "sigmoid", input_shape = 2)
model %>% compile("sgd", "binary_crossentropy", metrics = "accuracy")
for (step in 1:5) {
  rows <- sample(50, 10)
  loss <- model %>% train_on_batch(x[rows, ], y[rows])
}
stopifnot(is.finite(loss[[1]]), identical(names(loss), c("loss", "accuracy")))
stopifnot(identical(dim(predict_on_batch(model, x[1:3, ])), c(3L, 1L)))
stopifnot(identical(names(test_on_batch(model, x, y)), c("loss", "accuracy")))
