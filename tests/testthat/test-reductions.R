x <- array(c(0.5, -1, 2, 3, -0.25, 4, 1, 0, -2, 1.5, 2.5, -3), c(2, 3, 2))
variance <- function(values) mean((values - mean(values))^2)

for_each_backend("reductions over one axis, several or all, counted from 1 or from the end", {
  cases <- list(
    list(k_max, max), list(k_min, min), list(k_sum, sum), list(k_prod, prod), list(k_mean, mean),
    list(k_var, variance), list(k_std, function(values) sqrt(variance(values))),
    list(k_logsumexp, function(values) log(sum(exp(values))))
  )
  for (case in cases) {
    expect_value(case[[1L]](x), case[[2L]](x))
    expect_value(case[[1L]](x, axis = 1), apply(x, c(2, 3), case[[2L]]))
    expect_value(case[[1L]](x, axis = -1), apply(x, c(1, 2), case[[2L]]))
    expect_value(case[[1L]](x, axis = c(1, 3)), apply(x, 2, case[[2L]]))
    expect_value(case[[1L]](x, axis = list(1, -1), keepdims = TRUE),
                 array(apply(x, 2, case[[2L]]), c(1, 3, 1)))
  }
})

for_each_backend("any and all", {
  flags <- rbind(c(TRUE, FALSE, TRUE), c(FALSE, FALSE, TRUE))
  expect_value(k_any(flags, axis = 1), apply(flags, 2, any))
  expect_value(k_all(flags, axis = 1), apply(flags, 2, all))
  expect_identical(k_eval(k_any(flags)), TRUE)
  expect_identical(k_eval(k_all(c(1, 0))), FALSE)
  expect_identical(k_eval(k_sum(flags)), 3L)
})

for_each_backend("running sums and products", {
  m <- matrix(c(1, 2, -3, 4, 0.5, 6), 2)
  expect_value(k_cumsum(m), apply(m, 2, cumsum))
  expect_value(k_cumsum(m, axis = 2), t(apply(m, 1, cumsum)))
  expect_value(k_cumprod(m, axis = -1), t(apply(m, 1, cumprod)))
  expect_value(k_cumprod(m), apply(m, 2, cumprod))
})

for_each_backend("argmax and argmin are tensors of indices from 0", {
  m <- matrix(c(3, 9, 7, 1, 5, 2), 2)
  expect_value(k_argmax(m), max.col(m) - 1)
  expect_value(k_argmin(m, axis = 1), apply(m, 2, which.min) - 1)
  expect_equal(k_dtype(k_argmax(m)), "int64")
})

for_each_backend("axes that do not exist", {
  expect_keras_error(k_sum(x, axis = 0), "shape", c("k_sum()", "axes count from 1"))
  expect_keras_error(k_mean(x, axis = 4), "shape", c("k_mean()", "`axis` 4", "3 dimensions"))
  expect_keras_error(k_max(x, axis = -4), "shape", c("k_max()", "`axis` -4"))
  expect_keras_error(k_prod(x, axis = c(1, 1)), "shape", c("k_prod()", "`axis` c(1, 1)"))
  expect_keras_error(k_cumsum(x, axis = NA), "argument", c("k_cumsum()", "NA"))
  expect_keras_error(k_sum(x, axis = 1.5), "argument", c("k_sum()", "whole number"))
})
