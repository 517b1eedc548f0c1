# A variational autoencoder: layer_lambda() with k_random_normal(), and a loss that uses tensors of the model.
library(keras)

set.seed(6)
K <- keras::backend() # nolint: object_name_linter.
batch_size <- 10
original_dim <- 6L
latent_dim <- 2L
intermediate_dim <- 5L
epsilon_std <- 1.0
x_train <- matrix(runif(60 * original_dim), ncol = original_dim)

x <- layer_input(shape = c(original_dim))
h <- layer_dense(x, intermediate_dim, activation = "relu")
z_mean <- layer_dense(h, latent_dim)
z_log_var <- layer_dense(h, latent_dim)

sampling <- function(arg) {
  z_mean <- arg[, 1:(latent_dim)]
  z_log_var <- arg[, (latent_dim + 1):(2 * latent_dim)]
  epsilon <- k_random_normal(shape = c(k_shape(z_mean)[[1]], latent_dim), mean = 0., stddev = epsilon_std)
  z_mean + k_exp(z_log_var / 2) * epsilon
}
z <- layer_concatenate(list(z_mean, z_log_var)) %>% layer_lambda(sampling)

decoder_h <- layer_dense(units = intermediate_dim, activation = "relu")
decoder_mean <- layer_dense(units = original_dim, activation = "sigmoid")
h_decoded <- decoder_h(z)
x_decoded_mean <- decoder_mean(h_decoded)
vae <- keras_model(x, x_decoded_mean)
encoder <- keras_model(x, z_mean)
decoder_input <- layer_input(shape = latent_dim)
generator <- keras_model(decoder_input, decoder_mean(decoder_h(decoder_input)))

vae_loss <- function(x, x_decoded_mean) {
  xent_loss <- (original_dim / 1.0) * loss_binary_crossentropy(x, x_decoded_mean)
  kl_loss <- -0.5 * k_mean(1 + z_log_var - k_square(z_mean) - k_exp(z_log_var), axis = -1L)
  xent_loss + kl_loss
}
vae %>% compile(optimizer = "rmsprop", loss = vae_loss)
history <- vae %>% fit(x_train, x_train, shuffle = TRUE, epochs = 6, batch_size = batch_size,
                       validation_data = list(x_train, x_train), verbose = 0)
stopifnot(all(is.finite(history$metrics$loss)), history$metrics$val_loss[6] < history$metrics$val_loss[1])
stopifnot(identical(dim(predict(encoder, x_train, batch_size = batch_size)), c(60L, 2L)))
stopifnot(identical(dim(predict(generator, matrix(c(0, 0), ncol = 2))), c(1L, 6L)))
# Each prediction draws anew.
stopifnot(max(abs(predict(vae, x_train) - predict(vae, x_train))) > 0)

# The second form: the lambda takes a list of tensors, and its output shape is given.
sampling <- function(args) {
  epsilon <- k_random_normal(shape = k_shape(args[[1]]), mean = 0, stddev = 1)
  args[[1]] + k_exp(args[[2]]) * epsilon
}
z <- layer_lambda(list(z_mean, z_log_var), f = sampling, output_shape = c(latent_dim))
model <- keras_model(x, z)
stopifnot(identical(dim(predict(model, x_train)), c(60L, 2L)))
