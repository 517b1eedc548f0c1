# A generative adversarial network on numbers: two models in turn, train_on_batch(), a frozen discriminator.
library(keras)

set.seed(16)
k_set_image_data_format("channels_last")
latent_size <- 2
build_generator <- function(latent_size) {
  cnn <- keras_model_sequential()
  cnn %>%
    layer_dense(8, input_shape = latent_size, activation = "relu") %>%
    layer_dense(1)
  latent <- layer_input(shape = list(latent_size))
  image_class <- layer_input(shape = list(1))
  cls <- image_class %>%
    layer_embedding(input_dim = 2, output_dim = latent_size, embeddings_initializer = "glorot_normal") %>%
    layer_flatten()
  h <- layer_multiply(list(latent, cls))
  fake_image <- cnn(h)
  keras_model(list(latent, image_class), fake_image)
}
build_discriminator <- function() {
  cnn <- keras_model_sequential()
  cnn %>%
    layer_dense(8, input_shape = 1) %>%
    layer_activation_leaky_relu() %>%
    layer_dropout(0.1)
  image <- layer_input(shape = 1)
  features <- cnn(image)
  fake <- features %>% layer_dense(1, activation = "sigmoid", name = "generation")
  aux <- features %>% layer_dense(2, activation = "softmax", name = "auxiliary")
  keras_model(image, list(fake, aux))
}
discriminator <- build_discriminator()
discriminator %>% compile(optimizer = optimizer_adam(lr = 0.002, beta_1 = 0.5),
                          loss = list("binary_crossentropy", "sparse_categorical_crossentropy"))
generator <- build_generator(latent_size)
generator %>% compile(optimizer = optimizer_adam(lr = 0.002, beta_1 = 0.5), loss = "binary_crossentropy")
latent <- layer_input(shape = list(latent_size))
image_class <- layer_input(shape = list(1), dtype = "int32")
fake <- generator(list(latent, image_class))
freeze_weights(discriminator)
results <- discriminator(fake)
combined <- keras_model(list(latent, image_class), results)
combined %>% compile(optimizer = optimizer_adam(lr = 0.002, beta_1 = 0.5),
                     loss = list("binary_crossentropy", "sparse_categorical_crossentropy"))
batch_size <- 10
data <- rnorm(100, 3)
classes <- as.numeric(data > 3)
d_before <- get_weights(discriminator)
epoch_gen_loss <- NULL
for (index in 1:4) {
  batch <- ((index - 1) * batch_size + 1):(index * batch_size)
  noise <- matrix(runif(latent_size * batch_size, min = -1, max = 1), ncol = latent_size)
  sampled_labels <- sample(0:1, batch_size, replace = TRUE) %>% matrix(ncol = 1)
  generated <- predict(generator, list(noise, sampled_labels))
  x <- rbind(matrix(data[batch]), generated)
  y <- c(rep(1L, batch_size), rep(0L, batch_size)) %>% matrix(ncol = 1)
  aux_y <- c(classes[batch], sampled_labels) %>% matrix(ncol = 1)
  disc_loss <- train_on_batch(discriminator, x = x, y = list(y, aux_y))
  stopifnot(is.finite(unlist(disc_loss)), length(disc_loss) == 3)
  d_now <- get_weights(discriminator)
  g_before <- get_weights(generator)
  gen_loss <- train_on_batch(combined, list(noise, sampled_labels), list(matrix(1, batch_size), sampled_labels))
  epoch_gen_loss <- rbind(epoch_gen_loss, unlist(gen_loss))
  stopifnot(identical(d_now, get_weights(discriminator)), !identical(g_before, get_weights(generator)))
}
stopifnot(!identical(d_before, d_now), identical(dim(epoch_gen_loss), c(4L, 3L)))
stopifnot(identical(colnames(epoch_gen_loss)[1], "loss"))
