# The engines on which the tests of the families run. KERAS_TEST_BACKENDS=theano runs them on one only.
chosen_backends <- strsplit(Sys.getenv("KERAS_TEST_BACKENDS", "tensorflow,theano,cntk,numpy"), ",")[[1L]]
# Backends whose engine runs in a worker; "numpy" has no worker.
backends <- setdiff(chosen_backends, "numpy")
# The other registered engines differ only in their kernels, and run a few tests of each kind.
every_backend <- function() {
  if (nzchar(Sys.getenv("KERAS_TEST_BACKENDS"))) chosen_backends else keras::list_backends()$backend
}

for_each_backend <- function(description, code, among = chosen_backends) {
  code <- substitute(code)
  environment <- parent.frame()
  for (name in among) {
    eval(bquote(test_that(.(paste0(description, " (", name, ")")), {
      withr::local_seed(1) # initial weights and other draws without a seed repeat
      until_gradients(.(name), with(suppressMessages(keras::use_backend(.(name))), .(code)))
    })), environment)
  }
}

# NumPy computes no gradients, so a test ends when it first requests one, with the corresponding error.
until_gradients <- function(name, code) {
  tryCatch(code, keras_error_gradient = function(condition) {
    if (name != "numpy" || !grepl("computes no gradients", conditionMessage(condition), fixed = TRUE)) {
      stop(condition)
    }
    others <- toString(dQuote(setdiff(keras::list_backends()$backend, "numpy"), FALSE))
    expect_match(conditionMessage(condition), paste("Backends that do:", others), fixed = TRUE)
  })
}

# A tensor has the shape of the expected array, and its values within float32's precision.
expect_value <- function(tensor, expected, tolerance = 1e-5) {
  expect_s3_class(tensor, "keras_tensor")
  shape <- if (is.null(dim(expected)) && length(expected) > 1L) length(expected) else dim(expected)
  expect_equal(dim(tensor), shape)
  value <- as.array(tensor)
  expect_equal(dim(value), shape)
  expect_equal(as.vector(value), as.vector(expected), tolerance = tolerance)
}

# An error of this class is signalled, its message contains the words, and the session keeps working.
expect_keras_error <- function(code, kind, words = NULL) {
  condition <- expect_error(code, class = paste0("keras_error_", kind))
  expect_s3_class(condition, "keras_error")
  for (word in words) {
    expect_match(conditionMessage(condition), word, fixed = TRUE)
  }
  expect_equal(k_eval(k_sum(k_ones(c(2, 3)))), 6)
  invisible(condition)
}

# The output of a script in a separate R process: standard output and standard error together.
run_r <- function(lines, environment = character()) {
  script <- tempfile(fileext = ".R")
  on.exit(unlink(script))
  writeLines(enc2utf8(lines), script, useBytes = TRUE)
  r_process("Rscript", c("--vanilla", script), environment)
}

r_process <- function(program, arguments, environment = character(), ...) {
  libraries <- paste0("R_LIBS=", paste(.libPaths(), collapse = ":"))
  suppressWarnings(system2(file.path(R.home("bin"), program), arguments, stdout = TRUE, stderr = TRUE,
                           env = c(libraries, environment), ...))
}
