# A convolutional network on generated images of vertical or horizontal stripes. Row-major, as in array_reshape().
library(keras)

set.seed(2)
batch_size <- 16
num_classes <- 2
epochs <- 4
img_rows <- 8
img_cols <- 8
draw <- function(class) {
  image <- matrix(runif(64, 0, 0.2), 8, 8)
  at <- sample(8, 3)
  if (class == 1) image[at, ] <- 1 else image[, at] <- 1
  image
}
y <- rep(0:1, 40)
flat <- t(sapply(y, function(class) as.vector(t(draw(class))))) * 255  # one column per pixel, as in a CSV file
x <- array_reshape(flat, c(nrow(flat), img_rows, img_cols, 1))
stopifnot(identical(x[3, 2, 5, 1], flat[3, 13]))
x <- x / 255
input_shape <- c(img_rows, img_cols, 1)
y_cat <- to_categorical(y, num_classes)

model <- keras_model_sequential() %>%
  layer_conv_2d(filters = 6, kernel_size = c(3, 3), activation = "relu", input_shape = input_shape) %>%
  layer_conv_2d(filters = 6, kernel_size = c(3, 3), activation = "relu", padding = "same") %>%
  layer_max_pooling_2d(pool_size = c(2, 2)) %>%
  layer_dropout(rate = 0.1) %>%
  layer_flatten() %>%
  layer_dense(units = 8, activation = "relu") %>%
  layer_dense(units = num_classes, activation = "softmax")
model %>% compile(
  loss = loss_categorical_crossentropy,
  optimizer = optimizer_adadelta(),
  metrics = c("accuracy")
)
model %>% fit(x, y_cat, batch_size = batch_size, epochs = epochs, verbose = 0, validation_data = list(x, y_cat))
scores <- model %>% evaluate(x, y_cat, verbose = 0)
stopifnot(is.finite(scores[[1]]), scores$accuracy >= 0.5)

# The first feature map agrees with base R.
inner <- keras_model(inputs = model$input, outputs = get_layer(model, index = 1)$output)
maps <- predict(inner, x[1:2, , , , drop = FALSE])
stopifnot(identical(dim(maps), c(2L, 6L, 6L, 6L)))
kernel <- get_weights(model)[[1]]
bias <- get_weights(model)[[2]]
expected <- max(0, sum(x[1, 3:5, 2:4, 1] * kernel[, , 1, 2]) + bias[2])
stopifnot(all.equal(maps[1, 3, 2, 2], expected, tolerance = 1e-5))
