x <- matrix(c(-3, -0.5, 0, 0.5, 2, 9), 2)
softmax <- function(values) exp(values) / sum(exp(values))

for_each_backend("activations", {
  expect_value(k_relu(x), pmax(x, 0))
  expect_value(k_relu(x, alpha = 0.1), ifelse(x > 0, x, 0.1 * x))
  expect_value(k_relu(x, max_value = 6), pmin(pmax(x, 0), 6))
  expect_value(k_sigmoid(x), 1 / (1 + exp(-x)))
  expect_value(k_tanh(x), tanh(x))
  expect_value(k_softmax(x), t(apply(x, 1, softmax)))
  expect_value(k_softmax(x, axis = 1), apply(x, 2, softmax))
})

for_each_backend("categorical crossentropy", {
  target <- rbind(c(0, 1, 0), c(1, 0, 0))
  probabilities <- rbind(c(0.2, 0.7, 0.1), c(0.5, 0.25, 0.25))
  expected <- -rowSums(target * log(probabilities))
  expect_value(k_categorical_crossentropy(target, probabilities), expected)
  expect_value(k_categorical_crossentropy(target, 4 * probabilities), expected)
  expect_value(k_categorical_crossentropy(target, log(probabilities) + 3, from_logits = TRUE), expected)
  expect_value(k_categorical_crossentropy(t(target), t(probabilities), axis = 1), expected)
  expect_keras_error(k_categorical_crossentropy(target, t(probabilities)), "shape",
                     c("k_categorical_crossentropy()", "target", "output"))
})

for_each_backend("binary crossentropy", {
  target <- c(0, 1, 1)
  probabilities <- c(0.1, 0.8, 0.3)
  expected <- -(target * log(probabilities) + (1 - target) * log(1 - probabilities))
  expect_value(k_binary_crossentropy(target, probabilities), expected)
  expect_value(k_binary_crossentropy(target, qlogis(probabilities), from_logits = TRUE), expected)
})

for_each_backend("further activations", {
  expect_value(k_relu(x, threshold = 0.4), ifelse(x >= 0.4, x, 0))
  expect_value(k_relu(c(-1, -2, 3), alpha = c(0.1, 0.2, 0.3)), c(-0.1, -0.4, 3))
  expect_value(k_relu(x, alpha = 0.1, max_value = 6, threshold = 1),
               ifelse(x >= 1, pmin(x, 6), 0.1 * (x - 1)))
  expect_value(k_elu(x), ifelse(x > 0, x, exp(x) - 1))
  expect_value(k_elu(x, alpha = 0.5), ifelse(x > 0, x, 0.5 * (exp(x) - 1)))
  expect_value(k_softplus(x), log1p(exp(x)))
  expect_value(k_softsign(x), x / (1 + abs(x)))
  expect_value(k_hard_sigmoid(x), pmin(pmax(0.2 * x + 0.5, 0), 1))
  expect_keras_error(k_elu(k_ones(2, dtype = "int32")), "dtype", c("k_elu()", "int32"))
})

for_each_backend("sparse categorical crossentropy counts classes from 0", {
  probabilities <- rbind(c(0.2, 0.7, 0.1), c(0.5, 0.25, 0.25))
  expected <- -log(c(0.7, 0.25))
  expect_value(k_sparse_categorical_crossentropy(c(1, 2), probabilities), expected)
  expect_value(k_sparse_categorical_crossentropy(matrix(1:2), probabilities), expected)
  expect_value(k_sparse_categorical_crossentropy(c(1, 2), t(probabilities), axis = 1), expected)
  expect_value(k_sparse_categorical_crossentropy(c(1, 2), log(probabilities) - 1, from_logits = TRUE),
               expected)
  expect_equal(k_eval(k_sparse_categorical_crossentropy(c(1, 3), probabilities)), c(-log(0.7), NaN),
               tolerance = 1e-6)
  expect_keras_error(k_sparse_categorical_crossentropy(factor(c("b", "c")), probabilities), "dtype",
                     c("k_sparse_categorical_crossentropy()", "target", "factor", "as.integer(target) - 1"))
  expect_keras_error(k_sparse_categorical_crossentropy(1:3, probabilities), "shape",
                     c("k_sparse_categorical_crossentropy()", "target", "(3)"))
})

for_each_backend("in_top_k", {
  predictions <- rbind(c(0.1, 0.3, 0.6), c(0.5, 0.4, 0.1), c(0.2, 0.2, 0.6))
  expect_value(k_in_top_k(predictions, c(1, 2, 0), 2), c(TRUE, FALSE, TRUE))
  expect_value(k_in_top_k(predictions, c(2L, 0L, 7L), 1), c(TRUE, TRUE, FALSE))
  expect_keras_error(k_in_top_k(predictions, c(0.5, 1, 1), 1), "dtype", c("k_in_top_k()", "targets"))
  expect_keras_error(k_in_top_k(predictions, c(0, 1, 1), 0), "argument", c("k_in_top_k()", "k"))
})

for_each_backend("dropout drops about the given share, and scales the rest", {
  dropped <- k_eval(k_dropout(k_ones(c(50, 60)), 0.3, seed = 1))
  expect_setequal(round(unique(as.vector(dropped)), 5), round(c(0, 1 / 0.7), 5))
  expect_equal(mean(dropped == 0), 0.3, tolerance = 0.15)
  expect_equal(k_eval(k_dropout(k_ones(c(50, 60)), 0.3, seed = 1)), dropped)
  rows <- k_eval(k_dropout(k_ones(c(40, 5)), 0.5, noise_shape = c(NA, 1), seed = 2))
  expect_true(all(rows == rows[, 1]))
  expect_setequal(unique(as.vector(rows)), c(0, 2))
  expect_keras_error(k_dropout(k_ones(2), 1), "argument", c("k_dropout()", "level"))
  expect_keras_error(k_dropout(k_ones(c(2, 2)), 0.5, noise_shape = c(3, 1)), "shape", "k_dropout()")
})

for_each_backend("l2_normalize", {
  expect_value(k_l2_normalize(x), x / sqrt(sum(x^2)))
  expect_value(k_l2_normalize(x, axis = 2), x / sqrt(rowSums(x^2)))
  expect_value(k_l2_normalize(c(0, 0)), c(0, 0))
})

for_each_backend("batch normalization", {
  features <- matrix(c(1, 3, 8, 10, 30, 20), 3)
  mean <- c(2, 15)
  var <- c(4, 50)
  columns <- function(values) matrix(values, 3, 2, byrow = TRUE)
  normalized <- function(mean, var) (features - columns(mean)) / sqrt(columns(var) + 0.001)
  expect_value(k_batch_normalization(features, mean, var, NULL, NULL), normalized(mean, var))
  expect_value(k_batch_normalization(features, mean, var, beta = c(1, 2), gamma = c(3, 4)),
               normalized(mean, var) * columns(c(3, 4)) + columns(c(1, 2)))
  expect_value(k_batch_normalization(t(features), mean, var, NULL, NULL, axis = 1, epsilon = 0.001),
               t(normalized(mean, var)))
  result <- k_normalize_batch_in_training(features, gamma = c(3, 4), beta = c(1, 2), reduction_axes = 0)
  expect_length(result, 3)
  variance <- apply(features, 2, function(column) mean((column - base::mean(column))^2))
  expect_value(result[[1]], normalized(colMeans(features), variance) * columns(c(3, 4)) + columns(c(1, 2)))
  expect_value(result[[2]], colMeans(features))
  expect_value(result[[3]], variance)
  expect_keras_error(k_batch_normalization(features, 1:3 / 2, var, NULL, NULL), "shape",
                     c("k_batch_normalization()", "mean"))
  expect_keras_error(k_normalize_batch_in_training(features, NULL, NULL, reduction_axes = 2), "shape",
                     c("k_normalize_batch_in_training()", "reduction_axes"))
})

for_each_backend("bias_add", {
  m <- matrix(1:6 / 2, 2)
  expect_value(k_bias_add(m, c(10, 20, 30)), m + matrix(c(10, 20, 30), 2, 3, byrow = TRUE))
  expect_value(k_bias_add(matrix(c(1, 2)), 5), matrix(c(6, 7)))
  image <- array(sin(1:12), c(1, 2, 3, 2))
  expect_value(k_bias_add(image, c(10, 20)), image + array(rep(c(10, 20), each = 6), dim(image)))
  first <- array(sin(1:12), c(1, 2, 3, 2))
  expect_value(k_bias_add(first, c(10, 20), "channels_first"), first + array(rep(c(10, 20), 6), dim(first)))
  expect_keras_error(k_bias_add(m, c(1, 2)), "shape", c("k_bias_add()", "(2, 3)", "(2)"))
})
