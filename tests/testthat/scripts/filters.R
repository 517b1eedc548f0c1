# What a filter responds to: gradients with respect to the image, k_function(), and a class activation heatmap.
library(keras)

set.seed(13)
K <- backend() # nolint: object_name_linter.
model <- keras_model_sequential() %>%
  layer_conv_2d(4, c(3, 3), activation = "relu", input_shape = c(8, 8, 1), name = "conv") %>%
  layer_flatten() %>%
  layer_dense(2, activation = "softmax")

deprocess_image <- function(x) {
  dms <- dim(x)
  x <- x - mean(x)
  x <- x / (sd(x) + 1e-5)
  x <- x * 0.1
  x <- x + 0.5
  x <- pmax(0, pmin(x, 1))
  array(x, dim = dms)
}
generate_pattern <- function(layer_name, filter_index, size = 8) {
  layer_output <- model$get_layer(layer_name)$output
  loss <- k_mean(layer_output[, , , filter_index])
  grads <- k_gradients(loss, model$input)[[1]]
  grads <- grads / (k_sqrt(k_mean(k_square(grads))) + 1e-5)
  iterate <- k_function(list(model$input), list(loss, grads))
  input_img_data <- array(runif(size * size * 1), dim = c(1, size, size, 1)) * 0.2 + 0.5
  values <- c()
  step <- 1
  for (i in 1:5) {
    c(loss_value, grads_value) %<-% iterate(list(input_img_data)) # nolint: object_usage_linter.
    input_img_data <- input_img_data + (grads_value * step) # nolint: object_usage_linter.
    values <- c(values, loss_value) # nolint: object_usage_linter.
  }
  img <- input_img_data[1, , , ]
  list(image = deprocess_image(img), values = values)
}
layer_weights <- get_weights(get_layer(model, "conv"))
layer_weights[[1]] <- abs(layer_weights[[1]])  # so that every filter is active
set_weights(get_layer(model, "conv"), layer_weights)
pattern <- generate_pattern("conv", 1)
stopifnot(identical(dim(pattern$image), c(8L, 8L)), diff(pattern$values) > 0)

# Activations of every layer.
layer_outputs <- lapply(model$layers[1:2], function(layer) layer$output)
activation_model <- keras_model(inputs = model$input, outputs = layer_outputs)
img <- array(runif(64), c(1, 8, 8, 1))
activations <- activation_model %>% predict(img)
stopifnot(length(activations) == 2, identical(dim(activations[[1]]), c(1L, 6L, 6L, 4L)))
stopifnot(all.equal(as.vector(activations[[2]]), as.vector(array_reshape(activations[[1]], 6 * 6 * 4))))

# A heatmap.
output <- model$output[, 2]
last_conv_layer <- model %>% get_layer("conv")
grads <- k_gradients(output, last_conv_layer$output)[[1]]
pooled_grads <- k_mean(grads, axis = c(1, 2, 3))
iterate <- k_function(list(model$input), list(pooled_grads, last_conv_layer$output[1, , , ]))
c(pooled_grads_value, conv_layer_output_value) %<-% iterate(list(img))
for (i in 1:4) {
  conv_layer_output_value[, , i] <- conv_layer_output_value[, , i] * pooled_grads_value[[i]]
}
heatmap <- apply(conv_layer_output_value, c(1, 2), mean)
heatmap <- pmax(heatmap, 0)
stopifnot(identical(dim(heatmap), c(6L, 6L)))
# The gradient agrees with finite differences.
h <- 1e-2
shifted <- img
shifted[1, 4, 4, 1] <- shifted[1, 4, 4, 1] + h
lower <- img
lower[1, 4, 4, 1] <- lower[1, 4, 4, 1] - h
at <- k_function(list(model$input), k_gradients(output, model$input))(list(img))[[1]][1, 4, 4, 1]
stopifnot(abs(at - (predict(model, shifted)[1, 2] - predict(model, lower)[1, 2]) / (2 * h)) < 1e-3)

# The same function with the learning phase: dropout is on if it is 1.
x <- layer_input(50)
dropped <- layer_dropout(x, 0.5)
f <- k_function(list(x, k_learning_phase()), list(dropped))
stopifnot(all(f(list(matrix(1, 1, 50), 0))[[1]] == 1), any(f(list(matrix(1, 1, 50), 1))[[1]] == 0))
