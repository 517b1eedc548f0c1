x <- matrix(c(1, -2, 3, 0.5, 2, 4), 2)
y <- matrix(c(2, 1, 0, -1, 3, 1.5), 3)

for_each_backend("dot of matrices, of vectors, of more dimensions", {
  expect_value(k_dot(x, y), x %*% y)
  expect_value(k_dot(c(1, 2, 3), c(4, 5, 6)), 32)
  expect_value(k_dot(x, c(1, 2, 3)), as.vector(x %*% c(1, 2, 3)))
  cube <- array(1:12 / 3, c(2, 2, 3))
  expected <- array(NA_real_, c(2, 2, 2))
  for (i in 1:2) {
    expected[i, , ] <- cube[i, , ] %*% y
  }
  expect_value(k_dot(cube, y), expected)
})

for_each_backend("dot with an unknown size", {
  input <- k_placeholder(shape = c(NA, 3))
  product <- k_dot(input, y)
  expect_equal(dim(product), c(NA, 2L))
  expect_equal(k_function(list(input), list(product))(list(x))[[1L]], x %*% y, tolerance = 1e-6)
})

for_each_backend("transpose", {
  expect_value(k_transpose(x), t(x))
  expect_value(k_transpose(array(1:12, c(2, 3, 2))), aperm(array(1:12, c(2, 3, 2))))
})

for_each_backend("matrices that do not fit", {
  expect_keras_error(k_dot(x, x), "shape", c("k_dot()", "(2, 3)", "last size of x is 3", "size 1 of y is 2"))
  expect_keras_error(k_dot(x, 2), "shape", c("k_dot()", "at least one dimension"))
})
