# An autoencoder with separate encoder and decoder, by the functional interface.
library(keras)

set.seed(5)
x <- matrix(rnorm(200), 100, 2) %*% matrix(rnorm(16), 2, 8)
input <- layer_input(shape = c(8))
encoded <- input %>%
  layer_dense(units = 4, activation = "tanh", activity_regularizer = regularizer_l1(1e-5)) %>%
  layer_dense(units = 2, name = "bottleneck")
decoded <- encoded %>% layer_dense(units = 4, activation = "tanh") %>% layer_dense(units = 8)
autoencoder <- keras_model(input, decoded)
encoder <- keras_model(input, encoded)
decoder_input <- layer_input(shape = 2)
n <- length(autoencoder$layers)
decoder <- keras_model(decoder_input, decoder_input %>% autoencoder$layers[[n - 1]]() %>% autoencoder$layers[[n]]())

autoencoder %>% compile(optimizer = optimizer_adam(lr = 0.02), loss = "mean_squared_error")
history <- autoencoder %>% fit(x, x, epochs = 15, batch_size = 20, shuffle = TRUE, verbose = 0)
stopifnot(history$metrics$loss[15] < 0.7 * history$metrics$loss[1])
codes <- encoder %>% predict(x)
stopifnot(identical(dim(codes), c(100L, 2L)))
stopifnot(all.equal(predict(decoder, codes), predict(autoencoder, x), tolerance = 1e-4))
weights <- get_weights(autoencoder)
by_hand <- tanh(x %*% weights[[1]] + rep(weights[[2]], each = 100)) %*% weights[[3]] + rep(weights[[4]], each = 100)
stopifnot(all.equal(codes, by_hand, tolerance = 1e-4))
