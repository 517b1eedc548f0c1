# Custom parts in R: a loss, metrics, an R6 layer, a constraint, an initializer, a regularizer, a callback.
library(keras)
library(R6)

set.seed(8)
x <- matrix(runif(80), 20, 4)
y <- x %*% c(1, -2, 3, 0.5)

CustomLayer <- R6::R6Class("CustomLayer", # nolint: object_name_linter.
  inherit = KerasLayer,
  public = list(
    output_dim = NULL,
    kernel = NULL,
    initialize = function(output_dim) {
      self$output_dim <- output_dim
    },
    build = function(input_shape) {
      self$kernel <- self$add_weight(
        name = "kernel",
        shape = list(input_shape[[2]], self$output_dim),
        initializer = initializer_random_normal(seed = 5),
        regularizer = regularizer_l2(0.001),
        trainable = TRUE
      )
    },
    call = function(x, mask = NULL) {
      k_dot(x, self$kernel)
    },
    compute_output_shape = function(input_shape) {
      list(input_shape[[1]], self$output_dim)
    }
  )
)
layer_custom <- function(object, output_dim, name = NULL, trainable = TRUE) {
  create_layer(CustomLayer, object, list(
    output_dim = as.integer(output_dim),
    name = name,
    trainable = trainable
  ))
}
quantile_loss <- function(q, y_true, y_pred) {
  e <- y_true - y_pred
  k_mean(k_maximum(q * e, (q - 1) * e), axis = 2)
}
metric_mean_pred <- custom_metric("mean_pred", function(y_true, y_pred) {
  k_mean(y_pred)
})
RootMean <- function(y_true, y_pred) k_sqrt(k_mean(k_square(y_pred - y_true))) # nolint: object_name_linter.

model <- keras_model_sequential()
model %>%
  layer_dense(units = 8, input_shape = c(4), activation = function(x) k_tanh(x) / 2,
              kernel_constraint = constraint_maxnorm(max_value = 2, axis = 0),
              bias_constraint = function(w) w * k_cast(k_greater_equal(w, 0), k_floatx())) %>%
  layer_custom(output_dim = 1, name = "mine")
stopifnot(identical(model$output_shape, list(NULL, 1L)), length(get_weights(model)) == 3)
model %>% compile(
  loss = function(y_true, y_pred) quantile_loss(0.5, y_true, y_pred),
  optimizer = optimizer_sgd(lr = 0.05, momentum = 0.9, nesterov = TRUE),
  metrics = list("mae", metric_mean_pred, rmse = RootMean)
)
LossHistory <- R6::R6Class("LossHistory", # nolint: object_name_linter.
  inherit = KerasCallback,
  public = list(
    losses = NULL,
    epochs = c(),
    on_batch_end = function(batch, logs = list()) {
      self$losses <- c(self$losses, logs[["loss"]])
    },
    on_epoch_end = function(epoch, logs = list()) {
      self$epochs <- c(self$epochs, self$params$epochs)
      stopifnot(length(get_weights(self$model)) == 3)
    }
  )
)
seen <- LossHistory$new()
history <- model %>% fit(x, y, batch_size = 5, epochs = 5, verbose = 0, callbacks = list(seen))
stopifnot(length(seen$losses) == 20, all(seen$epochs == 5))
stopifnot(setequal(names(history$metrics), c("loss", "mae", "mean_pred", "rmse")))
values <- model %>% evaluate(x, y, verbose = 0)
predicted <- predict(model, x)
stopifnot(all.equal(values$mean_pred, mean(predicted), tolerance = 1e-4))
stopifnot(all.equal(values$mae, mean(abs(y - predicted)), tolerance = 1e-4))
weights <- get_weights(model)
penalty <- 0.001 * sum(weights[[3]]^2)
e <- y - predicted
stopifnot(all.equal(values$loss, mean(pmax(0.5 * e, -0.5 * e)) + penalty, tolerance = 1e-4))
stopifnot(all(weights[[2]] >= 0), all(sqrt(colSums(weights[[1]]^2)) <= 2 + 1e-5))

# Saved and loaded with the custom parts named.
path <- tempfile(fileext = ".h5")
small <- keras_model_sequential() %>% layer_dense(units = 1, input_shape = 4)
small %>% compile(loss = RootMean, optimizer = "sgd", metrics = c(metric_mean_pred))
save_model_hdf5(small, path)
loaded <- load_model_hdf5(path, custom_objects = c(RootMean = RootMean, mean_pred = metric_mean_pred))
stopifnot(all.equal(predict(loaded, x), predict(small, x)))
stopifnot(identical(names(evaluate(loaded, x, y, verbose = 0)), c("loss", "mean_pred")))
