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
