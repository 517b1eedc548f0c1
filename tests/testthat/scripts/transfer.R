# Transfer learning: a base from an .h5 file, frozen; features with predict(); then the upper layers unfrozen.
library(keras)

set.seed(11)
x <- array(runif(16 * 8 * 8 * 3), c(16, 8, 8, 3))
y <- rep(0:1, 8)
x[y == 1, , , 1] <- x[y == 1, , , 1] + 1

# A base that someone else trained.
base <- keras_model_sequential(name = "base") %>%
  layer_conv_2d(4, c(3, 3), activation = "relu", input_shape = c(8, 8, 3), name = "block1_conv1") %>%
  layer_max_pooling_2d(c(2, 2), name = "block1_pool") %>%
  layer_conv_2d(5, c(2, 2), activation = "relu", name = "block2_conv1")
path <- tempfile(fileext = ".h5")
base %>% save_model_hdf5(path)

conv_base <- load_model_hdf5(path, compile = FALSE)
stopifnot(conv_base$name == "base", identical(unlist(conv_base$output_shape), c(2L, 2L, 5L)))
features <- conv_base %>% predict(x)
stopifnot(identical(dim(features), c(16L, 2L, 2L, 5L)), all.equal(features, predict(base, x)))
features <- array_reshape(features, dim = c(16, 2 * 2 * 5))
top <- keras_model_sequential() %>% layer_dense(units = 1, activation = "sigmoid", input_shape = 2 * 2 * 5)
top %>% compile(optimizer = optimizer_rmsprop(lr = 0.01), loss = "binary_crossentropy", metrics = c("accuracy"))
history <- top %>% fit(features, y, epochs = 3, batch_size = 8, verbose = 0)

model <- keras_model_sequential() %>%
  conv_base %>%
  layer_flatten() %>%
  layer_dense(units = 4, activation = "relu") %>%
  layer_dense(units = 1, activation = "sigmoid")
stopifnot(length(model$layers) == 4, length(model$trainable_weights) == 8)
freeze_weights(conv_base)
stopifnot(length(model$trainable_weights) == 4)
before <- get_weights(conv_base)
model %>% compile(loss = "binary_crossentropy", optimizer = optimizer_rmsprop(lr = 0.02), metrics = c("accuracy"))
model %>% fit(x, y, epochs = 2, batch_size = 8, verbose = 0)
stopifnot(identical(get_weights(conv_base), before))
unfreeze_weights(conv_base, from = "block2_conv1")
stopifnot(length(model$trainable_weights) == 6)
model %>% compile(loss = "binary_crossentropy", optimizer = optimizer_rmsprop(lr = 1e-3), metrics = c("accuracy"))
model %>% fit(x, y, epochs = 1, batch_size = 8, verbose = 0)
after <- get_weights(conv_base)
stopifnot(identical(after[1:2], before[1:2]), !identical(after[[3]], before[[3]]))

# The functional way: the base's output, a new head, the base's layers frozen in a loop.
base_model <- load_model_hdf5(path, compile = FALSE)
predictions <- base_model$output %>%
  layer_global_average_pooling_2d() %>%
  layer_dense(units = 4, activation = "relu") %>%
  layer_dense(units = 2, activation = "softmax")
model <- keras_model(inputs = base_model$input, outputs = predictions)
for (layer in base_model$layers)
  layer$trainable <- FALSE
model %>% compile(optimizer = "rmsprop", loss = "sparse_categorical_crossentropy", metrics = "accuracy")
stopifnot(length(model$trainable_weights) == 4)
model %>% fit(x, y, epochs = 1, verbose = 0)
layers <- model$layers
for (i in 1:length(layers)) # nolint: seq_linter.
  cat("", file = nullfile(), i, layers[[i]]$name, "\n")
freeze_weights(model, from = 1, to = 2)
unfreeze_weights(model, from = 3)
stopifnot(identical(vapply(model$layers, function(layer) layer$trainable, NA), c(FALSE, FALSE, rep(TRUE, 5))))
model %>% compile(optimizer = optimizer_sgd(lr = 0.0001, momentum = 0.9), loss = "sparse_categorical_crossentropy")
stopifnot(length(model$trainable_weights) == 6)
model %>% fit(x, y, epochs = 1, verbose = 0)

# The last layer replaced, weights by name.
pop_layer(top)
stopifnot(length(top$layers) == 0)
model %>% save_model_weights_hdf5(path)
named <- keras_model_sequential() %>%
  layer_conv_2d(4, c(3, 3), activation = "relu", input_shape = c(8, 8, 3), name = "block1_conv1") %>%
  layer_global_average_pooling_2d()
named %>% load_model_weights_hdf5(path, by_name = TRUE)
stopifnot(all.equal(get_weights(named)[[1]], after[[1]], tolerance = 10),
          identical(dim(predict(named, x)), c(16L, 4L)))
stopifnot(identical(get_weights(named), get_weights(get_layer(model, "block1_conv1"))))
