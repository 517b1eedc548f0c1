# Custom losses and metrics, written with k_ functions, with backend(), and by functions that make them; loading them
# by name.
library(keras)

set.seed(3)
x <- matrix(runif(80), 20)
y <- to_categorical(rep(0:2, length.out = 20))
K <- backend() # nolint: object_name_linter.
dice <- function(y_true, y_pred, smooth = 1) {
  y_true_f <- K$flatten(y_true)
  y_pred_f <- K$flatten(y_pred)
  (2 * K$sum(y_true_f * y_pred_f) + smooth) / (K$sum(y_true_f) + K$sum(y_pred_f) + smooth)
}
dice_loss <- function(y_true, y_pred) 1 - dice(y_true, y_pred)
sens <- function(y_true, y_pred) {
  hits <- k_sum(k_round(k_clip(y_true * y_pred, 0, 1)))
  hits / (k_sum(k_round(k_clip(y_true, 0, 1))) + k_epsilon())
}
metric_mean_pred <- custom_metric("mean_pred", function(y_true, y_pred) k_mean(y_pred))
model <- keras_model_sequential() %>% layer_dense(3, activation = "softmax", input_shape = 4)
model %>% compile(optimizer_rmsprop(), loss = dice_loss, metrics = c("accuracy", sens, metric_mean_pred))
history <- model %>% fit(x, y, epochs = 1, batch_size = 20, verbose = 0)
stopifnot(identical(names(history$metrics), c("loss", "accuracy", "sens", "mean_pred")))
p <- predict(model, x)
values <- evaluate(model, x, y, batch_size = 20, verbose = 0)
stopifnot(all.equal(values$loss, 1 - (2 * sum(y * p) + 1) / (sum(y) + sum(p) + 1), tolerance = 1e-4))
stopifnot(all.equal(values$sens, sum(y * (p > 0.5)) / 20, tolerance = 1e-4),
          all.equal(values$mean_pred, 1 / 3, tolerance = 1e-4))

file <- tempfile(fileext = ".h5")
save_model_hdf5(model, file)
loaded <- load_model_hdf5(file, custom_objects = list(dice_loss = dice_loss, sens = sens, mean_pred = metric_mean_pred))
stopifnot(all.equal(unlist(evaluate(loaded, x, y, batch_size = 20, verbose = 0)), unlist(values), tolerance = 1e-5))

# Functions that make losses.
quantile_loss <- function(q) {
  function(y_true, y_pred) {
    e <- y_true - y_pred
    k_mean(k_maximum(q * e, (q - 1) * e), axis = 2)
  }
}
model %>% compile("adam", loss = quantile_loss(0.9))
loss <- model %>% evaluate(x, y, verbose = 0)
e <- y - predict(model, x)
stopifnot(all.equal(as.numeric(loss), mean(pmax(0.9 * e, -0.1 * e)), tolerance = 1e-4))

# An R6 layer whose output shape is a tuple.
AntirectifierLayer <- R6::R6Class("AntirectifierLayer", # nolint: object_name_linter.
  inherit = KerasLayer, public = list(
  call = function(x, mask = NULL) {
    x <- x - k_mean(x, axis = 2, keepdims = TRUE)
    x <- k_l2_normalize(x, axis = 2)
    k_concatenate(c(k_relu(x), k_relu(-x)), axis = 2)
  },
  compute_output_shape = function(input_shape) {
    input_shape[[2]] <- input_shape[[2]] * 2L
    tuple(input_shape)
  }
))
layer_antirectifier <- function(object) create_layer(AntirectifierLayer, object)
model <- keras_model_sequential()
model %>%
  layer_dense(units = 3, input_shape = c(4)) %>%
  layer_antirectifier() %>%
  layer_dense(units = 3, activation = "softmax")
stopifnot(identical(unlist(model$layers[[2]]$output_shape), 6L))
model %>% compile(loss = "categorical_crossentropy", optimizer = "rmsprop", metrics = c("accuracy"))
model %>% fit(x, y, epochs = 1, verbose = 0, validation_data = list(x, y))
hidden <- predict(keras_model(model$input, lapply(model$layers[1:2], function(layer) layer$output)), x)
centered <- hidden[[1]] - rowMeans(hidden[[1]])
centered <- centered / sqrt(rowSums(centered^2))
stopifnot(all.equal(hidden[[2]], cbind(pmax(centered, 0), pmax(-centered, 0)), tolerance = 1e-4))
