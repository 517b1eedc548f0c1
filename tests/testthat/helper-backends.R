# Tests of the families run on each engine. KERAS_TEST_BACKENDS=theano runs those of one only.
backends <- strsplit(Sys.getenv("KERAS_TEST_BACKENDS", "tensorflow,theano,cntk"), ",")[[1L]]

for_each_backend <- function(description, code) {
  code <- substitute(code)
  environment <- parent.frame()
  for (name in backends) {
    eval(bquote(test_that(.(paste0(description, " (", name, ")")), {
      with(suppressMessages(keras::use_backend(.(name))), .(code))
    })), environment)
  }
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

# An error of that class is signalled, whose message has the words, and the session goes on working.
expect_keras_error <- function(code, kind, words = NULL) {
  condition <- expect_error(code, class = paste0("keras_error_", kind))
  expect_s3_class(condition, "keras_error")
  for (word in words) {
    expect_match(conditionMessage(condition), word, fixed = TRUE)
  }
  expect_equal(k_eval(k_sum(k_ones(c(2, 3)))), 6)
  invisible(condition)
}

# What an R process of its own prints when it runs a script, standard output and standard error together.
run_r <- function(lines, environment = character()) {
  script <- tempfile(fileext = ".R")
  on.exit(unlink(script))
  writeLines(lines, script)
  r_process("Rscript", c("--vanilla", script), environment)
}

r_process <- function(program, arguments, environment = character(), ...) {
  libraries <- paste0("R_LIBS=", paste(.libPaths(), collapse = ":"))
  suppressWarnings(system2(file.path(R.home("bin"), program), arguments, stdout = TRUE, stderr = TRUE,
                           env = c(libraries, environment), ...))
}
