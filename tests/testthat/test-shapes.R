# The elements in row-major order.
row_major <- function(x) as.vector(aperm(x))

for_each_backend("reshape and flatten keep the row-major order", {
  x <- matrix(1:6, 2)
  expect_value(k_reshape(x, c(3, 2)), matrix(row_major(x), 3, byrow = TRUE))
  expect_value(k_reshape(x, list(3, NULL)), matrix(row_major(x), 3, byrow = TRUE))
  expect_value(k_reshape(x, c(-1, 1)), matrix(row_major(x)))
  expect_value(k_reshape(7, c(1, 1)), matrix(7))
  expect_value(k_reshape(array(7, c(1, 1)), list()), 7)
  cube <- array(1:12, c(2, 3, 2))
  expect_value(k_flatten(cube), row_major(cube))
})

for_each_backend("concatenate", {
  x <- matrix(1:4, 2)
  y <- matrix(5:8, 2)
  expect_value(k_concatenate(list(x, y)), cbind(x, y))
  expect_value(k_concatenate(list(x, y, x), axis = 1), rbind(x, y, x))
  expect_value(k_concatenate(list(k_constant(x), y / 1), axis = -2), rbind(x, y))
  expect_keras_error(k_concatenate(list(x, matrix(1:3, 1)), axis = 1), "shape",
                     c("k_concatenate()", "tensors[[2]]", "(1, 3)", "axis 1"))
})

for_each_backend("expand_dims and squeeze", {
  x <- matrix(1:6, 2)
  expect_value(k_expand_dims(x), array(x, c(2, 3, 1)))
  expect_value(k_expand_dims(x, axis = 1), array(x, c(1, 2, 3)))
  expect_value(k_expand_dims(x, axis = 2), array(x, c(2, 1, 3)))
  thin <- array(1:3, c(1, 3, 1))
  expect_value(k_squeeze(thin, axis = 1), matrix(1:3))
  expect_value(k_squeeze(thin, axis = -1), matrix(1:3, 1))
  expect_value(k_squeeze(thin), 1:3)
  expect_value(k_squeeze(x), x)
  expect_keras_error(k_squeeze(thin, axis = 2), "shape", c("k_squeeze()", "axis 2", "size 3"))
  expect_keras_error(k_expand_dims(x, axis = 0), "shape", "k_expand_dims()")
})

for_each_backend("one_hot counts R's indices from 1, and a tensor's from 0", {
  expect_value(k_one_hot(c(1, 3, 2), 3), diag(3)[c(1, 3, 2), ])
  expect_value(k_one_hot(matrix(c(1L, 2L, 2L, 1L), 2), 2), array(c(1, 0, 0, 1, 0, 1, 1, 0), c(2, 2, 2)))
  expect_value(k_one_hot(k_argmax(rbind(c(1, 5), c(3, 2))), 2), rbind(c(0, 1), c(1, 0)))
  expect_value(k_one_hot(c(0, 4), 3), matrix(0, 2, 3))
  expect_keras_error(k_one_hot("a", 3), "dtype", c("k_one_hot()", "indices"))
  expect_keras_error(k_one_hot(c(1.5, 2), 3), "dtype", c("k_one_hot()", "indices"))
})
