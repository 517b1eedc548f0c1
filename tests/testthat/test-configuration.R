test_that("floatx", {
  withr::defer(k_set_floatx("float32"))
  expect_equal(k_floatx(), "float32")
  expect_null(k_set_floatx("float64"))
  expect_equal(k_floatx(), "float64")
  for (name in backends) {
    expect_equal(with_backend(name, k_dtype(k_constant(1))), "float64")
    expect_equal(with_backend(name, k_eval(k_constant(pi))), pi, tolerance = 1e-15)
  }
  expect_keras_error(k_set_floatx("float8"), "config", c("k_set_floatx()", "float8"))
})

test_that("epsilon and data format", {
  withr::defer({
    k_set_epsilon(1e-7)
    k_set_image_data_format("channels_last")
  })
  k_set_epsilon(1e-3)
  expect_equal(k_epsilon(), 1e-3)
  k_set_image_data_format("channels_first")
  expect_equal(k_image_data_format(), "channels_first")
  expect_equal(k_normalize_data_format(NULL), "channels_first")
  expect_equal(k_normalize_data_format("Channels_Last"), "channels_last")
  expect_keras_error(k_set_epsilon(-1), "config", c("k_set_epsilon()", "positive"))
  expect_keras_error(k_set_image_data_format("rows"), "config", "rows")
  expect_keras_error(k_normalize_data_format("rows"), "argument", "rows")
})

for_each_backend("values of dtype floatx", {
  expect_equal(k_cast_to_floatx(c(0.1, 1)), c(0.1, 1), tolerance = 1e-7)
  expect_false(identical(k_cast_to_floatx(0.1), 0.1))
  cast <- k_cast_to_floatx(k_constant(c(0.1, 1), dtype = "float64"))
  expect_equal(k_dtype(cast), "float32")
  expect_value(cast, c(0.1, 1))
})

for_each_backend("unique numbers", {
  k_reset_uids()
  expect_identical(k_get_uid("dense"), 1L)
  expect_identical(k_get_uid("dense"), 2L)
  expect_identical(k_get_uid("conv"), 1L)
  expect_null(k_reset_uids())
  expect_identical(k_get_uid("dense"), 1L)
})

for_each_backend("learning phase", {
  phase <- k_learning_phase()
  expect_true(k_is_placeholder(phase))
  f <- k_function(list(phase), list(k_identity(phase)))
  expect_equal(f(list(TRUE)), list(TRUE))
  expect_equal(k_eval(k_identity(phase)), FALSE)
  k_set_learning_phase(1)
  expect_identical(k_learning_phase(), 1L)
  expect_keras_error(k_set_learning_phase(2), "argument", c("k_set_learning_phase()", "2"))
  k_clear_session()
  expect_true(k_is_placeholder(k_learning_phase()))
})

for_each_backend("native sessions stay in the worker", {
  expect_keras_error(k_get_session(), "engine", "k_get_session()")
  expect_error(k_set_session(NULL), "k_set_session()", class = "keras_error", fixed = TRUE)
  expect_null(k_manual_variable_initialization(FALSE))
})

for_each_backend("backend() returns the functions themselves", {
  expect_equal(k_backend(), backend()$backend())
  x <- backend()$ones(reticulate::tuple(2L, 3L))
  expect_s3_class(x, "keras_tensor")
  expect_equal(as.vector(backend()$eval(backend()$sum(x, axis = 0L))), c(2, 2, 2))
  raw <- backend(convert = FALSE)
  expect_s3_class(raw$eval(raw$abs(x)), "numpy.ndarray")
})

test_that("members of backend() are completed, and print what they are", {
  for (convert in c(TRUE, FALSE)) {
    found <- utils:::.DollarNames(backend(convert), "^conv")
    expect_setequal(found, c("conv1d", "conv2d", "conv3d", "conv2d_transpose", "conv3d_transpose"))
    all <- gsub("`", "", utils:::.DollarNames(backend(convert), ""))
    expect_setequal(all, unlist(backend()$FAMILIES))
  }
  expect_output(print(backend()), paste0("<160 backend functions, on ", k_backend(), ">"), fixed = TRUE)
})

for_each_backend("an old script with backend(convert = FALSE)", {
  K <- backend(convert = FALSE) # nolint: object_name_linter.
  m <- matrix(c(-1, 2, -3, 4), 2)
  product <- K$dot(K$abs(m), K$constant(m))
  expect_equal(reticulate::py_to_r(K$eval(product)), abs(m) %*% m)
  expect_equal(reticulate::py_to_r(K$eval(K$sum(m, axis = 0L))), array(colSums(m)))
  expect_value(product + 1, abs(m) %*% m + 1)
  expect_error(K$sum("a"), "must be a tensor")
})

test_that("keras_config() returns the settings", {
  withr::defer(k_set_epsilon(1e-7))
  k_set_epsilon(1e-4)
  config <- keras_config()
  expect_s3_class(config, "keras_config")
  expect_equal(config$epsilon, 1e-4)
  expect_equal(config$floatx, k_floatx())
  expect_equal(config$backend, k_backend())
  expect_equal(config$image_data_format, "channels_last")
  expect_equal(config$file, file.path(config$home, "keras.json"))
  expect_true(file.exists(config$python))
  shown <- capture.output(print(config))
  expect_length(shown, 10)
  expect_match(shown, "^  epsilon +1e-04$", all = FALSE)
})
