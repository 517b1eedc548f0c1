# Networks made in loops and by functions: residual and inception blocks, dilated convolutions, images over time.
library(keras)

set.seed(20)
residual_block <- function(x, filters, stride = 1) {
  shortcut <- x
  y <- x %>%
    layer_conv_2d(filters, kernel_size = 3, strides = stride, padding = "same", use_bias = FALSE) %>%
    layer_batch_normalization() %>%
    layer_activation_relu() %>%
    layer_conv_2d(filters, kernel_size = 3, padding = "same", use_bias = FALSE) %>%
    layer_batch_normalization()
  if (stride != 1 || k_int_shape(shortcut)[[4]] != filters) {
    shortcut <- shortcut %>% layer_conv_2d(filters, kernel_size = 1, strides = stride, padding = "same")
  }
  layer_add(list(y, shortcut)) %>% layer_activation("relu")
}
input <- layer_input(shape = c(8, 8, 3))
x <- input
for (filters in c(4)) {
  x <- residual_block(x, filters, stride = 2)
}
tower_1 <- x %>% layer_conv_2d(4, c(1, 1), padding = "same", activation = "relu")
tower_2 <- x %>%
  layer_max_pooling_2d(c(3, 3), strides = c(1, 1), padding = "same") %>%
  layer_conv_2d(4, c(1, 1), padding = "same", activation = "relu")
output <- layer_concatenate(c(tower_1, tower_2), axis = -1) %>%
  layer_global_average_pooling_2d() %>%
  layer_dense(2, activation = "softmax")
model <- keras_model(input, output)
stopifnot(identical(unlist(k_int_shape(tower_1)), c(4L, 4L, 4L)), identical(dim(tower_1), c(NA, 4L, 4L, 4L)))
images <- array(runif(4 * 8 * 8 * 3), c(4, 8, 8, 3))
model %>% compile(loss = "sparse_categorical_crossentropy", optimizer = "adam", metrics = "accuracy")
history <- model %>% fit(images, c(0, 1, 0, 1), epochs = 2, batch_size = 4, verbose = 0)
stopifnot(all(is.finite(history$metrics$loss)))

# Dilated convolutions in a loop, on sequences of any length.
model <- keras_model_sequential() %>%
  layer_conv_1d(filters = 4, kernel_size = 2, padding = "causal", activation = "relu", input_shape = c(NA, 1))
for (rate in c(2, 4)) {
  model %>% layer_conv_1d(filters = 4, kernel_size = 2, padding = "causal", dilation_rate = rate, activation = "relu")
}
model %>% layer_conv_1d(filters = 1, kernel_size = 1)
wave <- array(sin(1:32 / 3), c(2, 16, 1))
out <- predict(model, wave)
later <- wave
later[, 10, 1] <- 5
stopifnot(identical(dim(out), c(2L, 16L, 1L)),
          all.equal(out[, 1:9, ], predict(model, later)[, 1:9, ], tolerance = 1e-5))
stopifnot(identical(dim(predict(model, wave[, 1:8, , drop = FALSE])), c(2L, 8L, 1L)))

# A network applied to each image of a sequence, then an LSTM; and convolutional recurrence.
each <- keras_model_sequential() %>%
  layer_conv_2d(3, 3, activation = "relu", input_shape = c(8, 8, 3)) %>%
  layer_global_max_pooling_2d()
film <- layer_input(shape = c(3, 8, 8, 3))
seen <- film %>% time_distributed(each) %>% layer_lstm(4) %>% layer_dense(1)
model <- keras_model(film, seen)
frames <- array(runif(2 * 3 * 8 * 8 * 3), c(2, 3, 8, 8, 3))
stopifnot(identical(dim(predict(model, frames)), c(2L, 1L)))
model <- keras_model_sequential() %>%
  layer_conv_lstm_2d(filters = 2, kernel_size = c(3, 3), padding = "same", input_shape = list(NULL, 8, 8, 3),
                     return_sequences = TRUE) %>%
  layer_conv_3d(filters = 1, kernel_size = c(3, 3, 3), padding = "same", activation = "sigmoid")
stopifnot(identical(dim(predict(model, frames)), c(2L, 3L, 8L, 8L, 1L)))
