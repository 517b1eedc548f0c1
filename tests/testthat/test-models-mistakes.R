# Error messages of models: the function and the argument as the user named them, and what is accepted.
test_that("mistakes in calls of models are reported in R's terms", {
  suppressMessages(use_backend("cntk"))
  model <- keras_model_sequential() %>% layer_dense(1, input_shape = 2)
  model %>% compile("sgd", "mse")
  x <- matrix(1, 2, 2)
  expect_keras_error(model %>% fit(x, verbose = 0), "argument", c("fit(): ", "`y`"))
  expect_keras_error(model %>% evaluate(x, verbose = 0), "argument", c("evaluate(): ", "`y`"))
  expect_keras_error(model %>% train_on_batch(x, NULL), "argument", c("train_on_batch(): ", "`y`"))
  expect_keras_error(model %>% fit(x, 1:2, epochs = 1.5), "argument", c("fit(): ", "`epochs`", "1.5"))
  expect_keras_error(model %>% fit(x, 1:2, batch_size = 0), "argument", c("`batch_size`", "at least 1"))
  expect_keras_error(model %>% fit(x, 1:2, callbacks = list("a")), "argument", c("`callbacks`", "list(\"a\")"))
  expect_keras_error(model %>% fit(x, 1:2, validation_data = c(1, 2)), "argument", "list(x, y)")
  expect_keras_error(model %>% fit(x, 1:2, class_weight = c(1, 2)), "argument", "list(\"0\" = 1")
  expect_keras_error(predict(model), "argument", c("predict(): ", "`x` is missing"))
  expect_keras_error(model %>% compile(optimizer_adam, "mse"), "argument", c("`optimizer`", "optimizer_adam()"))
  expect_keras_error(set_weights(model, list(1)), "argument", c("2 arrays", "c(2, 1)"))
  expect_keras_error(iris %>% layer_dense(2), "argument", c("layer_dense(): ", "a data frame"))
  expect_keras_error(layer_dense(units = "a"), "argument", c("`units`", "\"a\""))
  expect_keras_error(layer_dense(units = -1), "argument", "at least 1")
  error <- expect_keras_error(model %>% fit(x, matrix(1, 3, 1), verbose = 0), "shape", c("fit(): ", "`y` has 3"))
  expect_equal(as.character(conditionCall(error)[[1L]]), "fit")
  inputs <- list(layer_input(2), layer_input(2))
  sum <- keras_model(inputs, layer_add(inputs))
  expect_keras_error(predict(sum, list(x, matrix(1, 3, 2))), "shape", c("predict(): ", "`x`", "2, 3", "samples"))
})

test_that("mistakes in making models are reported in R's terms", {
  suppressMessages(use_backend("numpy"))
  input <- layer_input(3)
  expect_keras_error(keras_model(input), "argument", c("keras_model(): ", "`outputs` is missing"))
  expect_keras_error(keras_model(input, layer_dense(input[, 1:2], 1)), "argument", c("`outputs`", "layer_lambda("))
  expect_keras_error(keras_model_sequential() %>% layer_dense(1, input_shape = NA), "shape",
                     c("last axis", "c(NA, NA)", "`input_shape`"))
  expect_keras_error(layer_dense(units = 1, kernel_initializer = initializer_he_normal), "argument",
                     c("`kernel_initializer`", "`kernel_initializer = initializer_he_normal()`"))
  expect_keras_error(layer_dense(units = 1, bias_regularizer = regularizer_l2), "argument", "regularizer_l2()")
  expect_keras_error(bidirectional(layer = layer_dense(units = 2)), "argument", c("`layer`", "recurrent"))
  expect_keras_error(pop_layer(keras_model_sequential()), "argument", "no layers")
  expect_keras_error(normalize(matrix(1, 2, 2), axis = 0), "shape", c("`axis`", "1 to 2", "not 0"))
  expect_keras_error(normalize(1:3, axis = -2), "shape", c("`axis`", "not -2"))
  expect_keras_error(to_categorical(c(-1, 0)), "argument", c("`y`", "from 0, not c(-1, 0)"))
  None <- R6::R6Class("None", inherit = KerasLayer, public = list( # nolint: object_name_linter.
    call = function(x, mask = NULL) NULL
  ))
  expect_keras_error(create_layer(None, input), "argument", c("`call()`", "tensor", "not NULL"))
  model <- keras_model(input, layer_dense(input, 1))
  Own <- R6::R6Class("Own", inherit = KerasCallback) # nolint: object_name_linter.
  model %>% compile("sgd", "mse")
  expect_keras_error(fit(model, matrix(1, 1, 3), 1, callbacks = list(Own)), "argument", "`Own$new()`")
  expect_keras_error(fit(model, matrix(1, 1, 3), 1, validation_data = list(1)), "argument", "not a list of 1")
})

test_that("the error for a generator that ends too early names it", {
  suppressMessages(use_backend("cntk"))
  model <- keras_model_sequential() %>% layer_dense(1, input_shape = 2)
  model %>% compile("sgd", "mse")
  left <- 2
  generator <- function() {
    left <<- left - 1
    if (left >= 0) list(matrix(1, 2, 2), 1:2)
  }
  expect_keras_error(fit_generator(model, generator, steps_per_epoch = 3, verbose = 0), "argument",
                     c("fit_generator(): ", "`generator` ended after 2 batches"))
})

test_that("fractional steps are truncated, logicals count as numbers, and data with NA gives no message", {
  suppressMessages(use_backend("cntk"))
  model <- keras_model_sequential() %>% layer_dense(1, input_shape = 2)
  model %>% compile("sgd", "mse")
  history <- fit_generator(model, function() list(matrix(1, 2, 2), 1:2), steps_per_epoch = 7 / 3, epochs = 2,
                           verbose = FALSE)
  expect_length(history$metrics$loss, 2L)
  history <- fit(model, function() list(matrix(1, 2, 2), 1:2), steps_per_epoch = 7 / 3, epochs = 1, verbose = 0,
                 validation_data = function() list(matrix(1, 2, 2), 1:2), validation_steps = 1.5)
  expect_named(history$metrics, c("loss", "val_loss"))
  expect_silent(history <- fit(model, matrix(c(1, NA), 2, 2), 1:2, epochs = 1, verbose = 0))
  expect_true(is.nan(history$metrics$loss))
})

test_that("an error in a layer's R function is raised from there, and from nowhere else", {
  suppressMessages(use_backend("cntk"))
  layer <- layer_lambda(f = function(x) stop("mine"))
  expect_error(layer(layer_input(2)), "mine")
  expect_equal(k_eval(k_ones(2)), c(1, 1))
  expect_error(layer$call(layer_input(2)), "mine")
  expect_equal(k_eval(k_ones(2)), c(1, 1))
})

test_that("layers are functions of tensors and of sequential models; they follow set.seed()", {
  suppressMessages(use_backend("cntk"))
  weights <- function() {
    layer <- layer_dense(units = 2)
    set.seed(4)
    tensor <- layer(layer_input(3))
    expect_s3_class(tensor, "keras_tensor")
    get_weights(layer)
  }
  expect_identical(weights(), weights())
  base <- keras_model_sequential() %>% layer_dense(2, input_shape = 3)
  model <- keras_model_sequential() %>% base %>% layer_dense(1)
  expect_length(model$layers, 2L)
})

test_that("freezing a range of layers unfreezes the others", {
  suppressMessages(use_backend("cntk"))
  model <- keras_model_sequential() %>%
    layer_dense(2, input_shape = 3, name = "one") %>%
    layer_dense(2) %>%
    layer_dense(1, name = "three")
  flags <- function() vapply(model$layers, function(layer) layer$trainable, NA)
  freeze_weights(model)
  expect_length(model$trainable_weights, 0L)
  unfreeze_weights(model, from = "three")
  expect_identical(flags(), c(FALSE, FALSE, TRUE))
  expect_length(model$trainable_weights, 2L)
  freeze_weights(model, from = 1, to = get_layer(model, index = 1))
  expect_identical(flags(), c(FALSE, TRUE, TRUE))
  unfreeze_weights(model)
  expect_identical(flags(), c(TRUE, TRUE, TRUE))
  expect_keras_error(freeze_weights(model, from = "four"), "argument", "\"four\"")
})

test_that("inputs that are missing are named, unless they are tensors", {
  suppressMessages(use_backend("cntk"))
  model <- keras_model_sequential() %>% layer_dense(1, input_shape = 3)
  words <- "`x` is NULL, but the model needs values for its inputs"
  expect_keras_error(predict(model, NULL), "argument", words)
  expect_keras_error(predict(keras_model_sequential() %>% layer_dense(1), NULL), "argument", words)
  expect_keras_error(predict_on_batch(model, NULL), "argument", words)
  compile(model, "sgd", "mse")
  expect_keras_error(fit(model, NULL, matrix(0, 2, 1)), "argument", words)
  expect_keras_error(evaluate(model, y = matrix(0, 2, 1)), "argument", words)
  expect_keras_error(train_on_batch(model, NULL, matrix(0, 2, 1)), "argument", words)
  x <- layer_input(tensor = k_constant(matrix(1, 4, 3)))
  expect_equal(dim(predict(keras_model(x, layer_dense(x, 1)), NULL, steps = 2)), c(8, 1))
})

test_that("an attribute of one of a model's layers can be assigned", {
  suppressMessages(use_backend("cntk"))
  sequential <- keras_model_sequential() %>% layer_dense(2, input_shape = 3) %>% layer_dense(1)
  for (model in list(sequential, keras_model(sequential$inputs, sequential$outputs))) {
    last <- length(model$layers)
    model$layers[[last]]$trainable <- FALSE
    expect_length(model$trainable_weights, 2L)
    model$layers[[last]]$trainable <- TRUE
    expect_length(model$trainable_weights, 4L)
    expect_error(model$layers[[last]] <- layer_dense(units = 1), "the layers of a model cannot be replaced")
    expect_error(model$layers <- list(), "the layers of a model cannot be replaced")
    expect_length(model$layers, last)
  }
})

test_that("layers and models that are not built yet print with their names", {
  suppressMessages(use_backend("cntk"))
  expect_output(print(layer_dense(units = 2, name = "mine")), "<Dense layer \"mine\">", fixed = TRUE)
  expect_output(print(keras_model_sequential(name = "new") %>% layer_dense(2, name = "mine")),
                "Model: \"new\", whose shapes follow from its first input\n  <Dense layer \"mine\">", fixed = TRUE)
  expect_output(print(keras_model_sequential() %>% layer_dense(2, input_shape = 3)), "Total params: 8", fixed = TRUE)
})

test_that("mistakes in using models are reported in R's terms", {
  suppressMessages(use_backend("numpy"))
  input <- layer_input(4)
  embed <- layer_embedding(input_dim = 5, output_dim = 2, input_length = 3)
  expect_keras_error(keras_model(input, embed(input)), "python", c("\"input_length\" is 3", "has shape"))
  model <- keras_model(input, layer_dense(input, 1))
  expect_keras_error(model %>% layer_dense(1), "argument", c("`object`", "keras_model(model$inputs"))
  expect_keras_error(get_layer(model, 1), "argument", c("`name`", "`index`"))
  expect_keras_error(get_layer(model, index = 1:2), "argument", "`index` must be a whole number")
  x <- matrix(1, 2, 4)
  expect_keras_error(predict(model, x, batch_size = -1), "argument", c("`batch_size`", "at least 1"))
  expect_keras_error(predict(model, x, steps = 0), "argument", c("`steps`", "at least 1"))
  sequential <- keras_model_sequential() %>% layer_dense(4, input_shape = 3, name = "a")
  expect_keras_error(sequential %>% layer_dense(2, name = "a"), "argument", "\"a\" is used 2 times")
  expect_equal(dim(predict(sequential, matrix(1, 2, 3))), c(2, 4))
})

test_that("a schedule must return a learning rate", {
  suppressMessages(use_backend("torch"))
  model <- keras_model_sequential() %>% layer_dense(1, input_shape = 2)
  model %>% compile("sgd", "mse")
  before <- get_weights(model)
  for (wrong in list(NA, NaN, Inf, "a", c(1, 2))) {
    schedule <- callback_learning_rate_scheduler(function(epoch, lr) wrong)
    expect_keras_error(fit(model, matrix(1, 2, 2), 1:2, epochs = 1, verbose = 0, callbacks = schedule), "argument",
                       c("`schedule`", "a number"))
  }
  expect_equal(get_weights(model), before)
})
