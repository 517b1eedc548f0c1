for_each_backend("values of variables come back on every backend", {
  path <- withr::local_tempfile(fileext = ".npz")
  m <- matrix(c(1.5, 2, -3, NaN, Inf, 6), 2)
  k_save_variables(path, w = k_variable(m), n = k_variable(7L, dtype = "int64"),
                   flag = k_variable(TRUE, "bool"), half = k_variable(c(0.5, 2), dtype = "float16"))
  expect_equal(dir(dirname(path), basename(path), all.files = TRUE), basename(path))
  for (name in c("tensorflow", "theano", "cntk")) {
    with_backend(name, {
      loaded <- k_load_variables(path)
      expect_named(loaded, c("w", "n", "flag", "half"))
      expect_match(format(loaded$w), paste0("<", name, " variable 'w'"), fixed = TRUE)
      expect_equal(vapply(loaded, k_dtype, ""),
                   c(w = "float32", n = "int64", flag = "bool", half = "float16"))
      expect_value(loaded$w, m)
      expect_identical(k_get_value(loaded$n), 7)
      expect_true(k_get_value(loaded$flag))
      expect_value(loaded$half, c(0.5, 2))
    })
  }
})

for_each_backend("variables take names from the call, from the list, or their own", {
  path <- withr::local_tempfile()
  w <- k_variable(1, name = "w")
  v <- k_variable(2, name = "größe/v")
  expect_invisible(expect_null(k_save_variables(path, w, v)))
  expect_named(k_load_variables(path), c("w", "größe/v"))
  k_save_variables(path, x = w, list(y = v, k_variable(3, name = "z")))
  expect_named(k_load_variables(path), c("x", "y", "z"))
  weights <- list(a = w, b = v)
  k_save_variables(path, weights)
  k_batch_set_value(list(list(w, 0), list(v, 0)))
  expect_invisible(expect_null(k_load_variables(path, weights)))
  expect_equal(k_batch_get_value(list(w, v)), list(1, 2))
  k_load_variables(path, b = w)
  expect_equal(k_get_value(w), 2)
  k_save_variables(path = path, p = w)
  expect_named(k_load_variables(path), "p")
})

for_each_backend("variables without a name take that of the R variable", {
  path <- withr::local_tempfile()
  w <- k_variable(c(1, 2))
  b <- k_variable(3)
  net <- list(scale = k_variable(4), second = list(k_variable(5)))
  k_save_variables(path, w, b, net$scale, net[["second"]][[1]])
  expect_named(k_load_variables(path), c("w", "b", "net$scale", "net[[\"second\"]][[1]]"))
  k_batch_set_value(list(list(w, c(0, 0)), list(b, 0), list(net$scale, 0)))
  k_load_variables(path, w, b, net$scale)
  expect_equal(k_batch_get_value(list(w, b, net$scale)), list(c(1, 2), 3, 4))
  # Inside a function, the name is that of the function's argument.
  save <- function(weights, ...) k_save_variables(path, weights, ...)
  save(w, b)
  expect_named(k_load_variables(path), c("weights", "b"))
  expect_keras_error(k_save_variables(path, w, w), "argument", "\"w\"")
})

for_each_backend("sparse variables are saved as such", {
  path <- withr::local_tempfile()
  m <- matrix(c(0, 2, 0, 0, 0, 3), 2)
  k_save_variables(path, s = k_variable(Matrix::Matrix(m, sparse = TRUE)))
  s <- k_load_variables(path)$s
  expect_true(k_is_sparse(s))
  expect_value(k_to_dense(s), m)
  expect_keras_error(k_load_variables(path, s = s), "argument", c("k_load_variables()", "sparse"))
})

for_each_backend("either all variables change or none does", {
  path <- withr::local_tempfile()
  w <- k_variable(c(8, 9))
  k_save_variables(path, w = k_variable(c(1, 2)), b = k_variable(3))
  expect_keras_error(k_load_variables(path, w = w, c = k_variable(1)), "argument",
                     c("k_load_variables()", '"c"', '"w", "b"'))
  expect_keras_error(k_load_variables(path, w = w, b = k_variable(c(1, 2))), "shape", c('"b"', "(2)"))
  expect_keras_error(k_load_variables(path, w = w, b = k_variable(1L, "int32")), "dtype",
                     c("float32", "int32"))
  expect_value(w, c(8, 9))
})

for_each_backend("errors of saving and loading", {
  folder <- withr::local_tempdir()
  path <- file.path(folder, "w.npz")
  w <- k_variable(1, name = "w")
  expect_keras_error(k_save_variables(path), "argument", c("k_save_variables()", "No variables"))
  expect_keras_error(k_save_variables(path, w, w), "argument", c("\"w\"", "Name each"))
  expect_keras_error(k_save_variables(path, list(a = w), a = w), "argument", "\"a\"")
  expect_keras_error(k_save_variables(path, a = w + 1), "dtype", "saved and loaded, not <")
  expect_keras_error(k_save_variables(path, a = 1), "dtype", c("Only variables", "not 1"))
  expect_keras_error(k_save_variables(path, "a:rows" = w), "argument", "a:rows")
  expect_keras_error(k_save_variables(c(path, path), w), "argument", "path")
  for (call in list(quote(k_save_variables(NA_character_, w)), quote(k_load_variables(NA_character_)))) {
    expect_keras_error(eval(call), "argument", "`path` must be the path of a file, a string, not NA")
  }
  for (call in list(quote(k_save_variables(path, p = w)), quote(k_load_variables(path, p = w)))) {
    expect_keras_error(eval(call), "argument", c("a string, not a tensor", "`path = path, p = w`"))
  }
  expect_keras_error(k_save_variables(file.path(folder, "none", "w.npz"), w), "file",
                     c("none", "Make it first"))
  expect_keras_error(k_load_variables(path), "file", c("k_load_variables()", path, "No such file"))
  expect_length(dir(folder, all.files = TRUE, no.. = TRUE), 0)
  k_save_variables(path, w)
  size <- file.size(path)
  bytes <- readBin(path, "raw", size)
  writeBin(bytes[seq_len(size - 30)], path)
  expect_keras_error(k_load_variables(path), "file", c(path, "not a complete file"))
  saveRDS(1, path)
  expect_keras_error(k_load_variables(path), "file", "not a complete file")
})

test_that("the home folder, and a file from NumPy", {
  withr::local_envvar(HOME = withr::local_tempdir())
  numpy <- reticulate::import("numpy", convert = FALSE)
  numpy$savez(path.expand("~/numpy.npz"), x = numpy$arange(3L))
  with_backend("theano", {
    loaded <- k_load_variables("~/numpy.npz")
    expect_equal(k_dtype(loaded$x), "int64")
    expect_value(loaded$x, 0:2)
    k_save_variables("~/mine.npz", loaded)
    expect_true(file.exists(file.path(Sys.getenv("HOME"), "mine.npz")))
    back <- reticulate::py_to_r(numpy$load(path.expand("~/mine.npz"))["x"])
    expect_equal(as.vector(back), 0:2)
  })
})

test_that("non-ASCII names, saved and loaded in the C locale", {
  path <- withr::local_tempfile(fileext = ".npz")
  output <- run_r(c(
    "library(keras); invisible(use_backend('numpy'))",
    "w <- k_variable(c(1, 2), name = 'gr\\u00f6\\u00dfe')", "given <- setNames(list(k_variable(3)), '\\u00e4\\u2713')",
    sprintf("k_save_variables('%s', w, given)", path), sprintf("k_load_variables('%s', w)", path),
    sprintf("loaded <- k_load_variables('%s')", path),
    "cat(names(loaded) == c('gr\\u00f6\\u00dfe', '\\u00e4\\u2713'), k_get_value(loaded[[2L]]), '\\n')"
  ), "LC_ALL=C")
  expect_equal(tail(output, 1L), "TRUE TRUE 3 ")
  with_backend("numpy", expect_named(k_load_variables(path), c("gr\u00f6\u00dfe", "\u00e4\u2713")))
})

test_that("text and paths that are not ASCII, in the C locale: as bytes of a script, and marked as UTF-8", {
  folder <- withr::local_tempdir()
  output <- run_r(c(
    "library(keras); invisible(use_backend('numpy'))", sprintf("setwd('%s')", folder),
    "dir.create('gr\u00fcn')", "bytes <- 'gr\u00fcn/\u6f22.npz'; marked <- 'gr\\u00fcn/\\u6f22.npz'",
    "k_save_variables(bytes, w = k_variable(1))", "k_save_variables(marked, w = k_variable(2))",
    "cat(list.files('gr\u00fcn') == '\u6f22.npz', k_get_value(k_load_variables(bytes)$w), '\\n')",
    "x <- k_variable(3, name = 'm\u00fcde'); cat(x$name == 'm\\u00fcde', '\\n')",
    "try(k_load_variables('gr\u00fcn/fehlt'))"
  ), "LC_ALL=C")
  expect_equal(output[2:3], c("TRUE 2 ", "TRUE "))
  expect_match(output, "fehlt cannot be read: No such file or directory", all = FALSE)
})
