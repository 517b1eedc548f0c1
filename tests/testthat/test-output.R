# The index of the first output line that contains each text.
places <- function(texts, lines) {
  vapply(texts, function(text) grep(text, lines)[[1L]], 0L)
}

for_each_backend("what a call prints becomes R output, in order", {
  x <- k_print_tensor(k_constant(c(1, 2)), "value: ")
  y <- k_print_tensor(k_constant(5), "five: ")
  lines <- capture.output({
    cat("before\n")
    k_eval(x)
    cat("between\n")
    k_eval(y)
    cat("after\n")
  })
  at <- places(c("before", "value: ", "between", "five: ", "after"), lines)
  expect_false(is.unsorted(at, strictly = TRUE))
  expect_match(paste(lines, collapse = " "), "1.* 2")
})

for_each_backend("print_tensor prints at each evaluation", {
  x <- k_placeholder(shape = list())
  f <- k_function(list(x), list(k_print_tensor(x, "x = ") + 1))
  expect_output(expect_equal(f(list(41)), list(42)), "x = .*41")
  expect_output(f(list(7)), "x = .*7")
})

test_that("what Python writes to stderr becomes messages, and its warnings become R warnings", {
  module <- keras:::bridge_module()
  write <- keras:::call_python
  say <- reticulate::py_run_string(paste(
    "def speak():",
    "    import sys, warnings, pyshim",
    "    sys.stderr.write('one')",
    "    sys.stderr.write(' two\\n')",
    "    warnings.warn_explicit('careful', RuntimeWarning, pyshim.__file__, 1)",
    "    print('out')",
    "    return 3",
    "import keras_bridge",
    "speak = keras_bridge._guarded(speak)", sep = "\n"
  ), local = TRUE, convert = FALSE)$speak
  expect_equal(testthat::capture_messages(suppressWarnings(capture.output(write(say)))), "one two\n")
  expect_warning(suppressMessages(capture.output(write(say))), "careful")
  expect_output(value <- suppressWarnings(suppressMessages(write(say))), "out")
  expect_equal(value, 3)
})

test_that("knitr shows what engines print where they print it", {
  directory <- withr::local_tempdir()
  document <- file.path(directory, "switch.Rmd")
  writeLines(c(
    "```{r}", "library(keras)",
    "use_backend('theano')", "x <- k_eval(k_print_tensor(k_constant(12), 'first: '))",
    "use_backend('tensorflow')", "x <- k_eval(k_print_tensor(k_constant(34), 'second: '))",
    "k_constant(5)", "```"
  ), document)
  output <- file.path(directory, "switch.md")
  suppressMessages(suppressWarnings(knitr::knit(document, output, quiet = TRUE)))
  lines <- readLines(output)
  at <- places(paste0("^## .*", c("Using Theano backend", "first: ", "Using TensorFlow backend", "second: ",
                                  "tensorflow constant")), lines)
  expect_false(is.unsorted(at, strictly = TRUE))
})

test_that("a document that switches backends twice is rendered, with the engines' output in order", {
  output <- file.path(withr::local_tempdir(), "switching.md")
  document <- normalizePath(test_path("documents", "switching.Rmd"))
  said <- run_r(sprintf("rmarkdown::render('%s', output_file = '%s', quiet = TRUE)", document, output))
  expect_true(file.exists(output), info = paste(said, collapse = "\n"))
  lines <- readLines(output)
  at <- places(c("Using Theano backend", "engine one: ", "sum on Theano is 6", "Using CNTK backend",
                 "## before the engine", "engine two: .*34", "## after the engine",
                 "refused: k_concatenate\\(\\): .*theano",
                 "Using TensorFlow backend", "engine three: .*56", "<tensorflow variable 'both'", "56 34",
                 "still alive", "2 4 6"), lines)
  expect_false(is.unsorted(at, strictly = TRUE))
})
