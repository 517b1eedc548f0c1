for_each_backend("using a tensor from a file or a restored workspace is an error that says what to do", {
  path <- withr::local_tempfile()
  x <- k_variable(1:3)
  saveRDS(list(x = x, f = k_function(list(), list(x))), path)
  restored <- readRDS(path)
  y <- restored$x
  uses <- expression(
    k_eval(y), k_abs(y), y + 1, 1 - y, y[1], dim(y), as.array(y), k_set_value(y, 1:3),
    k_function(list(), list(y)), restored$f(list())
  )
  for (use in uses) {
    condition <- expect_error(eval(use), class = "keras_error_stale_tensor", label = deparse(use))
    expect_match(conditionMessage(condition), "k_save_variables")
  }
  for (show in expression(print(y), cat(format(y)), str(y), print(restored$f))) {
    expect_output(eval(show), "of an R session that has ended", label = deparse(show))
  }
  expect_value(x, 1:3)
})

test_that("using a model from a file or a restored workspace is an error that says what to do", {
  model <- keras_model_sequential() %>% layer_dense(2, input_shape = 3)
  path <- withr::local_tempfile()
  saveRDS(list(model = model, layer = model$layers[[1]], optimizer = optimizer_sgd()), path)
  restored <- readRDS(path)
  for (use in expression(predict(restored$model, 1), restored$model$layers, summary(restored$model),
                         restored$layer$units, restored$optimizer$lr)) {
    condition <- expect_error(eval(use), class = "keras_error_stale_tensor", label = deparse(use))
    expect_match(conditionMessage(condition), "serialize_model()", fixed = TRUE)
  }
  for (object in restored) {
    expect_output(print(object), "of an R session that has ended")
    expect_output(str(object), "of an R session that has ended")
  }
})

for_each_backend("forked children have their own engines", {
  x <- k_variable(c(1, 2))
  results <- parallel::mclapply(1:2, function(i) {
    refused <- tryCatch(k_eval(x), keras_error_stale_tensor = function(condition) conditionMessage(condition))
    list(refused = refused, value = k_eval(k_sum(k_ones(c(2, 3)) * i)), pid = backend_info()$pid)
  }, mc.cores = 2)
  for (i in 1:2) {
    expect_match(results[[i]]$refused, "of which this one is a fork")
    expect_equal(results[[i]]$value, 6 * i)
    expect_false(results[[i]]$pid == backend_info()$pid)
  }
  expect_value(x + 1, c(2, 3))
}, among = backends)

for_each_backend("a call that exceeds the timeout is ended", {
  x <- k_variable(c(1, 2))
  k_eval(x + 1)
  withr::with_options(list(keras.timeout = 0.5), {
    tools::pskill(backend_info()$pid, tools::SIGSTOP)
    condition <- expect_error(k_eval(x), class = "keras_error_timeout")
  })
  expect_match(conditionMessage(condition), "within the timeout of 0.5 seconds")
  expect_error(k_eval(x), class = "keras_error_stale_tensor")
  for (seconds in list(-1, "soon", NA, c(1, 2))) {
    withr::with_options(list(keras.timeout = seconds), expect_error(k_ones(2), class = "keras_error_config"))
  }
  expect_equal(k_eval(k_sum(k_ones(c(2, 3)))), 6)
}, among = backends)

for_each_backend("an engine's last words are shown unchanged", {
  x <- k_variable(c(1, 2))
  pid <- backend_info()$pid
  stream <- file(sprintf("/proc/%d/fd/2", pid), "w", raw = TRUE)
  writeLines("`axis` {None} {backend}", stream)
  close(stream)
  tools::pskill(pid, tools::SIGKILL)
  condition <- expect_error(k_eval(x), class = "keras_error_worker")
  expect_match(conditionMessage(condition), "words:\n  `axis` {None} {backend}", fixed = TRUE)
}, among = backends)

for_each_backend("a timeout is any positive number", {
  x <- k_variable(c(1, 2))
  for (seconds in list(1e9, 1e308, Inf, 5L, 60.25)) {
    withr::with_options(list(keras.timeout = seconds, OutDec = ","), expect_equal(c(k_get_value(x)), c(1, 2)))
  }
  withr::with_options(list(keras.timeout = 0.5, OutDec = ","), {
    tools::pskill(backend_info()$pid, tools::SIGSTOP)
    condition <- expect_error(k_eval(x), class = "keras_error_timeout")
  })
  expect_match(conditionMessage(condition), "0.5 seconds", fixed = TRUE)
}, among = backends)

test_that("an out-of-memory error is also an engine error", {
  fail <- reticulate::py_run_string(paste(
    "def fail():", "    import pyshim", "    raise pyshim.errors.OutOfMemoryError('no room')",
    "import keras_bridge", "fail = keras_bridge._guarded(fail)", sep = "\n"
  ), local = TRUE, convert = FALSE)$fail
  condition <- expect_error(keras:::call_python(fail), "no room", class = "keras_error_out_of_memory")
  expect_s3_class(condition, "keras_error_engine")
})

for_each_backend("an engine starts with the requested number of threads", {
  name <- k_backend()
  stop_backend(name)
  suppressMessages(use_backend(name, threads = 1))
  expect_keras_error(use_backend(name, threads = 2), "argument", c("runs already, with `threads = 1`", "stop_"))
  expect_keras_error(use_backend(name, threads = 0), "argument", "must be a positive integer")
  stop_backend(name)
  suppressMessages(use_backend(name, threads = 2))
  stop_backend(name)
}, among = backends)

for_each_backend("large arrays come back unchanged", {
  for (dtype in c("float32", "float64")) {
    x <- array(runif(2 * 300 * 200), c(2, 300, 200))
    x[c(1, 7, length(x))] <- c(NaN, Inf, -1)
    back <- k_get_value(k_variable(x, dtype = dtype))
    expect_equal(dim(back), dim(x))
    expect_equal(back, x, tolerance = 1e-6)
  }
  x <- array(1:90000, c(300, 300))
  outputs <- k_function(list(), list(k_variable(x, dtype = "int64"), k_constant(2)))(list())
  expect_identical(outputs[[1]], x + 0)
  expect_equal(as.vector(outputs[[2]]), 2)
})
