# Three steps of each optimizer on the loss w^2, against its update rule in base R.
epsilon <- 1e-7

# A rule is a function of the state, the gradient and the number of the step; it returns the state, w included.
rules_code <- quote(list(
  sgd = list(optimizer_sgd(lr = 0.1, momentum = 0.9, decay = 0.5), function(s, g, t) {
    s$v <- 0.9 * s$v - 0.1 / (1 + 0.5 * (t - 1)) * g
    s$w <- s$w + s$v
    s
  }),
  nesterov = list(optimizer_sgd(lr = 0.1, momentum = 0.9, nesterov = TRUE), function(s, g, t) {
    s$v <- 0.9 * s$v - 0.1 * g
    s$w <- s$w + 0.9 * s$v - 0.1 * g
    s
  }),
  clipnorm = list(optimizer_sgd(lr = 0.1, clipnorm = 0.5), function(s, g, t) {
    s$w <- s$w - 0.1 * min(g, 0.5)
    s
  }),
  clipvalue = list(optimizer_sgd(lr = 0.1, clipvalue = 0.25), function(s, g, t) {
    s$w <- s$w - 0.1 * min(g, 0.25)
    s
  }),
  rmsprop = list(optimizer_rmsprop(lr = 0.1, rho = 0.8), function(s, g, t) {
    s$a <- 0.8 * s$a + 0.2 * g ^ 2
    s$w <- s$w - 0.1 * g / (sqrt(s$a) + epsilon)
    s
  }),
  adagrad = list(optimizer_adagrad(lr = 0.1, epsilon = 0.01), function(s, g, t) {
    s$a <- s$a + g ^ 2
    s$w <- s$w - 0.1 * g / (sqrt(s$a) + 0.01)
    s
  }),
  adadelta = list(optimizer_adadelta(lr = 1, rho = 0.9, epsilon = 0.01), function(s, g, t) {
    s$a <- 0.9 * s$a + 0.1 * g ^ 2
    change <- g * sqrt(s$d + 0.01) / sqrt(s$a + 0.01)
    s$w <- s$w - change
    s$d <- 0.9 * s$d + 0.1 * change ^ 2
    s
  }),
  adam = list(optimizer_adam(lr = 0.1, beta_1 = 0.8), function(s, g, t) {
    s$m <- 0.8 * s$m + 0.2 * g
    s$a <- 0.999 * s$a + 0.001 * g ^ 2
    s$w <- s$w - 0.1 * sqrt(1 - 0.999 ^ t) / (1 - 0.8 ^ t) * s$m / (sqrt(s$a) + epsilon)
    s
  }),
  amsgrad = list(optimizer_adam(lr = 0.4, beta_2 = 0.5, amsgrad = TRUE), function(s, g, t) {
    s$m <- 0.9 * s$m + 0.1 * g
    s$a <- 0.5 * s$a + 0.5 * g ^ 2
    s$d <- max(s$d, s$a)
    s$w <- s$w - 0.4 * sqrt(1 - 0.5 ^ t) / (1 - 0.9 ^ t) * s$m / (sqrt(s$d) + epsilon)
    s
  }),
  adamax = list(optimizer_adamax(lr = 0.1), function(s, g, t) {
    s$m <- 0.9 * s$m + 0.1 * g
    s$a <- max(0.999 * s$a, abs(g))
    s$w <- s$w - 0.1 / (1 - 0.9 ^ t) * s$m / (s$a + epsilon)
    s
  }),
  nadam = list(optimizer_nadam(lr = 0.1), function(s, g, t) {
    now <- 0.9 * (1 - 0.5 * 0.96 ^ (t * 0.004))
    later <- 0.9 * (1 - 0.5 * 0.96 ^ ((t + 1) * 0.004))
    s$d <- if (t == 1) now else s$d * now  # the product of the momentums
    s$m <- 0.9 * s$m + 0.1 * g
    s$a <- 0.999 * s$a + 0.001 * g ^ 2
    mean <- (1 - now) * g / (1 - s$d) + later * s$m / (1 - s$d * later)
    s$w <- s$w - 0.1 * mean / (sqrt(s$a / (1 - 0.999 ^ t)) + epsilon)
    s
  })
))

weights_after <- function(optimizer, steps) {
  model <- keras_model_sequential(list(layer_dense(units = 1, use_bias = FALSE, input_shape = 1)))
  set_weights(model, list(matrix(1)))
  compile(model, optimizer, "mse")
  vapply(seq_len(steps), function(t) {
    train_on_batch(model, matrix(1), matrix(0))
    get_weights(model)[[1L]][[1L]]
  }, 0)
}

for_each_backend("optimizer steps follow the update rules", {
  # An optimizer belongs to the backend of the model it trains, so one is created here for each backend.
  made <- eval(rules_code)
  for (name in names(made)) {
    state <- list(w = 1, v = 0, m = 0, a = 0, d = 0)
    expected <- numeric()
    for (t in 1:3) {
      state <- made[[name]][[2L]](state, 2 * state$w, t)
      expected <- c(expected, state$w)
    }
    expect_equal(weights_after(made[[name]][[1L]], 3), expected, tolerance = 1e-4, label = name)
  }
})

test_that("optimizers have their learning rate as an attribute, and refuse values that are not numbers", {
  suppressMessages(use_backend("tensorflow"))
  expect_equal(k_get_value(optimizer_rmsprop(lr = 0.25)$lr), 0.25)
  expect_equal(k_get_value(optimizer_sgd(lr = 0.01, momentum = 0.5)$momentum), 0.5)
})

for_each_backend("the learning rate of a compiled model is read and set by its old name", {
  model <- keras_model_sequential() %>% layer_dense(1, use_bias = FALSE, input_shape = 1)
  set_weights(model, list(matrix(3)))
  model %>% compile(optimizer_sgd(lr = 0.5), "mse")
  model %>% train_on_batch(1, 0)  # compiles the step: w - 0.5 * 2 w
  expect_equal(get_weights(model)[[1L]], matrix(0), tolerance = 1e-5)
  set_weights(model, list(matrix(3)))
  model$optimizer$lr <- 0.25
  expect_equal(k_get_value(model$optimizer$lr), 0.25)
  model %>% train_on_batch(1, 0)
  expect_equal(get_weights(model)[[1L]], matrix(1.5), tolerance = 1e-5)
})
