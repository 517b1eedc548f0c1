for_each_backend("pipes and multiple assignment", {
  expect_equal(matrix(1:4, 2) %>% k_square() %>% k_sum() %>% k_eval(), 30)
  c(first, second) %<-% k_unstack(matrix(1:4 / 1, 2))
  expect_value(first, c(1, 3))
  expect_value(second, c(2, 4))
})

test_that("functions of reticulate are exported", {
  expect_identical(use_python, reticulate::use_python)
  expect_identical(use_virtualenv, reticulate::use_virtualenv)
  expect_identical(use_condaenv, reticulate::use_condaenv)
  expect_equal(array_reshape(1:6, c(2, 3)), matrix(1:6, 2, byrow = TRUE))
  expect_equal(dim(k_zeros(tuple(2L, 3L))), 2:3)
})

test_that("shape() returns a list of sizes", {
  expect_identical(shape(NULL, 28, 28), list(NULL, 28L, 28L))
  expect_identical(shape(NA, c(2, NA)), list(NULL, 2L, NULL))
  expect_identical(shape(), list())
  expect_equal(dim(k_placeholder(shape = shape(NULL, 4))), c(NA, 4))
  expect_equal(dim(k_reshape(1:6 / 1, shape(3, 2))), 3:2)
  n <- k_shape(k_ones(3))[1]
  expect_equal(k_eval(k_reshape(c(1, 2, 3), shape(n, 1))), matrix(c(1, 2, 3)))
  expect_error(shape(1.5), class = "keras_error_argument")
  expect_error(shape("a"), class = "keras_error_argument")
  expect_error(shape(-2), class = "keras_error_argument")
})
