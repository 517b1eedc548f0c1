# Initial weights, by their definitions: exact values, bounds, and moments of many draws.
kernel <- function(initializer, inputs = 60, units = 40) {
  model <- keras_model_sequential(list(layer_dense(units = units, use_bias = FALSE, input_shape = inputs,
                                                   kernel_initializer = initializer)))
  get_weights(model)[[1L]]
}

expect_moments <- function(initializer, mean, sd) {
  draws <- kernel(initializer)
  testthat::expect_equal(dim(draws), c(60L, 40L))
  testthat::expect_lt(abs(mean(draws) - mean), 5 * sd / sqrt(length(draws)))
  testthat::expect_equal(sd(draws), sd, tolerance = 0.07)
  invisible(draws)
}

for_each_backend("constants, the identity and orthogonal matrices are exact", {
  expect_equal(kernel(initializer_zeros(), 2, 3), matrix(0, 2, 3))
  expect_equal(kernel(initializer_ones(), 2, 3), matrix(1, 2, 3))
  expect_equal(kernel(initializer_constant(0.25), 2, 3), matrix(0.25, 2, 3))
  expect_equal(kernel(initializer_identity(gain = 2), 3, 3), 2 * diag(3))
  expect_equal(crossprod(kernel(initializer_orthogonal(gain = 3), 8, 5)), 9 * diag(5), tolerance = 1e-5)
})

# The standard deviation of a normal distribution that is cut at two standard deviations.
cut <- sqrt(1 - 4 * dnorm(2) / (2 * pnorm(2) - 1))

for_each_backend("initializers are functions of a shape", {
  initializers <- list(initializer_orthogonal(seed = 1), initializer_zeros(), initializer_glorot_uniform(seed = 1),
                       initializer_identity())
  for (initializer in initializers) {
    expect_equal(dim(initializer(c(3, 3))), c(3, 3))
    expect_equal(k_dtype(initializer(c(3, 3), "float64")), "float64")
  }
  expect_equal(k_eval(initializer_constant(2)(c(2))), c(2, 2))
  expect_keras_error(initializer_zeros()(c(2, 1.5)), "argument", c("`shape`", "whole numbers"))
}, among = c("cntk", "numpy"))

for_each_backend("draws have the mean, deviation and bounds of their distributions", {
  set.seed(3)
  expect_moments(initializer_random_normal(mean = 1, stddev = 0.2), 1, 0.2)
  draws <- expect_moments(initializer_random_uniform(-1, 3), 1, 4 / sqrt(12))
  expect_true(all(draws >= -1 & draws <= 3))
  draws <- expect_moments(initializer_truncated_normal(mean = 2, stddev = 0.5), 2, 0.5 * cut)
  expect_true(all(abs(draws - 2) <= 1))
  # 60 inputs, 40 outputs, 50 on average.
  expect_moments(initializer_variance_scaling(scale = 3, mode = "fan_out", distribution = "uniform"), 0, sqrt(3 / 40))
  expect_moments(initializer_lecun_normal(), 0, sqrt(1 / 60))
  expect_moments(initializer_glorot_normal(), 0, sqrt(1 / 50))
  expect_moments(initializer_he_normal(), 0, sqrt(2 / 60))
  for (initializer in list(list(initializer_lecun_uniform(), 1 / 60), list(initializer_glorot_uniform(), 1 / 50),
                           list(initializer_he_uniform(), 2 / 60))) {
    draws <- expect_moments(initializer[[1L]], 0, sqrt(initializer[[2L]]))
    expect_lte(max(abs(draws)), sqrt(3 * initializer[[2L]]) + 1e-7)
  }
})

for_each_backend("variance scaling has each mode and distribution", {
  set.seed(4)
  counts <- c(fan_in = 60, fan_out = 40, fan_avg = 50)
  for (mode in names(counts)) {
    sd <- sqrt(2 / counts[[mode]])
    scaled <- function(distribution) {
      expect_moments(initializer_variance_scaling(scale = 2, mode = mode, distribution = distribution), 0, sd)
    }
    expect_lte(max(abs(scaled("uniform"))), sqrt(3) * sd + 1e-6)
    # The deviation is that of the truncated distribution, which ends at two of the whole one's.
    expect_lte(max(abs(scaled("normal"))), 2 * sd / cut + 1e-6)
    expect_lte(max(abs(scaled("truncated_normal"))), 2 * sd / cut + 1e-6)
    draws <- scaled("untruncated_normal")
    expect_gt(max(abs(draws)), 2.5 * sd)
    expect_equal(mean(abs(draws) < sd), 2 * pnorm(1) - 1, tolerance = 0.06)
  }
})

test_that("distributions of variance scaling are saved with a model, the truncated normal by Keras 2.3.1's name", {
  suppressMessages(use_backend("tensorflow"))
  for (distribution in c("truncated_normal", "untruncated_normal")) {
    layer <- layer_dense(units = 3, input_shape = 2, kernel_initializer = initializer_variance_scaling(
      scale = 2, mode = "fan_avg", distribution = distribution, seed = 7
    ))
    config <- get_config(from_config(get_config(layer)))$kernel_initializer$config
    name <- sub("^truncated_", "", distribution)
    expect_equal(config, list(scale = 2, mode = "fan_avg", distribution = name, seed = 7))
  }
  expect_keras_error(initializer_variance_scaling(distribution = "cauchy"), "argument",
                     c("`distribution`", "cauchy", "untruncated_normal"))
})

for_each_backend("a seed makes draws repeat", {
  untruncated <- function(seed) initializer_variance_scaling(distribution = "untruncated_normal", seed = seed)
  for (initializer in list(initializer_random_normal, initializer_random_uniform, initializer_truncated_normal,
                           initializer_orthogonal, initializer_glorot_uniform, initializer_he_normal, untruncated)) {
    expect_equal(kernel(initializer(seed = 4), 5, 3), kernel(initializer(seed = 4), 5, 3))
    expect_false(isTRUE(all.equal(kernel(initializer(seed = 4), 5, 3), kernel(initializer(seed = 5), 5, 3))))
  }
})
