# Activations against base R.
x <- matrix(c(-3, -1, -0.4, 0, 0.3, 1.2, 2, 7), 2)
sigmoid <- function(x) 1 / (1 + exp(-x))
elu <- function(x, alpha = 1) ifelse(x > 0, x, alpha * expm1(x))
softmax <- function(x) exp(x) / rowSums(exp(x))

# Constants from Klambauer et al., 2017.
selu_alpha <- 1.6732632423543772
selu_scale <- 1.0507009873554805

for_each_backend("activations of tensors agree with base R", {
  tensor <- k_constant(x)
  expect_value(activation_relu(tensor), pmax(x, 0))
  expect_value(activation_relu(tensor, alpha = 0.1, max_value = 1.5, threshold = 0.5),
               ifelse(x < 0.5, 0.1 * (x - 0.5), pmin(x, 1.5)))
  expect_value(activation_elu(tensor, alpha = 0.5), elu(x, 0.5))
  expect_value(activation_selu(tensor), selu_scale * elu(x, selu_alpha))
  expect_value(activation_hard_sigmoid(tensor), pmin(pmax(0.2 * x + 0.5, 0), 1))
  expect_value(activation_linear(tensor), x)
  expect_value(activation_sigmoid(tensor), sigmoid(x))
  expect_value(activation_softmax(tensor), softmax(x))
  expect_value(activation_softplus(tensor), log1p(exp(x)))
  expect_value(activation_softsign(tensor), x / (1 + abs(x)))
  expect_value(activation_tanh(tensor), tanh(x))
  expect_value(activation_exponential(tensor), exp(x))
})

test_that("softmax() accepts an axis, and layers accept functions as activations", {
  suppressMessages(use_backend("tensorflow"))
  cube <- array(seq(-2, 2, length.out = 12), c(2, 3, 2))
  found <- k_eval(activation_softmax(k_constant(cube), axis = 1))
  expect_equal(apply(found, c(1, 3), sum), matrix(1, 2, 2), tolerance = 1e-6)
  model <- keras_model_sequential(list(layer_activation(activation = activation_softsign, input_shape = 4)))
  expect_equal(predict(model, x), x / (1 + abs(x)), tolerance = 1e-6)
})
