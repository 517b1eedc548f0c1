# A denoising autoencoder: drawings with noise become drawings without.
#
#   Rscript examples/denoise.R [denoise.png]
#
# A convolutional network gets noisy drawings of stripes, discs and crosses, and learns to restore the clean ones. The
# script draws test images in three rows, original, noisy and restored, and fails unless at least two thirds of the
# squared error are removed.

library(keras)

picture <- c(commandArgs(TRUE), "denoise.png")[[1]]
set.seed(4)
size <- 20
position <- seq(-1, 1, length.out = size)

draw <- function(class) {
  turn <- runif(1, 0, pi)
  at <- runif(2, -0.4, 0.4)
  along <- outer(position - at[1], position - at[2], function(x, y) cos(turn) * x + sin(turn) * y)
  across <- outer(position - at[1], position - at[2], function(x, y) cos(turn) * y - sin(turn) * x)
  switch(class,
    sin(2 * pi * along) > 0,                                  # stripes
    sqrt(along^2 + across^2) < 0.5,                           # a disc
    abs(along) < 0.17 & abs(across) < 0.8 | abs(across) < 0.17 & abs(along) < 0.8  # a cross
  ) * 1
}
images_of <- function(n) {
  flat <- t(sapply(rep(1:3, length.out = n), function(class) as.vector(t(draw(class)))))
  array_reshape(flat, c(n, size, size, 1))
}
with_noise <- function(images) pmin(pmax(images + array(rnorm(length(images), sd = 0.4), dim(images)), 0), 1)
x_train <- images_of(600)
x_test <- images_of(9)
x_train_noisy <- with_noise(x_train)
x_test_noisy <- with_noise(x_test)

input <- layer_input(shape = c(size, size, 1))
output <- input %>%
  layer_conv_2d(filters = 16, kernel_size = c(3, 3), activation = "relu", padding = "same") %>%
  layer_max_pooling_2d(pool_size = c(2, 2), padding = "same") %>%
  layer_conv_2d(filters = 16, kernel_size = c(3, 3), activation = "relu", padding = "same") %>%
  layer_upsampling_2d(size = c(2, 2)) %>%
  layer_conv_2d(filters = 16, kernel_size = c(3, 3), activation = "relu", padding = "same") %>%
  layer_conv_2d(filters = 1, kernel_size = c(3, 3), activation = "sigmoid", padding = "same")
autoencoder <- keras_model(input, output)
autoencoder %>% compile(optimizer = optimizer_adam(lr = 0.005), loss = "binary_crossentropy")
history <- autoencoder %>% fit(x_train_noisy, x_train, epochs = 15, batch_size = 50, verbose = 2,
                               validation_data = list(x_test_noisy, x_test))
restored <- predict(autoencoder, x_test_noisy)

png(picture, width = 1600, height = 620, res = 150, type = if (capabilities("cairo")) "cairo" else "Xlib")
layout(cbind(1:3, matrix(3 + 1:27, 3, byrow = TRUE)), widths = c(1.2, rep(1, 9)))
par(mar = c(0.2, 0.2, 0.2, 0.2))
for (title in c("drawn", "with noise", "restored")) {
  plot.new()
  text(0.95, 0.5, title, cex = 1.4, adj = 1)
}
for (images in list(x_test, x_test_noisy, restored)) {
  for (i in 1:9) {
    image(t(images[i, rev(seq_len(size)), , 1]), col = grey.colors(64, 0, 1), zlim = c(0, 1), axes = FALSE, asp = 1)
  }
}
invisible(dev.off())

left <- mean((restored - x_test)^2) / mean((x_test_noisy - x_test)^2)
cat(sprintf("\nOf the squared error that the noise makes, %.0f %% is left.\nThe drawings are in %s\n", 100 * left,
            picture))
if (left > 1 / 3) {
  stop("the network restores less than it should")
}
