# Losses and metrics of given targets and predictions, against their definitions in base R.
targets <- matrix(c(0.1, 0.7, 0.2, 0.5, 0.25, 0.25), 2, byrow = TRUE)
predictions <- matrix(c(0.2, 0.5, 0.3, 0.3, 0.3, 0.4), 2, byrow = TRUE)
signs <- matrix(c(1, -1, 1, -1, -1, 1), 2, byrow = TRUE)
scores <- matrix(c(0.6, -2, -0.3, 0.4, -1.5, 2), 2, byrow = TRUE)
indicators <- matrix(c(0, 1, 0, 1, 0, 0), 2, byrow = TRUE)
classes <- matrix(c(1, 0), 2)
epsilon <- 1e-7

unit <- function(x) x / sqrt(rowSums(x ^ 2))
cross <- function(t, p) -rowSums(t * log(p / rowSums(p)))

definitions <- list(
  mean_squared_error = function(t, p) rowMeans((p - t) ^ 2),
  mean_absolute_error = function(t, p) rowMeans(abs(p - t)),
  mean_absolute_percentage_error = function(t, p) 100 * rowMeans(abs(t - p) / pmax(abs(t), epsilon)),
  mean_squared_logarithmic_error = function(t, p) rowMeans((log1p(pmax(p, 0)) - log1p(pmax(t, 0))) ^ 2),
  squared_hinge = function(t, p) rowMeans(pmax(1 - t * p, 0) ^ 2),
  hinge = function(t, p) rowMeans(pmax(1 - t * p, 0)),
  categorical_hinge = function(t, p) pmax(0, apply((1 - t) * p, 1, max) - rowSums(t * p) + 1),
  logcosh = function(t, p) rowMeans(log(cosh(p - t))),
  categorical_crossentropy = cross,
  sparse_categorical_crossentropy = function(t, p) cross(diag(3)[t + 1, ], p),
  binary_crossentropy = function(t, p) -rowMeans(t * log(p) + (1 - t) * log(1 - p)),
  kullback_leibler_divergence = function(t, p) rowSums(t * log(t / p)),
  poisson = function(t, p) rowMeans(p - t * log(p)),
  # In Keras 2.3.1, the loss falls as the vectors align.
  cosine_proximity = function(t, p) -rowSums(unit(t) * unit(p)),
  cosine_similarity = function(t, p) -rowSums(unit(t) * unit(p))
)

# The data that a loss is for: shares, signs, or classes.
data_for <- function(name) {
  if (grepl("hinge", name) && name != "categorical_hinge") {
    list(signs, scores)
  } else if (name == "categorical_hinge") {
    list(indicators, scores)
  } else if (startsWith(name, "sparse")) {
    list(classes, predictions)
  } else if (name == "categorical_crossentropy") {
    list(indicators, predictions)
  } else {
    list(targets, predictions)
  }
}

losses <- list(
  mean_squared_error = loss_mean_squared_error, mean_absolute_error = loss_mean_absolute_error,
  mean_absolute_percentage_error = loss_mean_absolute_percentage_error,
  mean_squared_logarithmic_error = loss_mean_squared_logarithmic_error, squared_hinge = loss_squared_hinge,
  hinge = loss_hinge, categorical_hinge = loss_categorical_hinge, logcosh = loss_logcosh,
  categorical_crossentropy = loss_categorical_crossentropy,
  sparse_categorical_crossentropy = loss_sparse_categorical_crossentropy,
  binary_crossentropy = loss_binary_crossentropy,
  kullback_leibler_divergence = loss_kullback_leibler_divergence, poisson = loss_poisson,
  cosine_proximity = loss_cosine_proximity, cosine_similarity = loss_cosine_similarity
)

metrics <- list(
  binary_crossentropy = metric_binary_crossentropy, categorical_crossentropy = metric_categorical_crossentropy,
  hinge = metric_hinge,
  kullback_leibler_divergence = metric_kullback_leibler_divergence, mean_absolute_error = metric_mean_absolute_error,
  mean_absolute_percentage_error = metric_mean_absolute_percentage_error,
  mean_squared_error = metric_mean_squared_error,
  mean_squared_logarithmic_error = metric_mean_squared_logarithmic_error, poisson = metric_poisson,
  sparse_categorical_crossentropy = metric_sparse_categorical_crossentropy, squared_hinge = metric_squared_hinge
)

expect_defined <- function(functions) {
  for (name in names(functions)) {
    data <- data_for(name)
    value <- k_eval(functions[[name]](k_constant(data[[1L]]), k_constant(data[[2L]])))
    testthat::expect_equal(as.vector(value), definitions[[name]](data[[1L]], data[[2L]]), tolerance = 1e-5,
                           label = name)
  }
}

for_each_backend("losses agree with their definitions", {
  expect_defined(losses)
})

for_each_backend("metrics agree with their definitions", {
  expect_defined(metrics)
  mean_of <- function(metric, t, p, ...) mean(k_eval(metric(k_constant(t), k_constant(p), ...)))
  likely <- matrix(c(0.9, 0.2, 0.6, 0.4), 4)
  expect_equal(mean_of(metric_binary_accuracy, matrix(c(1, 1, 1, 0), 4), likely), 3 / 4)
  expect_equal(mean_of(metric_categorical_accuracy, indicators, predictions), 1 / 2)
  many <- matrix(c(0.1, 0.2, 0.3, 0.4, 0.4, 0.3, 0.2, 0.1), 2, byrow = TRUE)  # best: 3, 2, 1, 0 and 0, 1, 2, 3
  expect_equal(mean_of(metric_top_k_categorical_accuracy, diag(4)[c(2, 3), ], many, k = 2), 0)
  expect_equal(mean_of(metric_top_k_categorical_accuracy, diag(4)[c(3, 3), ], many, k = 2), 1 / 2)
  # In Keras 2.3.1, the metric increases when the loss decreases.
  expect_equal(mean_of(metric_cosine_proximity, targets, predictions), mean(rowSums(unit(targets) * unit(predictions))),
               tolerance = 1e-5)
  expect_equal(mean_of(metric_sparse_top_k_categorical_accuracy, matrix(c(1, 2), 2), many, k = 3), 1)
})

test_that("compile() uses Keras's own losses and metrics, with targets of the matching shape", {
  suppressMessages(use_backend("cntk"))
  model <- keras_model_sequential(list(layer_activation(activation = activation_linear, input_shape = 3)))
  for (name in names(losses)) {
    compile(model, "sgd", losses[[name]])
    data <- data_for(name)
    expect_equal(as.numeric(evaluate(model, data[[2L]], data[[1L]], verbose = 0)),
                 mean(definitions[[name]](data[[1L]], data[[2L]])), tolerance = 1e-5, label = name)
  }
  expect_equal(model$loss, "cosine_similarity")
  compile(model, "sgd", "mse", metrics = list(metric_binary_accuracy, metric_top_k_categorical_accuracy,
                                              metric_cosine_proximity,
                                              custom_metric("mine", metric_mean_squared_error)))
  expect_named(evaluate(model, predictions, targets, verbose = 0),
               c("loss", "binary_accuracy", "top_k_categorical_accuracy", "cosine_proximity", "mine"))
  expect_match(model_to_json(model), "\"activation\": \"linear\"", fixed = TRUE)
})

for_each_backend("compile() accepts losses and metrics, and evaluate() returns their means", {
  model <- keras_model_sequential(list(layer_activation(activation = "linear", input_shape = 3)))
  for (name in c("mean_squared_error", "kullback_leibler_divergence", "logcosh")) {
    compile(model, "sgd", losses[[name]], metrics = list(metric_mean_absolute_error))
    found <- evaluate(model, predictions, targets, verbose = 0)
    expect_equal(unlist(found), c(loss = mean(definitions[[name]](targets, predictions)),
                                  mean_absolute_error = mean(abs(targets - predictions))), tolerance = 1e-5)
  }
})
