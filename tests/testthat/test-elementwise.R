x <- matrix(c(-2.5, -1, -0.3, 0, 0.5, 1.5, 2.5, 7), 2)
positive <- abs(x) + 0.1

for_each_backend("functions of each element", {
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

for_each_backend("comparisons give bools", {
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
