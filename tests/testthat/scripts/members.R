# Attributes of Python objects with `$`, arrays with backend(), small helpers.
library(keras)

set.seed(21)
model <- keras_model_sequential()
model$add(layer_dense(units = 3, input_shape = 2, name = "first"))
model$add(layer_activation(activation = "relu"))
model$compile(optimizer = "sgd", loss = "mse")
x <- matrix(runif(8), 4)
y <- matrix(runif(12), 4)
history <- model$fit(x, y, epochs = 2L, verbose = 0L)
stopifnot(length(history$history$loss) == 2, identical(dim(model$predict(x)), c(4L, 3L)))
stopifnot(identical(model$layers[[1]]$name, "first"), model$layers[[1]]$units == 3, model$count_params() == 9)
kernel <- model$layers[[1]]$kernel
stopifnot(all.equal(k_eval(kernel), get_weights(model)[[1]]), all.equal(k_get_value(kernel), get_weights(model)[[1]]))
k_set_value(kernel, matrix(1, 2, 3))
stopifnot(all(get_weights(model)[[1]] == 1))
stopifnot(identical(get_layer(model, "first")$output$name, model$layers[[1]]$output$name))
stopifnot(identical(unlist(model$get_layer("first")$output_shape), 3L))
stopifnot("first" %in% vapply(model$get_config()$layers, function(layer) layer$config$name, ""))

K <- backend() # nolint: object_name_linter.
stopifnot(all.equal(as.vector(K$eval(K$sum(K$constant(matrix(1:4, 2)), axis = 0L))), c(3, 7)))
stopifnot(K$backend() %in% c("tensorflow", "theano", "cntk"), K$floatx() == "float32")
stopifnot(is.function(layer_dense(units = 1)), inherits(layer_dense(units = 1), "keras.layers.core.Dense"))

# Custom objects within a scope, and several assignments at once.
swish <- function(x) x * k_sigmoid(x)
model <- keras_model_sequential() %>% layer_dense(2, input_shape = 2, activation = swish, kernel_initializer = "ones")
stopifnot(all.equal(predict(model, matrix(1, 1, 2))[1], 2 / (1 + exp(-2)), tolerance = 1e-5))
path <- tempfile(fileext = ".h5")
custom <- keras_model_sequential() %>% layer_dense(1, input_shape = 2)
half <- custom_metric("half", function(y_true, y_pred) k_mean(y_pred) / 2)
custom %>% compile("sgd", "mse", metrics = half)
save_model_hdf5(custom, path)
with_custom_object_scope(c(half = half), {
  loaded <- load_model_hdf5(path)
})
stopifnot(all.equal(predict(loaded, x), predict(custom, x)))
c(c(x_train, y_train), c(x_test, y_test)) %<-% list(list(1, 2), list(3, 4))
stopifnot(y_test == 4)
