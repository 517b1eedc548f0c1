x <- matrix(c(-2.5, -1, -0.3, 0, 0.5, 1.5, 2.5, 7), 2)
positive <- abs(x) + 0.1

for_each_backend("elementwise functions", {
  expect_value(k_square(x), x^2)
  expect_value(k_abs(x), abs(x))
  expect_value(k_sqrt(positive), sqrt(positive))
  expect_value(k_sqrt(c(-4, 9)), c(0, 3))
  expect_value(k_exp(x), exp(x))
  expect_value(k_log(positive), log(positive))
  expect_value(k_round(x), round(x))
  expect_value(k_sign(x), sign(x))
  expect_value(k_sin(x), sin(x))
  expect_value(k_cos(x), cos(x))
})

for_each_backend("functions of two tensors, with NumPy's broadcasting", {
  y <- matrix(c(-1, 2, 0.5, 0), 1)
  rows <- y[c(1, 1), ]
  expect_value(k_maximum(x, y), pmax(x, rows))
  expect_value(k_minimum(x, y), pmin(x, rows))
  expect_value(k_pow(positive, 2.5), positive^2.5)
  expect_value(k_clip(x, -1, 1), pmin(pmax(x, -1), 1))
  expect_value(k_clip(x, min_value = 0), pmax(x, 0))
  expect_value(k_clip(x, max_value = 0), pmin(x, 0))
})

for_each_backend("comparisons return bools", {
  y <- matrix(c(-2.5, 0, 1, 0, 0, 1.5, 3, 7), 2)
  expect_value(k_equal(x, y), x == y)
  expect_value(k_not_equal(x, y), x != y)
  expect_value(k_greater(x, y), x > y)
  expect_value(k_greater_equal(x, y), x >= y)
  expect_value(k_less(x, y), x < y)
  expect_value(k_less_equal(x, y), x <= y)
  expect_equal(k_dtype(k_less(x, y)), "bool")
})

for_each_backend("integers stay integers", {
  expect_value(k_abs(c(-3L, 2L)), c(3L, 2L))
  expect_equal(k_dtype(k_abs(c(-3L, 2L))), "int32")
  expect_identical(k_eval(k_square(c(4L, -1L))), c(16L, 1L))
})

for_each_backend("%% and %/% agree with NumPy's, even where the quotient is nearly an integer", {
  x <- c(1, -1, 6, -6, 5, -5, 0.5, 88)
  y <- c(0.1, 0.1, 0.3, 0.3, Inf, Inf, 1e-3, 1e-3)
  numpy <- reticulate::import("numpy")
  for (dtype in c("float32", "float64")) {
    a <- k_constant(x, dtype = dtype)
    b <- k_constant(y, dtype = dtype)
    exact <- function(f) as.vector(f(numpy$array(x, dtype = dtype), numpy$array(y, dtype = dtype)))
    expect_identical(as.vector(k_eval(a %% b)), exact(numpy$mod))
    expect_identical(as.vector(k_eval(a %/% b)), exact(numpy$floor_divide))
  }
  i <- k_constant(c(7L, -7L, 7L, -7L), dtype = "int64")
  j <- k_constant(c(2L, 2L, -2L, -2L), dtype = "int64")
  expect_equal(as.vector(k_eval(i %% j)), c(1, 1, -1, -1))
  expect_equal(as.vector(k_eval(i %/% j)), c(3, -4, -4, 3))
})
