m <- matrix(c(1.5, -2, 3, 0.25, 5, -6), 2)

for_each_backend("arithmetic, with numbers and arrays on both sides", {
  x <- k_constant(m)
  n <- matrix(c(2, 0.5, -1, 4, 1, 3), 2)
  y <- k_constant(n)
  for (operator in c("+", "-", "*", "/", "%%", "%/%", "==", "!=", "<", "<=", ">", ">=")) {
    f <- get(operator)
    expect_value(f(x, y), f(m, n))
    expect_value(f(x, n), f(m, n))
    expect_value(f(m, y), f(m, n))
    expect_value(f(x, 2), f(m, 2))
    expect_value(f(2, y), f(2, n))
  }
  expect_value(abs(x)^2, abs(m)^2)
  expect_value(2^x, 2^m)
  expect_value(-x, -m)
  expect_value(+x, m)
  flags <- k_constant(m > 0, dtype = "bool")
  expect_value(!flags, !(m > 0))
  expect_value(flags & (x < 4), m > 0 & m < 4)
  expect_value(flags | (x < -5), m > 0 | m < -5)
}, among = every_backend())

for_each_backend("matrix products, with vectors as rows or columns", {
  x <- k_constant(m)
  v <- k_constant(c(1, 2, 3))
  w <- c(1, 2, 3)
  expect_value(x %*% t(m), m %*% t(m))
  expect_value(t(m) %*% x, t(m) %*% m)
  expect_value(x %*% w, m %*% w)
  expect_value(x %*% v, m %*% w)
  expect_value(c(1, 2) %*% x, c(1, 2) %*% m)
  expect_value(v %*% v, w %*% w)
  expect_value(v %*% t(c(4, 5)), w %*% t(c(4, 5)))
  expect_value(t(v) %*% 1:3, t(w) %*% 1:3)
  expect_value(x %*% as.data.frame(t(m)), m %*% t(m))
  expect_value(crossprod(x), crossprod(m))
  expect_value(crossprod(m, x), crossprod(m))
  expect_value(crossprod(x, c(1, 2)), crossprod(m, c(1, 2)))
  expect_value(crossprod(v), crossprod(w))
  expect_value(tcrossprod(x), tcrossprod(m))
  expect_value(tcrossprod(v), tcrossprod(w))
  expect_value(tcrossprod(v, c(4, 5)), tcrossprod(w, c(4, 5)))
  expect_keras_error(x %*% x, "shape", "(2, 3)")
  expect_keras_error(x %*% "a", "dtype", c("`%*%`", "y"))
  expect_keras_error(crossprod(k_ones(c(2, 2, 2))), "shape", c("crossprod()", "(2, 2, 2)"))
  expect_equal(m %*% c(1, 1, 1), matrix(rowSums(m)))
  expect_equal(crossprod(m), t(m) %*% m)
  expect_equal(tcrossprod(m, m), m %*% t(m))
}, among = every_backend())

for_each_backend("operators with data frames", {
  x <- k_constant(m)
  frame <- as.data.frame(m)
  expect_value(x + frame, m + m)
  expect_value(frame / x, m / m)
  expect_value(frame > x, m > m)
  expect_keras_error(x * data.frame(a = c("u", "v")), "dtype", c("`*`", "a"))
  # Operators on two data frames remain base R's.
  expect_equal(frame * 2, as.data.frame(m * 2))
  expect_equal(1 - frame, as.data.frame(1 - m))
  expect_equal(-frame, as.data.frame(-m))
  expect_equal(frame == frame, frame - frame == 0)
  expect_error(frame + data.frame(a = 1), "equally-sized")
})

for_each_backend("the group generic Math", {
  x <- k_constant(m)
  for (name in c("abs", "sign", "exp", "sin", "cos", "tan", "tanh", "floor", "ceiling", "trunc", "round")) {
    expect_value(get(name)(x), get(name)(m))
  }
  positive <- abs(m)
  for (name in c("sqrt", "log", "log2", "log10", "log1p")) {
    expect_value(get(name)(k_constant(positive)), get(name)(positive))
  }
  expect_value(log(k_constant(positive), 3), log(positive, 3))
  expect_value(cumsum(k_constant(c(1, 2, 3))), c(1, 3, 6))
  expect_value(cumprod(k_constant(c(1, 2, 3))), c(1, 2, 6))
  expect_keras_error(cumsum(x), "shape", c("cumsum()", "(2, 3)", "k_cumsum"))
  expect_keras_error(gamma(x), "argument", c("gamma()", "sqrt()"))
  expect_keras_error(round(x, 2), "argument", c("round()", "digits"))
}, among = every_backend())

# Base R's values for float32 and float64. The smallest numbers of some engines are 0 (docs/semantics.md).
for_each_backend("functions of Math agree with base R at the limits and near 0", {
  x <- c(0, Inf, -Inf, NaN, 0.5, -0.5, 1.5, -1.5, 1e-3, -1e-3, 1e-7, -1e-7, 1e-20, -1e-20, 1e5, -1e5, 2^24 + 2, -2^24,
         1e30, -1e30, 0.75, -0.75, 20, -20)
  stored <- list(float32 = readBin(writeBin(x, raw(), 4L), "double", length(x), 4L), float64 = x)
  precision <- c(float32 = 2^-23, float64 = 2^-52)
  names <- c("floor", "ceiling", "trunc", "round", "abs", "sign", "log", "log1p", "log2", "log10", "exp", "tanh", "sin",
             "cos", "tan")
  for (dtype in names(stored)) {
    x <- stored[[dtype]]
    # A placeholder, so that the functions are compiled.
    tensor <- k_placeholder(shape = NA, dtype = dtype)
    compiled <- k_function(list(tensor), lapply(names, function(name) get(name)(tensor)))
    values <- setNames(compiled(list(x)), names)
    for (name in names) {
      f <- get(name)
      value <- values[[name]]
      expected <- suppressWarnings(f(x))
      exact <- name %in% c("floor", "ceiling", "trunc", "round", "abs", "sign")
      if (dtype == "float32") {
        expected <- suppressWarnings(readBin(writeBin(expected, raw(), 4L), "double", length(x), 4L))
      }
      expect_identical(is.nan(value), is.nan(expected), label = paste(name, dtype))
      infinite <- is.infinite(expected) | is.nan(expected)
      expect_identical(value[infinite], expected[infinite], label = paste(name, dtype))
      distance <- abs(value - expected)[!infinite] / pmax(abs(expected[!infinite]), 1e-300)
      expect_lte(max(distance), if (exact) 0 else 8 * precision[[dtype]], label = paste(name, dtype))
    }
  }
  expect_identical(1 / k_eval(trunc(k_constant(-0.5))), -Inf)  # -0
  counts <- k_constant(c(-3L, 5L), dtype = "int32")
  for (f in list(floor, ceiling, trunc)) {
    expect_identical(k_eval(f(counts)), c(-3L, 5L))
  }
}, among = every_backend())

for_each_backend("log2 and log10 of powers are whole, and log() accepts what base R's does", {
  for (dtype in c("float32", "float64")) {
    n <- if (dtype == "float32") -37:38 else c(-307:-1, 0:308)
    expect_identical(k_eval(log10(k_constant(10^n, dtype = dtype))), as.double(n))
    expect_identical(k_eval(log(k_constant(10^n, dtype = dtype), base = 10L)), as.double(n))
    n <- if (dtype == "float32") -126:127 else -1022:1023
    expect_identical(k_eval(log2(k_constant(2^n, dtype = dtype))), as.double(n))
  }
  x <- k_constant(c(1.5, 10), dtype = "float64")
  expect_value(log10(x + 1e-12), log10(c(1.5, 10) + 1e-12), tolerance = 1e-15)
  expect_value(log(x, c(3, 4)), log(c(1.5, 10), c(3, 4)))
  expect_value(log(x, x), c(1, 1))
  expect_value(log(x, bit64::as.integer64(3)), log(c(1.5, 10), 3))
  expect_keras_error(log(x, "a"), "dtype", c("log()", "`base`"))
  expect_keras_error(log(x, NULL), "dtype", c("log()", "`base`"))
  expect_keras_error(log(x, as.Date("2020-01-01")), "dtype", c("log()", "`base`", "Date"))
  expect_keras_error(round(x, "a"), "argument", c("round()", "digits"))
}, among = every_backend())

for_each_backend("gradients of log1p, log2 and floor", {
  x <- k_constant(c(1e-9, 0.25, 3, -0.5), dtype = "float64")
  v <- c(1e-9, 0.25, 3, -0.5)
  gradient <- k_gradients(k_sum(log1p(x)), list(x))[[1L]]
  expect_value(gradient, 1 / (1 + v), tolerance = 1e-14)
  expect_value(k_gradients(k_sum(gradient), list(x))[[1L]], -1 / (1 + v)^2, tolerance = 1e-14)
  y <- k_constant(c(8, 10), dtype = "float64")
  expect_value(k_gradients(k_sum(log2(y)), list(y))[[1L]], 1 / (c(8, 10) * log(2)), tolerance = 1e-14)
  expect_value(k_gradients(k_sum(floor(y) * y), list(y))[[1L]], c(8, 10))
}, among = every_backend())

for_each_backend("numbers in a summary beside a tensor mean what they mean elsewhere", {
  x <- k_constant(m)
  i <- k_constant(c(1L, 7L), dtype = "int32")
  flags <- k_constant(c(TRUE, FALSE), dtype = "bool")
  five <- bit64::as.integer64(5)
  expect_value(sum(x, five), sum(m) + 5)
  expect_value(prod(x, five), prod(m) * 5)
  expect_value(max(i, five * 2L), 10)
  expect_value(range(x, five * 4L), range(m, 20))
  expect_silent(expect_value(max(x, NULL), max(m)))
  expect_silent(expect_value(min(i, integer()), 1))
  expect_silent(expect_value(any(flags, 0), TRUE))
  expect_value(all(flags, TRUE), FALSE)
  expect_value(max(x, data.frame(a = c(1, 50))), 50)
  expect_value(sum(x, NaN), NaN)
  for (code in list(quote(sum(x, NA)), quote(max(i, NA_integer_)), quote(all(flags, NA)), quote(any(flags, NaN)),
                    quote(sum(x, factor("a"))), quote(max(x, as.Date("2020-01-01"))), quote(range(x, "a")),
                    quote(prod(x, list(1))), quote(max(x, as.difftime(1, units = "secs"))))) {
    condition <- tryCatch(eval(code), condition = identity)
    expect_s3_class(condition, "keras_error_dtype")
    expect_match(conditionMessage(condition), "argument 2", fixed = TRUE, label = deparse(code))
  }
  expect_keras_error(sum(x, NA), "dtype", c("sum()", "NA"))
  expect_value(range(x, finite = FALSE), range(m))
  expect_keras_error(range(x, finite = TRUE), "argument", c("range()", "`finite` must be FALSE"))
}, among = every_backend())

for_each_backend("the group generic Summary, and mean and t", {
  x <- k_constant(m)
  for (name in c("max", "min", "sum", "prod", "range", "mean", "t")) {
    expect_value(get(name)(x), get(name)(m))
  }
  expect_value(max(x, 9), 9)
  expect_value(sum(x, x, 1), 2 * sum(m) + 1)
  expect_value(any(x > 4), TRUE)
  expect_value(all(x > 4), FALSE)
  expect_keras_error(sum(x, na.rm = TRUE), "argument", c("sum()", "na.rm"))
}, among = every_backend())

for_each_backend("shape and values", {
  x <- k_constant(m)
  expect_identical(dim(x), c(2L, 3L))
  expect_identical(length(x), 6L)
  expect_null(dim(k_constant(1)))
  expect_identical(length(k_constant(1)), 1L)
  expect_identical(length(k_placeholder(shape = c(NA, 3))), NA_integer_)
  expect_equal(as.array(x), m)
  expect_equal(as.matrix(x), m)
  expect_equal(as.matrix(k_constant(c(1, 2))), matrix(c(1, 2)))
  expect_keras_error(as.matrix(k_ones(c(2, 2, 2))), "shape", c("as.matrix()", "(2, 2, 2)"))
  expect_equal(as.vector(x), as.vector(m))
  expect_equal(as.numeric(x), as.vector(m))
  expect_identical(as.integer(k_constant(c(1, 2))), 1:2)
  expect_identical(as.logical(k_constant(c(1, 0))), c(TRUE, FALSE))
}, among = every_backend())

for_each_backend("printing", {
  x <- k_constant(m)
  expect_equal(format(x), paste0("<", k_backend(), " constant: float32, shape (2, 3)>"))
  expect_equal(capture.output(print(x)), c(format(x), capture.output(print(m))))
  expect_equal(capture.output(str(x)), paste0(" ", format(x)))
  w <- k_variable(1, name = "w")
  expect_equal(format(w), paste0("<", k_backend(), " variable 'w': float32, shape ()>"))
  expect_equal(capture.output(x * 2), format(x * 2))
  expect_length(capture.output(print(k_zeros(c(20, 20)))), 1)
  open <- k_placeholder(shape = c(NA, 3), dtype = "int32", name = "p")
  expect_output(print(open), "placeholder 'p': int32, shape (NA, 3)", fixed = TRUE)
}, among = every_backend())

for_each_backend("operators work on the tensor's own backend", {
  x <- k_constant(m)
  suppressMessages(use_backend(setdiff(c("tensorflow", "theano", "cntk"), k_backend())[[1L]]))
  expect_equal(as.array(sum(x[1, ] * 2 + 1)), sum(m[1, ] * 2 + 1))
})

for_each_backend("pipes", {
  expect_equal(m |> k_dot(diag(3)) |> k_softmax() |> k_sum() |> k_eval(), 2, tolerance = 1e-6)
}, among = every_backend())

for_each_backend("all.equal compares values", {
  x <- k_constant(m)
  expect_true(all.equal(x, m))
  expect_true(all.equal(x * 2, x + x))
  expect_match(all.equal(x, m + 1), "difference", all = FALSE)
  expect_false(isTRUE(all.equal(x, t(m))))
  expect_keras_error(all.equal(m, x), "argument", c("all.equal()", "first argument"))
  expect_keras_error(all.equal(c(1, 2), k_constant(c(1, 2))), "argument", c("all.equal()", "first argument"))
  expect_keras_error(all.equal(1:2, k_constant(c(1, 2))), "argument", c("all.equal()", "first argument"))
  expect_keras_error(all.equal(list(1), list(k_constant(1))), "argument", c("all.equal()", "first argument"))
  expect_true(all.equal(list(k_constant(1)), list(1)))
}, among = every_backend())

for_each_backend("all.equal: the tolerance is that of the dtype, and names do not count", {
  expect_true(all.equal(k_constant(c(0.1, 0.3)), c(0.1, 0.3)))
  expect_true(all.equal(k_constant(c(0.1, 0.3)), c(a = 0.1, b = 0.3)))
  expect_true(all.equal(k_constant(c(0.1, 0.3), dtype = "float16"), c(0.1, 0.3)))
  expect_false(isTRUE(all.equal(k_constant(c(0.1, 0.3), dtype = "float64"), c(0.1, 0.3 + 1e-7))))
  expect_false(isTRUE(all.equal(k_constant(c(0.1, 0.3)), c(0.1, 0.31))))
  expect_false(isTRUE(all.equal(k_constant(c(0.1, 0.3)), c(0.1, 0.30001), tolerance = 1e-6)))
  expect_true(all.equal(k_constant(m), as.data.frame(m)))
  expect_true(all.equal(k_constant(c(TRUE, FALSE), dtype = "bool"), c(TRUE, FALSE)))
  expect_keras_error(all.equal(k_constant(1), "a"), "dtype", c("all.equal()", "current"))
})

test_that("methods are registered for users, not only for functions of the package", {
  generics <- c("Ops", "Math", "Summary", "mean", "t", "[", "dim", "length", "as.array", "as.matrix",
                "as.vector", "as.double", "as.integer", "as.logical", "all.equal", "format", "print", "str")
  for (generic in generics) {
    method <- getS3method(generic, "keras_tensor", optional = TRUE, envir = globalenv())
    expect_true(is.function(method), label = generic)
  }
})

test_that("what is printed is the same on every backend but for its name", {
  printed <- function(name) {
    lines <- with_backend(name, {
      k_clear_session()
      x <- k_placeholder(shape = c(NA, 3), name = "x")
      capture.output({
        print(k_variable(matrix(1:6, 2), name = "weights"))
        print(k_constant(c(TRUE, FALSE), dtype = "bool"))
        print(k_constant(2.5, dtype = "float64"))
        print(k_variable(Matrix::Diagonal(2), name = "few"))
        print(x)
        print(k_ones(c(20, 20), name = "large"))
        print(x * 2)
        str(list(a = k_constant(1), b = x))
        print(k_function(list(x), list(x * 2, k_sum(x))))
        print(k_unstack(k_zeros(c(2, 1), name = "pair")))
      })
    })
    gsub(name, "backend", lines)
  }
  all <- lapply(backends, printed)
  for (lines in all) {
    expect_equal(lines, all[[1L]])
  }
  expect_snapshot(writeLines(all[[1L]]), cran = TRUE)
})

test_that("Python classes that R code tests for by name exist", {
  known <- c(keras:::kept_classes,
             sub("^r_to_py[.]", "", grep("^r_to_py[.]pyshim", ls(asNamespace("keras")), value = TRUE)))
  for (name in known) {
    module <- reticulate::import(sub("[.][^.]*$", "", name), convert = FALSE)
    expect_true(reticulate::py_has_attr(module, sub(".*[.]", "", name)), label = name)
  }
})

for_each_backend("tensors and functions inherit from classes that R code tests for", {
  x <- k_variable(1)
  expect_s3_class(x, c("keras_tensor", "pyshim.tensors.OfGraph"))
  expect_identical(reticulate::r_to_py(x), x)
  expect_s3_class(attr(k_function(list(), list(x)), "compiled"), "pyshim.tensors.OfGraph")
})
