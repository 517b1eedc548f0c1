dense <- rbind(c(0, 2, 0, 1), c(0, 0, 0, 0), c(-3, 0, 0.5, 0))
symmetric <- Matrix::forceSymmetric(Matrix::Matrix(crossprod(dense), sparse = TRUE))
matrices <- list(
  dgC = methods::as(dense, "CsparseMatrix"),
  dgT = methods::as(methods::as(dense, "CsparseMatrix"), "TsparseMatrix"),
  dgR = methods::as(dense, "RsparseMatrix"),
  lgC = methods::as(dense != 0, "CsparseMatrix"),
  ngC = methods::as(methods::as(dense != 0, "CsparseMatrix"), "nMatrix"),
  dsC = symmetric,
  ddi = Matrix::Diagonal(3),
  empty = Matrix::sparseMatrix(i = integer(), j = integer(), x = numeric(), dims = c(2, 3)),
  twice = methods::new("dgTMatrix", i = c(0L, 0L), j = c(1L, 1L), x = c(1, 2), Dim = c(2L, 2L))
)

for_each_backend("every kind of sparse Matrix becomes a sparse variable", {
  for (x in matrices) {
    variable <- k_variable(x)
    expect_true(k_is_sparse(variable))
    expect_value(variable, 1 * unname(as.matrix(x)))
    expect_value(k_to_dense(variable), 1 * unname(as.matrix(x)))
  }
  expect_match(format(k_variable(matrices$dgC, name = "s")), "sparse variable 's': float32, shape (3, 4)",
               fixed = TRUE)
  expect_equal(k_dtype(k_variable(matrices$dgC, dtype = "float64")), "float64")
})

for_each_backend("products and concatenation", {
  y <- matrix(sin(1:8), 4)
  x <- k_variable(matrices$dgC)
  expect_value(k_dot(x, y), dense %*% y)
  expect_value(k_dot(matrices$dgC, k_constant(y, dtype = "float64")), dense %*% y)
  expect_value(k_dot(x, y[, 1]), as.vector(dense %*% y[, 1]))
  joined <- k_concatenate(list(x, matrices$dgT), axis = 1)
  expect_true(k_is_sparse(joined))
  expect_value(joined, rbind(dense, dense))
  expect_value(k_concatenate(list(x, x)), cbind(dense, dense))
})

for_each_backend("sparse inputs of a function", {
  x <- k_placeholder(shape = c(NA, 4), sparse = TRUE)
  expect_true(k_is_sparse(x))
  expect_match(format(x), "sparse placeholder", fixed = TRUE)
  f <- k_function(list(x), list(k_dot(x, diag(4)), k_shape(x)))
  expect_equal(f(list(matrices$dgC)), list(dense, 3:4))
  expect_equal(f(list(dense)), list(dense, 3:4))
  expect_equal(f(list(matrices$dgC[1:2, ]))[[2]], c(2L, 4L))
  expect_keras_error(f(list(matrices$ddi)), "shape", c("(3, 3)", "(NA, 4)"))
})

for_each_backend("everywhere else, a sparse Matrix counts as a dense one", {
  expect_value(k_sum(matrices$dgC, axis = 1), colSums(dense))
  expect_value(k_constant(matrices$dsC), crossprod(dense))
  w <- k_variable(dense * 0)
  k_set_value(w, matrices$dgC)
  expect_equal(k_get_value(w), dense)
  x <- k_placeholder(shape = c(NA, 4))
  expect_equal(k_function(list(x), list(x * 2))(list(matrices$dgC))[[1]], dense * 2)
  expect_value(k_constant(Matrix::Matrix(dense + 1, sparse = FALSE)), dense + 1)
  expect_keras_error(k_sqrt(k_variable(matrices$dgC)), "argument", c("k_sqrt()", "k_to_dense()"))
  expect_keras_error(k_set_value(k_variable(matrices$dgC), dense), "argument", c("k_set_value()", "sparse"))
})
