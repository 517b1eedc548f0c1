for_each_backend("an unknown backend is refused, and the current one stays", {
  before <- k_backend()
  expect_keras_error(use_backend("caffe"), "unknown_backend",
                     c("use_backend()", "caffe", "tensorflow", "theano", "cntk"))
  expect_equal(k_backend(), before)
  expect_keras_error(install_backend("caffe"), "unknown_backend", c("install_backend()", "caffe"))
})

test_that("using a tensor on the wrong backend is an error that names both backends", {
  for (name in backends) {
    other <- setdiff(c("tensorflow", "theano", "cntk"), name)[[1L]]
    x <- with_backend(name, k_ones(2))
    with_backend(other, {
      expect_keras_error(k_dot(k_ones(c(1, 2)), x), "backend_mismatch", c("k_dot()", name, other, "k_eval()"))
      expect_keras_error(k_ones(2) + x, "backend_mismatch", c("`+`", name, other))
      expect_keras_error(k_concatenate(list(k_ones(2), x)), "backend_mismatch",
                         c("k_concatenate()", name, other))
    })
  }
})

for_each_backend("wrong shapes name the function and the argument", {
  expect_keras_error(k_dot(k_ones(c(2, 3)), k_ones(c(2, 3))), "shape", c("k_dot()", "x", "y", "(2, 3)"))
  expect_keras_error(k_maximum(k_ones(c(2, 3)), k_ones(c(4, 5))), "shape",
                     c("k_maximum()", "(2, 3)", "(4, 5)"))
  expect_keras_error(k_ones(c(2, 3)) - matrix(1, 3, 3), "shape", c("`-`", "(3, 3)"))
  expect_keras_error(k_reshape(1:6, c(4, 2)), "shape", c("k_reshape()", "(4, 2)"))
})

for_each_backend("wrong dtypes name the function and the argument", {
  expect_keras_error(k_exp(k_ones(2, dtype = "int32")), "dtype", c("k_exp()", "x", "int32", "k_cast()"))
  expect_keras_error(k_abs(c(TRUE, FALSE)), "dtype", c("k_abs()", "bool"))
  expect_keras_error(k_ones(2) + k_ones(2, dtype = "float64"), "dtype", c("`+`", "float32", "float64"))
  expect_keras_error(k_ones(2, dtype = "int32") * 1.5, "dtype", c("`*`", "int32"))
  expect_keras_error(k_zeros(2, dtype = "complex"), "dtype", c("k_zeros()", "complex"))
})

for_each_backend("values that are not tensors", {
  expect_keras_error(k_variable("a"), "dtype", c("k_variable()", "value", "\"a\""))
  expect_keras_error(k_sum(c("a", "b")), "dtype", c("k_sum()", "character vector"))
  expect_keras_error(k_sum(1i), "dtype", c("k_sum()", "x"))
  expect_keras_error(k_sum(iris), "dtype", c("k_sum()", "Species"))
  expect_keras_error(k_sum(iris$Species), "dtype", c("k_sum()", "factor"))
  expect_keras_error(k_sum(mean), "dtype", c("k_sum()", "function"))
  expect_keras_error(k_sum(c(1L, NA)), "dtype", c("k_sum()", "NA"))
  expect_keras_error(k_sum(NULL), "dtype", c("k_sum()", "x"))
  expect_keras_error(k_ones(2) + "a", "dtype", c("`+`", "e2"))
  expect_keras_error(k_ones(2) + NULL, "dtype", "`+`")
})

for_each_backend("a placeholder without a value is named", {
  x <- k_placeholder(shape = c(NA, 2), name = "flowers")
  expect_keras_error(k_eval(x * 2), "placeholder", c("k_eval()", "flowers", "k_function()"))
  expect_keras_error(as.array(x), "placeholder", "flowers")
})

for_each_backend("tensors from before clear_session()", {
  old <- k_variable(matrix(1, 2, 2))
  k_clear_session()
  expect_keras_error(k_dot(old, old), "stale_tensor", c("k_dot()", "k_clear_session()"))
})

test_that("the error for a missing backend says how to install it", {
  output <- run_r(c(
    "library(keras)",
    "condition <- tryCatch(use_backend('cntk'), error = identity)",
    "cat(class(condition)[1:2], conditionMessage(condition), sep = '\\n')",
    "condition <- tryCatch(k_ones(2), error = identity)",
    "cat(class(condition)[1], conditionMessage(condition), sep = '\\n')"
  ), environment = paste0("KERAS_HOME=", withr::local_tempdir()))
  expect_equal(output[1:2], c("keras_error_not_installed", "keras_error"))
  expect_match(output[[3L]], "install_backend(\"cntk\")", fixed = TRUE)
  expect_equal(output[[4L]], "keras_error_not_installed")
  expect_match(output[[5L]], "install_backend(\"tensorflow\")", fixed = TRUE)
})

test_that("an interactive session asks whether to install", {
  script <- withr::local_tempfile(lines = c(
    "library(keras)", "message <- tryCatch(use_backend('cntk'), error = conditionMessage)", "2", "message"
  ))
  output <- r_process("R", c("--vanilla", "--interactive", "--no-readline", "--quiet"),
                      c(paste0("KERAS_HOME=", withr::local_tempdir()), "TESTTHAT=false"), stdin = script)
  output <- paste(output, collapse = "\n")
  expect_match(output, "\"cntk\" is not installed. Install it now?", fixed = TRUE)
  expect_match(output, "1: Yes", fixed = TRUE)
  expect_match(output, "install_backend(\\\"cntk\\\")", fixed = TRUE)

  # The answer is yes, so it tries to install, but there is no Python here.
  writeLines(c("library(keras)", "message <- tryCatch(use_backend('cntk'), error = conditionMessage)", "1",
               "message"), script)
  bare <- c(paste0(c("HOME=", "KERAS_HOME=", "PYENV_ROOT="), withr::local_tempdir()), "PATH=/usr/bin:/bin")
  output <- r_process("R", c("--vanilla", "--interactive", "--no-readline", "--quiet"),
                      c(bare, "TESTTHAT=false"), stdin = script)
  expect_match(paste(output, collapse = "\n"), "install_backend\\(\\): CNTK needs")
})

test_that("an error in an R function that Python calls is that R error, with its call", {
  call_back <- function(f, value) {
    keras:::call_shim("call_function", keras:::as_python_function(f, "f"), value)
  }
  expect_equal(call_back(function(x) x * 2, 21), 42)
  expect_equal(as.array(call_back(function(x) k_sum(x) + 1, k_constant(c(1, 2)))), 4)
  fail <- function(x) rlang::abort("mine", class = "my_error")
  condition <- expect_error(call_back(fail, 1), class = "my_error")
  expect_equal(conditionMessage(condition), "mine")
  condition <- expect_error(call_back(function(x) stop("theirs"), 1), "theirs")
  expect_equal(deparse(conditionCall(condition)), "f(args[[1L]])")
  expect_keras_error(call_back(function(x) k_dot(k_ones(c(2, 3)), k_ones(2)), 1), "shape", "k_dot()")
  expect_keras_error(call_back(function(x) "text", 1), "dtype", "value of an R function")
  interrupted <- tryCatch(call_back(function(x) rlang::interrupt(), 1), interrupt = function(i) "interrupted")
  expect_equal(interrupted, "interrupted")
  expect_keras_error(k_variable(1, constraint = "no"), "argument", c("k_variable()", "constraint"))
})

test_that("a Python error from elsewhere keeps its traceback", {
  condition <- tryCatch(keras:::call_shim("describe", 1), error = identity)
  expect_s3_class(condition, c("keras_error_python", "keras_error"))
  expect_match(conditionMessage(condition), "AttributeError")
  expect_match(condition$native, "Traceback")
})

test_that("the fields of a message are written in R's notation", {
  write <- function(kind, data, name = "value") {
    keras:::written(setNames(list(list(kind, data)), name), NULL)[[1L]]
  }
  expect_equal(write("axis", 2L), "3")
  expect_equal(write("axis", 0.5), "1.5")
  expect_equal(write("axis", -2L), "-2")
  expect_equal(write("axis", list(0L, -1L)), "c(1, -1)")
  expect_equal(write("position", 0L), "1")
  expect_equal(write("shape", list(NULL, 3L)), "c(NA, 3)")
  expect_equal(write("shape", list()), "c()")
  expect_equal(write("argument", list("tensors", 1L)), "`tensors[[2]]`")
  expect_equal(write("argument", list("tuples", 0L, 1L)), "`lists[[1]][[2]]`")
  expect_equal(write("value", NULL), "NULL")
  expect_equal(write("value", TRUE), "TRUE")
  expect_equal(write("value", list("theano", "cntk")), "c(\"theano\", \"cntk\")")
  expect_equal(write("value", list(1L, "a", NULL)), "list(1, \"a\", NULL)")
  expect_equal(write("type", list(type = "NoneType", value = NULL)), "NULL")
  expect_equal(write("choices", list("valid", "same")), "\"valid\", \"same\"")
  expect_equal(write("call", list(name = "install_backend", args = list("cntk"), kwargs = list(force = TRUE))),
               "`install_backend(\"cntk\", force = TRUE)`")
  filled <- keras:::filled
  expect_equal(filled("a {dict}", list()), "a named list")
  expect_equal(filled("{True} or {None}, {cast()} or {use_backend()}", list()),
               "TRUE or NULL, `k_cast()` or `use_backend()`")
})

test_that("paths, names and texts of libraries are left unchanged", {
  path <- "/home/me/run[1]/axis 2/None (3,)/cast() {axis}/w.npz"
  expect_keras_error(k_load_variables(path, k_variable(1)), "file", c("k_load_variables()", path))
  expect_equal(keras:::filled("{path} of {name}", list(path = path, name = "True {path}")),
               paste(path, "of True {path}"))
  x <- k_placeholder(2, name = "axis 0 None [1] {axis}")
  expect_keras_error(k_eval(x), "placeholder", "axis 0 None [1] {axis}")
})

test_that("values are described in R's terms, and shortened if long", {
  describe <- keras:::describe_value
  expect_equal(describe(1.5), "1.5")
  expect_equal(describe(NA_real_), "NA")
  expect_equal(describe(c("theano", "cntk")), "c(\"theano\", \"cntk\")")
  expect_equal(describe(1:100), "c(1L, 2L, 3L, 4L, 5L, ...), of length 100")
  expect_lt(nchar(describe(strrep("a", 1000))), 80)
  expect_equal(describe(list(1, "a", NULL)), "list(1, \"a\", NULL)")
  expect_equal(describe(list(iris)), "a list")
  expect_equal(describe(iris), "a data frame")
  expect_equal(describe(iris$Species), "a factor")
  expect_equal(describe(mean), "a function")
  expect_equal(describe(new.env()), "an environment")
  expect_equal(describe(matrix(1, 2, 3)), "a numeric matrix of size 2 x 3")
  expect_equal(describe(quote(x + y)), "an expression")
  expect_equal(keras:::describe_type(c("a", "b")), "the character vector c(\"a\", \"b\")")
})

test_that("a condition has the user's call and the fields of its message", {
  x <- k_ones(c(2, 3))
  condition <- expect_keras_error(k_sum(x, axis = 3), "shape", "`axis` 3 is out of range")
  expect_equal(conditionCall(condition), quote(k_sum(x, axis = 3)))
  expect_equal(condition$function_name, "k_sum()")
  expect_equal(condition$argument, "axis")
  expect_equal(condition$value, 3)
  expect_equal(condition$fields$axis, "3")
  condition <- expect_keras_error(k_cast(x, "flaot32"), "dtype", "Did you mean \"float32\"?")
  expect_equal(condition$value, "flaot32")
  # The call is the user's, however many functions it passes through.
  condition <- expect_error(lapply(5, function(i) k_sum(x, axis = i)), "`axis` 5", class = "keras_error_shape")
  expect_equal(conditionCall(condition), quote(k_sum(x, axis = i)))
  condition <- expect_error(do.call(k_sum, list(x, 5)), "`axis` 5", class = "keras_error_shape")
  expect_equal(condition$function_name, "k_sum()")
  condition <- expect_error(k_map_fn(function(row) k_sum(row, axis = 2), x), "`axis` 2", class = "keras_error_shape")
  expect_equal(conditionCall(condition), quote(k_sum(row, axis = 2)))
  condition <- expect_error(x + k_ones(4), "`e1` of shape c(2, 3)", fixed = TRUE)
  expect_equal(conditionCall(condition), quote(x + k_ones(4)))
  expect_keras_error(k_cast(x, new.env()), "argument", c("k_cast()", "`dtype`", "an environment"))
})

test_that("errors raised in R code have the fields, too", {
  with_backend(backends[[1L]], {
    x <- k_ones(c(2, 3))
    condition <- expect_keras_error(k_sum(x, axis = "rows"), "argument", "`axis` must be whole numbers, not \"rows\"")
    expect_equal(condition[c("function_name", "argument", "value")],
                 list(function_name = "k_sum()", argument = "axis", value = "rows"))
    expect_equal(conditionCall(condition), quote(k_sum(x, axis = "rows")))
    condition <- expect_keras_error(k_stack(list(x, "a")), "dtype", "`x[[2]]` must be a tensor")
    expect_equal(condition[c("argument", "value")], list(argument = "x[[2]]", value = "a"))
    condition <- expect_keras_error(x[3, 1], "shape", "index 1 is 3, out of bounds for an axis of size 2")
    expect_equal(condition[c("function_name", "argument", "value")],
                 list(function_name = "`[`", argument = "index 1", value = 3))
    condition <- expect_keras_error(rev(x), "shape", "`x` must have one dimension, not shape c(2, 3)")
    expect_equal(condition$fields$shape, "c(2, 3)")
    condition <- expect_keras_error(k_sum(iris), "dtype", "Species")
    expect_equal(condition$fields$columns, "Species")
    condition <- expect_keras_error(x$rank, "argument", "`rank`")
    expect_equal(condition$value, "rank")
    condition <- expect_keras_error(x + "a", "dtype", "`e2`")
    expect_equal(condition[c("argument", "value")], list(argument = "e2", value = "a"))
  })
})

test_that("an unknown name is refused with the accepted ones", {
  with_backend(backends[[1L]], {
    condition <- expect_keras_error(install_backend("theano", method = "cnda"), "argument",
                                    c("install_backend()", "`method`", "\"cnda\"", "Did you mean \"conda\"?"))
    expect_equal(condition$value, "cnda")
    expect_keras_error(use_implementation("plaidml"), "argument", c("`implementation`", "\"plaidml\""))
    expect_keras_error(image_to_array(array(0, c(1, 1, 1)), "middle"), "argument",
                       c("image_to_array()", "`data_format`", "\"channels_last\" or \"channels_first\"", "\"middle\""))
  })
})

test_that("the user's values are not read as templates", {
  condition <- expect_error(
    keras:::abort("argument", "{name} is {value}", name = "{value} of {True}", value = "{name}"),
    class = "keras_error_argument"
  )
  expect_match(conditionMessage(condition), "{value} of {True} is \"{name}\"", fixed = TRUE)
})
