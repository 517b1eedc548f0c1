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

test_that("values of dtype floatx", {
  expect_equal(k_cast_to_floatx(c(0.1, 1)), array(c(0.1, 1)), tolerance = 1e-7)
  expect_false(identical(k_cast_to_floatx(0.1), 0.1))
  expect_equal(k_dtype(k_cast_to_floatx(k_constant(1, dtype = "float64"))), "float32")
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

for_each_backend("native sessions do not leave a worker", {
  expect_keras_error(k_get_session(), "engine", "k_get_session()")
  expect_error(k_set_session(NULL), "k_set_session()", class = "keras_error", fixed = TRUE)
  expect_null(k_manual_variable_initialization(FALSE))
})

for_each_backend("backend() gives the functions themselves", {
  expect_equal(k_backend(), backend()$backend())
  x <- backend()$ones(reticulate::tuple(2L, 3L))
  expect_s3_class(x, "keras_tensor")
  expect_equal(as.vector(backend()$eval(backend()$sum(x, axis = 0L))), c(2, 2, 2))
  raw <- backend(convert = FALSE)
  expect_s3_class(raw$eval(raw$abs(x)), "numpy.ndarray")
})
