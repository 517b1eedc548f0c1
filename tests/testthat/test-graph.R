for_each_backend("k_function() is given the value of a computed tensor", {
  x <- k_placeholder(c(NA, 2))
  hidden <- x * 2
  top <- k_function(list(hidden), list(k_square(hidden)))
  expect_equal(top(list(matrix(1:4, 2)))[[1]], matrix(1:4, 2)^2)
})

for_each_backend("a function of placeholders", {
  x <- k_placeholder(shape = c(NA, 2))
  y <- k_placeholder(shape = 2)
  f <- k_function(list(x, y), list(x * y, k_sum(x)))
  expect_s3_class(f, "keras_function")
  m <- matrix(1:6, 3)
  expect_equal(f(list(m, c(10, 100))), list(m %*% diag(c(10, 100)), 21))
  expect_equal(f(list(as.data.frame(m), c(1, 1)))[[2L]], 21)
  expect_equal(f(list(m[1:2, ], c(1, 1)))[[2L]], sum(m[1:2, ]))
  one <- k_function(x, x + 1)
  expect_equal(one(list(m)), m + 1)
  expect_equal(k_function(list(), list(k_constant(1)))(), list(1))
})

for_each_backend("a function prints its inputs and outputs", {
  x <- k_placeholder(shape = c(NA, 2), name = "flowers")
  f <- k_function(list(x), list(k_sum(x, axis = 2)))
  expect_equal(format(f), c(
    paste0("<", k_backend(), " function>"),
    "  input  'flowers': float32, shape (NA, 2)",
    "  output float32, shape (NA)"
  ))
  expect_output(print(f), "input  'flowers'", fixed = TRUE)
})

for_each_backend("updates use the values from before the call", {
  a <- k_variable(1)
  b <- k_variable(10)
  f <- k_function(list(), list(a + b), updates = list(k_update(a, b), list(b, a)))
  expect_equal(f(list()), list(11))
  expect_equal(k_batch_get_value(list(a, b)), list(10, 1))
  f(list())
  expect_equal(k_batch_get_value(list(a, b)), list(1, 10))
  expect_keras_error(k_function(list(), list(a), updates = list(k_update(a, 1), k_update(a, 2))), "argument",
                     c("k_function()", "second time"))
})

for_each_backend("errors of functions", {
  x <- k_placeholder(shape = c(NA, 2), name = "x")
  f <- k_function(list(x), list(x * 2))
  expect_keras_error(f(list(matrix(1, 2, 3))), "shape",
                     c("k_function()", "`inputs[[1]]` (x)", "(2, 3)", "(NA, 2)"))
  expect_keras_error(f(list()), "argument", c("k_function()", "1 inputs"))
  expect_keras_error(f(matrix(1, 1, 2)), "argument", c("k_function()", "list of the values of the function's inputs"))
  expect_keras_error(f(list(matrix("a", 1, 2))), "dtype", "character")
  expect_keras_error(k_function(list(), list(x)), "placeholder", c("k_function()", '"x"'))
  expect_keras_error(k_function(list(k_constant(1)), list(x)), "argument", c("k_function()", "inputs[[1]]"))
  expect_keras_error(k_function(list(x), list(x), givens = 1), "argument", "givens")
})

for_each_backend("gradients", {
  w <- k_variable(c(1, 2, 3))
  b <- k_variable(0.5)
  loss <- k_sum(k_square(w * 2 + b))
  gradients <- k_gradients(loss, list(w, b))
  inner <- 2 * c(1, 2, 3) + 0.5
  expect_value(gradients[[1L]], 4 * inner)
  expect_value(gradients[[2L]], sum(2 * inner))
  expect_value(k_gradients(loss, w)[[1L]], 4 * inner)
  expect_value(k_gradients(k_sum(w * k_stop_gradient(w)), w)[[1L]], c(1, 2, 3))
  expect_length(k_stop_gradient(list(w, b)), 2)
  other <- k_variable(1, name = "lonely")
  expect_keras_error(k_gradients(loss, list(w, other)), "gradient",
                     c("k_gradients()", "variables[[2]]", "lonely"))
})

for_each_backend("eager and symbolic", {
  values <- list()
  norm <- k_eager(function(x, root = TRUE) {
    total <- k_sum(k_square(x))
    values$total <<- as.array(total)
    as.array(if (root) sqrt(total) else total)
  })
  expect_equal(norm(c(3, 4)), 5)
  expect_equal(values$total, 25)
  expect_equal(norm(c(3, 4), root = FALSE), 25)
  v <- k_variable(1)
  k_eager(function() k_update_add(v, 5))()
  expect_equal(k_get_value(v), 6)
  expect_keras_error(k_eager(function() k_placeholder(2))(), "eager", c("k_placeholder()", "k_eager()"))
  expect_true(k_eager(function() k_is_placeholder(k_symbolic(function() k_placeholder(2))()))())
  expect_true(k_is_placeholder(k_placeholder(2)))
  expect_keras_error(k_eager(3), "argument", c("k_eager()", "func"))
})

for_each_backend("an R error inside eager is that R error, and ends eager", {
  failing <- k_eager(function() stop("mine"))
  condition <- expect_error(failing(), "mine", fixed = TRUE)
  expect_s3_class(condition, "simpleError")
  expect_s3_class(k_placeholder(2), "keras_tensor")
})

for_each_backend("name scopes", {
  expect_match(format(with(k_name_scope("a"), k_variable(1, name = "w"))), "'a/w'", fixed = TRUE)
  expect_error(with(k_name_scope("b"), stop("inside")), "inside")
  expect_match(format(k_variable(1, name = "w")), "'w'", fixed = TRUE)
})

for_each_backend("control dependencies", {
  v <- k_variable(1)
  y <- with(k_control_dependencies(list(k_update_add(v, 1))), v * 10)
  expect_equal(k_eval(y), 20)
  expect_equal(k_get_value(v), 2)
})

for_each_backend("clear_session drops tensors and functions of the backend", {
  v <- k_variable(1)
  x <- k_placeholder(shape = 1)
  f <- k_function(list(x), list(x))
  k_clear_session()
  expect_keras_error(k_eval(v), "stale_tensor", c("k_eval()", "k_clear_session()"))
  expect_keras_error(f(list(array(1, 1))), "stale_tensor", "k_function()")
  expect_keras_error(v + 1, "stale_tensor", "`+`")
  expect_output(print(v), "gone")
})

for_each_backend("the gradient with respect to what does not contribute is 0", {
  x <- k_variable(c(-1, 0, 4))
  gradient <- function(y) as.vector(k_eval(k_gradients(k_sum(y), list(x))[[1]]))
  expect_equal(gradient(k_sqrt(k_relu(x))), c(0, 0, 0.25))
  expect_equal(gradient(k_sqrt(k_max(x) - 4)), c(0, 0, Inf))
  expect_equal(gradient(k_switch(x > 0, k_log(x), x)), c(1, 1, 0.25))
  expect_equal(gradient(k_std(x * 0)), c(0, 0, 0))
})

for_each_backend("one graph has the same values on several backends", {
  name <- k_backend()
  x <- k_placeholder(shape = c(NA, 2))
  w <- k_variable(c(1, 2))
  k_set_value(w, c(3, -1))
  y <- k_map_fn(function(row) k_sum(row * w), x)
  compared <- k_compare_backends(y, list(list(x, matrix(1:4, 2))), backends = c(name, "numpy"))
  expect_s3_class(compared, c("keras_comparison", "data.frame"))
  expect_named(compared, c("backend", "absolute", "relative", "seconds"))
  expect_equal(compared$backend, unique(c(name, "numpy")))
  expect_true(all(compared$absolute < 1e-5) && all(compared$seconds > 0))
  for (values in attr(compared, "values")) {
    expect_equal(as.vector(values), c(0, 2), tolerance = 1e-6)
  }
  expect_output(print(compared), "absolute")
  expect_keras_error(k_compare_backends(3), "argument", c("k_compare_backends()", "`outputs[[1]]`"))
  expect_keras_error(k_compare_backends(y, x), "argument", "`feeds` must be a list of lists")
  expect_keras_error(k_compare_backends(y, backends = name), "placeholder", "k_compare_backends()")
})
