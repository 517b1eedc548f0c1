# keras_model_custom(), wrappers, time_distributed(), bidirectional(), masks, noise, merging, permuting.
library(keras)

set.seed(18)
keras_model_simple_mlp <- function(num_classes, use_bn = FALSE, use_dp = FALSE, name = NULL) {
  keras_model_custom(name = name, function(self) {
    self$dense1 <- layer_dense(units = 8, activation = "relu")
    self$dense2 <- layer_dense(units = num_classes, activation = "softmax")
    if (use_dp)
      self$dp <- layer_dropout(rate = 0.5)
    if (use_bn)
      self$bn <- layer_batch_normalization(axis = -1)
    function(inputs, mask = NULL) {
      x <- self$dense1(inputs)
      if (use_dp)
        x <- self$dp(x)
      if (use_bn)
        x <- self$bn(x)
      self$dense2(x)
    }
  })
}
model <- keras_model_simple_mlp(3, use_dp = TRUE, use_bn = TRUE, name = "mlp")
model %>% compile(loss = "categorical_crossentropy", optimizer = "rmsprop", metrics = c("accuracy"))
x <- matrix(rnorm(80), 20)
labels <- to_categorical(sample(0:2, 20, replace = TRUE), 3)
history <- model %>% fit(x, labels, epochs = 2, batch_size = 5, verbose = 0)
stopifnot(model$name == "mlp", length(get_weights(model)) == 8)
predicted <- predict(model, x)
stopifnot(all.equal(rowSums(predicted), rep(1, 20), tolerance = 1e-5))
stopifnot(length(history$metrics$accuracy) == 2)

CustomWrapper <- R6::R6Class("CustomWrapper", inherit = KerasWrapper, public = list( # nolint: object_name_linter.
  weight = NULL,
  build = function(input_shape) {
    super$build(input_shape)
    self$add_loss(0.1 * k_sum(k_square(self$layer$kernel)))
  },
  call = function(x, mask = NULL) super$call(x) * 2,
  compute_output_shape = function(input_shape) list(input_shape[[1]], 3L)
))
wrap <- function(object, layer) create_wrapper(CustomWrapper, object, list(layer = layer))
input <- layer_input(4)
wrapped <- input %>% wrap(layer_dense(units = 3, use_bias = FALSE))
model <- keras_model(input, wrapped)
model %>% compile("sgd", "mse")
w <- get_weights(model)[[1]]
stopifnot(all.equal(predict(model, x), 2 * x %*% w, tolerance = 1e-4))
values <- evaluate(model, x, matrix(0, 20, 3), verbose = 0)
stopifnot(all.equal(values$loss, mean((2 * x %*% w)^2) + 0.1 * sum(w^2), tolerance = 1e-4))

sequences <- array(rnorm(2 * 5 * 3), c(2, 5, 3))
sequences[1, 4:5, ] <- 0
masked <- keras_model_sequential() %>%
  layer_masking(mask_value = 0, input_shape = c(5, 3)) %>%
  layer_lstm(units = 4, name = "lstm")
short <- keras_model_sequential() %>% layer_lstm(units = 4, input_shape = c(NA, 3))
short %>% set_weights(get_weights(masked))
stopifnot(all.equal(predict(masked, sequences)[1, ],
                    predict(short, sequences[1, 1:3, , drop = FALSE])[1, ], tolerance = 1e-5))

model <- keras_model_sequential() %>%
  time_distributed(layer_dense(units = 2), input_shape = c(5, 3)) %>%
  bidirectional(layer_gru(units = 3, return_sequences = TRUE), merge_mode = "sum") %>%
  layer_gaussian_noise(stddev = 0.1) %>%
  layer_permute(dims = c(2, 1)) %>%
  layer_reshape(target_shape = c(15)) %>%
  layer_repeat_vector(n = 2) %>%
  layer_flatten()
stopifnot(identical(dim(predict(model, sequences)), c(2L, 30L)))
first <- get_weights(model)[1:2]
distributed <- keras_model_sequential() %>% time_distributed(layer_dense(units = 2), input_shape = c(5, 3))
distributed %>% set_weights(first)
stopifnot(all.equal(predict(distributed, sequences)[2, 4, ],
                    as.vector(sequences[2, 4, ] %*% first[[1]]), tolerance = 1e-5))
