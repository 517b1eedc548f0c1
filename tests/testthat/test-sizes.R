# Sizes, counts and positions that are tensors: correct for every number of rows that is fed.

matrix_of <- function(rows) matrix(seq_len(2 * rows), rows)

expect_fed <- function(build, expected) {
  x <- k_placeholder(shape = c(NA, 2))
  run <- k_function(list(x), list(build(x, k_shape(x)[1])))
  for (rows in c(4L, 2L)) {
    value <- run(list(matrix_of(rows)))[[1L]]
    wanted <- expected(matrix_of(rows), rows)
    testthat::expect_equal(as.vector(value), as.vector(wanted))
    testthat::expect_equal(if (is.null(dim(value))) length(value) else dim(value),
                           if (is.null(dim(wanted))) length(wanted) else dim(wanted))
  }
}

for_each_backend("shapes and repetitions that depend on fed sizes", {
  expect_fed(function(x, n) k_reshape(x, list(n, 1, 2)), function(x, n) array(x, c(n, 1, 2)))
  expect_fed(function(x, n) k_reshape(x, list(-1, n)), function(x, n) matrix(t(x), 2, byrow = TRUE))
  expect_fed(function(x, n) k_reshape(x, k_shape(k_expand_dims(x))), function(x, n) array(x, c(n, 2, 1)))
  expect_fed(function(x, n) k_reshape(x, k_stack(list(-1, k_prod(k_shape(x)[2])))), function(x, n) x + 0)
  expect_fed(function(x, n) k_tile(matrix(c(1, 2, 3), 1), list(n, 1)),
             function(x, n) matrix(1:3, n, 3, byrow = TRUE))
  expect_fed(function(x, n) k_repeat_elements(x, n, axis = 2), function(x, n) x[, rep(1:2, each = n)])
  expect_fed(function(x, n) k_sum(k_repeat(x, n), axis = 2), function(x, n) x * n)
  expect_fed(function(x, n) k_arange(n), function(x, n) seq_len(n) - 1)
  expect_fed(function(x, n) k_arange(1, n + 1), function(x, n) seq_len(n))
  expect_fed(function(x, n) k_one_hot(k_constant(c(0, 1), "int32"), n), function(x, n) diag(n)[1:2, ])
})

for_each_backend("filled and random tensors of fed sizes", {
  expect_fed(function(x, n) k_zeros(list(n, 3)), function(x, n) matrix(0, n, 3))
  expect_fed(function(x, n) k_ones(k_shape(x)), function(x, n) matrix(1, n, 2))
  expect_fed(function(x, n) k_eye(n), function(x, n) diag(n))
  expect_fed(function(x, n) k_constant(7, shape = list(2, n)), function(x, n) matrix(7, 2, n))
  expect_fed(function(x, n) k_random_normal(list(n, 3), mean = 5, stddev = 0), function(x, n) matrix(5, n, 3))
  expect_fed(function(x, n) k_random_uniform(list(n), 2, 2), function(x, n) rep(2, n))
  expect_fed(function(x, n) k_random_binomial(k_shape(x), 1), function(x, n) matrix(1, n, 2))
  expect_fed(function(x, n) k_truncated_normal(n, mean = 3, stddev = 0), function(x, n) rep(3, n))
  expect_fed(function(x, n) k_dropout(x, 0, noise_shape = list(n, 1)), function(x, n) x + 0)
})

for_each_backend("slices and positions that depend on fed sizes", {
  expect_fed(function(x, n) k_slice(x, c(1, 1), list(n - 1, -1)), function(x, n) x[-n, , drop = FALSE])
  expect_fed(function(x, n) k_slice(x, list(n - 1, 1), c(1, 2)), function(x, n) x[n, , drop = FALSE])
  expect_fed(function(x, n) k_slice(x, 1, list(n, NA)), function(x, n) x + 0)
  expect_fed(function(x, n) k_gather(x, n - 1), function(x, n) x[n, ])
  # A vector of R counts from 1, a tensor from 0.
  expect_fed(function(x, n) k_reverse(k_slice(k_reverse(x, 1), c(2, 1), c(-1, -1)), 1),
             function(x, n) x[-n, , drop = FALSE])
})

for_each_backend("ranges between tensors, counted from 1", {
  expect_fed(function(x, n) x[1:(n - 1), ], function(x, n) x[-n, , drop = FALSE])
  expect_fed(function(x, n) x[2:n, ] - x[1:(n - 1L), ], function(x, n) diff(x))
  expect_fed(function(x, n) x[n:n, ], function(x, n) x[n, , drop = FALSE])
  expect_fed(function(x, n) x[1:(n - n), 2], function(x, n) numeric())
  expect_fed(function(x, n) {
    last <- n - 1
    k_transpose(x)[2, 2:last, drop = FALSE]
  }, function(x, n) t(x)[2, if (n > 2) 2:(n - 1) else 0, drop = FALSE])
  expect_fed(function(x, n) x[n, ], function(x, n) x[n, ])
  expect_fed(function(x, n) head(x, n - 1), function(x, n) head(x, -1))
  expect_fed(function(x, n) head(x, 1 - n), function(x, n) x[1, , drop = FALSE])
  expect_fed(function(x, n) tail(x, n - 1), function(x, n) x[-1, , drop = FALSE])
  expect_fed(function(x, n) tail(x, 1 - n), function(x, n) x[n, , drop = FALSE])
  expect_fed(function(x, n) tail(k_flatten(x), n - n), function(x, n) numeric())
  x <- k_placeholder(shape = c(NA, 2))
  n <- k_shape(x)[1]
  expect_keras_error(head(x, k_constant(1)), "dtype", c("head()", "`n`"))
  for (index in list(quote(x[1:(n + 1), ]), quote(x[n:1, ]), quote(x[(n + 2):n, ]), quote(x[(n - 3):n, ]))) {
    run <- k_function(list(x), list(eval(index)))
    expect_keras_error(run(list(matrix_of(3))), "engine")
  }
  expect_keras_error(x[0:n, ], "argument", "positions count from 1")
  expect_keras_error(x[1:k_constant(2.5), ], "dtype", "integers")
})

for_each_backend("lists that mix numbers and tensors", {
  expect_fed(function(x, n) k_prod(list(n, 3)), function(x, n) n * 3)
  expect_fed(function(x, n) k_stack(list(n, 3, 0)), function(x, n) c(n, 3, 0))
  expect_fed(function(x, n) k_concatenate(list(matrix(0, 1, 2), x), axis = 1), function(x, n) rbind(0, x))
})

for_each_backend("known sizes stay known, and wrong ones are refused", {
  x <- k_constant(matrix_of(3))
  n <- k_shape(x)[1]
  expect_true(k_is_variable(k_zeros(list(n, 2))))
  expect_equal(dim(k_reshape(x, list(2, n))), c(2, 3))
  expect_equal(dim(k_slice(x, c(1, 1), list(n - 1, -1))), c(2, 2))
  open <- k_placeholder(shape = c(NA, 4))
  expect_equal(dim(k_reshape(open, list(k_shape(open)[1], 2, -1))), c(NA, 2, 2))
  expect_keras_error(k_zeros(list(k_constant(1.5), 2)), "dtype", "float32")
  expect_keras_error(k_slice(open, c(0, 1), c(1, 1)), "argument", c("`start`", "at least 1", "not c(0, 1)"))
  short <- k_function(list(open), list(k_slice(open, c(1, 1), list(k_shape(open)[1] + 1, 1))))
  expect_keras_error(short(list(matrix(0, 2, 4))), "engine")
})
