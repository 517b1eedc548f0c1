x <- matrix(c(1, -2, 3, 0.5, 2, 4), 2)
y <- matrix(c(2, 1, 0, -1, 3, 1.5), 3)

for_each_backend("dot of matrices, of vectors, of higher ranks", {
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

for_each_backend("matrices whose shapes do not match", {
  expect_keras_error(k_dot(x, x), "shape",
                     c("k_dot()", "(2, 3)", "Axis 2 of `x` has size 3", "axis 1 of `y` has size 2"))
  expect_keras_error(k_dot(x, 2), "shape", c("k_dot()", "at least one dimension"))
})

for_each_backend("batch_dot sums over axes counted from 1", {
  a <- array(sin(1:24), c(2, 3, 4))
  b <- array(cos(1:40), c(2, 4, 5))
  expected <- array(NA_real_, c(2, 3, 5))
  for (i in 1:2) {
    expected[i, , ] <- a[i, , ] %*% b[i, , ]
  }
  expect_value(k_batch_dot(a, b, axes = c(3, 2)), expected)
  expect_value(k_batch_dot(a, b, axes = list(-1, -2)), expected)
  expect_value(k_batch_dot(a, b, NULL), expected)
  expect_value(k_batch_dot(a, aperm(b, c(1, 3, 2)), axes = 3), expected)
  m <- matrix(1:6 / 2, 2)
  expect_value(k_batch_dot(m, m, axes = 2), matrix(rowSums(m * m)))
  expect_keras_error(k_batch_dot(a, b, axes = c(3, 3)), "shape",
                     c("k_batch_dot()", "Axis 3 of `x` has size 4", "axis 3 of `y` has size 5"))
  expect_keras_error(k_batch_dot(a, b, axes = 1), "shape", c("k_batch_dot()", "`axes` c(1, 1)", "samples"))
  expect_keras_error(k_batch_dot(a, b, axes = c(3, 7)), "shape", "`axes[[2]]` 7 is out of range")
  expect_keras_error(k_batch_dot(a, b, axes = 0), "shape", c("k_batch_dot()", "`axes` must not be 0"))
})

for_each_backend("gather counts R indices from 1, and tensors from 0", {
  rows <- c(2, 1, 2)
  expect_value(k_gather(x, rows), x[rows, ])
  expect_value(k_gather(x, 2), x[2, ])
  expect_value(k_gather(x, k_constant(rows - 1, dtype = "int32")), x[rows, ])
  cube <- array(1:24 / 2, c(4, 3, 2))
  expect_value(k_gather(cube, matrix(c(1, 4, 3, 3), 2)), array(cube[c(1, 4, 3, 3), , ], c(2, 2, 3, 2)))
  largest <- k_argmax(rbind(c(1, 5, 2), c(9, 0, 1)))
  expect_value(k_gather(c(10, 20, 30), largest), c(20, 10))
  expect_keras_error(k_gather(x, c(0, 1)), "shape", c("k_gather()", "1 or more"))
  expect_keras_error(k_gather(x, "a"), "dtype", c("k_gather()", "indices", "\"a\""))
  expect_keras_error(k_gather(x, 1.5), "dtype", c("k_gather()", "indices"))
  expect_keras_error(k_eval(k_gather(x, 3)), "engine", "k_eval()")
})
