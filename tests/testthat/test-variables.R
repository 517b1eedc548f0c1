for_each_backend("variables keep a value that can be changed", {
  m <- matrix(c(1.5, 2, -3, 4, 5, 6), 2)
  w <- k_variable(m, name = "w")
  expect_true(k_is_variable(w))
  expect_value(w, m)
  expect_null(k_set_value(w, m * 2))
  expect_equal(k_get_value(w), m * 2)
  v <- k_variable(7L, dtype = "int64")
  expect_identical(k_get_value(v), 7)
  k_batch_set_value(list(list(w, m), list(v, 8)))
  expect_equal(k_batch_get_value(list(w, v)), list(m, 8))
  expect_keras_error(k_batch_set_value(list(list(v, 9), list(w, 1))), "shape", "lists[[2]][[2]]")
  expect_identical(k_get_value(v), 8)
  expect_keras_error(k_set_value(w, t(m)), "shape", c("k_set_value()", "(3, 2)", "(2, 3)"))
  expect_keras_error(k_set_value(k_constant(1), 1), "dtype", "must be a variable")
})

for_each_backend("any R value becomes a tensor", {
  expect_value(k_constant(2.5), 2.5)
  expect_value(k_constant(c(1, 2)), c(1, 2))
  expect_value(k_constant(array(5, 1)), array(5, 1))
  expect_value(k_constant(matrix(1:4, 2)), matrix(1:4, 2))
  expect_value(k_constant(array(1:8, c(2, 2, 2))), array(1:8, c(2, 2, 2)))
  expect_value(k_constant(data.frame(a = 1:2, b = c(0.5, 1))), cbind(1:2, c(0.5, 1)))
  expect_value(k_identity(c(TRUE, FALSE)), c(TRUE, FALSE))
  expect_value(k_constant(c(one = 1, two = 2)), c(1, 2))
  expect_equal(dim(k_constant(numeric())), 0L)
  expect_equal(k_eval(k_constant(c(1, NA, Inf, -Inf))), c(1, NaN, Inf, -Inf))
  dtypes <- vapply(list(1.5, 1:2, TRUE), function(value) k_dtype(k_identity(value)), "")
  expect_equal(dtypes, c("float32", "int32", "bool"))
})

for_each_backend("constants, filled variables, sequences", {
  expect_value(k_constant(1:6, shape = c(2, 3)), matrix(1:6, 2, byrow = TRUE))
  expect_value(k_constant(3, shape = 2), c(3, 3))
  expect_value(k_zeros(c(2, 3)), matrix(0, 2, 3))
  expect_value(k_ones(list(2, 2), dtype = "int32"), matrix(1L, 2, 2))
  expect_value(k_ones(list()), 1)
  expect_value(k_eye(3), diag(3))
  expect_value(k_eye(c(2, 3)), diag(1, 2, 3))
  expect_value(k_zeros_like(matrix(1:4, 2)), matrix(0L, 2, 2))
  expect_value(k_ones_like(c(1, 2), dtype = "float64"), c(1, 1))
  expect_value(k_arange(4), 0:3)
  expect_value(k_arange(1, 10, 3), c(1L, 4L, 7L))
  expect_value(k_arange(0, 1, 0.25, dtype = "float32"), c(0, 0.25, 0.5, 0.75))
  expect_keras_error(k_constant(1:3, shape = c(2, 2)), "shape", c("k_constant()", "3 elements"))
})

for_each_backend("random variables repeat with a seed", {
  draw <- function(seed) k_get_value(k_random_normal_variable(c(50, 40), 1, 2, seed = seed))
  expect_equal(draw(1), draw(1))
  expect_false(isTRUE(all.equal(draw(1), draw(2))))
  expect_equal(mean(draw(1)), 1, tolerance = 0.15)
  expect_equal(sd(draw(1)), 2, tolerance = 0.1)
  uniform <- k_get_value(k_random_uniform_variable(1000, -1, 3, seed = 3))
  expect_true(all(uniform >= -1 & uniform < 3))
  expect_equal(mean(uniform), 1, tolerance = 0.15)
})

for_each_backend("placeholders with unknown sizes", {
  for (x in list(k_placeholder(shape = c(NA, 4)), k_placeholder(shape = list(NULL, 4)))) {
    expect_true(k_is_placeholder(x))
    expect_equal(k_int_shape(x), list(NULL, 4L))
    expect_equal(dim(x), c(NA, 4L))
  }
  expect_equal(k_ndim(k_placeholder(ndim = 3)), 3L)
  expect_equal(k_dtype(k_placeholder(shape = 2, dtype = "int32")), "int32")
  expect_keras_error(k_placeholder(), "argument", c("k_placeholder()", "`shape` or `ndim`"))
  expect_keras_error(k_placeholder(shape = c(2, 3), ndim = 1), "argument", "k_placeholder()")
  expect_keras_error(k_placeholder(shape = c(2, -3)), "argument", "k_placeholder()")
})

for_each_backend("queries", {
  x <- k_zeros(c(4, 3))
  expect_identical(k_int_shape(x), list(4L, 3L))
  expect_identical(k_get_variable_shape(x), list(4L, 3L))
  expect_identical(k_count_params(x), 12L)
  expect_identical(k_eval(k_shape(x)), c(4L, 3L))
  expect_identical(k_eval(k_size(x)), 12L)
  expect_identical(k_dtype(x), "float32")
  expect_identical(k_dtype(1.5), "float64")
  expect_true(k_is_tensor(x))
  expect_false(k_is_tensor(1))
  expect_false(k_is_variable(k_constant(1)))
  expect_false(k_is_variable("x"))
  expect_false(k_is_placeholder(x))
  expect_false(k_is_keras_tensor(x))
  expect_false(k_is_sparse(x))
  expect_value(k_to_dense(x), matrix(0, 4, 3))
  expect_keras_error(k_is_keras_tensor(1), "argument", "k_is_keras_tensor()")
  expect_keras_error(k_count_params(k_placeholder(shape = c(NA, 2))), "shape",
                     c("k_count_params()", "(NA, 2)"))
})

for_each_backend("cast and identity", {
  expect_value(k_cast(c(-1.7, 2.5), "int32"), c(-1L, 2L))
  expect_value(k_cast(c(0, 2), "bool"), c(FALSE, TRUE))
  for (dtype in c("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16",
                  "uint32", "uint64")) {
    tensor <- k_cast(c(1, 2), dtype)
    expect_equal(k_dtype(tensor), dtype)
    expect_value(tensor, c(1, 2))
  }
  expect_value(k_identity(c(1, 2)), c(1, 2))
  expect_keras_error(k_cast(1, "float31"), "dtype", c("k_cast()", "float31", "float32"))
})

for_each_backend("updates", {
  v <- k_variable(c(10, 20))
  expect_value(k_update(v, c(1, 2)), c(1, 2))
  expect_value(k_update_add(v, 1), c(2, 3))
  expect_value(k_update_sub(v, c(2, 0)), c(0, 3))
  expect_value(k_moving_average_update(v, c(4, 5), 0.75), c(1, 3.5))
  expect_value(v, c(1, 3.5))
  expect_keras_error(k_update(k_constant(1), 2), "dtype", c("k_update()", "must be a variable"))
  expect_keras_error(k_update(v, matrix(1, 2, 2)), "shape", "k_update()")
})

for_each_backend("NA is no name and no dtype", {
  expect_keras_error(k_variable(1, name = NA_character_), "argument", c("k_variable()", "`name` must be a string"))
  expect_keras_error(k_ones(2, name = NA), "argument", c("k_ones()", "`name` must be a string, not NA"))
  expect_keras_error(k_zeros(2, NA_character_), "dtype", c("k_zeros()", "`dtype`", "NA"))
})

for_each_backend("a dtype has only one name", {
  for (dtype in c("float", "double", "int", "integer", "numeric", "logical", "f4")) {
    expect_keras_error(k_variable(1, dtype = dtype), "dtype", c("k_variable()", dtype, "float32"))
    expect_keras_error(k_cast(k_ones(2), dtype), "dtype", c("k_cast()", dtype))
  }
})
