# Training, evaluation and predictions on generators that call R functions. R has one thread: if Keras calls one from
# a thread of its own, the whole process ends.
image_sum <- function() {
  model <- keras_model_sequential() %>% layer_flatten(input_shape = c(2, 2, 1)) %>% layer_dense(1, use_bias = FALSE)
  set_weights(model, list(matrix(1, 4, 1)))
  compile(model, optimizer_sgd(lr = 0), "mse")  # the weights stay as they are
}
images <- array(seq_len(28), c(7, 2, 2, 1))
halves <- apply(images, 1L, sum) / 2  # what image_sum() predicts of halved images

for_each_backend("images that an R function prepares: training, validation, evaluation, predictions", {
  model <- image_sum()
  generator <- image_data_generator(preprocessing_function = function(image) image / 2)
  flow <- function(...) flow_images_from_data(images, halves - 2, generator, batch_size = 3, ...)
  for (workers in 1:2) {
    history <- fit_generator(model, flow(), steps_per_epoch = 3, epochs = 2, verbose = 0, workers = workers,
                             validation_data = flow(), validation_steps = 3)
    expect_equal(history$metrics, list(loss = c(4, 4), val_loss = c(4, 4)), tolerance = 1e-5)
    expect_equal(evaluate_generator(model, flow(), steps = 3, workers = workers), 4, ignore_attr = TRUE,
                 tolerance = 1e-5)
  }
  history <- fit(model, flow(), steps_per_epoch = 3, epochs = 1, verbose = 0, validation_data = list(images, halves))
  expect_equal(history$metrics$loss, 4, tolerance = 1e-5)
  expect_equal(evaluate(model, flow(), steps = 3), 4, ignore_attr = TRUE, tolerance = 1e-5)
  # Each call begins with the first batch, as it does with threads.
  in_order <- flow(shuffle = FALSE)
  expect_equal(predict_generator(model, in_order, steps = 1), matrix(halves[1:3]), tolerance = 1e-5)
  expect_equal(predict(model, in_order, steps = 3), matrix(halves), tolerance = 1e-5)
})

test_that("the batches of such a flow are shuffled in training only, and all are used in each epoch", {
  suppressMessages(use_backend("tensorflow"))
  order <- c()
  generator <- image_data_generator(preprocessing_function = function(image) {
    order <<- c(order, image[1L])
    image
  })
  flow <- flow_images_from_data(images, halves, generator, batch_size = 1, shuffle = FALSE)
  fit_generator(image_sum(), flow, steps_per_epoch = 7, epochs = 4, verbose = 0)
  epochs <- split(order, rep(1:4, each = 7))
  expect_equal(lapply(epochs, sort), rep(list(as.double(1:7)), 4L), ignore_attr = TRUE)
  expect_gt(length(unique(epochs)), 1L)
  order <- c()
  evaluate_generator(image_sum(), flow, steps = 7)
  expect_equal(order, 1:7)
})

test_that("either generator may call R: the one for training, or the one for validation", {
  suppressMessages(use_backend("tensorflow"))
  model <- image_sum()
  plain <- flow_images_from_data(images, 2 * halves - 1, image_data_generator(), batch_size = 7)
  ours <- function() list(images, 2 * halves - 3)
  # An R function that reticulate, not this package, made a Python function.
  halved <- reticulate::r_to_py(function(image) image / 2, convert = TRUE)
  prepared <- flow_images_from_data(images, halves - 2, image_data_generator(preprocessing_function = halved),
                                    batch_size = 7)
  losses <- function(generator, validation) {
    history <- fit_generator(model, generator, steps_per_epoch = 1, verbose = 0, validation_data = validation,
                             validation_steps = 1)
    unlist(history$metrics)
  }
  expect_equal(losses(plain, ours), c(loss = 1, val_loss = 9), tolerance = 1e-5)
  expect_equal(losses(ours, plain), c(loss = 9, val_loss = 1), tolerance = 1e-5)
  expect_equal(losses(plain, prepared), c(loss = 1, val_loss = 4), tolerance = 1e-5)
  expect_equal(losses(prepared, plain), c(loss = 4, val_loss = 1), tolerance = 1e-5)
})

for_each_backend("the inputs, targets and weights of a generator are matched by name", {
  a <- layer_input(1, name = "a")
  b <- layer_input(1, name = "b")
  difference <- layer_subtract(list(a, b))
  model <- keras_model(list(a, b), list(layer_lambda(difference, identity, name = "less"),
                                        layer_lambda(difference, function(x) -x, name = "more")))
  x <- list(b = matrix(c(5, 6)), a = matrix(c(1, 3)))
  less <- matrix(c(-4, -3))
  expect_equal(predict_generator(model, function() list(x), steps = 1), list(less, -less), ignore_attr = TRUE)
  compile(model, "sgd", list(less = "mse", more = "mae"))
  batch <- function() list(x, list(more = 1 - less, less = less + 2), list(more = c(1, 1), less = c(1, 0)))
  losses <- c(loss = 3, less_loss = 2, more_loss = 1)  # the weights leave out half of the squares, 4
  expect_equal(unlist(evaluate_generator(model, batch, steps = 1)), losses, tolerance = 1e-5)
})

test_that("generators for training and validation may name their inputs", {
  suppressMessages(use_backend("tensorflow"))
  a <- layer_input(1, name = "a")
  b <- layer_input(1, name = "b")
  sum <- layer_add(list(a, layer_lambda(b, function(x) 10 * x))) %>% layer_dense(1, use_bias = FALSE)
  model <- keras_model(list(a, b), sum)
  set_weights(model, list(matrix(1)))
  compile(model, optimizer_sgd(lr = 0), "mse")
  batch <- function() list(list(b = matrix(2), a = matrix(1)), 20)
  for (validation in list(batch, batch())) {
    history <- fit_generator(model, batch, steps_per_epoch = 1, verbose = 0, validation_data = validation,
                             validation_steps = 1)
    expect_equal(history$metrics, list(loss = 1, val_loss = 1), tolerance = 1e-5)
  }
})

test_that("an R function that is called from another thread is an error, and R goes on", {
  suppressMessages(use_backend("tensorflow"))
  hidden <- reticulate::py_run_string("def batches(f):\n    while True:\n        yield f(1)", local = TRUE)$batches
  batch <- keras:::as_python_function(function(i) list(images, halves), "batch")
  expect_keras_error(fit_generator(image_sum(), hidden(batch), steps_per_epoch = 1, verbose = 0), "argument",
                     c("one thread", "workers = 0"))
})
