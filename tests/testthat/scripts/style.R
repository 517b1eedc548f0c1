# Images made with gradients: one maximizes the activations of layers, one matches the statistics of another image.
library(keras)

set.seed(2)
k_set_learning_phase(0)
model <- keras_model_sequential() %>%
  layer_conv_2d(2, c(3, 3), activation = "relu", padding = "same", input_shape = list(NULL, NULL, 3),
                name = "mixed1") %>%
  layer_conv_2d(2, c(3, 3), activation = "relu", padding = "same", name = "mixed2")
layer_contributions <- list(mixed1 = 0.2, mixed2 = 3)
layer_dict <- model$layers
names(layer_dict) <- lapply(layer_dict, function(layer) layer$name)
loss <- k_variable(0)
for (layer_name in names(layer_contributions)) {
  activation <- layer_dict[[layer_name]]$output
  scaling <- k_prod(k_cast(k_shape(activation), "float32"))
  loss <- loss + (layer_contributions[[layer_name]] * k_sum(k_square(activation)) / scaling)
}
dream <- model$input
grads <- k_gradients(loss, dream)[[1]]
grads <- grads / k_maximum(k_mean(k_abs(grads)), 1e-7)
fetch_loss_and_grads <- k_function(list(dream), list(loss, grads))
gradient_ascent <- function(x, iterations, step) {
  values <- c()
  for (i in 1:iterations) {
    c(loss_value, grad_values) %<-% fetch_loss_and_grads(list(x)) # nolint: object_usage_linter.
    values <- c(values, loss_value) # nolint: object_usage_linter.
    x <- x + (step * grad_values) # nolint: object_usage_linter.
  }
  list(x = x, values = values)
}
img <- array(runif(6 * 8 * 3), c(1, 6, 8, 3))
made <- gradient_ascent(img, 3, 0.1)
stopifnot(all(diff(made$values) > 0))
w <- get_weights(model)
larger <- image_array_resize(made$x, 12, 16)
stopifnot(identical(dim(larger), c(1L, 12L, 16L, 3L)), all.equal(larger[1, 3, 5, ], made$x[1, 2, 3, ]))
activations <- predict(keras_model(model$input, lapply(model$layers, function(layer) layer$output)), img)
stopifnot(all.equal(made$values[1], 0.2 * mean(activations[[1]]^2) + 3 * mean(activations[[2]]^2), tolerance = 1e-4))

# Three images in one tensor: the content, the style, and the generated one.
h <- 4L
w <- 5L
target_image <- k_constant(array(runif(h * w * 3), c(1, h, w, 3)))
style_image <- k_constant(array(runif(h * w * 3), c(1, h, w, 3)))
combination_image <- k_placeholder(c(1, h, w, 3))
input_tensor <- k_concatenate(list(target_image, style_image, combination_image), axis = 1)
gram_matrix <- function(x) {
  features <- k_batch_flatten(k_permute_dimensions(x, c(3, 1, 2)))
  k_dot(features, k_transpose(features))
}
features <- model(input_tensor)
loss <- k_variable(0.0)
loss <- loss + 0.025 * k_sum(k_square(features[3, , , ] - features[1, , , ]))
loss <- loss + k_sum(k_square(gram_matrix(features[2, , , ]) - gram_matrix(features[3, , , ]))) / (4 * 3^2 * (h * w)^2)
a <- k_square(combination_image[, 1:(h - 1L), 1:(w - 1L), ] - combination_image[, 2:h, 1:(w - 1L), ])
b <- k_square(combination_image[, 1:(h - 1L), 1:(w - 1L), ] - combination_image[, 1:(h - 1L), 2:w, ])
loss <- loss + 1e-3 * k_sum(k_pow(a + b + 1e-6, 1.25))
grads <- k_gradients(loss, combination_image)[[1]]
fetch <- k_function(list(combination_image), list(loss, grads))
f <- function(x) fetch(list(array_reshape(x, c(1, h, w, 3))))[[1]]
g <- function(x) as.vector(array_reshape(fetch(list(array_reshape(x, c(1, h, w, 3))))[[2]], h * w * 3))
start <- runif(h * w * 3)
result <- optim(start, f, g, method = "L-BFGS-B", control = list(maxit = 5))
stopifnot(result$value < f(start))
direction <- g(start)
stopifnot(all.equal((f(start + 1e-2 * direction) - f(start - 1e-2 * direction)) / 2e-2,
                    sum(direction^2), tolerance = 0.02))
k_set_learning_phase(1)
