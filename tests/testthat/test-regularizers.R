# Terms that regularizers add to a loss, and the effect of constraints on weights, compared with base R.
weights <- matrix(c(3, -4, 0.5, 0.5, -1, 2), 2)

penalty <- function(regularizer) {
  model <- keras_model_sequential(list(layer_dense(units = 3, use_bias = FALSE, input_shape = 2,
                                                   kernel_regularizer = regularizer)))
  set_weights(model, list(weights))
  compile(model, "sgd", "mse")
  evaluate(model, matrix(0, 1, 2), matrix(0, 1, 3), verbose = 0)$loss  # the predictions are right: 0
}

for_each_backend("regularizers add sums of absolute values and squares", {
  expect_equal(penalty(regularizer_l1(0.1)), 0.1 * sum(abs(weights)), tolerance = 1e-6)
  expect_equal(penalty(regularizer_l2(0.2)), 0.2 * sum(weights ^ 2), tolerance = 1e-6)
  expect_equal(penalty(regularizer_l1_l2(0.1, 0.2)), 0.1 * sum(abs(weights)) + 0.2 * sum(weights ^ 2), tolerance = 1e-6)
})

for_each_backend("a layer adds its penalty of what passes through it to the loss", {
  model <- keras_model_sequential(list(layer_activity_regularization(l1 = 0.1, l2 = 0.2, input_shape = 3)))
  compile(model, "sgd", "mse")
  found <- evaluate(model, weights, weights, verbose = 0)$loss
  expect_equal(found, 0.1 * sum(abs(weights)) + 0.2 * sum(weights ^ 2), tolerance = 1e-6)
})

# The kernel after a step that changes nothing but for the constraint: the gradient is 0.
constrained <- function(constraint) {
  model <- keras_model_sequential(list(layer_dense(units = 3, use_bias = FALSE, input_shape = 2,
                                                   kernel_constraint = constraint)))
  set_weights(model, list(weights))
  compile(model, optimizer_sgd(lr = 0.1), "mse")
  train_on_batch(model, matrix(0, 1, 2), matrix(0, 1, 3))
  get_weights(model)[[1L]]
}

norms <- function(x) sqrt(colSums(x ^ 2))  # those of the columns, whose axis is 0
scaled <- function(x, to) sweep(x, 2, to / norms(x), "*")

for_each_backend("constraints change the norms of the columns", {
  expect_equal(constrained(constraint_maxnorm(2)), scaled(weights, pmin(norms(weights), 2)), tolerance = 1e-5)
  expect_equal(constrained(constraint_nonneg()), pmax(weights, 0))
  expect_equal(constrained(constraint_unitnorm()), scaled(weights, 1), tolerance = 1e-5)
  expect_equal(constrained(constraint_unitnorm(axis = 1)), t(scaled(t(weights), 1)), tolerance = 1e-5)
  wanted <- 0.5 * pmin(pmax(norms(weights), 1), 2) + 0.5 * norms(weights)
  expect_equal(constrained(constraint_minmaxnorm(1, 2, rate = 0.5)), scaled(weights, wanted), tolerance = 1e-5)
})

for_each_backend("constraints are R6 classes, or functions", {
  Bounded <- R6::R6Class("Bounded", inherit = KerasConstraint, public = list( # nolint: object_name_linter.
    bound = NULL,
    initialize = function(bound) self$bound <- bound,
    call = function(w) k_clip(w, -self$bound, self$bound)
  ))
  expect_equal(constrained(Bounded$new(1)), pmin(pmax(weights, -1), 1))
  expect_equal(constrained(function(w) w / 2), weights / 2)
  expect_error(KerasConstraint$new()$call(1), "call")
})
