# A stateful LSTM that follows a sine from batch to batch.
library(keras)

set.seed(4)
tsteps <- 1
batch_size <- 5
lahead <- 1
n <- 40
series <- sin((seq_len(n)) / 4)
expected <- matrix(filter(series, rep(1 / 2, 2), sides = 1))
expected[1] <- 0
series <- array_reshape(series, c(n, 1, 1))

model <- keras_model_sequential()
model %>%
  layer_lstm(units = 5, input_shape = c(tsteps, 1), batch_size = batch_size, return_sequences = TRUE,
             stateful = TRUE) %>%
  layer_lstm(units = 5, return_sequences = FALSE, stateful = TRUE) %>%
  layer_dense(units = 1)
stopifnot(identical(unlist(model$input_shape), c(5L, 1L, 1L)))
model %>% compile(loss = "mse", optimizer = "rmsprop")
losses <- c()
for (i in 1:3) {
  history <- model %>% fit(series, expected, batch_size = batch_size, epochs = 1, verbose = 0, shuffle = FALSE)
  losses <- c(losses, history$metrics$loss)
  model %>% reset_states()
}
stopifnot(losses[3] < losses[1])

first <- model %>% predict(series[1:5, , , drop = FALSE], batch_size = batch_size)
second <- model %>% predict(series[1:5, , , drop = FALSE], batch_size = batch_size)
model %>% reset_states()
again <- model %>% predict(series[1:5, , , drop = FALSE], batch_size = batch_size)
stopifnot(all.equal(first, again, tolerance = 1e-6), max(abs(first - second)) > 1e-6)

# The trained weights in a model for single samples.
one <- keras_model_sequential() %>%
  layer_lstm(units = 5, batch_input_shape = c(1, tsteps, 1), return_sequences = TRUE, stateful = TRUE) %>%
  layer_lstm(units = 5, stateful = TRUE) %>%
  layer_dense(units = 1)
one %>% set_weights(get_weights(model))
stopifnot(all.equal(as.vector(predict(one, series[1, , , drop = FALSE], batch_size = 1)), first[1], tolerance = 1e-5))
